"""Keeps an occurrence that the organizer has called off, as cancelled, in an attendee's copy: RFC 5546 §3.2.5."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from televent.ical.itip.message import stamp
from televent.ical.itip.overlay import exclude
from televent.ical.itip.parts import Parts, is_cancelled, occurrence, sequence_of
from televent.ical.itip.people import address_of
from televent.ical.itip.series import planned
from televent.ical.text.tree import Component

MAX_SHOWN: Final = 50
"""Max cancelled occurrences that one copy shows; further ones get an EXDATE only."""


def call_off(copy: Parts, rid: str, me: Collection[str], *, sequence: int, when: datetime) -> bool:
    """Gives the occurrence *rid* an override with STATUS:CANCELLED, so that the attendee *me* still sees it.

    *sequence* and *when* are SEQUENCE and DTSTAMP of the message. An occurrence that the attendee has deleted stays
    deleted. False where the copy has no such occurrence, or already has an EXDATE for it.
    """
    override = copy.overrides.get(rid)
    if override is not None:
        mark_cancelled(override, sequence, when)
        return True
    if copy.master is None or rid in copy.moments(copy.master, "EXDATE"):
        return False
    shown = sum(map(is_cancelled, copy.overrides.values())) < MAX_SHOWN and planned(copy, rid)
    plain = occurrence(copy, rid) if shown else None
    if plain is None:
        return exclude(copy, rid)
    # The series has the lines of the other attendees. With all of them in each override the copy would grow too large.
    for prop in plain.all("ATTENDEE"):
        if address_of(prop) not in me:
            plain.remove(prop)
    for alarm in plain.components("VALARM"):
        plain.remove(alarm)
    mark_cancelled(plain, sequence, when)
    copy.add(rid, plain)
    return True


def mark_cancelled(component: Component, sequence: int, when: datetime) -> None:
    """Sets STATUS:CANCELLED, DTSTAMP, and SEQUENCE where it was lower."""
    component.put("STATUS", "CANCELLED")
    component.put("SEQUENCE", str(max(sequence, sequence_of(component))))
    component.put("DTSTAMP", stamp(when))
