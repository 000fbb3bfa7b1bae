"""A scheduling message in an inbox: RFC 6638 §2.2, §4."""
