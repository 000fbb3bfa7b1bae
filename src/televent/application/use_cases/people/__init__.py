"""Accounts, devices, addresses, free/busy rules."""
