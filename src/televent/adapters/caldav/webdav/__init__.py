"""The WebDAV kit: names, XML in and out, conditions, property answers (RFC 4918)."""
