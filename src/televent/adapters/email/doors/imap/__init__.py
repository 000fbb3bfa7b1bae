"""Mail from a mailbox, by IMAP with IDLE (RFC 3501, RFC 2177, RFC 6851; ADR 61)."""
