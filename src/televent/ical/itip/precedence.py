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
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final


class Trust(IntEnum):
    """How far a message is trusted as its attendee's own, from no proof to the strongest (SPEC B5).

    T3: the attendee's account here sent it, or the mail came to the attendee's own token. T2: the sender of the mail is
    proven, and the address is the attendee's. T0: neither. No message has T1, because each of our tokens belongs to one
    attendee.
    """

    T0 = 0
    T2 = 2
    T3 = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """The last message of one calendar user about one occurrence.

    *sequence* and *dtstamp* (UTC; None where the message had none) are those of the message. *cancelled*: the message
    cancelled the occurrence, so that a late message does not restore it. *trust* is a value of :class:`Trust`.
    """

    sequence: int
    dtstamp: datetime | None
    cancelled: bool = False
    trust: int = Trust.T2


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


Row = tuple[str, str | None, int, datetime | None]


def ledger(rows: Iterable[Row | tuple[str, str | None, int, datetime | None, int]]) -> Ledger:
    """The :data:`Ledger` of stored rows: (address, recurrence id, SEQUENCE, DTSTAMP in UTC), and perhaps the trust."""
    return MappingProxyType(
        {(row[1], row[0]): Mark(row[2], row[3], trust=row[4] if len(row) == 5 else Trust.T2) for row in rows}
    )


def rows(ledger: Ledger) -> tuple[Row, ...]:
    """The sorted rows of a ledger, as :func:`ledger` reads them."""
    found = ((address, rid, mark.sequence, mark.dtstamp) for (rid, address), mark in ledger.items())
    return tuple(sorted(found, key=lambda row: (row[0], row[1] or "")))
