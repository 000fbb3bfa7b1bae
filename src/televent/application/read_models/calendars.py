"""Which calendars does an account have, and where does each one's counter stand?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from televent.application.read_models.share import Share
from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class PutCalendar:
    tenant: AccountId
    calendar_id: UUID
    name: str
    components: tuple[str, ...]
    props: Mapping[str, str]
    shares: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Who else it is granted to (domain.sharing.grants.state.Grant), by account id."""


@dataclass(frozen=True, slots=True)
class RemoveCalendar:
    """The calendar is marked deleted; its resource rows and tombstones go."""

    tenant: AccountId
    calendar_id: UUID


@dataclass(frozen=True, slots=True)
class ExpectCalendar:
    """Nothing is written: the calendar must stand at this ``seq``, else all of it is a StaleStream."""

    tenant: AccountId
    calendar_id: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """``share`` is set where somebody else than the owner is looking; then ``tenant`` is still the owner, and ``props``
    and ``name`` are as that person sees them."""

    tenant: AccountId
    calendar_id: UUID
    name: str
    seq: int
    floor_seq: int
    components: tuple[str, ...]
    props: Mapping[str, str]
    incarnation: str
    """Which life of the data ``seq`` counts in: another after a restore from a backup."""
    shares: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    share: Share | None = None


class CalendarReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def calendars(self, tenant: AccountId) -> list[CalendarRow]: ...
    def collections(self, tenant: AccountId) -> list[CalendarRow]:
        """The account's calendars, and its inbox among them."""
        ...

    def calendar(self, tenant: AccountId, name: str) -> CalendarRow | None:
        """The calendar of that name; the inbox too is found by its name."""
        ...

    def calendar_of(self, tenant: AccountId, calendar_id: UUID) -> CalendarRow | None: ...
