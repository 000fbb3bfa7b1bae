"""Managed attachments in a calendar object, line by line: RFC 8607 §4. Every other line stays as it came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from televent.ical.errors import IcalError, InvalidCalendarObject
from televent.ical.itip.parts import Parts, occurrence, read_parts
from televent.ical.reading import address_of
from televent.ical.recurrence import each_occurrence
from televent.ical.tree import Component, Property, parse
from televent.ical.values import moment, written

MASTER: Final = "M"
"""§3.3.2: in ``rid`` it means the component without RECURRENCE-ID."""
MAX_RIDS: Final = 100
_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_HINT: Final = re.compile(rb"MANAGED-ID", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """What the line says. ``size`` in octets."""

    managed_id: str
    url: str
    filename: str
    media_type: str
    size: int


class UnknownOccurrence(InvalidCalendarObject):
    """``rid`` names no occurrence of the object."""


class UnknownAttachment(InvalidCalendarObject):
    """None of the components in question has that attachment."""


def managed_ids(text: bytes) -> frozenset[str]:
    """Every MANAGED-ID in the text; empty for what cannot be read."""
    if _HINT.search(_FOLD.sub(b"", text)) is None:
        return frozenset()
    try:
        root = parse(text)
    except IcalError:
        return frozenset()
    return frozenset(found for part in root.walk() for each in part.all("ATTACH") if (found := _id_of(each)))


def attendees_with(text: bytes, managed_id: str) -> frozenset[str]:
    """Everybody invited to an occurrence that has the attachment."""
    root = parse(text)
    return frozenset(
        address_of(attendee)
        for part in root.components()
        if _has(part, managed_id)
        for attendee in part.all("ATTENDEE")
    )


def add_attachment(text: bytes, attachment: Attachment, rids: Sequence[str] | None, *, now: datetime) -> bytes:
    """One ATTACH more in each component that ``rids`` names, in all for None (§3.4). An occurrence gets an override
    where it has none. Raises UnknownOccurrence, IcalError."""

    def change(part: Component) -> None:
        part.add(_line(attachment, part.ending))

    return _edited(text, rids, now, change)


def update_attachment(text: bytes, managed_id: str, attachment: Attachment, *, now: datetime) -> bytes:
    """The new one in place of the old wherever that stands (§3.5). Raises UnknownAttachment, IcalError."""
    found = False

    def change(part: Component) -> None:
        nonlocal found
        for each in part.all("ATTACH"):
            if _id_of(each) == managed_id:
                found = True
                part.replace(each, _line(attachment, part.ending))

    changed = _edited(text, None, now, change)
    if not found:
        raise UnknownAttachment("no such attachment in this object")
    return changed


def remove_attachment(text: bytes, managed_id: str, rids: Sequence[str] | None, *, now: datetime) -> bytes:
    """Without it in the components that ``rids`` names, in all for None (§3.6). Raises UnknownOccurrence,
    UnknownAttachment, IcalError."""
    found: list[bool] = []

    def change(part: Component) -> None:
        found.append(_has(part, managed_id))
        part.remove_if(lambda each: isinstance(each, Property) and _id_of(each) == managed_id)

    changed = _edited(text, rids, now, change)
    if not any(found) or (rids is not None and not all(found)):
        raise UnknownAttachment("no such attachment in this object")
    return changed


def _edited(text: bytes, rids: Sequence[str] | None, now: datetime, change: Callable[[Component], None]) -> bytes:
    parts = read_parts(text)
    named = [part for _, part in parts.items()] if rids is None else list(_named(parts, rids))
    for part in named:
        before = list(part.entries)
        change(part)
        if part.entries != before:
            part.put("DTSTAMP", written(now))
            if part.get("LAST-MODIFIED") is not None:
                part.put("LAST-MODIFIED", written(now))
    return parts.root.to_bytes()


def _named(parts: Parts, rids: Sequence[str]) -> Iterator[Component]:
    if not rids or len(rids) > MAX_RIDS:
        raise UnknownOccurrence("no occurrence, or too many")
    seen: set[str | None] = set()
    for rid in rids:
        if rid == MASTER:
            key, part = None, parts.master
        else:
            when = moment(rid)
            if when is None:
                raise UnknownOccurrence(f"{rid[:20]} is no date or time")
            key = parts.known_as(when)
            part = parts.overrides.get(key) or _fresh(parts, key)
        if part is None:
            raise UnknownOccurrence(f"there is no occurrence {rid[:20]}")
        if key not in seen:
            seen.add(key)
            yield part


def _fresh(parts: Parts, rid: str) -> Component | None:
    """A new override for an occurrence that the series has."""
    at = parts.moment_named(rid)
    if at is None or parts.master is None:
        return None
    around = timedelta(days=2)
    found = each_occurrence(parts.root, at - around, at + around, floating_zone=UTC)
    if all(each.recurrence_id != rid for each in found):
        return None
    fresh = occurrence(parts, rid)
    if fresh is not None:
        parts.add(rid, fresh)
    return fresh


def _line(attachment: Attachment, ending: bytes) -> Property:
    params = (
        ("MANAGED-ID", (attachment.managed_id,)),
        ("FMTTYPE", (attachment.media_type,)),
        ("FILENAME", (attachment.filename,)),
        ("SIZE", (str(attachment.size),)),
    )
    return Property.of("ATTACH", attachment.url, params, ending=ending)


def _id_of(prop: Property) -> str | None:
    return prop.param("MANAGED-ID") if prop.name == "ATTACH" else None


def _has(part: Component, managed_id: str) -> bool:
    return any(_id_of(each) == managed_id for each in part.all("ATTACH"))
