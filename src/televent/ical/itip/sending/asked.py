"""Finds the answers that an organizer's change makes void: RFC 6638 §3.2.8, RFC 5546 §2.1.4.

An answer to an older version counts while the time is the same (answers.py), because SEQUENCE also rises when another
attendee is removed. The text alone does not show that a meeting moved and came back, or that a removed occurrence came
back. In both cases all attendees were asked again, and their earlier answers are void. The organizer's ledger therefore
stores the lowest SEQUENCE that still counts, under the organizer's own address.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from televent.ical.itip.parts import Parts, parts_of, sequence_of
from televent.ical.itip.people import addresses, attendees_of
from televent.ical.itip.precedence import Ledger
from televent.ical.itip.rescheduling import rescheduled
from televent.ical.itip.results import MarkRow
from televent.ical.itip.roles import organizer_in
from televent.ical.objects.calendar_text import CalendarText

REMOVED: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""DTSTAMP of a mark that no message made; earlier than every real one."""


def asked_again(
    old: CalendarText | None, new: CalendarText, *, me: Collection[str], dtstamp: datetime
) -> tuple[MarkRow, ...]:
    """The rows to add to the organizer's ledger when *new*, as prepared, replaces *old*.

    *me* are the organizer's addresses; *dtstamp* is that of the messages about the change. Raises IcalError.
    """
    after = parts_of(new)
    organizer = organizer_in(after)
    if old is None or organizer is None or organizer not in addresses(me):
        return ()
    before = parts_of(old)
    rows: list[MarkRow] = _removed(before, after, addresses(me))
    for rid, component in after.items():
        if rescheduled(before, after, rid):
            rows.append((organizer, rid, sequence_of(component), dtstamp))
    for rid in before.overrides:
        if rid not in after.overrides and after.master is not None:
            rows.append((organizer, rid, sequence_of(after.master), dtstamp))
    return tuple(rows)


def made_again(text: CalendarText, floor: int, *, dtstamp: datetime) -> tuple[MarkRow, ...]:
    """The rows to add to the organizer's ledger when a deleted meeting is stored again.

    *floor* is the lowest SEQUENCE of the new text; answers to the deleted meeting do not count. Raises IcalError.
    """
    organizer = organizer_in(parts_of(text))
    return ((organizer, None, floor, dtstamp),) if organizer is not None else ()


def _removed(before: Parts, after: Parts, mine: Collection[str]) -> list[MarkRow]:
    """A row for each attendee who was removed. If they are invited again, they must answer again. An earlier answer
    that arrives late does not count: the CANCEL has raised SEQUENCE."""
    rows: list[MarkRow] = []
    for rid, prior in before.items():
        component = after.get(rid) or after.master
        if component is not None:
            gone = attendees_of(prior).keys() - attendees_of(component).keys() - set(mine)
            rows += [(address, rid, sequence_of(component), REMOVED) for address in sorted(gone)]
    return rows


def counts_from(known: Ledger, organizer: str | None, address: str, rid: str | None) -> int:
    """The lowest SEQUENCE that counts in an answer of *address* to the occurrence *rid*."""
    marks = [known.get((each, organizer)) for each in {rid, None}] if organizer is not None else []
    marks += [mark for each in {rid, None} if (mark := known.get((each, address))) and mark.dtstamp == REMOVED]
    return max((mark.sequence for mark in marks if mark is not None), default=0)
