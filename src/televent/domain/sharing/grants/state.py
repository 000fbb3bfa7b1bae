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
    there is none. ``role``: that of a member of a team calendar; "" for a sharee. ``began``: the revision of the first
    offer since there was none. ``again_at``: membership is not offered again before that time.
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
    began: int = 0
    again_at: datetime | None = None


Grants = Mapping[UUID, Grant]


NOBODY = Grant(None, 0, "", "", "")


def evolve_grants(grants: Grants, fact: SharingEvent) -> Grants:
    """The grants after one more fact."""
    before = grants.get(fact.sharee)
    match fact:
        case CalendarShared():
            held = before is not None and before.access is not None
            kept = before is not None and held and before.status == "accepted"
            agreed = bool(fact.role) if fact.agreed is None else fact.agreed
            status = "accepted" if kept or agreed else "noresponse"
            number = before.answered if before is not None else 0
            # A new offer to a sharee who has not accepted needs a new answer; the earlier answer no longer counts.
            unseen = before.unseen_at if before is not None and kept else None
            texts = (fact.address, fact.name, fact.summary)
            began = before.began if before is not None and held else fact.revision
            grant = Grant(fact.access, fact.revision, *texts, status, number, unseen, fact.role, began)
        case ShareWithdrawn():
            gone = replace(before or NOBODY, access=None, revision=fact.revision, unseen_at=None)
            grant = replace(gone, again_at=fact.again_at)
        case ShareAnswered():
            status = "accepted" if fact.accepted else "declined"
            answered = replace(before or NOBODY, status=status, answered=fact.number, unseen_at=fact.at)
            grant = replace(answered, again_at=fact.again_at)
        case AnswerSeen():
            grant = replace(before or NOBODY, unseen_at=None)
        case _:
            assert_never(fact)
    return {**grants, fact.sharee: grant}


def members(grants: Grants) -> dict[UUID, Grant]:
    """The members of a team calendar, those first who came first; none of a calendar that is shared by its owner.
    Somebody who has not accepted is no member."""
    return {sharee: grant for sharee, grant in granted(grants).items() if grant.role and grant.status == "accepted"}


def granted(grants: Grants) -> dict[UUID, Grant]:
    """The grants that are not withdrawn."""
    return {sharee: grant for sharee, grant in grants.items() if grant.access is not None}
