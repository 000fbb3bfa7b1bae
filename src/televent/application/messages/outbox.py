"""Effects owed to the world: what a worker gets, what it may say about a failure, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from televent.application.messages.message import Message
from televent.domain.ids import AccountId

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16))
"""How long after its first, second, … failure a message is tried again; after one more it is failed."""
ATTEMPTS = 1 + len(DELAYS)
LEASE = timedelta(minutes=2)
"""How long a worker may work on what it claimed before another may take it."""
PATIENCE = timedelta(hours=24)
"""For how long a receiver may put us off without that counting as failures."""
UNKNOWN_FOR = timedelta(minutes=10)
"""How long after its time a message that this version does not know waits for a worker of another version."""
ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """An effect owed to the world. ``key`` is unique per tenant: the same effect is never owed twice.

    ``message`` is of a class in the catalogue, which gives its stored name.
    """

    outbox_id: UUID
    key: str
    message: Message
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours until ``lease_until``; ``attempts`` counts this one. At least once: it may come again.

    ``name``: as it is stored, which may be an older version than ``message`` is.
    """

    tenant: AccountId
    outbox_id: UUID
    name: str
    key: str
    message: Message
    attempts: int
    correlation_id: str
    created_at: datetime
    lease_until: datetime


class RetryLater(Exception):
    """The receiver named a time, in seconds (such as Telegram's retry_after): this is no failure of ours."""

    def __init__(self, seconds: float, reason: str = "the receiver asked to wait") -> None:
        super().__init__(reason)
        self.seconds = seconds


class GiveUp(Exception):
    """Trying again cannot help; the sentence is for the operator."""


class Handler(Protocol):
    """Carries out the messages of some classes. Idempotent by the message's id.

    Raises RetryLater, GiveUp, or anything else for a failure that is tried again by the schedule.
    """

    @property
    def kinds(self) -> tuple[type[Message], ...]: ...
    async def handle(self, message: Claimed) -> None: ...


@dataclass(frozen=True, slots=True)
class TryAgainAt:
    """``counted`` False: this attempt is not one of those that are numbered."""

    due_at: datetime
    reason: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """Waits for the operator, who may requeue it."""

    reason: str


Verdict = TryAgainAt | Failed


def after_failure(message: Claimed, error: BaseException, now: datetime) -> Verdict:
    """What becomes of a message whose handler raised ``error``."""
    reason = reason_of(error)
    if isinstance(error, GiveUp):
        return Failed(reason)
    if isinstance(error, RetryLater) and now - message.created_at < PATIENCE:
        # A receiver may not park a message for days with one large number.
        wait = timedelta(seconds=min(max(error.seconds, 1.0), PATIENCE.total_seconds()))
        return TryAgainAt(now + wait, reason, counted=False)
    if message.attempts > len(DELAYS):
        return Failed(reason)
    return TryAgainAt(now + DELAYS[message.attempts - 1], reason)


def reason_of(error: BaseException) -> str:
    """One bounded line about an error. PostgreSQL's text holds no NUL."""
    said = " ".join(str(error).replace("\0", "").split())
    kind = type(error).__name__
    return (said if isinstance(error, GiveUp | RetryLater) and said else f"{kind}: {said}")[:ERROR_LENGTH]
