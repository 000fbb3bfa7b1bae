"""Team calendars as JSON."""

from __future__ import annotations

from typing import Annotated, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from televent.adapters.rest.mapping.calendars import (
    Colour,
    Name,
    Role,
    Text,
    colour_in,
    description_in,
    role_of,
    zone_in,
)
from televent.adapters.rest.mapping.shapes import Email, ZoneName
from televent.application.use_cases.teams import team_calendars as use_cases

Status = Literal["member", "invited", "declined"]


class NewMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is invited, or a member who gets another role."""

    email: Email
    role: Role = "writer"


class NewRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The role that a member gets."""

    role: Role


class TeamFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The values of a team calendar for all members. A field that is not there stays as it is; null removes a value."""

    name: Name | UnsetType = UNSET
    colour: Colour | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    time_zone: ZoneName | UnsetType | None = UNSET


class NewTeamCalendar(TeamFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new team calendar. ``members``: who is invited by the person, who is its manager."""

    name: Name
    members: Annotated[tuple[NewMember, ...], Meta(max_length=50)] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member, or somebody who is invited. ``email``: the address by which they were added, for managers; null for
    others. ``status``: only managers see others than members."""

    person_id: UUID
    name: str
    email: str | None
    role: Role
    status: Status


class TeamCalendar(msgspec.Struct, frozen=True, kw_only=True):
    """A team calendar. ``id``: that of the calendar, also in `GET /api/calendars`. ``role``: the person's own.
    ``waiting_mails``: how many mails to the team nothing proves, and no manager has decided about; null for others than
    managers."""

    id: UUID
    name: str
    colour: str
    description: str
    time_zone: str | None
    role: Role
    members: tuple[Member, ...]
    waiting_mails: int | None


def team_json(found: use_cases.TeamCalendar) -> TeamCalendar:
    """The team calendar as one member sees it."""
    row = found.row
    return TeamCalendar(
        id=row.calendar_id,
        name=use_cases.team_title(found),
        colour=colour_in(row),
        description=description_in(row),
        time_zone=zone_in(row),
        role=role_of(found.role) or "reader",
        members=tuple(
            Member(
                person_id=each.person,
                name=each.name,
                email=each.address or None,
                role=role_of(each.role) or "reader",
                status=next(known for known in get_args(Status) if known == each.status),
            )
            for each in found.members
        ),
        waiting_mails=found.waiting_mails,
    )
