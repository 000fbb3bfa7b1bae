"""Calendar objects in their owner's own calendars."""
