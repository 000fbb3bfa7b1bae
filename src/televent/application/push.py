"""WebDAV-Push: subscriptions to collections, and the port to their storage (draft-bitfire-webdav-push-00)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

DEFAULT_LIFETIME = timedelta(days=7)
"""The lifetime of a subscription if the client names no expiry (the draft: at least three days)."""
MAX_LIFETIME = timedelta(days=30)
"""Max lifetime of a subscription, whatever expiry the client names."""
MAX_SUBSCRIPTIONS = 256
"""Max subscriptions of one account, which are its devices times its calendars."""
BATCH_DELAY = timedelta(seconds=1)
"""Time from a change to its push, so that one message covers the changes that follow at once."""
SPACING = timedelta(seconds=10)
"""Min time between two messages to one subscription."""
MAX_FAILING_TIME = timedelta(days=3)
"""Max time without a delivered message before a failing subscription ends."""
SUPPRESSION_KEPT = timedelta(days=1)
"""Time for which a Push-Dont-Notify is stored; the follower needs it until it has read the command's facts."""

CollectionKind = Literal["calendar", "home", "inbox", "outbox"]


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection that clients can subscribe to. ``collection_id``: a calendar's id; of other kinds the owner's."""

    owner: AccountId
    kind: CollectionKind
    collection_id: UUID


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The receiver of messages: its URL and the keys to encrypt with. ``push_resource`` is a secret: never log it."""

    push_resource: str
    public_key: bytes
    auth_secret: bytes


@dataclass(frozen=True, slots=True)
class Triggers:
    """The depth of each trigger (the draft, §"Content Updates" and §"Property Updates"); None: no such trigger."""

    content: int | None
    property: int | None


@dataclass(frozen=True, slots=True)
class Registered:
    """The result of a registration. ``fresh``: it is new, not a renewal."""

    subscription_id: UUID
    fresh: bool


@dataclass(frozen=True, slots=True)
class DuePush:
    """A subscription with updates to send, and its counters at the time of reading."""

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
    """The parts of a door that offers WebDAV-Push. ``vapid_public_key`` is uncompressed and base64url (RFC 8292 §3.2).

    ``topic``: the name of a collection for one account, which others cannot guess. ``endpoint`` takes the push
    resource, public key and authentication secret of a client; it raises ValueError where no message can be sent there.
    """

    book: PushBook
    vapid_public_key: str
    topic: Callable[[Collection, AccountId], str]
    endpoint: Callable[[str, str, str], Endpoint]


class TooManySubscriptions(Exception):
    """The account has MAX_SUBSCRIPTIONS already."""


class DeviceGone(Exception):
    """The device that subscribes was revoked meanwhile."""


class PushBook(Protocol):
    """The storage of subscriptions. Synchronous; called through threads. Expired ones are not found."""

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
        """Stores or renews a subscription. The push resource and the collection identify it.

        Raises TooManySubscriptions, DeviceGone.
        """
        ...

    def end(self, tenant: AccountId, subscription_id: UUID, now: datetime) -> bool:
        """Ends a subscription. False: the account has no such subscription, or it has expired."""
        ...

    def suppress(self, tenant: AccountId, command_id: UUID, only: Sequence[UUID] | None, now: datetime) -> None:
        """Suppresses pushes of this command's changes to ``only`` these subscriptions; None: to all of the account."""
        ...

    def due(self, tenant: AccountId, subscription_id: UUID, now: datetime) -> DuePush | None:
        """The subscription with its pending updates; None: there is no such subscription any more."""
        ...

    def finish(self, due: DuePush, now: datetime, *, arrived: bool, correlation_id: str) -> None:
        """Marks the updates in ``due`` as sent; those that came meanwhile follow after SPACING.

        ``arrived`` False: the message was given up.
        """
        ...
