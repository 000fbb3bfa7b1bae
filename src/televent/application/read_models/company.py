"""Who meets whom, and who may ask when a person is busy?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class PutFreeBusy:
    """Who may ask when the person is busy (domain.account.free_busy)."""

    tenant: AccountId
    audience: str
    people: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class ChangeCompany:
    """Who stands in a meeting with its owner: ``anew``, those who did before do no longer."""

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
        """Those of ``asked`` who let the asker, who has these addresses, ask when they are busy. ``default``: the
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
