"""Which answers an organizer's change makes void, though the text does not tell: RFC 6638 §3.2.8, RFC 5546 §2.1.4.

An answer to an older version counts where its time still stands (answers.py), for SEQUENCE also rises when somebody
else is removed. But a meeting may have moved and come back, or got an occurrence back: everybody was asked anew, and
what was said before is no answer to that. So the organizer's ledger remembers, under his own address, below which
SEQUENCE no answer counts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from televent.ical.itip.changes import rescheduled
from televent.ical.itip.parts import occurrence, read_parts, sequence_of
from televent.ical.itip.people import addresses
from televent.ical.itip.precedence import Ledger
from televent.ical.itip.results import MarkRow
from televent.ical.itip.roles import organizer_in


def asked_anew(old: bytes | None, new: bytes, *, me: Collection[str], dtstamp: datetime) -> tuple[MarkRow, ...]:
    """What the organizer's ledger has to learn when *new*, as prepared, takes the place of *old*. Raises IcalError."""
    after = read_parts(new)
    organizer = organizer_in(after)
    if old is None or organizer is None or organizer not in addresses(me):
        return ()
    before = read_parts(old)
    rows: list[MarkRow] = []
    for rid, component in after.items():
        prior = before.get(rid) or (occurrence(before, rid) if rid is not None else None)
        if prior is not None and rescheduled(before, prior, after, component):
            rows.append((organizer, rid, sequence_of(component), dtstamp))
    for rid in before.overrides:
        if rid not in after.overrides and after.master is not None:
            rows.append((organizer, rid, sequence_of(after.master), dtstamp))
    return tuple(rows)


def counts_from(known: Ledger, organizer: str | None, rid: str | None) -> int:
    """The lowest SEQUENCE that an answer to *rid* must be to."""
    marks = (known.get((each, organizer)) for each in {rid, None}) if organizer is not None else ()
    return max((mark.sequence for mark in marks if mark is not None), default=0)
