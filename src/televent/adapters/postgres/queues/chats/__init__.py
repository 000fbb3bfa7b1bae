"""Rows of chats: updates, leases, pace, messages that live on, and unfinished dialogues."""
