"""Adds guests to an event and writes the parts of a new one, line by line: RFC 5545 §3.8.

Every line that a change does not concern stays as it came. SEQUENCE stays the same here: itip.sending raises it
where the change requires it (RFC 5546 §2.1.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from televent.ical.itip.parts import Parts, parts_to_edit
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import address_of
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.tree import Component
from televent.ical.text.values import normalise_address, written

Change = Callable[[Component], None]


@dataclass(frozen=True, slots=True)
class Person:
    """An organizer or attendee; ``address`` is a mail address."""

    address: str
    name: str | None = None
    partstat: str = "NEEDS-ACTION"


def add_attendees(text: CalendarText, organizer: Person, guests: Sequence[Person], *, now: datetime) -> CalendarText:
    """The text with more guests, in the series and in every override. Guests who are invited already stay unchanged.
    Raises IcalError for a text that cannot be read."""

    def change(part: Component) -> None:
        if part.get("ORGANIZER") is None:
            set_organizer(part, organizer)
        there = {address_of(prop) for prop in part.all("ATTENDEE")}
        for guest in guests:
            if normalise_address(guest.address) not in there:
                there.add(normalise_address(guest.address))
                add_attendee(part, guest)

    return _edited_everywhere(text, now, change)


def set_organizer(part: Component, person: Person) -> None:
    """Sets ORGANIZER and adds the organizer as an attendee who has accepted."""
    named = (("CN", (person.name,)),) if person.name else ()
    part.put("ORGANIZER", f"mailto:{person.address}", named)
    if all(address_of(prop) != normalise_address(person.address) for prop in part.all("ATTENDEE")):
        params = (("PARTSTAT", ("ACCEPTED",)), ("ROLE", ("CHAIR",)), *named)
        part.add(part.make("ATTENDEE", f"mailto:{person.address}", params))


def add_attendee(part: Component, person: Person) -> None:
    """Adds an ATTENDEE line that asks for an answer."""
    params: list[tuple[str, Sequence[str]]] = [
        ("CUTYPE", ("INDIVIDUAL",)),
        ("ROLE", ("REQ-PARTICIPANT",)),
        ("PARTSTAT", (person.partstat,)),
        ("RSVP", ("TRUE",)),
    ]
    if person.name:
        params.append(("CN", (person.name,)))
    part.add(part.make("ATTENDEE", f"mailto:{person.address}", params))


def _readable(text: CalendarText) -> Parts:
    parts = parts_to_edit(text)
    if parts.master is None and not parts.overrides:
        raise InvalidCalendarData("there is nothing to edit")
    return parts


def _edited_everywhere(text: CalendarText, now: datetime, change: Change) -> CalendarText:
    parts = _readable(text)
    for _, part in parts.items():
        before = list(part.entries)
        change(part)
        if part.entries != before:
            stamp(part, now)
    return CalendarText.of_tree(parts.root)


def stamp(part: Component, now: datetime) -> None:
    """Notes the time of a change in a component."""
    part.put("DTSTAMP", written(now))
    if part.get("LAST-MODIFIED") is not None:
        part.put("LAST-MODIFIED", written(now))
