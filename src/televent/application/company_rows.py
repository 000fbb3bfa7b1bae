"""When a person is busy, whom he lets ask, and with whom he has to do: what is written and read of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class PutFreeBusy:
    """Who may ask when the person is busy (domain.free_busy)."""

    tenant: AccountId
    audience: str
    people: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class KeepCompany:
    """Who stands in a meeting with its owner: ``anew``, those who did before do no longer."""

    tenant: AccountId
    stream_id: UUID
    anew: bool
    come: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BusyRows:
    """Busy time as the index knows it. ``periods``: (start, end, FBTYPE), instants. ``floats``: the same on the
    clocks of a zone, written as if in UTC. ``unclear``: the names of objects whose text must be read."""

    periods: Sequence[tuple[datetime, datetime, str]]
    floats: Sequence[tuple[datetime, datetime, str]]
    unclear: Sequence[str]


class CompanyReads(Protocol):
    """The part of ports.Reads about it."""

    def busy(
        self,
        tenant: AccountId,
        calendar_id: UUID,
        start: datetime,
        end: datetime,
        zone: tzinfo,
        *,
        without: str | None = None,
    ) -> BusyRows:
        """What events make of [start, end), but for those of the UID ``without``; periods reach no further."""
        ...

    def open_to(
        self, asker: AccountId, addresses: Sequence[str], asked: Sequence[AccountId], unsaid: str
    ) -> frozenset[AccountId]:
        """Those of ``asked`` who let the asker, who has these addresses, ask when they are busy. ``unsaid``: the
        audience of those who have said nothing."""
        ...

    def met(self, tenant: AccountId, addresses: Sequence[str]) -> frozenset[str]:
        """Those of the addresses that the person has live meetings with, of his making or his will."""
        ...

    def company(self, tenant: AccountId) -> list[str]:
        """All addresses that he has such meetings with."""
        ...

    def free_busy_of(self, tenant: AccountId) -> tuple[str, tuple[AccountId, ...]] | None:
        """The audience that the person has chosen, and the people he has named; None where he has said nothing."""
        ...
