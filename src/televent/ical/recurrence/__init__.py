"""Recurrence sets and their occurrences: RFC 5545 §3.8.5."""
