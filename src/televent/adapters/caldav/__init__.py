"""The CalDAV adapter: RFC 4918, 4791, 6578, 6638, 5689, 5397, and the parts of RFC 3744 that clients use."""
