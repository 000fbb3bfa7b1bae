"""The messages that the bot sends on its own: one file for each kind, and their delivery."""
