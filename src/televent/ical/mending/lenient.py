"""The last reader for broken mail: vobject within bounds; its result is composed again by icalendar.

vobject can read grouped properties (``item1.UID``), parameters on BEGIN, and components without a VCALENDAR; our own
reader cannot. But vobject was not written for hostile input. Its expression for a content line takes exponential time
for a row of commas. Its unfolding takes quadratic time. Its values add time zones to a table of the process. Its
decoding raises any error of a codec. So it gets only a limited number of decoded lines that our own linear expression
accepts. It only names the components and properties; it does not read their values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import icalendar
import vobject.base

from televent.ical.editing.compose import bytes_of, new_calendar
from televent.ical.itip.normalise import MAX_COMPONENTS, decoded
from televent.ical.mending.composing import add, component
from televent.ical.mending.logical_lines import LogicalLine, logical_lines
from televent.ical.text.errors import IcalError, InvalidCalendarData, TooLarge

MAX_BYTES: Final = 256 * 1024
"""Max bytes of a text that vobject may see."""
MAX_LEVELS: Final = 8
"""Max nesting of components that vobject may see; an alarm in an event in a calendar has three."""
_AROUND: Final = "X-TELEVENT"
_KNOWN: Final = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
_NEEDED: Final = frozenset(
    {"UID", "DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID", "RRULE", "RDATE", "EXDATE", "ORGANIZER", "ATTENDEE"}
)
"""Properties whose loss would change what the message means: a text with a broken one is refused."""


def read_leniently(data: bytes, *, charset: str | None = None) -> bytes:
    """*data* as vobject reads it, written again as one VCALENDAR by icalendar.

    Raises InvalidCalendarData where vobject cannot read it either, TooLarge beyond our bounds.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"more than {MAX_BYTES} bytes for the last reader")
    lines = logical_lines(decoded(data, charset))
    _check_nesting(lines)
    try:
        return bytes_of(_composed(_read(lines)))
    except IcalError:
        raise
    except Exception as error:  # vobject raises its own errors, and KeyError, TypeError, AttributeError, IndexError
        raise InvalidCalendarData(f"vobject: {type(error).__name__}: {str(error)[:80]}") from error


def _read(lines: Iterable[LogicalLine]) -> list[Any]:
    """The outermost components of the text, as vobject reads them.

    The text is put into an unknown component and VERSION is left out, so that vobject applies none of its behaviors:
    they cut each text at its first comma.
    """
    rows = [f"{line.name}{line.params}:{line.value}" for line in lines if line.name.upper() != "VERSION"]
    text = "\r\n".join([f"BEGIN:{_AROUND}", *rows, f"END:{_AROUND}", ""])
    around = vobject.base.readOne(text, transform=False, ignoreUnreadable=True)
    return list(around.components())


def _check_nesting(lines: Iterable[LogicalLine]) -> None:
    depth = count = 0
    for line in lines:
        kind = line.name.rpartition(".")[2].upper()
        if kind == "BEGIN":
            depth, count = depth + 1, count + 1
        elif kind == "END":
            depth -= 1
        if depth > MAX_LEVELS or count > MAX_COMPONENTS:
            raise TooLarge(f"components more than {MAX_LEVELS} deep, or more than {MAX_COMPONENTS}")


def _composed(found: list[Any]) -> icalendar.Calendar:
    """The first VCALENDAR; without one, a VCALENDAR of the events, tasks and zones."""
    source = next((each for each in found if each.name.upper() == "VCALENDAR"), None)
    parts = source.components() if source is not None else found
    root = new_calendar()
    for line in source.lines() if source is not None else ():
        if line.name.upper() == "METHOD":
            add(root, "METHOD", line.value.strip().upper())
    # Zones first: some readers look for a zone only before the event that names it.
    for part in sorted(parts, key=lambda each: each.name.upper() != "VTIMEZONE"):
        if part.name.upper() == "VTIMEZONE" or part.name.upper() in _KNOWN:
            root.add_component(_copied(part))
    if not any(part.name in _KNOWN for part in root.subcomponents):
        raise InvalidCalendarData("vobject found no event, task, journal or free/busy entry")
    return root


def _copied(source: Any) -> icalendar.Component:
    made = component(source.name)
    for child in source.getChildren():
        if isinstance(child, vobject.base.Component):
            made.add_component(_copied(child))
            continue
        try:
            add(made, child.name, child.value.strip() if child.name in _NEEDED else child.value, child.params)
        except InvalidCalendarData:
            if child.name in _NEEDED:
                raise
    return made
