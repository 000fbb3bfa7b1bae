"""Reads a calendar file that a person sends: many objects in one text, from any program.

The objects leave the file each as one VCALENDAR with its zones. Properties of the whole file, such as the name of the
calendar, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from televent.ical.itip.message import enveloped, method_of
from televent.ical.itip.normalise import MAX_MESSAGE, mended
from televent.ical.itip.parts import SCHEDULED, parts_of
from televent.ical.mending.lenient import MAX_BYTES as MAX_LENIENT
from televent.ical.mending.lenient import read_leniently
from televent.ical.mending.vcalendar1 import is_vcalendar1, translated
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.validity import validate
from televent.ical.text.errors import IcalError, TooLarge
from televent.ical.text.tree import Component
from televent.ical.zones.tzid import spelled, tzid_of

MAX_FILE: Final = 5 * 1024 * 1024
"""Max bytes of a file."""
MAX_OBJECTS: Final = 5_000
"""Max events, tasks and journal entries of a file; the occurrences of a series count as one."""
MAX_REASONS: Final = 3
"""Max reasons why objects cannot be read that are kept."""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The objects of a file. ``method``: its METHOD; "" without one. ``unreadable``: how many objects are left out.

    ``reasons``: why the first of them are.
    """

    method: str
    objects: tuple[CalendarText, ...]
    unreadable: int = 0
    reasons: tuple[str, ...] = ()


def read_file(data: bytes) -> CalendarFile:
    """The objects in a file, in its order. The same file gives the same bytes.

    Raises IcalError where no reader can read it, TooLarge beyond the bounds.
    """
    if len(data) > MAX_FILE:
        raise TooLarge(f"more than {MAX_FILE} bytes")
    return _objects(CalendarText(translated(data) if is_vcalendar1(data) else data).tree)


def read_any_file(data: bytes) -> CalendarFile:
    """The same for broken files as well: what our own reader refuses is mended, or read by another reader."""
    try:
        return read_file(data)
    except TooLarge:
        raise
    except IcalError as error:
        if is_vcalendar1(data):
            raise
        for reader, most in ((mended, MAX_MESSAGE), (read_leniently, MAX_LENIENT)):
            if len(data) <= most:
                try:
                    return _objects(CalendarText(reader(data)).tree)
                except TooLarge:
                    raise
                except IcalError:
                    continue
        raise error from None


def _objects(root: Component) -> CalendarFile:
    groups: dict[str, list[Component]] = {}
    for part in root.components():
        if part.name in SCHEDULED:
            groups.setdefault(_uid(part), []).append(part)
            if len(groups) > MAX_OBJECTS:
                raise TooLarge(f"more than {MAX_OBJECTS} events")
    zones = {tzid_of(each): each for each in root.components("VTIMEZONE")}
    found: list[CalendarText] = []
    reasons: list[str] = []
    unreadable = 0
    for uid, parts in groups.items():
        try:
            found.append(_object(uid, parts, zones))
        except IcalError as error:
            unreadable += 1
            if len(reasons) < MAX_REASONS:
                reasons.append(str(error)[:200])
    method = method_of(root) if root.get("METHOD") is not None else ""
    return CalendarFile(method, tuple(found), unreadable, tuple(reasons))


def _uid(part: Component) -> str:
    """The UID of a component. One without gets a UID that follows from its text, so the same file has the same one."""
    return (part.value("UID") or "").strip() or f"{sha256(part.to_bytes()).hexdigest()[:32]}@file"


def _object(uid: str, parts: list[Component], zones: dict[str, Component]) -> CalendarText:
    """One calendar object, valid. Raises IcalError."""
    alone = Component.new("VCALENDAR")
    for name, value in (("VERSION", "2.0"), ("PRODID", "-//Televent//Import//EN")):
        alone.put(name, value)
    named = {spelled(tzid) for part in parts for prop in part.properties if (tzid := prop.param("TZID")) is not None}
    for tzid, zone in zones.items():
        if tzid in named:
            alone.add(zone.copy())
    for part in parts:
        copy = part.copy()
        if copy.value("UID") is None or not (copy.value("UID") or "").strip():
            copy.put("UID", uid)
        alone.add(copy)
    source = parts_of(CalendarText.of_tree(alone))
    text = enveloped(None, [component for _, component in source.items()], source)
    try:
        validate(text)
    except IcalError:
        text = CalendarText(mended(text.raw))
        validate(text)
    return text
