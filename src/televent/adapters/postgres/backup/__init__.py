"""Copies a running PostgreSQL and its WAL as bytes, and makes a cluster of such a copy again."""
