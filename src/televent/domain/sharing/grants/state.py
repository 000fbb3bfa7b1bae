"""The grants of one calendar, folded from the facts of its stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from televent.domain.sharing.grants.events import (
    AnswerSeen,
    CalendarShared,
    ShareAnswered,
    ShareWithdrawn,
    SharingEvent,
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One sharee's grant.

    ``access`` None: withdrawn; the grant stays, because its numbers must not start again. ``status``: "noresponse",
    "accepted" or "declined", as in CS:invite. ``unseen_at``: when an answer arrived that the owner has not seen; None:
    there is none. ``role``: that of a member of a team calendar; "" for a sharee.
    """

    access: str | None
    revision: int
    address: str
    name: str
    summary: str
    status: str = "noresponse"
    answered: int = 0
    unseen_at: datetime | None = None
    role: str = ""


Grants = Mapping[UUID, Grant]


NOBODY = Grant(None, 0, "", "", "")


def evolve_grants(grants: Grants, fact: SharingEvent) -> Grants:
    """The grants after one more fact."""
    before = grants.get(fact.sharee)
    match fact:
        case CalendarShared():
            kept = before is not None and before.access is not None and before.status == "accepted"
            status = "accepted" if kept else "noresponse"
            answered = before.answered if before is not None else 0
            # A new offer to a sharee who has not accepted needs a new answer; the earlier answer no longer counts.
            unseen = before.unseen_at if before is not None and kept else None
            texts = (fact.address, fact.name, fact.summary)
            status = "accepted" if fact.role else status
            grant = Grant(fact.access, fact.revision, *texts, status, answered, unseen, fact.role)
        case ShareWithdrawn():
            grant = replace(before or NOBODY, access=None, revision=fact.revision, unseen_at=None)
        case ShareAnswered():
            status = "accepted" if fact.accepted else "declined"
            grant = replace(before or NOBODY, status=status, answered=fact.number, unseen_at=fact.at)
        case AnswerSeen():
            grant = replace(before or NOBODY, unseen_at=None)
        case _:
            assert_never(fact)
    return {**grants, fact.sharee: grant}


def members(grants: Grants) -> dict[UUID, Grant]:
    """The members of a team calendar, those first who came first; none of a calendar that is shared by its owner."""
    return {sharee: grant for sharee, grant in granted(grants).items() if grant.role}


def granted(grants: Grants) -> dict[UUID, Grant]:
    """The grants that are not withdrawn."""
    return {sharee: grant for sharee, grant in grants.items() if grant.access is not None}
