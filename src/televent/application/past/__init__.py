"""Calendars as they stood at a moment: folds of the facts up to there (ADR 70)."""
