"""Shared calendars: access that an owner grants to other accounts."""
