"""Backups of the embedded database: made, archived, restored, and destroyed at the end of their time."""
