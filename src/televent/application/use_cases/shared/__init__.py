"""Calendar objects in calendars that may be another person's."""
