"""Sharing of calendars over CalDAV."""
