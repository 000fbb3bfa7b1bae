"""Reminders and the daily summary: when they are due, what they say, and snooze."""
