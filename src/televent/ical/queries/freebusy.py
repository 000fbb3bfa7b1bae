"""Computes when a person is busy: RFC 4791 §7.10, RFC 5545 §3.6.4."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from televent.ical.objects.reading import address_of
from televent.ical.recurrence.occurrences import occurrences
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component
from televent.ical.text.values import escape, written
from televent.ical.zones.moments import utc_of

BUSY, TENTATIVE = "BUSY", "BUSY-TENTATIVE"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """[start, end), UTC."""

    start: datetime
    end: datetime
    kind: str = BUSY


def busy_periods(
    objects: Iterable[Component],
    start: datetime,
    end: datetime,
    *,
    me: frozenset[str] = frozenset(),
    floating_zone: tzinfo = UTC,
) -> list[Period]:
    """Busy time in [start, end), merged by kind; cancelled, transparent and declined events are free."""
    found: list[Period] = []
    for root in objects:
        try:
            instances = occurrences(root, start, end, floating_zone=floating_zone)
        except IcalError:
            continue
        kinds: dict[int, str | None] = {}
        for occurrence in instances:
            part = occurrence.component
            kind = kinds[id(part)] if id(part) in kinds else kinds.setdefault(id(part), fbtype_of(part, me))
            if kind is not None:
                first, last = utc_of(occurrence.start, floating_zone), utc_of(occurrence.end, floating_zone)
                found.append(Period(max(first, start), min(last, end), kind))
    return merged(found)


def merged(periods: Iterable[Period]) -> list[Period]:
    """The periods with overlapping and touching ones of one kind joined."""
    result: dict[str, list[Period]] = {}
    for period in sorted(periods):
        if period.end <= period.start:
            continue
        row = result.setdefault(period.kind, [])
        if row and period.start <= row[-1].end:
            row[-1] = Period(row[-1].start, max(row[-1].end, period.end), period.kind)
        else:
            row.append(period)
    return sorted(period for row in result.values() for period in row)


def compose_freebusy(
    periods: Iterable[Period],
    start: datetime,
    end: datetime,
    *,
    dtstamp: datetime,
    uid: str,
    method: str | None = None,
    organizer: str | None = None,
    attendee: str | None = None,
) -> bytes:
    """A VFREEBUSY object."""
    root = Component.new("VCALENDAR")
    root.add(root.make("VERSION", "2.0"))
    root.add(root.make("PRODID", "-//Televent//Calendar 1.0//EN"))
    if method is not None:
        root.add(root.make("METHOD", method))
    part = Component.new("VFREEBUSY")
    part.add(part.make("UID", escape(uid)))
    part.add(part.make("DTSTAMP", written(dtstamp)))
    part.add(part.make("DTSTART", written(start)))
    part.add(part.make("DTEND", written(end)))
    if organizer is not None:
        part.add(part.make("ORGANIZER", organizer))
    if attendee is not None:
        part.add(part.make("ATTENDEE", attendee))
    for period in periods:
        part.add(part.make("FREEBUSY", f"{written(period.start)}/{written(period.end)}", (("FBTYPE", (period.kind,)),)))
    root.add(part)
    return root.to_bytes()


def fbtype_of(part: Component, me: frozenset[str], partstat: str | None = None) -> str | None:
    """The FBTYPE of an event (RFC 4791 §7.10); None where it is free.

    The person's answer is ``partstat``, else that of the first ATTENDEE in ``me``.
    """
    status = (part.value("STATUS") or "").strip().upper()
    if part.name != "VEVENT" or status == "CANCELLED":
        return None
    mine = next((each for each in part.all("ATTENDEE") if address_of(each) in me), None) if me else None
    if mine is not None:
        partstat = (mine.param("PARTSTAT") or "NEEDS-ACTION").upper()
    if (part.value("TRANSP") or "").strip().upper() == "TRANSPARENT":
        # An unanswered invitation is transparent in the copy (so apps show no conflict) and tentative to others.
        return TENTATIVE if partstat == "NEEDS-ACTION" else None
    if partstat == "DECLINED":
        return None
    return TENTATIVE if status == "TENTATIVE" or partstat in ("NEEDS-ACTION", "TENTATIVE") else BUSY
