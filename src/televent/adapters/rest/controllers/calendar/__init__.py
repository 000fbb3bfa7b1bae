"""Controllers of calendars and events."""
