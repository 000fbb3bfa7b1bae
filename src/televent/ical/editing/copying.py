"""Makes another event of one that is there, with a UID of its own (RFC 5545 §3.8.4.7), not sent and not answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from televent.ical.editing.moving import set_times
from televent.ical.editing.occurrences import occurrence_named
from televent.ical.itip.message import without_params
from televent.ical.itip.parts import SCHEDULED, parts_to_edit
from televent.ical.itip.people import UNANSWERED
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import address_of
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import written

_OF_THE_OLD_ONE = frozenset({"SEQUENCE", "LAST-MODIFIED", "REQUEST-STATUS", "X-MOZ-LASTACK", "X-MOZ-GENERATION"})
_OF_THE_SERIES = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")


def renamed(root: Component, uid: str, *, now: datetime) -> Component:
    """The same components under another UID. Guests are asked again: nobody has answered the new event.

    The tree is edited in place and returned.
    """
    organizer = next((address_of(each) for part in root.components() for each in part.all("ORGANIZER")), None)
    for part in root.components():
        if part.name not in SCHEDULED:
            continue
        part.put("UID", uid)
        part.put("DTSTAMP", written(now))
        if part.get("CREATED") is not None:
            part.put("CREATED", written(now))
        part.remove_if(lambda each: isinstance(each, Property) and each.name in _OF_THE_OLD_ONE)
        for guest in part.all("ATTENDEE"):
            asked = without_params(guest, ["SCHEDULE-STATUS"])
            if address_of(guest) != organizer:
                asked = asked.with_param("PARTSTAT", UNANSWERED).with_param("RSVP", "TRUE")
            if asked is not guest:
                part.replace(guest, asked)
    return root


def copied(
    text: CalendarText, recurrence_id: str | None, *, uid: str, now: datetime, guests: bool, me: Collection[str]
) -> CalendarText:
    """A copy of the event under another UID: of one occurrence, which then does not repeat, or of the whole event.

    ``guests`` False: the copy has no organizer and no attendees. ``me``: the person's own addresses; a copy with guests
    is theirs alone, so the event must be. Raises UnknownOccurrence, IcalError.
    """
    parts = parts_to_edit(text)
    if recurrence_id is not None:
        found = occurrence_named(text.tree, recurrence_id)
        only = found.component.copy()
        for name in _OF_THE_SERIES:
            only.drop(name)
        set_times(parts, only, found.start, found.end)
        parts.root.remove_if(lambda each: isinstance(each, Component) and each.name in SCHEDULED)
        parts.root.add(only)
    root = renamed(parts.root, uid, now=now)
    for part in root.components():
        if part.name not in SCHEDULED:
            continue
        organizer = part.get("ORGANIZER")
        if guests and organizer is not None and address_of(organizer) not in me:
            raise InvalidCalendarData("only the organizer's own event is copied with its guests")
        if not guests:
            part.drop("ORGANIZER")
            part.drop("ATTENDEE")
        if (part.value("STATUS") or "").strip().upper() == "CANCELLED" and len(root.components()) == 1:
            part.put("STATUS", "CONFIRMED")
    return CalendarText.of_tree(root)
