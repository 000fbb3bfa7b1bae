"""iTIP scheduling messages: made from a change, and applied to a copy (RFC 5546, RFC 6638)."""
