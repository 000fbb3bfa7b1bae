"""WebDAV-Push: who is told of changes to which collection, and what is kept of that (draft-bitfire-webdav-push-00)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

DEFAULT_LIFETIME = timedelta(days=7)
"""How long a subscription lasts where a client names no time (the draft: at least three days)."""
MAX_LIFETIME = timedelta(days=30)
MAX_SUBSCRIPTIONS = 256
"""Subscriptions: some devices times some calendars."""
BATCH_DELAY = timedelta(seconds=1)
"""A change is not told at once: others may follow, and one message tells of all."""
SPACING = timedelta(seconds=10)
"""Between two messages to one subscription."""
MAX_FAILING_TIME = timedelta(days=3)
"""For how long messages may fail before the subscription ends."""
SUPPRESSION_KEPT = timedelta(days=1)

CollectionKind = Literal["calendar", "home", "inbox", "outbox"]


@dataclass(frozen=True, slots=True)
class Collection:
    """What can be subscribed to. ``collection_id`` is a calendar's id; of the others it is their owner's."""

    owner: AccountId
    kind: CollectionKind
    collection_id: UUID


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where messages go, and to whom they are encrypted. ``push_resource`` is a capability: never logged."""

    push_resource: str
    public_key: bytes
    auth_secret: bytes


@dataclass(frozen=True, slots=True)
class Triggers:
    """To which depth of what (the draft, §"Content Updates" and §"Property Updates"); None: not at all."""

    content: int | None
    property: int | None


@dataclass(frozen=True, slots=True)
class Registered:
    """``fresh``: nothing was registered for that endpoint and collection before."""

    subscription_id: UUID
    fresh: bool


@dataclass(frozen=True, slots=True)
class DuePush:
    """A subscription about which something is to be told: the counters as they stood when it was read."""

    tenant: AccountId
    subscription_id: UUID
    collection: Collection
    endpoint: Endpoint
    content_changes: int
    property_changes: int
    content: bool
    property: bool
    alive_since: datetime
    """When a message last arrived, or when the subscription began."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a door needs to offer WebDAV-Push. ``vapid_public_key`` is uncompressed and base64url (RFC 8292 §3.2).

    ``topic`` names a collection, as an account sees it, so that nobody can guess it; ``endpoint`` takes push resource,
    public key and authentication secret as a client sends them, and raises ValueError where no message could go there.
    """

    book: PushBook
    vapid_public_key: str
    topic: Callable[[Collection, AccountId], str]
    endpoint: Callable[[str, str, str], Endpoint]


class TooManySubscriptions(Exception):
    """The account has as many as one may have."""


class DeviceGone(Exception):
    """The device that asks was revoked meanwhile."""


class PushBook(Protocol):
    """What is kept. Synchronous; called through threads. What has expired is not there."""

    def register(
        self,
        tenant: AccountId,
        device_id: UUID,
        collection: Collection,
        endpoint: Endpoint,
        triggers: Triggers,
        now: datetime,
        expires_at: datetime,
    ) -> Registered:
        """A subscription, new or renewed: it is known by its push resource, once for each collection.

        Raises TooManySubscriptions, DeviceGone.
        """
        ...

    def end(self, tenant: AccountId, subscription_id: UUID, now: datetime) -> bool:
        """False: that account has no such subscription, or it has expired."""
        ...

    def suppress(self, tenant: AccountId, command_id: UUID, only: Sequence[UUID] | None, now: datetime) -> None:
        """What this command is about to change is not told to these subscriptions of the account (None: to none of
        them)."""
        ...

    def due(self, tenant: AccountId, subscription_id: UUID, now: datetime) -> DuePush | None:
        """None: there is no such subscription any more."""
        ...

    def finish(self, due: DuePush, now: datetime, *, arrived: bool, correlation_id: str) -> None:
        """What was owed is owed no longer; what came meanwhile is, after a pause. ``arrived`` False: given up."""
        ...
