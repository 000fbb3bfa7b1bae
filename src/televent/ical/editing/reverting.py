"""Takes one change of an event back while later changes stay: a merge of three texts, property by property. Pure.

The change led from ``before`` to ``after``; ``current`` is the text now. Where the change and a later one touched the
same property of the same occurrence, nobody can say which value is wanted, and nothing is taken back.

Answers of guests are not the change's to take back: in a line that both texts have, PARTSTAT and what the server wrote
stay as they are now. Nor are SEQUENCE, DTSTAMP and their kind, which only go forward (RFC 5546 §2.1.4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from televent.ical.editing.edits import stamp
from televent.ical.itip.parts import SCHEDULED, Parts, parts_of, parts_to_edit
from televent.ical.itip.people import attendees_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, Property

FORWARD: Final = frozenset({"DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "REQUEST-STATUS"})
"""Properties that say when and how often a text was written."""
_GROUPS: Final = {
    **dict.fromkeys(("DTSTART", "DTEND", "DUE", "DURATION"), ("DTSTART", "DTEND", "DUE", "DURATION")),
    **dict.fromkeys(("RRULE", "RDATE", "EXDATE"), ("RRULE", "RDATE", "EXDATE")),
}
"""Properties of which one says nothing without the others: they are taken back together."""
_ANSWER: Final = ("PARTSTAT", "SCHEDULE-STATUS", "DELEGATED-TO", "DELEGATED-FROM", "RSVP")
"""Parameters of ATTENDEE that belong to the attendee's answer."""


class ChangedSince(IcalError):
    """A later change is about the same. ``names``: the properties, such as "SUMMARY"."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(set(names)))
        super().__init__(f"changed again since: {', '.join(self.names)}")


def reverted(
    current: CalendarText, *, before: CalendarText, after: CalendarText, me: Collection[str], now: datetime
) -> CalendarText:
    """``current`` without the change; ``current`` itself where nothing of it is left. ``me``: the owner's addresses.

    Raises ChangedSince, IcalError.
    """
    old, new, merged = parts_of(before), parts_of(after), parts_to_edit(current)
    clashes: list[str] = []
    touched = False
    for rid in dict.fromkeys([*(each for each, _ in old.items()), *(each for each, _ in new.items())]):
        was, made, here = old.get(rid), new.get(rid), merged.get(rid)
        if was is not None and made is not None:
            if here is None:
                clashes += [] if _same(was, made) else [was.name]
            elif _merge(was, made, here, clashes, me):
                stamp(here, now)
                touched = True
        elif made is not None and here is not None:
            if _same(made, here):
                merged.remove(rid)
                touched = True
            else:
                clashes.append(made.name)
        elif was is not None and here is None:
            merged.add(rid, was.copy())
            touched = True
        elif was is not None and here is not None and not _same(was, here):
            clashes.append(was.name)
    if clashes:
        raise ChangedSince(clashes)
    if not touched:
        return current
    _add_zones(merged, before)
    return CalendarText.of_tree(merged.root)


def _merge(was: Component, made: Component, here: Component, clashes: list[str], me: Collection[str]) -> bool:
    """Takes the change of one component back in ``here``; whether it changed that. Adds to ``clashes``."""
    touched = False
    found = (prop.name for part in (was, made) for prop in part.properties)
    groups = dict.fromkeys(_GROUPS.get(name, (name,)) for name in found if name not in FORWARD and name != "ATTENDEE")
    for group in groups:
        lines = [[prop.raw for name in group for prop in part.all(name)] for part in (was, made, here)]
        if lines[0] == lines[1] or lines[2] == lines[0]:
            continue
        if lines[2] != lines[1]:
            clashes.append(group[0])
            continue
        for name in group:
            _put(here, name, was.all(name))
        touched = True
    subs = [[sub.to_bytes() for sub in part.components()] for part in (was, made, here)]
    if subs[0] != subs[1] and subs[2] != subs[0]:
        if subs[2] == subs[1]:
            for sub in here.components():
                here.remove(sub)
            for sub in was.components():
                here.add(sub.copy())
            touched = True
        else:
            clashes.append("VALARM")
    return _merge_guests(was, made, here, clashes, me) or touched


def _merge_guests(was: Component, made: Component, here: Component, clashes: list[str], me: Collection[str]) -> bool:
    touched = False
    old, new, now = attendees_of(was), attendees_of(made), attendees_of(here)
    for address in dict.fromkeys([*old, *new]):
        line = now.get(address)
        if address not in new:
            if line is None:
                here.add(old[address])
                touched = True
        elif address not in old:
            if line is not None:
                here.remove(line)
                touched = True
        elif _as_asked(old[address], address in me) != _as_asked(new[address], address in me) and line is not None:
            if _as_asked(line, address in me) != _as_asked(new[address], address in me):
                clashes.append("ATTENDEE")
                continue
            mended = old[address]
            for name in _ANSWER if address not in me else ():
                mended = mended.with_param(name, *line.param_values(name))
            here.replace(line, mended)
            touched = True
    return touched


def _as_asked(line: Property, own: bool) -> tuple[object, ...]:
    """A line without what belongs to the answer of another."""
    params = tuple((name, tuple(values)) for name, values in line.params if own or name not in _ANSWER)
    return (line.value, params)


def _put(part: Component, name: str, lines: Iterable[Property]) -> None:
    part.drop(name)
    for line in lines:
        part.add(line)


def _same(one: Component, other: Component) -> bool:
    """Whether two components say the same, whenever each was written."""
    return _plain(one) == _plain(other)


def _plain(part: Component) -> tuple[object, ...]:
    lines = sorted(prop.raw for prop in part.properties if prop.name not in FORWARD)
    return (lines, [sub.to_bytes() for sub in part.components()])


def _add_zones(merged: Parts, before: CalendarText) -> None:
    """Adds the time zones that the restored lines name."""
    have = {zone.value("TZID") for zone in merged.root.components("VTIMEZONE")}
    first = next((each for each in merged.root.components() if each.name in SCHEDULED), None)
    for zone in before.tree.components("VTIMEZONE"):
        if zone.value("TZID") not in have and first is not None:
            place = merged.root.entries.index(first)
            merged.root.entries.insert(place, zone.copy())


def same_event(one: CalendarText, other: CalendarText) -> bool:
    """Whether two texts say the same but for guests' answers, and when they were written. Raises IcalError."""
    return _but_answers(one) == _but_answers(other)


def _but_answers(text: CalendarText) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for rid, part in parts_of(text).items():
        lines = sorted(prop.raw for prop in part.properties if prop.name not in FORWARD and prop.name != "ATTENDEE")
        guests = sorted(str(_as_asked(line, own=False)) for line in part.all("ATTENDEE"))
        found.append((rid, lines, guests, [sub.to_bytes() for sub in part.components()]))
    return found
