"""The outbox: the messages that workers deliver, the results of a handler, and the schedule of retries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from televent.application.messages.message import Message
from televent.application.outage import Outage
from televent.application.refusals import TryAgain
from televent.domain.ids import AccountId

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16))
"""Time from the first, second, … failure of a message to its retry. After one more failure the message is failed."""
ATTEMPTS = 1 + len(DELAYS)
"""Max attempts of one message."""
SOON = timedelta(milliseconds=200)
"""Min time to the retry of a message that met conflicts with other writers here; max is twice as long."""
LEASE = timedelta(seconds=30)
"""Time after which another worker may claim a message whose worker has not renewed its claim: it was killed."""
RENEWED = timedelta(minutes=10)
"""Max time for which a worker renews a claim. A handler that hangs longer loses the message to another worker."""
PATIENCE = timedelta(hours=24)
"""Max age of a message up to which an attempt that a receiver postpones (RetryLater), or that meets an outage or other
writers, does not count."""
UNKNOWN_FOR = timedelta(minutes=10)
"""Time after ``due_at`` for which a message of an unknown name waits for a worker of another version."""
STATES = ("pending", "processing", "completed", "failed", "undeliverable")
"""The states of a message."""
DROPPED = "dropped by the operator"
"""The reason of a message that the operator dropped."""
ERROR_LENGTH = 500
"""Max characters of a stored error."""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message to be queued. ``key`` is its dedupe key, unique per tenant.

    ``message`` is of a class in the catalogue, which gives its stored name.
    """

    outbox_id: UUID
    key: str
    message: Message
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker has claimed until ``lease_until``. It may be delivered more than once.

    ``attempts`` counts this attempt too. ``name``: the stored name, which may be of an older version than ``message``.
    ``renewed``: the leases asked for since. Each may be the stored one: the reply to the last may have been lost.
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
    renewed: tuple[datetime, ...] = ()

    @property
    def leases(self) -> list[datetime]:
        """The ends of the lease that may be stored."""
        return [self.lease_until, *self.renewed]


class RetryLater(Exception):
    """The receiver named a time to wait, in seconds (such as Telegram's retry_after). It is no failure."""

    def __init__(self, seconds: float, reason: str = "the receiver asked to wait") -> None:
        super().__init__(reason)
        self.seconds = seconds


class GiveUp(Exception):
    """A retry cannot help. The sentence is for the operator."""


class Undeliverable(Exception):
    """The receiver cannot be reached this way, because of something that a person chose: they blocked the bot, or
    another person wrote an address that nobody has. The installation has not failed. The sentence is for the
    operator."""


class Handler(Protocol):
    """Delivers the messages of some classes. It must be idempotent by the message's id.

    Raises RetryLater, GiveUp or Undeliverable; after any other exception the message is tried again by the schedule.
    """

    @property
    def kinds(self) -> tuple[type[Message], ...]: ...
    async def handle(self, message: Claimed) -> None: ...


@dataclass(frozen=True, slots=True)
class TryAgainAt:
    """The message is tried again. ``counted`` False: this attempt is not counted."""

    due_at: datetime
    reason: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """The message is failed. The operator may queue it again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The message is settled without being delivered, and nothing needs to be done about it."""

    reason: str


Verdict = TryAgainAt | Failed | Undelivered


def after_failure(message: Claimed, error: BaseException, now: datetime) -> Verdict:
    """The next step for a message whose handler raised ``error``."""
    reason = reason_of(error)
    if isinstance(error, GiveUp):
        return Failed(reason)
    if isinstance(error, Undeliverable):
        return Undelivered(reason)
    patient = now - message.created_at < PATIENCE
    if isinstance(error, TryAgain) and patient:
        # Our own writers were in the way, for milliseconds. Each message gets another time, so they do not meet again.
        return TryAgainAt(now + SOON * (1 + message.outbox_id.int % 1000 / 1000), reason, counted=False)
    if isinstance(error, Outage) and patient:
        # The receiver is not the reason, so the attempt does not count. After a day the message itself may be: its
        # statement takes too long, or too much memory.
        return TryAgainAt(now + timedelta(seconds=error.retry_after), reason, counted=False)
    if isinstance(error, RetryLater) and patient:
        # One large number must not postpone a message for days.
        wait = timedelta(seconds=min(max(error.seconds, 1.0), PATIENCE.total_seconds()))
        return TryAgainAt(now + wait, reason, counted=False)
    if message.attempts > len(DELAYS):
        return Failed(reason)
    return TryAgainAt(now + DELAYS[message.attempts - 1], reason)


def reason_of(error: BaseException) -> str:
    """One bounded line about an error, without NUL characters, which PostgreSQL refuses in a text."""
    text = " ".join(str(error).replace("\0", "").split())
    kind = type(error).__name__
    ours = isinstance(error, GiveUp | RetryLater | Undeliverable)
    return (text if ours and text else f"{kind}: {text}")[:ERROR_LENGTH]
