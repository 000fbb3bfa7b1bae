"""Backups as files: sealed under keys of their own, written as a whole or not at all, found and deleted again."""
