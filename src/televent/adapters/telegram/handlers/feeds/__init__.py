"""Calendars as secret links, and calendars of others that a person subscribes to: /feeds and /subscribe (ADR 89)."""
