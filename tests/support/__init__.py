"""Fixtures and clients that tests of every kind share."""
