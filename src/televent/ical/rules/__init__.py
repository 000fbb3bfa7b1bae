"""Reads RRULE and expands it within bounds (RFC 5545 §3.3.10)."""
