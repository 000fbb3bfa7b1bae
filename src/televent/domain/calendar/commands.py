"""The commands of a calendar collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from televent.domain.calendar.team_mail import SettleTeamMail
from televent.domain.sharing.grants.commands import SharingCommand, TeamCommand


@dataclass(frozen=True, slots=True)
class CreateCalendar:
    calendar_id: UUID
    name: str
    components: tuple[str, ...]
    props: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeProperties:
    """``set`` adds or replaces properties, ``remove`` deletes them; a missing one is no error (RFC 4918 §9.2). ``by``:
    the person who must be a manager of the team calendar; None: the owner."""

    calendar_id: UUID
    set: Mapping[str, str]
    remove: frozenset[str]
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class RenameCalendar:
    calendar_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class DeleteCalendar:
    calendar_id: UUID


CalendarCommand = (
    CreateCalendar | ChangeProperties | RenameCalendar | DeleteCalendar | SharingCommand | TeamCommand | SettleTeamMail
)
