"""RRULE: read, and expanded within bounds (RFC 5545 §3.3.10)."""
