"""Finds the answers in an attendee's change and makes the components of a REPLY: RFC 6638 §3.2.2.3, RFC 5546 §3.2.3."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from televent.ical.itip.message import only_attendee, only_properties, outward, without_params
from televent.ical.itip.parts import Parts, is_cancelled, occurrence, parts_of, sequence_of
from televent.ical.itip.people import UNANSWERED, address_of, addresses, attendees_of, mine_in, partstat_of
from televent.ical.itip.results import MarkRow
from televent.ical.itip.series import planned
from televent.ical.objects.calendar_text import CalendarText
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
        "LOCATION",
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
    commented: bool = True
    """Whether COMMENT of the component belongs to this answer. An earlier note is not sent again with a new answer."""


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
        commented = _commented(before, rid, component)
        answered = partstat_of(prop) != partstat_of(earlier) or (commented and partstat_of(prop) != UNANSWERED)
        if answered or _forced(component) or _progressed(before, rid, component):
            found[rid] = OwnAnswer(address_of(prop), partstat_of(prop), component, commented)
    if None in found and before is not None:
        found |= _kept_apart(before, after, mine, found)
        found |= _deleted_while_declined(before, after, mine)
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
    if before is not None:
        for rid in _removed(before, after):
            found |= _deleted(before, rid, mine)
    return found


def _removed(before: Parts, after: Parts) -> list[str]:
    """The occurrences that an attendee who is invited to single ones, without a series, took out of their copy."""
    if before.master is not None or after.master is not None:
        return []
    return sorted(before.overrides.keys() - after.overrides.keys())[:_MAX_DECLINED]


def refusals(old: CalendarText, new: CalendarText, *, me: Collection[str], dtstamp: datetime) -> tuple[MarkRow, ...]:
    """The rows to add to the ledger of an attendee who took single occurrences out of their copy, which has no series.

    No EXDATE keeps the organizer's next message from bringing them back. *dtstamp* is that of the REPLY. Raises
    IcalError.
    """
    before, mine = parts_of(old), addresses(me)
    return tuple(
        (address, rid, sequence_of(before.overrides[rid]), dtstamp)
        for rid in _removed(before, parts_of(new))
        for address in sorted(attendees_of(before.overrides[rid]).keys() & mine)
    )


def _kept_apart(
    before: Parts, after: Parts, mine: Collection[str], found: Collection[str | None]
) -> dict[str | None, OwnAnswer]:
    """The overrides that keep the series' earlier answer, while the series gets another one.

    The organizer may not know that it is theirs, and would apply the answer to the series to them too.
    """
    earlier = partstat_of(_earlier(before, None, mine))
    kept: dict[str | None, OwnAnswer] = {}
    for rid, component in after.overrides.items():
        prop = mine_in(component, mine)
        if prop is None or rid in found or is_cancelled(component) or partstat_of(prop) != earlier:
            continue
        if earlier != UNANSWERED:
            kept[rid] = OwnAnswer(address_of(prop), earlier, component, commented=False)
    return kept


def _deleted_while_declined(before: Parts, after: Parts, mine: Collection[str]) -> dict[str | None, OwnAnswer]:
    """The occurrences that the attendee deleted while the series was declined, when the series gets another answer.

    The organizer was not told of the deletion, and would apply the answer to the series to them too.
    """
    found: dict[str | None, OwnAnswer] = {}
    if before.master is None or after.master is None or partstat_of(mine_in(before.master, mine)) != "DECLINED":
        return found
    gone = before.moments(before.master, "EXDATE") & after.moments(after.master, "EXDATE")
    for rid in sorted(gone)[:_MAX_DECLINED]:
        found |= _deleted(after, rid, mine)
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


def _commented(before: Parts | None, rid: str | None, component: Component) -> bool:
    """Whether the attendee wrote a COMMENT, or another one."""
    was = (before.get(rid) or before.master) if before is not None else None
    note = (component.value("COMMENT") or "").strip()
    return bool(note) and note != ((was.value("COMMENT") or "").strip() if was is not None else "")


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
    if not answer.commented:
        component.drop("COMMENT")
    component.put("SEQUENCE", str(sequence_of(component)))
    component.put("REQUEST-STATUS", "2.0;Success")
    return component
