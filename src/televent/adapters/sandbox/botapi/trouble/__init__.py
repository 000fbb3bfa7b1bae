"""Trouble on request: calls that fail or whose answer is lost, and Telegram's limits of messages."""
