"""Time zones: RFC 5545 §3.6.5."""
