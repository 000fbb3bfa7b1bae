"""Sharing of calendars over CalDAV (CalendarServer's sharing)."""
