"""The WebDAV protocol without calendars: XML names, reading and writing XML, conditions, preferences (RFC 4918)."""
