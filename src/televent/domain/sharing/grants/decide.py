"""Decides the commands of a calendar's grants."""

from __future__ import annotations

from typing import assert_never

from televent.domain.sharing.grants.commands import (
    DismissAnswer,
    NoteShareAnswer,
    ShareCalendar,
    SharingCommand,
    WithdrawShare,
)
from televent.domain.sharing.grants.events import (
    AnswerSeen,
    CalendarShared,
    ShareAnswered,
    ShareWithdrawn,
    SharingEvent,
)
from televent.domain.sharing.grants.state import NOBODY, Grants, granted
from televent.domain.sharing.grants.team import AFTER_DECLINE, left
from televent.domain.sharing.refusals import TooManySharees

MAX_SHAREES = 200
"""Max sharees of one calendar."""


def decide_sharing(grants: Grants, command: SharingCommand) -> list[SharingEvent]:
    """The facts of a command; none where the grants are already so. Raises TooManySharees."""
    before = grants.get(command.sharee, NOBODY)
    match command:
        case ShareCalendar():
            # A sharee who declined is asked again.
            same = (before.access, before.summary) == (command.access, command.summary)
            if same and before.status != "declined":
                return []
            if before.access is None and len(granted(grants)) >= MAX_SHAREES:
                raise TooManySharees()
            texts = (command.address, command.name, command.summary)
            return [CalendarShared(command.calendar_id, command.sharee, command.access, before.revision + 1, *texts)]
        case WithdrawShare():
            if before.access is None:
                return []
            if before.role:
                return left(grants, command.calendar_id, command.sharee)
            return [ShareWithdrawn(command.calendar_id, command.sharee, before.revision + 1)]
        case NoteShareAnswer():
            if before.access is None or command.number <= before.answered:
                return []
            answer = (command.accepted, command.number, command.at, before.name, command.title)
            declines = bool(before.role) and not command.accepted
            leaves = declines and before.status == "accepted"
            again_at = command.at + AFTER_DECLINE if declines and not leaves else None
            answered = ShareAnswered(command.calendar_id, command.sharee, *answer, again_at)
            # A member who takes the calendar out of their home leaves the team.
            return [answered, *(left(grants, command.calendar_id, command.sharee) if leaves else [])]
        case DismissAnswer():
            if before.unseen_at is None or command.number != before.answered:
                return []
            return [AnswerSeen(command.calendar_id, command.sharee, command.number)]
        case _:
            assert_never(command)
