"""Calendars, their sharing, and what they hold in a range of time."""
