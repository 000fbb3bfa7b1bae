"""The part a person plays in the scheduling of an object: RFC 6638 §3.1."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from televent.ical.itip.parts import Parts, parts_of
from televent.ical.itip.people import address_of, addresses, attendees_of, organizer_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.values import normalise_address

Role = Literal["organizer", "attendee", "none"]


def role(text: CalendarText, me: Collection[str]) -> Role:
    """The role of the owner of the addresses *me* in *text*. Case of addresses does not count.

    Raises :class:`televent.ical.text.errors.IcalError` where *text* is no calendar object.
    """
    return role_in(parts_of(text), addresses(me))


def role_in(parts: Parts, me: Collection[str]) -> Role:
    """The role in an object that is already read; *me* are normalised addresses."""
    organizers = {organizer_of(component) for _, component in parts.items()} - {None}
    if organizers & set(me):
        return "organizer"
    asked = any(not attendees_of(component).keys().isdisjoint(me) for _, component in parts.items())
    return "attendee" if organizers and asked else "none"


def organizer_in(parts: Parts) -> str | None:
    """The organizer that the components name; the first if they name several (RFC 6638 §3.2.4.2 allows only one)."""
    return next((found for _, each in parts.items() if (found := organizer_of(each)) is not None), None)


def organizer_email(parts: Parts) -> str | None:
    """The organizer's address for people, where ORGANIZER has another one (RFC 7986 §6.2): iCloud's ORGANIZER is
    ``2_…@imip.me.com``. Answers go to the value of ORGANIZER all the same."""
    lines = (line for _, each in parts.items() if (line := each.get("ORGANIZER")) is not None)
    line = next(lines, None)
    shown = normalise_address(line.param("EMAIL") or "") if line is not None else ""
    return shown if line is not None and "@" in shown and shown != address_of(line) else None
