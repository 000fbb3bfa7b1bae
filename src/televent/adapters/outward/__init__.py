"""Requests to addresses that people or their programs chose, kept out of this server's own network."""
