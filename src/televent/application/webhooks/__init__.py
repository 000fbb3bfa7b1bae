"""Webhooks: requests to a person's own programs about what happened in their calendars (ADR 88)."""
