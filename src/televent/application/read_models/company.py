"""The read model of people who meet, and of the audience of each person's free/busy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class PutFreeBusy:
    """Stores the audience of a person's free/busy (domain.account.free_busy)."""

    tenant: AccountId
    audience: str
    people: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class ChangeCompany:
    """Changes the addresses that take part in one meeting.

    ``replaced``: all earlier addresses are deleted first. ``added`` are then stored, ``removed`` deleted.
    """

    tenant: AccountId
    stream_id: UUID
    replaced: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]


class CompanyReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def open_to(
        self, asker: AccountId, addresses: Sequence[str], asked: Sequence[AccountId], default: str
    ) -> frozenset[AccountId]:
        """The accounts among ``asked`` that let the asker see when they are busy.

        ``addresses``: the asker's. ``default``: the audience of accounts that chose none.
        """
        ...

    def met(self, tenant: AccountId, addresses: Sequence[str]) -> frozenset[str]:
        """The addresses among these with which the person shares a meeting that is not deleted.

        The person made the meeting or accepted it.
        """
        ...

    def company(self, tenant: AccountId) -> list[str]:
        """All addresses with which the person shares such meetings."""
        ...

    def free_busy_of(self, tenant: AccountId) -> tuple[str, tuple[AccountId, ...]] | None:
        """The audience that the person chose, and the people whom they named; None without a choice."""
        ...
