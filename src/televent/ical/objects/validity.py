"""Checks whether a calendar collection may store a text: RFC 4791 §4.1, §5.3.2.1."""

from __future__ import annotations

from dataclasses import dataclass

from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Reading, address_of
from televent.ical.recurrence.instances import MAX_INSTANCES, check_instances
from televent.ical.rules.expansion import Budget
from televent.ical.text.characters import check_characters
from televent.ical.text.errors import (
    InvalidCalendarData,
    InvalidCalendarObject,
    MixedOrganizers,
    TooEarly,
    TooLarge,
    TooLate,
    TooManyAttendees,
    TooManyInstances,
    UnsupportedComponent,
)
from televent.ical.text.tree import Component
from televent.ical.text.values import written
from televent.ical.text.wall_clock import FIRST, LAST

STORED = ("VEVENT", "VTODO", "VJOURNAL")
MAX_RULES, MAX_RULE = 4, 4096
"""Max rules of one component (RFC 5545 §3.8.5.3 allows one) and max characters of a rule (twice all BYYEARDAYs)."""
ONCE = ("UID", "DTSTART", "RECURRENCE-ID", "ORGANIZER")
"""Properties that must not repeat, since the meaning would be unclear; of any other the first counts."""
MIN_DATE_TIME, MAX_DATE_TIME = written(FIRST), written(LAST)
"""The earliest and the latest supported time (RFC 4791 §5.2.6, §5.2.7)."""
WHEN = ("DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "RDATE", "EXDATE")
"""Properties whose times are checked. Others may have any time: some clients write CREATED:00001231."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Max sizes and counts of one calendar object."""

    max_bytes: int = 1024 * 1024
    attendees: int = 500
    overrides: int = 1000
    instances: int = MAX_INSTANCES
    uid: int = 1024


def validate(text: CalendarText, *, limits: Limits = Limits()) -> Reading:
    """The values of the text, if it may be stored. Raises IcalError with the precondition that it breaks."""
    if len(text.raw) > limits.max_bytes:
        raise TooLarge(f"more than {limits.max_bytes} bytes")
    check_characters(text.raw)
    root = text.tree
    version = (root.value("VERSION") or "2.0").strip()
    if version != "2.0":
        raise InvalidCalendarData(f"VERSION {version[:16]} is not 2.0 (RFC 5545 §3.7.4)")
    if root.get("METHOD") is not None:
        raise InvalidCalendarObject("a stored calendar object has no METHOD (RFC 4791 §4.1)")
    kinds = {each.name for each in root.components()} - {"VTIMEZONE"}
    if kinds and not kinds & set(STORED):
        raise UnsupportedComponent(f"{sorted(kinds)[0][:40]} is not stored")
    for part in root.components():
        if part.name in STORED:
            _check_dates(part)
            for name in ONCE:
                if len(part.all(name)) > 1:
                    raise InvalidCalendarObject(f"{part.name} has more than one {name} (RFC 5545 §3.6)")
            rules = part.all("RRULE")
            if len(rules) > MAX_RULES or any(len(rule.value) > MAX_RULE for rule in rules):
                raise TooManyInstances(f"more than {MAX_RULES} rules, or one of more than {MAX_RULE} characters")
    named = [part for part in root.components() if part.get("RECURRENCE-ID") is not None]
    if len(named) > limits.overrides:
        raise TooManyInstances(f"more than {limits.overrides} changed occurrences")
    if any(part.get(name) is not None for part in root.components() for name in ("RRULE", "RDATE")):
        text.recurrence.budget = Budget()
        check_instances(text.recurrence, limits.instances)
    organizers = (part.get("ORGANIZER") for part in root.components() if part.name in STORED)
    if len({address_of(organizer) for organizer in organizers if organizer is not None}) > 1:
        raise MixedOrganizers("the components have different organizers (RFC 6638 §3.2.4.2)")
    reading = text.reading
    if len(reading.uid.encode()) > limits.uid:
        raise InvalidCalendarData(f"a UID of more than {limits.uid} bytes")
    for instance in reading.instances():
        if len(instance.attendees) > limits.attendees:
            raise TooManyAttendees(f"more than {limits.attendees} attendees")
    return reading


def _check_dates(part: Component) -> None:
    for name in WHEN:
        for prop in part.all(name):
            for value in prop.value.split(","):
                day = value.strip()[:8]
                if len(day) == 8 and day.isascii() and day.isdigit():
                    if day < MIN_DATE_TIME[:8]:
                        raise TooEarly(f"{name} is before {MIN_DATE_TIME}")
                    if day >= MAX_DATE_TIME[:8]:
                        raise TooLate(f"{name} is not before {MAX_DATE_TIME}")
