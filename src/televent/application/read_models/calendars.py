"""The read model of an account's calendars and their sync counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from televent.application.read_models.counters import Counter, Moment
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
    """The grants (domain.sharing.grants.state.Grant), by the sharee's account id."""


@dataclass(frozen=True, slots=True)
class RemoveCalendar:
    """Marks the calendar as deleted, and deletes its resource rows and tombstones."""

    tenant: AccountId
    calendar_id: UUID


@dataclass(frozen=True, slots=True)
class ExpectCalendar:
    """Writes nothing. The transaction raises StaleStream if the calendar has changed since ``moment``."""

    tenant: AccountId
    calendar_id: UUID
    moment: Moment


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar. ``share`` is set where a sharee reads it.

    ``tenant`` is the owner in both cases. ``props`` and ``name`` are then the sharee's.
    """

    tenant: AccountId
    calendar_id: UUID
    name: str
    seq: int
    floor_seq: int
    components: tuple[str, ...]
    props: Mapping[str, str]
    run: str
    """The run in which the counter got the value ``seq``."""
    began: int
    """The first value of that run."""
    server: int
    """The start of PostgreSQL that answered (server_start)."""
    shares: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    share: Share | None = None

    @property
    def moment(self) -> Moment:
        """The state of the calendar's members."""
        return Moment(self.run, self.seq)

    @property
    def counter(self) -> Counter:
        """The counter of the calendar's members."""
        return Counter(self.tenant, self.calendar_id, self.moment, self.began)


class CalendarReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def calendars(self, tenant: AccountId) -> list[CalendarRow]: ...
    def collections(self, tenant: AccountId) -> list[CalendarRow]:
        """The account's calendars and its inbox."""
        ...

    def calendar(self, tenant: AccountId, name: str) -> CalendarRow | None:
        """The calendar, or inbox, of that name."""
        ...

    def calendar_of(self, tenant: AccountId, calendar_id: UUID) -> CalendarRow | None: ...
