"""Shares of calendars as JSON, for the owner and for the sharee."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from televent.adapters.rest.mapping.calendars import Role, role_of
from televent.adapters.rest.mapping.shapes import Email
from televent.application.read_models.shares import MountRow

Access = Literal["read-free-busy", "read", "read-write"]


class NewShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who gets access. ``message``: a line for them."""

    email: Email
    access: Access
    message: Annotated[str, Meta(max_length=256, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")] = ""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has access. ``status``: "noresponse", "accepted" or "declined"."""

    person_id: UUID
    email: str
    access: str
    status: str


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar that somebody shares with the person. ``access`` null: the owner has taken it back. ``team_role``:
    that of the member of a team calendar, or of somebody who is invited; null for other calendars."""

    id: UUID
    calendar_id: UUID
    name: str
    owner_name: str
    access: str | None
    status: str
    message: str
    offered_at: datetime
    team_role: Role | None


class ShareAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``accept`` false declines, or leaves a calendar that was accepted."""

    accept: bool


def shares_of(grants: Any) -> list[Share]:
    """The grants of a calendar's row."""
    return [
        Share(
            person_id=UUID(sharee),
            email=str(grant["address"]),
            access=str(grant["access"]),
            status=str(grant["status"]),
        )
        for sharee, grant in sorted(grants.items())
        if grant["access"] is not None
    ]


def offer_of(row: MountRow) -> Offer:
    """One share in the sharee's account."""
    return Offer(
        id=row.share_id,
        calendar_id=row.calendar_id,
        name=row.title,
        owner_name=row.owner_name,
        access=row.held,
        status=row.status,
        message=row.summary,
        offered_at=row.noticed_at,
        team_role=role_of(row.role),
    )
