"""Webhooks and their deliveries, and the port to their storage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID

from televent.application.messages.outbox import OutboxMessage
from televent.domain.ids import AccountId

MAX_WEBHOOKS: Final = 20
"""Max webhooks of one account."""
OVERLAP: Final = timedelta(days=1)
"""Time for which deliveries are signed with the secret before the last as well, after a rotation."""
MAX_SECRETS: Final = 5
"""Max secrets that sign one delivery."""
MAX_FAILING: Final = timedelta(days=5)
"""Time without a success after which a webhook whose deliveries fail is disabled."""
KEPT: Final = timedelta(days=30)
"""Time for which a delivery is in the log."""
ANSWER: Final = 1024
"""Max bytes of an answer that are read, and stand in the log."""

State = Literal["pending", "delivered", "failed"]
Why = Literal["", "failing", "gone", "person"]
"""Why a webhook is disabled: its deliveries failed for days, its program answered 410, or the person did it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A key that signs. ``until``: when it ends; None: it is the newest one."""

    key: bytes
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A URL that gets events. ``types``: the names of their types, () for all. ``failing_since``: the first failure
    after the last success. ``secrets``: the newest first."""

    webhook_id: UUID
    url: str
    description: str
    types: tuple[str, ...]
    secrets: tuple[Secret, ...]
    created_at: datetime
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    why: Why = ""

    def takes(self, event_type: str) -> bool:
        """Whether it gets events of that type now."""
        return self.disabled_at is None and (not self.types or event_type in self.types)

    def keys(self, now: datetime) -> list[bytes]:
        """The keys that sign a delivery, the newest first."""
        return [each.key for each in self.secrets if each.until is None or each.until > now]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook. ``status``, ``error`` and ``answer`` are of the last attempt; ``answer`` is the begin
    of what the program said."""

    delivery_id: UUID
    webhook_id: UUID
    event_id: UUID
    type: str
    body: str
    created_at: datetime
    state: State = "pending"
    attempts: int = 0
    attempted_at: datetime | None = None
    status: int | None = None
    error: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one attempt. ``state``: that of the delivery after it."""

    state: State
    at: datetime
    status: int | None = None
    error: str = ""
    answer: str = ""


class Webhooks(Protocol):
    """Stores webhooks, for all nodes. Synchronous; called through threads. Each method raises Outage."""

    def add(self, tenant: AccountId, webhook: Webhook) -> bool:
        """Stores a new one. False: the account has as many as it may have, or is gone. Raises ErasedSubject."""
        ...

    def all(self, tenant: AccountId) -> list[Webhook]:
        """The account's webhooks, the oldest first."""
        ...

    def one(self, tenant: AccountId, webhook_id: UUID) -> Webhook | None: ...

    def edit(self, tenant: AccountId, webhook_id: UUID, step: Callable[[Webhook], Webhook]) -> Webhook | None:
        """Replaces a webhook by the result of ``step``, and returns it; None where there is none. No other change comes
        between."""
        ...

    def seal_left(self) -> int:
        """Seals the URLs that an earlier version has stored; returns their number."""
        ...

    def remove(self, tenant: AccountId, webhook_id: UUID) -> bool:
        """Deletes a webhook with its deliveries. False: there is none."""
        ...

    def queue(self, tenant: AccountId, deliveries: Sequence[Delivery], correlation_id: str) -> None:
        """Stores deliveries, and queues their messages. One that is there already, or whose webhook is gone, is left
        out."""
        ...

    def delivery(self, tenant: AccountId, delivery_id: UUID) -> Delivery | None: ...

    def deliveries(self, tenant: AccountId, webhook_id: UUID, before: UUID | None, limit: int) -> list[Delivery]:
        """The newest first, and only those older than ``before``."""
        ...

    def note(self, tenant: AccountId, delivery: Delivery, attempt: Attempt) -> None:
        """Stores the result of an attempt, and whether the webhook is failing."""
        ...

    def disable(
        self, tenant: AccountId, webhook_id: UUID, why: Why, now: datetime, news: Sequence[OutboxMessage]
    ) -> None:
        """Disables a webhook and queues the news of it; once, unless it was enabled again."""
        ...
