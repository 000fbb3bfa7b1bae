"""Mails that came in: read, found, proven or doubted, and processed."""
