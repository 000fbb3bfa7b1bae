"""The changes in a person's calendars, told as they happen (ADR 87)."""
