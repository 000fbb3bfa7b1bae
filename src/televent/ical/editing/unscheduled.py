"""An event that is copied from a file: the server sends nothing to its people (RFC 6638 §7.1)."""

from __future__ import annotations

from televent.ical.objects.calendar_text import CalendarText

_PEOPLE = ("ORGANIZER", "ATTENDEE")


def unscheduled(text: CalendarText) -> CalendarText:
    """The text with SCHEDULE-AGENT=NONE on every ORGANIZER and ATTENDEE; the same object where it has none."""
    if not any(prop.name in _PEOPLE for part in text.tree.components() for prop in part.properties):
        return text
    root = text.copy()
    for part in root.components():
        for prop in part.properties:
            if prop.name in _PEOPLE:
                part.replace(prop, prop.with_param("SCHEDULE-AGENT", "NONE"))
    return CalendarText.of_tree(root)
