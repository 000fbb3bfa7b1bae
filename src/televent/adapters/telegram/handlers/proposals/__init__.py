"""Proposals of another time: an attendee makes one, the organizer answers it."""
