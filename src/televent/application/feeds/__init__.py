"""Feeds of calendars: those that others read here, and those elsewhere that people subscribe to (ADR 89)."""
