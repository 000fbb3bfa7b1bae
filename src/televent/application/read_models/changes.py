"""The log as a stream of changes (ADR 87): facts in the order of positions, without their personal fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from televent.application.read_models.calendars import CalendarRow
from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A fact that changes what somebody sees. ``cursor`` names its place in this history of the log; ``kind`` is its
    stored name without the version; ``fields``: the open fields of facts that name calendars or people."""

    position: int
    cursor: str
    tenant: AccountId
    stream_id: UUID
    version: int
    kind: str
    actor: str
    door: str
    at: datetime
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Facts in the order of positions. ``upto``: the position up to which all were read, and none can be added any
    more. ``more``: there are later ones that can be read now. ``held_back``: there are some that may not be read yet,
    because an older transaction still runs."""

    changes: list[LoggedChange]
    upto: int
    more: bool
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class PresentEvent:
    """Where an event is now, or was last. ``etag`` is that of the owner's text."""

    calendar_id: UUID
    href: str
    etag: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class SeenCalendar:
    """A shared calendar, and the position of the fact since which the sharee has it as it is."""

    calendar: CalendarRow
    since: int


class ChangeReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip and raises Outage."""

    def newest(self) -> tuple[int, str]:
        """The position up to which nothing can be added any more, and the cursor of the newest fact up to it."""
        ...

    def position_of(self, cursor: str) -> int | None:
        """The position that a cursor names; None where this history of the log has no such fact."""
        ...

    def logged(self, after: int, limit: int) -> ChangePage:
        """The next facts of all accounts."""
        ...

    def logged_of(self, tenants: Sequence[AccountId], after: int, upto: int, limit: int) -> ChangePage:
        """The next facts of these accounts, up to the position ``upto``, which must be one that was read."""
        ...

    def present(self, events: Collection[tuple[AccountId, UUID]]) -> dict[tuple[AccountId, UUID], PresentEvent]:
        """Where these events are now, by account and stream; without those that never were in a calendar."""
        ...

    def came_from(self, moved: Sequence[LoggedChange]) -> dict[int, UUID]:
        """The calendars from which events were moved, by the position of the move."""
        ...

    def were_in(self, changes: Sequence[LoggedChange]) -> dict[int, UUID]:
        """The calendars of events that were moved later, by the position of the change; without those that were not."""
        ...

    def shared_with(self, tenants: Collection[AccountId]) -> dict[AccountId, list[SeenCalendar]]:
        """The calendars that these accounts have accepted and are still granted; the key of one without is missing."""
        ...
