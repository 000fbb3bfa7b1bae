"""Answers to invitations: the buttons of a meeting's card, notes to the organizer, and /rsvp."""
