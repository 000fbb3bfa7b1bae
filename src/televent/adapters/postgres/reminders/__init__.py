"""The tables of due reminders and daily summaries."""
