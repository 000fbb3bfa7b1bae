"""The bot's handlers, one module for each topic."""
