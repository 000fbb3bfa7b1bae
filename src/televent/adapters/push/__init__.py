"""WebDAV-Push: tells a device without an open connection that a collection has changed."""
