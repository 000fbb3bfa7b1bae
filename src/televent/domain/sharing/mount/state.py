"""A mount: whether the sharee accepted a shared calendar, and which properties the sharee set on it.

The mount is a stream of the sharee's account. The calendar's own stream alone decides whether access is still granted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from televent.domain.sharing.mount.events import (
    MountEvent,
    MountPropertiesChanged,
    NoticeDismissed,
    OwnerForgotten,
    ShareAccepted,
    ShareDeclined,
    ShareEnded,
    ShareOffered,
)


@dataclass(frozen=True, slots=True)
class Mount:
    """The state of a mount.

    ``status``: "" before the first fact, then "offered", "accepted", "declined" or "ended". ``notice``: the status that
    a notification shows until the sharee dismisses it; "": there is no notification.
    """

    status: str = ""
    share_id: UUID | None = None
    owner: UUID | None = None
    calendar_id: UUID | None = None
    access: str = ""
    revision: int = 0
    number: int = 0
    title: str = ""
    owner_name: str = ""
    summary: str = ""
    notice: str = ""
    props: Mapping[str, str] = field(default_factory=dict)
    role: str = ""


def evolve(state: Mount, fact: MountEvent) -> Mount:
    """The mount after one more fact."""
    match fact:
        case ShareOffered():
            status = "accepted" if fact.accepted else "offered"
            return replace(
                state,
                status=status,
                share_id=fact.share_id,
                owner=fact.owner,
                calendar_id=fact.calendar_id,
                access=fact.access,
                revision=fact.revision,
                title=fact.title,
                owner_name=fact.owner_name,
                summary=fact.summary,
                notice=status,
                role=fact.role,
            )
        case ShareEnded():
            return replace(state, status="ended", revision=fact.revision, notice="ended")
        case ShareAccepted():
            return replace(state, status="accepted", number=fact.number, notice="")
        case ShareDeclined():
            return replace(state, status="declined", number=fact.number, notice="")
        case MountPropertiesChanged():
            return replace(state, props=fact.props)
        case NoticeDismissed():
            return replace(state, notice="")
        case OwnerForgotten():
            return replace(state, status="ended", notice="", title="", owner_name="", summary="")
        case _:
            assert_never(fact)
