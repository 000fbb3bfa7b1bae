"""Who else may see or change a calendar: facts, state, commands and refusals of its owner's stream.

The owner's stream alone says what is granted; what the other person makes of it stands in ``mount``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

from televent.domain.personal import Personal
from televent.domain.refusal import Refusal

READ = "read"
READ_WRITE = "read-write"
BUSY = "read-free-busy"
ACCESS = (BUSY, READ, READ_WRITE)
"""What can be granted, the least first: when the owner is busy (RFC 4791 §6.1.1), what there is, and to change it."""

MAX_SHAREES = 200


@dataclass(frozen=True, slots=True)
class CalendarShared:
    """Granted to somebody, or granted otherwise than before. ``revision`` counts what that person was told of this
    calendar, withdrawals too: what comes late is known by it."""

    calendar_id: UUID
    sharee: UUID
    access: str
    revision: int
    address: Personal[str]
    name: Personal[str]
    summary: Personal[str]


@dataclass(frozen=True, slots=True)
class ShareWithdrawn:
    calendar_id: UUID
    sharee: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class ShareAnswered:
    """What the other person said to it; ``number`` counts his answers. ``at``: when it reached the owner, who is told
    of it; None in facts from before that was noted."""

    calendar_id: UUID
    sharee: UUID
    accepted: bool
    number: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """The owner's calendar app has shown him what the other person said."""

    calendar_id: UUID
    sharee: UUID
    number: int


SharingEvent = CalendarShared | ShareWithdrawn | ShareAnswered | AnswerSeen


@dataclass(frozen=True, slots=True)
class Grant:
    """``access`` None: withdrawn, and remembered for its numbers. ``status`` in the words of CS:invite. ``unseen_at``:
    when the answer came that the owner has not seen yet; None: there is none."""

    access: str | None
    revision: int
    address: str
    name: str
    summary: str
    status: str = "noresponse"
    answered: int = 0
    unseen_at: datetime | None = None


Grants = Mapping[UUID, Grant]


def evolve_grants(grants: Grants, fact: SharingEvent) -> Grants:
    """The grants after one more fact."""
    before = grants.get(fact.sharee)
    match fact:
        case CalendarShared():
            kept = before is not None and before.access is not None and before.status == "accepted"
            status = "accepted" if kept else "noresponse"
            answered = before.answered if before is not None else 0
            # Who is asked anew has not answered that yet: what he said before is of no use any more.
            unseen = before.unseen_at if before is not None and kept else None
            grant = Grant(fact.access, fact.revision, fact.address, fact.name, fact.summary, status, answered, unseen)
        case ShareWithdrawn():
            grant = replace(before or _NOBODY, access=None, revision=fact.revision, unseen_at=None)
        case ShareAnswered():
            status = "accepted" if fact.accepted else "declined"
            grant = replace(before or _NOBODY, status=status, answered=fact.number, unseen_at=fact.at)
        case AnswerSeen():
            grant = replace(before or _NOBODY, unseen_at=None)
        case _:
            assert_never(fact)
    return {**grants, fact.sharee: grant}


_NOBODY = Grant(None, 0, "", "", "")


@dataclass(frozen=True, slots=True)
class ShareCalendar:
    calendar_id: UUID
    sharee: UUID
    access: str
    address: str
    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class WithdrawShare:
    calendar_id: UUID
    sharee: UUID


@dataclass(frozen=True, slots=True)
class NoteShareAnswer:
    calendar_id: UUID
    sharee: UUID
    accepted: bool
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DismissAnswer:
    """``number``: the answer that was seen. A later one stays."""

    calendar_id: UUID
    sharee: UUID
    number: int


SharingCommand = ShareCalendar | WithdrawShare | NoteShareAnswer | DismissAnswer


class UnknownSharee(Refusal):
    """There is nobody of that name here to share a calendar with."""


class TooManySharees(Refusal):
    """The calendar is shared with two hundred people already."""


class NotShared(Refusal):
    """This calendar is not shared with you."""


class ReadOnlyShare(Refusal):
    """This calendar is shared with you for reading only."""


class MeetingStays(Refusal):
    """A meeting stays in the calendar of the one who takes part in it."""


class HiddenFromSharees(Refusal):
    """Private and confidential events belong to the calendar's owner alone."""


def decide_sharing(grants: Grants, command: SharingCommand) -> list[SharingEvent]:
    """What happens; the same command on its own result yields nothing. Raises Refusal."""
    before = grants.get(command.sharee, _NOBODY)
    match command:
        case ShareCalendar():
            # Who has declined is asked again.
            same = (before.access, before.summary) == (command.access, command.summary)
            if same and before.status != "declined":
                return []
            if before.access is None and len(granted(grants)) >= MAX_SHAREES:
                raise TooManySharees()
            revision = before.revision + 1
            told = (command.address, command.name, command.summary)
            return [CalendarShared(command.calendar_id, command.sharee, command.access, revision, *told)]
        case WithdrawShare():
            if before.access is None:
                return []
            return [ShareWithdrawn(command.calendar_id, command.sharee, before.revision + 1)]
        case NoteShareAnswer():
            if before.access is None or command.number <= before.answered:
                return []
            return [ShareAnswered(command.calendar_id, command.sharee, command.accepted, command.number, command.at)]
        case DismissAnswer():
            if before.unseen_at is None or command.number != before.answered:
                return []
            return [AnswerSeen(command.calendar_id, command.sharee, command.number)]
        case _:
            assert_never(command)


def granted(grants: Grants) -> dict[UUID, Grant]:
    """Those that hold."""
    return {sharee: grant for sharee, grant in grants.items() if grant.access is not None}


def share_id(calendar_id: UUID, sharee: UUID) -> UUID:
    """The name of one calendar's being shared with one person, the same however often it is withdrawn and granted."""
    return uuid5(calendar_id, str(sharee))
