"""Writes and reads the inline read models on PostgreSQL."""
