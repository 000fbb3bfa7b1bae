"""Reads for people and operators about an account as a whole: its audit, and all data that are held on it."""
