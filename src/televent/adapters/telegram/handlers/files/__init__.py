"""Imports calendar files that are sent or forwarded to the bot."""
