"""The origin of a command: the device, address and program of its client. It is personal, so no fact holds it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

MAX_PROGRAM: Final = 200
"""Max characters of a client's own name (User-Agent) that are kept."""
MAX_DAILY: Final = 500
"""Max origins of a person in a day. Later ones of that day are kept without address and program."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One app of a person. ``device_name``: as the person named it then. ``ip``: as limits count it, an IPv6 address is
    its network. ``user_agent``: what the program says that it is; "" where it says nothing."""

    door: str
    device_id: UUID
    device_name: str
    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device that commands came from, perhaps a revoked one. ``last_day_at``: its first command of its last day."""

    device_id: UUID
    name: str
    last_day_at: datetime


@dataclass(frozen=True, slots=True)
class Touched:
    """An event that a device changed. ``versions``: those of its facts by the device, in their order."""

    stream_id: UUID
    versions: tuple[int, ...]


class Origins(Protocol):
    """Keeps origins. Synchronous; called through threads."""

    def id_of(self, person: AccountId, origin: Origin, now: datetime) -> UUID | None:
        """The id of that origin today, for ``Context.origin``. The first call of a day stores it, the others cost
        nothing. None where the person has no account. Raises Outage."""
        ...

    def known(self, person: AccountId, origin: Origin, now: datetime) -> UUID | None:
        """The id of that origin today, where this process remembers it. It does not block."""
        ...

    def named(self, ids: Collection[tuple[str, UUID]]) -> Mapping[UUID, Origin]:
        """The origins with these ids, each with its actor; those that are forgotten are missing. Raises Outage."""
        ...

    def devices(self, person: AccountId) -> Sequence[KnownDevice]:
        """The devices that commands came from, the one used last first. Raises Outage."""
        ...

    def touched(
        self, person: AccountId, device_id: UUID, since: datetime, topics: Collection[str]
    ) -> Sequence[Touched]:
        """The events in the person's own calendars to which the device added facts with those names (without a
        version) at or after ``since``, in the order of the log. Raises Outage."""
        ...
