"""Answers what no other handler takes: unknown commands, every kind of message, dead buttons; and /help."""
