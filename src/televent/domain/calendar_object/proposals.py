"""Proposals of another time (RFC 5546 §3.2.7): the facts, the commands, and a proposal as the state has it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from televent.domain.calendar_object.details import Details, Occurrence
from televent.domain.personal import Personal

KEY_LENGTH = 10
"""Characters of the key that names a proposal."""


@dataclass(frozen=True, slots=True)
class ProposeTime:
    """Propose another time to the organizer. ``owner``: the attendee's addresses.

    ``recurrence_id`` None: for an event that does not repeat. ``end`` is exclusive. ``place`` None: the event's own.
    """

    owner: frozenset[str]
    recurrence_id: str | None
    start: datetime | date
    end: datetime | date
    place: str | None
    comment: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class AcceptProposal:
    """Move the organizer's event to the proposed time. ``proposal``: its key. ``owner``: the organizer's addresses."""

    owner: frozenset[str]
    proposal: str
    now: datetime


@dataclass(frozen=True, slots=True)
class DeclineProposal:
    """Keep the organizer's event as it is, and tell the attendee. ``proposal``: its key."""

    owner: frozenset[str]
    proposal: str
    comment: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class TimeProposed:
    """The owner of this copy, an attendee, proposes another time or place to the organizer.

    ``sequence`` and ``dtstamp`` are those of the COUNTER. ``was`` is the event in this copy, ``now`` the proposed one.
    """

    attendee: Personal[str]
    recurrence_id: str | None
    sequence: int
    dtstamp: datetime
    occurrence: Personal[Occurrence | None]
    was: Personal[Details | None]
    now: Personal[Details | None]
    comment: Personal[str | None]


@dataclass(frozen=True, slots=True)
class ProposalAnswered:
    """The owner of this copy, the organizer, accepted or declined an attendee's proposal.

    ``dtstamp``: that of the DECLINECOUNTER; None where the proposal was accepted.
    """

    attendee: Personal[str]
    name: Personal[str | None]
    recurrence_id: str | None
    accepted: bool
    dtstamp: datetime | None
    occurrence: Personal[Occurrence | None]
    was: Personal[Details | None]
    now: Personal[Details | None]
    comment: Personal[str | None]


@dataclass(frozen=True, slots=True)
class ProposalAnswerReceived:
    """The organizer accepted or declined the proposal of this copy's owner.

    ``accepted``: the organizer moved the event to the proposed time. Else a DECLINECOUNTER of ``dtstamp`` came, perhaps
    with a ``comment``.
    """

    attendee: Personal[str]
    recurrence_id: str | None
    accepted: bool
    dtstamp: datetime | None
    organizer: Personal[str]
    organizer_name: Personal[str | None]
    occurrence: Personal[Occurrence | None]
    was: Personal[Details | None]
    now: Personal[Details | None]
    comment: Personal[str | None]


@dataclass(frozen=True, slots=True)
class Proposed:
    """The newest proposal of one attendee for one occurrence, in the organizer's copy or in the attendee's own.

    ``trust``: how far the message was trusted. ``outdated``: it answered an older version of the event when it came.
    ``answer`` None: the organizer has not decided.
    """

    attendee: str
    recurrence_id: str | None
    sequence: int
    dtstamp: datetime
    was: Details | None
    now: Details | None
    name: str | None = None
    comment: str | None = None
    trust: int = 3
    outdated: bool = False
    answer: Literal["accepted", "declined"] | None = None
    refused: datetime | None = None
    """DTSTAMP of the last refusal that came, of this proposal or of an earlier one in its place."""

    @property
    def key(self) -> str:
        """The key that names this proposal, and no later one of the same attendee."""
        return proposal_key(self.attendee, self.recurrence_id, self.dtstamp)


def proposal_key(attendee: str, recurrence_id: str | None, dtstamp: datetime) -> str:
    """The key of a proposal: a short hash, the same in every process. ``dtstamp``: that of the COUNTER."""
    named = f"{attendee}\n{recurrence_id or ''}\n{dtstamp.isoformat()}"
    return hashlib.sha256(named.encode()).hexdigest()[:KEY_LENGTH]
