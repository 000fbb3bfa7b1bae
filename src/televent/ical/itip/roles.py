"""The part a person plays in the scheduling of an object: RFC 6638 §3.1."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from televent.ical.itip.parts import Parts, parts_of
from televent.ical.itip.people import addresses, attendees_of, organizer_of
from televent.ical.objects.calendar_text import CalendarText

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
