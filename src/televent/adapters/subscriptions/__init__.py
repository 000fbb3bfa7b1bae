"""Reads calendars that others publish at a URL."""
