"""Rows of access: sessions, keys, devices being set up, and accounts that wait for a proof."""
