"""Reads the structure of a hostile mail in linear time: its header fields, its MIME parts, and their content."""
