"""An iTIP message: read leniently, written strictly. RFC 5546 §3; SPEC A4, B3, B4."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from televent.ical.itip.changes import is_internal
from televent.ical.itip.normalise import mended
from televent.ical.itip.parts import Parts, dtstamp_of, parts_of, sequence_of
from televent.ical.itip.people import address_of
from televent.ical.itip.roles import organizer_in
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, unescape
from televent.ical.zones.tzid import spelled, tzid_of

PRODID: Final = "-//Televent//Calendar 1.0//EN"
METHODS: Final = frozenset({"PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"})
FROM_ATTENDEE: Final = frozenset({"REPLY", "COUNTER", "REFRESH"})
"""The methods of messages to an organizer (RFC 5546 §1.4)."""
PROPOSALS: Final = frozenset({"COUNTER", "DECLINECOUNTER"})
"""The methods that change no copy: a proposal of another time, and its refusal."""
_SERVERS_OWN: Final = ("SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND")


@dataclass(frozen=True, slots=True)
class Message:
    """One iTIP message, read once. *method* is upper-case; PUBLISH where neither body nor MIME names one (SPEC B3).

    *text* is the message as :mod:`normalise` mended it. *parts* are its components and must not be edited. *came* are
    the bytes that arrived.
    """

    method: str
    uid: str
    organizer: str | None
    parts: Parts
    text: CalendarText
    came: bytes


def read_message(data: bytes, *, method: str | None = None, charset: str | None = None) -> Message:
    """Reads a message that came by mail or from another account here.

    *method* is the MIME parameter; the body's METHOD counts before it. *charset* is that of the MIME part. Raises
    IcalError where there is no VCALENDAR, no component that can be scheduled, or no UID.
    """
    return message_of(CalendarText(mended(data, charset=charset)), came=data, method=method)


def message_of(text: CalendarText, *, came: bytes | None = None, method: str | None = None) -> Message:
    """The message in a well-formed text; *came* are the bytes before mending, where they differ. Raises IcalError."""
    parts = parts_of(text)
    if not parts.uid:
        raise InvalidCalendarData("A message without UID names no event.")
    return Message(
        method_of(parts.root, method), parts.uid, organizer_in(parts), parts, text, text.raw if came is None else came
    )


def method_of(root: Component, fallback: str | None = None) -> str:
    """METHOD of the body, at any place in it; else *fallback*; else PUBLISH. Upper-case."""
    prop = root.get("METHOD")
    for value in (prop.value if prop is not None else None, fallback):
        named = (value or "").strip().strip('"').upper()
        if named:
            return named
    return "PUBLISH"


def title_in(message: Message) -> str:
    """The first title in the message, in one line; "" without one."""
    titles = (" ".join(unescape(each.value("SUMMARY") or "").split()) for _, each in message.parts.items())
    return next(filter(None, titles), "")


def with_method(message: Message) -> CalendarText:
    """The message as an inbox has it, with METHOD (RFC 6638 §4.1)."""
    if message.parts.root.get("METHOD") is not None:
        return message.text
    root = message.text.copy()
    root.put("METHOD", message.method)
    return CalendarText.of_tree(root)


def supersedes(later: Message, earlier: Message) -> bool:
    """Whether two REQUESTs of one organizer have the same components, and *later* has each in no earlier version.

    Then *earlier* need not be applied before *later*.
    """
    if {later.method, earlier.method} != {"REQUEST"}:
        return False
    if (later.uid, later.organizer) != (earlier.uid, earlier.organizer):
        return False
    return all(
        (newer := later.parts.get(rid)) is not None
        and (was := dtstamp_of(component, earlier.parts.zones)) is not None
        and (now := dtstamp_of(newer, later.parts.zones)) is not None
        and (sequence_of(newer), now) >= (sequence_of(component), was)
        for rid, component in earlier.parts.items()
    )


def stamp(dtstamp: datetime) -> str:
    """*dtstamp* (aware) as a DTSTAMP value."""
    return dtstamp.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def outward(component: Component, dtstamp: datetime) -> Component:
    """A copy of *component* as others may see it: no alarms, no SCHEDULE-* (RFC 6638 §7), nothing internal."""
    fresh = component.copy()
    fresh.entries = [shown for each in fresh.entries if (shown := _shown(each)) is not None]
    fresh.put("DTSTAMP", stamp(dtstamp))
    return fresh


def _shown(entry: Property | Component) -> Property | Component | None:
    if isinstance(entry, Component):
        return None if entry.name == "VALARM" else entry
    if entry.name in {"ATTENDEE", "ORGANIZER"}:
        return entry.once(_without_schedule)
    return None if is_internal(entry.name) or entry.name == "REQUEST-STATUS" else entry


def _without_schedule(prop: Property) -> Property:
    fresh = without_params(prop, _SERVERS_OWN)
    # Blank lines before the line stay.
    return fresh if fresh is prop or not prop.lead else fresh.after(prop.lead)


def only_properties(component: Component, names: Collection[str]) -> Component:
    """*component* with only the properties *names*; it is changed and returned."""
    for prop in component.properties:
        if prop.name not in names:
            component.remove(prop)
    for sub in component.components():
        component.remove(sub)
    return component


def enveloped(
    method: str | None, components: Iterable[Component], source: Parts, zones: Iterable[Component] | None = None
) -> CalendarText:
    """*components* as a VCALENDAR. The zones that they name come first, as RFC 5546 requires.

    *zones* is the result of :func:`zones_for`; None to find them in *source*. *method* None: without METHOD.
    """
    shown = list(components)
    root = Component.new("VCALENDAR")
    for name, value in (("VERSION", "2.0"), ("PRODID", PRODID), ("CALSCALE", "GREGORIAN"), ("METHOD", method)):
        if value is not None:
            root.put(name, value)
    for each in [*(zones_for(shown, source) if zones is None else zones), *shown]:
        root.add(each)
    text = CalendarText.of_tree(root)
    strict = crlf(text.raw)
    return text if strict is text.raw else CalendarText(strict)


def zones_for(components: Iterable[Component], source: Parts) -> list[Component]:
    """The VTIMEZONEs that *components* name: from *source*, else from the time zone database."""
    written = {tzid_of(sub): sub for sub in source.root.components("VTIMEZONE")}
    since: dict[str, Moment] = {}
    for each in components:
        for prop in each.properties:
            tzid = spelled(prop.param("TZID") or "")
            if tzid:
                found = source.moment(prop) or datetime(1970, 1, 1, tzinfo=UTC)
                since[tzid] = min(since.get(tzid, found), found, key=lambda moment: moment.year)
    zones = (
        written[tzid].copy() if tzid in written else source.zone_written(tzid, first) for tzid, first in since.items()
    )
    return [zone for zone in zones if zone is not None]


def only_attendee(component: Component, address: str) -> Component:
    """*component* with only the ATTENDEE lines of *address*; it is changed and returned."""
    for prop in component.all("ATTENDEE"):
        if address_of(prop) != address:
            component.remove(prop)
    return component


def without_params(prop: Property, names: Iterable[str]) -> Property:
    """*prop* without the parameters *names*; itself where it has none of them."""
    for name in names:
        if prop.param_values(name) or prop.param(name) is not None:
            prop = prop.with_param(name)
    return prop


_BARE_LF: Final = re.compile(rb"(?<!\r)\n")


def crlf(data: bytes) -> bytes:
    """*data* with CRLF as every line end (RFC 5545 §3.1)."""
    return _BARE_LF.sub(b"\r\n", data) if _BARE_LF.search(data) else data
