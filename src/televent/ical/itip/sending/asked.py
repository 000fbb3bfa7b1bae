"""Which answers an organizer's change makes void, though the text does not tell: RFC 6638 §3.2.8, RFC 5546 §2.1.4.

An answer to an older version counts where its time still stands (answers.py), for SEQUENCE also rises when somebody
else is removed. But a meeting may have moved and come back, or got an occurrence back: everybody was asked anew, and
what was said before is no answer to that. So the organizer's ledger remembers, under his own address, below which
SEQUENCE no answer counts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from televent.ical.itip.changes import rescheduled
from televent.ical.itip.parts import Parts, occurrence, parts_of, sequence_of
from televent.ical.itip.people import addresses, attendees_of
from televent.ical.itip.precedence import Ledger
from televent.ical.itip.results import MarkRow
from televent.ical.itip.roles import organizer_in
from televent.ical.objects.calendar_text import CalendarText

REMOVED: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The DTSTAMP of a mark that nobody's message made: before any other."""


def asked_anew(
    old: CalendarText | None, new: CalendarText, *, me: Collection[str], dtstamp: datetime
) -> tuple[MarkRow, ...]:
    """What the organizer's ledger has to learn when *new*, as prepared, takes the place of *old*. Raises IcalError."""
    after = parts_of(new)
    organizer = organizer_in(after)
    if old is None or organizer is None or organizer not in addresses(me):
        return ()
    before = parts_of(old)
    rows: list[MarkRow] = _removed(before, after, addresses(me))
    for rid, component in after.items():
        prior = before.get(rid) or (occurrence(before, rid) if rid is not None else None)
        if prior is not None and rescheduled(before, prior, after, component):
            rows.append((organizer, rid, sequence_of(component), dtstamp))
    for rid in before.overrides:
        if rid not in after.overrides and after.master is not None:
            rows.append((organizer, rid, sequence_of(after.master), dtstamp))
    return tuple(rows)


def made_again(text: CalendarText, floor: int, *, dtstamp: datetime) -> tuple[MarkRow, ...]:
    """The same for a meeting that was deleted and is stored again, with no SEQUENCE below *floor*: what was said to the
    one before is no answer to this. Raises IcalError."""
    organizer = organizer_in(parts_of(text))
    return ((organizer, None, floor, dtstamp),) if organizer is not None else ()


def _removed(before: Parts, after: Parts, mine: Collection[str]) -> list[MarkRow]:
    """Those who are not asked any more. Asked again, they are to answer again, and an answer of before that is still
    under way is none to that: the CANCEL has raised SEQUENCE."""
    rows: list[MarkRow] = []
    for rid, prior in before.items():
        component = after.get(rid) or after.master
        if component is not None:
            gone = attendees_of(prior).keys() - attendees_of(component).keys() - set(mine)
            rows += [(address, rid, sequence_of(component), REMOVED) for address in sorted(gone)]
    return rows


def counts_from(known: Ledger, organizer: str | None, address: str, rid: str | None) -> int:
    """The lowest SEQUENCE that an answer of *address* to *rid* must be to."""
    marks = [known.get((each, organizer)) for each in {rid, None}] if organizer is not None else []
    marks += [mark for each in {rid, None} if (mark := known.get((each, address))) and mark.dtstamp == REMOVED]
    return max((mark.sequence for mark in marks if mark is not None), default=0)
