"""iTIP messages and answers (RFC 5546, RFC 6638)."""
