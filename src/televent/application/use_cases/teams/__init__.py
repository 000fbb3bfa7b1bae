"""Team calendars and their members."""
