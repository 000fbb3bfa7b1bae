"""Readers for outside texts that our own reader rejects: vCalendar 1.0, and vobject for the rest."""
