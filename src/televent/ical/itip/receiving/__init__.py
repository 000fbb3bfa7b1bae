"""From an iTIP message to the new text of one copy (RFC 5546 §3.2)."""
