"""Decides which of two messages is the later one: RFC 5546 §2.1.5, SPEC B6.

A :data:`Ledger` has, for each occurrence (None: the master) and each calendar user, the SEQUENCE and DTSTAMP of
that user's last message that was applied. In an attendee's copy the only user is the organizer. In the organizer's copy
the users are the attendees. The ledger is stored beside the text, not in it: an attendee's client may rewrite DTSTAMP
(RFC 6638 §3.2.2.1, 9), so the text alone cannot tell stale from new.
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
    """The last message of one calendar user about one occurrence.

    *sequence* and *dtstamp* (UTC; None where the message had none) are those of the message. *cancelled*: the message
    cancelled the occurrence, so that a late message does not restore it.
    """

    sequence: int
    dtstamp: datetime | None
    cancelled: bool = False


Ledger = Mapping[tuple[str | None, str], Mark]
"""(recurrence id or None for the master, normalised address) → :class:`Mark`. Never changed in place."""

EMPTY: Final[Ledger] = MappingProxyType({})


class Verdict(Enum):
    """The order of a message relative to the last one applied."""

    NEWER = "newer"
    SAME = "same"
    """The same SEQUENCE and DTSTAMP: a duplicate, unless its content differs (SPEC B6)."""
    STALE = "stale"


def judge(known: Mark | None, sequence: int, dtstamp: datetime | None) -> Verdict:
    """Compares a message of *sequence* and *dtstamp* with *known*, the last one applied.

    After a cancellation a later DTSTAMP is enough. RFC 5546 §2.1.4 raises SEQUENCE with a CANCEL, but an organizer who
    invites the same person again sends the number of the organizer's own copy.
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
    """The sorted rows of a ledger, as :func:`ledger` reads them."""
    found = ((address, rid, mark.sequence, mark.dtstamp) for (rid, address), mark in ledger.items())
    return tuple(sorted(found, key=lambda row: (row[0], row[1] or "")))
