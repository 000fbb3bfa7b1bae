"""Device passwords for accounts that live as long as a test."""

from televent.application.accounts.passwords import HashCost, Passwords

CHEAP_PASSWORDS = Passwords(HashCost(passes=1, memory=8, lanes=1))
"""Hashes that take a tenth of a millisecond: tests make thousands, and none guards anything."""
