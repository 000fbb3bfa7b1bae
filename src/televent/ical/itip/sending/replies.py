"""Finds the answers in an attendee's change and makes the components of a REPLY: RFC 6638 §3.2.2.3, RFC 5546 §3.2.3."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from televent.ical.itip.message import only_attendee, only_properties, outward, without_params
from televent.ical.itip.parts import Parts, is_cancelled, occurrence, sequence_of
from televent.ical.itip.people import address_of, mine_in, partstat_of
from televent.ical.itip.series import planned
from televent.ical.text.tree import Component, Property

_REPLY_PROPERTIES: Final = frozenset(
    {
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "DURATION",
        "DUE",
        "RECURRENCE-ID",
        "SUMMARY",
        "ORGANIZER",
        "ATTENDEE",
        "SEQUENCE",
        "COMMENT",
        "PERCENT-COMPLETE",
        "COMPLETED",
    }
)
_PROGRESS: Final = ("PERCENT-COMPLETE", "COMPLETED")
_MAX_DECLINED: Final = 100
"""Max occurrences that one change declines one by one; further ones are not reported (clients delete one at a time)."""


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """The answer of the attendee at *address* to the occurrence that *component* describes."""

    address: str
    partstat: str
    component: Component


def attendee_answers(
    before: Parts | None, after: Parts | None, address: str, declined: Collection[str] = ()
) -> dict[str | None, OwnAnswer]:
    """The answers of *address* in a change of their copy, by occurrence; *declined* are added as DECLINED."""
    mine = {address}
    if after is None:
        return _declined(before, mine) if before is not None else {}
    found: dict[str | None, OwnAnswer] = {}
    for rid, component in after.items():
        prop = mine_in(component, mine)
        if prop is None:
            continue
        earlier = _earlier(before, rid, mine)
        if partstat_of(prop) != partstat_of(earlier) or _forced(component) or _progressed(before, rid, component):
            found[rid] = OwnAnswer(address_of(prop), partstat_of(prop), component)
    for rid in sorted(declined)[:_MAX_DECLINED]:
        found |= _deleted(after, rid, mine)
    if before is not None and before.master is not None and after.master is not None:
        out, excluded = before.moments(before.master, "EXDATE"), after.moments(after.master, "EXDATE")
        for rid in sorted(out - excluded)[:_MAX_DECLINED]:
            # The attendee restored a deleted, so declined, occurrence: its answer is new, even if equal to the series'.
            again = after.overrides.get(rid) or (occurrence(after, rid) if planned(after, rid) else None)
            prop = mine_in(again, mine) if again is not None else None
            if again is not None and prop is not None and not is_cancelled(again):
                found[rid] = OwnAnswer(address_of(prop), partstat_of(prop), again)
        new = excluded - out
        for rid in sorted(new)[:_MAX_DECLINED]:
            found |= _deleted(before, rid, mine)
    return found


def _deleted(parts: Parts, rid: str, mine: Collection[str]) -> dict[str | None, OwnAnswer]:
    """The DECLINED that the deletion of the occurrence means; empty where the organizer need not know."""
    was = parts.overrides.get(rid) or occurrence(parts, rid)
    prop = mine_in(was, mine) if was is not None else None
    if was is None or prop is None or not _to_be_told(was, prop):
        return {}
    return {rid: OwnAnswer(address_of(prop), "DECLINED", was)}


def _earlier(before: Parts | None, rid: str | None, mine: Collection[str]) -> Property | None:
    """The attendee's line in the earlier version of the occurrence: its own component, else the series."""
    if before is None:
        return None
    component = before.get(rid)
    if component is None and rid is not None:
        component = before.master
    return mine_in(component, mine) if component is not None else None


def _progressed(before: Parts | None, rid: str | None, component: Component) -> bool:
    """Whether the progress of a to-do changed; a REPLY reports that too (RFC 5546 §3.4.3)."""
    was = (before.get(rid) or before.master) if before is not None else None
    if was is None or component.name != "VTODO":
        return False
    return any((was.value(name) or "").strip() != (component.value(name) or "").strip() for name in _PROGRESS)


def _forced(component: Component) -> bool:
    prop = component.get("ORGANIZER")
    return prop is not None and (prop.param("SCHEDULE-FORCE-SEND") or "").upper() == "REPLY"


def _to_be_told(component: Component, prop: Property) -> bool:
    """Whether the organizer must be told of the refusal.

    Not if it is cancelled, already declined or asks for no answer.
    """
    return (
        not is_cancelled(component)
        and partstat_of(prop) != "DECLINED"
        and (prop.param("ROLE") or "").upper() != "NON-PARTICIPANT"
        and (prop.param("RSVP") or "TRUE").upper() != "FALSE"
    )


def _declined(before: Parts, mine: Collection[str]) -> dict[str | None, OwnAnswer]:
    found: dict[str | None, OwnAnswer] = {}
    for rid, component in before.items():
        prop = mine_in(component, mine)
        if prop is not None and _to_be_told(component, prop):
            found[rid] = OwnAnswer(address_of(prop), "DECLINED", component)
    return found


def reply_component(answer: OwnAnswer, dtstamp: datetime) -> Component:
    """The component of a REPLY: one ATTENDEE, SEQUENCE as the organizer had it (SPEC A4; I-5, I-18)."""
    component = only_attendee(
        only_properties(outward(answer.component.copy(), dtstamp), _REPLY_PROPERTIES), answer.address
    )
    prop = component.get("ATTENDEE")
    assert prop is not None
    component.replace(prop, without_params(prop.with_param("PARTSTAT", answer.partstat), ["RSVP"]))
    component.put("SEQUENCE", str(sequence_of(component)))
    component.put("REQUEST-STATUS", "2.0;Success")
    return component
