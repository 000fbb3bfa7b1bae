"""Measures Televent and, beside it, other CalDAV servers: ``make bench``."""
