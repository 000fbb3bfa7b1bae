"""Compares two versions of a component and decides whether the change is a reschedule: RFC 6638 §3.2.8."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from televent.ical.itip.parts import Parts, occurrence, parts_of, text_of
from televent.ical.itip.people import address_of, addresses, attendees_of, mine_in, partstat_of
from televent.ical.itip.series import no_more
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


def _shortened(old: Parts, before: Component, new: Parts, after: Component) -> bool:
    """Whether the rule is the same with an earlier end: attendees keep their answers then (RFC 6638 §3.2.8, RRULE)."""
    ends = ("UNTIL", "COUNT")
    earlier, later = rule_of(before), rule_of(after)
    if {part for part in earlier if part[0] not in ends} != {part for part in later if part[0] not in ends}:
        return False
    was = {name: value for name, value in earlier if name in ends}
    now = {name: value for name, value in later if name in ends}
    if not was:
        return bool(now)
    if was.keys() != now.keys():
        return bool(now) and no_more(old, before, new, after)
    if "COUNT" in was:
        return was["COUNT"].isdigit() and now["COUNT"].isdigit() and int(now["COUNT"]) <= int(was["COUNT"])
    return len(was["UNTIL"]) == len(now["UNTIL"]) and now["UNTIL"] <= was["UNTIL"]


def rescheduled(
    old: Parts, before: Component, new: Parts, after: Component, *, own_exclusions: Collection[str] = ()
) -> bool:
    """Whether the attendees must answer again: another time, new instances, or excluded instances that are back.

    *own_exclusions* are EXDATEs of *before* that the owner of the copy, an attendee, added. The organizer's text never
    has them, so their absence in *after* is no change.
    """
    if old.span(before) != new.span(after):
        return True
    was, now = rule_of(before), rule_of(after)
    if was != now and now and not (was and _shortened(old, before, new, after)):
        return True
    if was and not now:
        return True
    if new.moments(after, "RDATE") - old.moments(before, "RDATE"):
        return True
    return bool(old.moments(before, "EXDATE") - new.moments(after, "EXDATE") - set(own_exclusions))


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
    was = before.get(rid) or (occurrence(before, rid) if rid is not None else None)
    now = after.get(rid) or (occurrence(after, rid) if rid is not None else None)
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
        was = before.get(rid) or (occurrence(before, rid) if rid is not None else None)
        now = after.get(rid) or (occurrence(after, rid) if rid is not None else None)
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
