"""The CalDAV door: RFC 4918, 4791, 6578, 6638, 5689, 5397, and what clients read of 3744."""
