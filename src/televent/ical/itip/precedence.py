"""Which of two messages is the later one: RFC 5546 §2.1.5, SPEC B6.

A :data:`Ledger` remembers, for each occurrence (None: the master) and each calendar user, the SEQUENCE and
DTSTAMP of the last message of his that was applied. In an attendee's copy the only user is the organizer; in
the organizer's copy they are the attendees. It lives beside the text, not in it: an attendee's client may
rewrite DTSTAMP as it likes (RFC 6638 §3.2.2.1, 9), so the text alone cannot tell stale from new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Mark:
    """The last word of one calendar user on one occurrence.

    *sequence* and *dtstamp* (UTC; None where the message had none) are those of his message; *cancelled* says
    that it took the occurrence away, so that a late letter does not bring it back.
    """

    sequence: int
    dtstamp: datetime | None
    cancelled: bool = False


Ledger = Mapping[tuple[str | None, str], Mark]
"""(recurrence id or None for the master, normalised address) → :class:`Mark`. Never changed in place."""

EMPTY: Final[Ledger] = MappingProxyType({})


class Verdict(Enum):
    """How a message stands to what was applied before it."""

    NEWER = "newer"
    SAME = "same"
    """The same SEQUENCE and DTSTAMP: a duplicate, unless its content differs (SPEC B6)."""
    STALE = "stale"


def judge(known: Mark | None, sequence: int, dtstamp: datetime | None) -> Verdict:
    """How a message of *sequence* and *dtstamp* stands to *known*, the last one applied.

    After a cancellation a later DTSTAMP is enough: RFC 5546 §2.1.4 has CANCEL raise SEQUENCE, but an organizer
    who then asks the same person again sends the number that his own copy has.
    """
    if known is None:
        return Verdict.NEWER
    if known.dtstamp is None or dtstamp is None:
        later: int = (sequence > known.sequence) - (sequence < known.sequence)
        if later == 0 and (known.dtstamp is None) != (dtstamp is None):
            later = 1
    elif known.cancelled and dtstamp != known.dtstamp:
        later = 1 if dtstamp > known.dtstamp else -1
    else:
        mine, theirs = (sequence, dtstamp), (known.sequence, known.dtstamp)
        later = (mine > theirs) - (mine < theirs)
    return (Verdict.STALE, Verdict.SAME, Verdict.NEWER)[later + 1]


def ledger(rows: Iterable[tuple[str, str | None, int, datetime | None]]) -> Ledger:
    """The :data:`Ledger` of stored rows: (address, recurrence id, SEQUENCE, DTSTAMP in UTC)."""
    return MappingProxyType({(rid, address): Mark(sequence, sent) for address, rid, sequence, sent in rows})


def rows(ledger: Ledger) -> tuple[tuple[str, str | None, int, datetime | None], ...]:
    """What :func:`ledger` reads, sorted."""
    found = ((address, rid, mark.sequence, mark.dtstamp) for (rid, address), mark in ledger.items())
    return tuple(sorted(found, key=lambda row: (row[0], row[1] or "")))
