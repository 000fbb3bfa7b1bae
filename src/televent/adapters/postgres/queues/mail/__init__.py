"""Rows of mail: received, parked, sent, and the tokens and links in it."""
