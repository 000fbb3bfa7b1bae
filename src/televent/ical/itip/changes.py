"""Compares the words, the people and the times of two versions of a component: RFC 5546 §2.1.4, RFC 6638 §3.2.10."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from televent.ical.itip.parts import Parts, occurrence, parts_of, text_of
from televent.ical.itip.people import (
    LineKey,
    address_of,
    addresses,
    attendees_of,
    mine_in,
    numbered,
    organizer_of,
    partstat_of,
)
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property

TIMING: Final = ("DTSTART", "DTEND", "DURATION", "DUE", "RRULE", "RDATE", "EXDATE")
_OWN_HOUSEKEEPING: Final = frozenset(
    {"DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "TRANSP", "COLOR", "CATEGORIES", "REQUEST-STATUS"}
)
INTERNAL: Final = (
    "X-MOZ-",
    "X-TELEVENT-",
    "X-LIC-",
    "X-CALENDARSERVER-",
    "X-EVOLUTION-",
    "X-RADICALE-",
    "X-APPLE-TRAVEL-",
)
"""Name prefixes of properties that clients and servers write for themselves."""


def is_internal(name: str) -> bool:
    """Whether only the program that wrote the property uses it; such properties are not sent to others."""
    return name.upper().startswith(INTERNAL)


def rule_of(component: Component) -> frozenset[tuple[str, str]]:
    """RRULE as a set of its parts, so that their order and case do not count."""
    return frozenset(
        (name.strip().upper(), value.strip().upper())
        for prop in component.all("RRULE")
        for name, _, value in (part.partition("=") for part in prop.value.split(";"))
        if name.strip() and (name.strip().upper(), value.strip()) != ("INTERVAL", "1")
    )


def sequence_due(old: Parts, before: Component, new: Parts, after: Component) -> bool:
    """Whether RFC 5546 §2.1.4 requires a higher SEQUENCE for the change."""
    return (
        old.span(before) != new.span(after)
        or rule_of(before) != rule_of(after)
        or any(old.moments(before, name) != new.moments(after, name) for name in ("RDATE", "EXDATE"))
        or text_of(before, "STATUS").strip().upper() != text_of(after, "STATUS").strip().upper()
    )


def moved_place(before: Component, after: Component) -> bool:
    """Whether LOCATION changed."""
    return text_of(before, "LOCATION").strip() != text_of(after, "LOCATION").strip()


def wording(component: Component) -> frozenset[tuple[str, str]]:
    """The component's properties other than times and people, to compare two versions."""
    left_out = {*_OWN_HOUSEKEEPING, *TIMING, "ATTENDEE", "RECURRENCE-ID"}
    found = {
        (prop.name, address_of(prop) if prop.name == "ORGANIZER" else prop.value.strip())
        for prop in component.properties
        if prop.name not in left_out and not is_internal(prop.name)
    }
    return frozenset(pair for pair in found if pair not in {("STATUS", "CONFIRMED"), ("CLASS", "PUBLIC")} and pair[1])


def people(component: Component) -> dict[str, frozenset[tuple[str, str]]]:
    """The attendees by address, with the parameters that others may see."""
    return {address: prop.once(_seen) for address, prop in attendees_of(component).items()}


def same_meeting(old: CalendarText, new: CalendarText) -> bool:
    """Whether two texts agree in all that people arranged: organizer, instances with their times and STATUS, attendees
    and every answer (RFC 6638 §3.2.8). Other texts, alarms and the like may differ. Raises IcalError.
    """
    before, after = parts_of(old), parts_of(new)
    rids = dict.fromkeys([rid for rid, _ in before.items()] + [rid for rid, _ in after.items()])
    return before.kind == after.kind and all(_arranged_alike(before, after, rid) for rid in rids)


def _arranged_alike(before: Parts, after: Parts, rid: str | None) -> bool:
    was, now = _version(before, rid), _version(after, rid)
    if was is None or now is None:
        return False
    return (
        not sequence_due(before, was, after, now)
        and organizer_of(was) == organizer_of(now)
        and _answers(was) == _answers(now)
    )


def _answers(component: Component) -> dict[LineKey, str]:
    return {key: partstat_of(prop) for key, prop in numbered(component)}


def _version(parts: Parts, rid: str | None) -> Component | None:
    """The occurrence's own component, else the one that the series gives."""
    return parts.get(rid) or (occurrence(parts, rid) if rid is not None else None)


def only_others_answered(old: CalendarText, new: CalendarText, *, me: Collection[str]) -> bool:
    """Whether nothing but others' participation changed in a copy of *me*: an "inconsequential" change, for which the
    Schedule-Tag stays the same (RFC 6638 §3.2.10). Raises IcalError.
    """
    mine = addresses(me)
    before, after = parts_of(old), parts_of(new)
    rids = dict.fromkeys([rid for rid, _ in before.items()] + [rid for rid, _ in after.items()])
    return all(_only_answers(before, after, rid, mine) for rid in rids)


def _only_answers(before: Parts, after: Parts, rid: str | None, mine: Collection[str]) -> bool:
    # An answer to one occurrence gives it a component of its own.
    was, now = _version(before, rid), _version(after, rid)
    if was is None or now is None:
        return False
    return (
        not sequence_due(before, was, after, now)
        and wording(was) == wording(now)
        and attendees_of(was).keys() == attendees_of(now).keys()
        and partstat_of(mine_in(was, mine)) == partstat_of(mine_in(now, mine))
    )


def only_answered(old: CalendarText, new: CalendarText, *, me: Collection[str]) -> bool:
    """Whether nothing but the participation of *me* changed in their own copy. Raises IcalError.

    Properties that clients write with every change do not count, nor does TRANSP, which follows the answer.
    """
    mine = addresses(me)
    before, after = parts_of(old), parts_of(new)
    for rid in dict.fromkeys([rid for rid, _ in before.items()] + [rid for rid, _ in after.items()]):
        was, now = _version(before, rid), _version(after, rid)
        if was is None or now is None or _lines(was, mine) != _lines(now, mine):
            return False
    return True


def _lines(component: Component, mine: Collection[str]) -> frozenset[tuple[str, frozenset[tuple[str, str]], str]]:
    left_out = {"DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "REQUEST-STATUS", "TRANSP"}
    found = {
        (prop.name, frozenset((name, ",".join(values)) for name, values in prop.params), prop.value.strip())
        for prop in component.properties
        if prop.name not in left_out and not (prop.name == "ATTENDEE" and address_of(prop) in mine)
    }
    inner = {("BEGIN", frozenset[tuple[str, str]](), repr(sorted(_lines(each, ())))) for each in component.components()}
    return frozenset(found | inner)


def _seen(prop: Property) -> frozenset[tuple[str, str]]:
    hidden = ("SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND", "RSVP")
    defaults = {("PARTSTAT", "NEEDS-ACTION"), ("ROLE", "REQ-PARTICIPANT"), ("CUTYPE", "INDIVIDUAL")}
    found = {
        (name, ",".join(values).upper() if name in {"PARTSTAT", "ROLE", "CUTYPE"} else ",".join(values))
        for name, values in prop.params
        if name not in hidden and not name.startswith("X-")
    }
    return frozenset(found - defaults)
