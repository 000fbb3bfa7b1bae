"""Decides the commands of a calendar's grants."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never
from uuid import UUID

from televent.domain.sharing.access import MANAGER, READ_WRITE, ROLES
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
from televent.domain.sharing.grants.state import NOBODY, Grants, granted, members
from televent.domain.sharing.refusals import LastManager, TooManySharees

MAX_SHAREES = 200
"""Max sharees of one calendar."""


def decide_sharing(grants: Grants, command: SharingCommand) -> list[SharingEvent]:
    """The facts of a command; none where the grants are already so. Raises TooManySharees, LastManager."""
    before = grants.get(command.sharee, NOBODY)
    match command:
        case ShareCalendar():
            # A sharee who declined is asked again.
            wanted = (command.access, command.summary, command.role)
            same = (before.access, before.summary, before.role) == wanted
            if same and before.status != "declined":
                return []
            if before.access is None and len(granted(grants)) >= MAX_SHAREES:
                raise TooManySharees()
            after = {**grants, command.sharee: replace(before, access=command.access, role=command.role)}
            if _managed(grants) and not _managed(after):
                raise LastManager()
            revision = before.revision + 1
            texts = (command.address, command.name, command.summary)
            return [CalendarShared(command.calendar_id, command.sharee, command.access, revision, *texts, command.role)]
        case WithdrawShare():
            if before.access is None:
                return []
            return _left(grants, command.calendar_id, command.sharee)
        case NoteShareAnswer():
            if before.access is None or command.number <= before.answered:
                return []
            answer = (command.accepted, command.number, command.at)
            answered = ShareAnswered(command.calendar_id, command.sharee, *answer, before.name, command.title)
            # A member who takes the calendar out of their home leaves the team.
            left = _left(grants, command.calendar_id, command.sharee) if before.role and not command.accepted else []
            return [answered, *left]
        case DismissAnswer():
            if before.unseen_at is None or command.number != before.answered:
                return []
            return [AnswerSeen(command.calendar_id, command.sharee, command.number)]
        case _:
            assert_never(command)


def _left(grants: Grants, calendar_id: UUID, sharee: UUID) -> list[SharingEvent]:
    """The facts of somebody's end.

    Where the last manager of a team calendar goes, the first member of the highest role becomes manager: a calendar
    that nobody can manage would be lost to its team.
    """
    facts: list[SharingEvent] = [ShareWithdrawn(calendar_id, sharee, grants[sharee].revision + 1)]
    rest = {each: grant for each, grant in members(grants).items() if each != sharee}
    if rest and _managed(grants) and not _managed(rest):
        heir, grant = max(rest.items(), key=lambda each: ROLES.index(each[1].role))
        texts = (grant.address, grant.name, grant.summary)
        facts.append(CalendarShared(calendar_id, heir, READ_WRITE, grant.revision + 1, *texts, MANAGER))
    return facts


def _managed(grants: Grants) -> bool:
    return any(grant.role == MANAGER for grant in members(grants).values())
