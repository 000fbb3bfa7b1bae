"""The port to everything that is held on one account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from televent.application.event_store.recorded import RecordedEvent
from televent.domain.ids import AccountId

Row = dict[str, Any]
"""A row of a table, by column, without columns that hold a secret."""


@dataclass(frozen=True, slots=True)
class HeldMail:
    """A mail that came in. ``raw`` None: the mail itself is not kept any more. ``recipients``: the person's."""

    received_at: datetime
    state: str
    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes | None
    sender: Any
    verdict: Any


class Holdings(Protocol):
    """All data that are held on one account, at one moment. Synchronous; called in a thread."""

    def rows(self, table: str) -> Iterator[Row]:
        """The account's rows of that table."""
        ...

    @property
    def others(self) -> tuple[str, ...]:
        """The tables that are exported row by row."""
        ...

    def facts(self) -> Iterator[RecordedEvent]:
        """The account's facts, stream after stream, each in its order."""
        ...

    def mails(self) -> Iterator[HeldMail]:
        """The mails from and to the person, the oldest first."""
        ...


class OpenHoldings(Protocol):
    """Opens what is held on an account."""

    def __call__(self, tenant: AccountId) -> AbstractContextManager[Holdings]: ...
