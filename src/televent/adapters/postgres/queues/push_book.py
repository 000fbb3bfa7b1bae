"""Stores the subscriptions of WebDAV-Push and the server's own keys for it (application.push.PushBook)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import errors

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.wakeup import OUTBOX, Wakeups
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.push import PushDue
from televent.application.push import (
    BATCH_DELAY,
    MAX_SUBSCRIPTIONS,
    SPACING,
    SUPPRESSION_KEPT,
    Collection,
    DeviceGone,
    DuePush,
    Endpoint,
    Registered,
    TooManySubscriptions,
    Triggers,
)
from televent.domain.ids import AccountId

KEYS = "SELECT vapid_key, topic_secret FROM push_key"
MAKE_KEYS = "INSERT INTO push_key (vapid_key, topic_secret) VALUES (%s, %s) ON CONFLICT DO NOTHING"
# Serialises the requests of one account, so that they count each other's subscriptions.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('push ' || %s::text, 0))"
FORGET_EXPIRED = "DELETE FROM push_subscription WHERE tenant_id = %s AND expires_at <= %s"
# A renewed subscription gets a new generation, which is part of the message's dedupe key. Otherwise an older message
# that failed for good would have the same key, and block all later messages.
RENEW = """
    UPDATE push_subscription SET device_id = %s, public_key = %s, auth_secret = %s, content_depth = %s,
        property_depth = %s, expires_at = %s, generation = generation + 1
    WHERE tenant_id = %s AND owner_id = %s AND kind = %s AND collection_id = %s AND push_resource = %s
    RETURNING subscription_id"""
ROOM = "SELECT count(*) < %s FROM push_subscription WHERE tenant_id = %s"
INSERT = """
    INSERT INTO push_subscription (tenant_id, subscription_id, device_id, public_key, auth_secret, content_depth,
        property_depth, expires_at, owner_id, kind, collection_id, push_resource, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
END = "DELETE FROM push_subscription WHERE tenant_id = %s AND subscription_id = %s RETURNING expires_at"
SILENCE = """
    INSERT INTO push_silence (tenant_id, command_id, subscriptions, noted_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (tenant_id, command_id) DO NOTHING"""
UNSENT = """
    SELECT owner_id, kind, collection_id, push_resource, public_key, auth_secret, content_changes, property_changes,
        content_changes > content_sent, property_changes > property_sent, coalesce(delivered_at, created_at)
    FROM push_subscription WHERE tenant_id = %s AND subscription_id = %s AND expires_at > %s"""
NOTE_SENT = """
    UPDATE push_subscription SET content_sent = greatest(content_sent, %s),
        property_sent = greatest(property_sent, %s), delivered_at = CASE WHEN %s THEN %s ELSE delivered_at END
    WHERE tenant_id = %s AND subscription_id = %s
    RETURNING generation, content_sent, property_sent, delivered_at,
        content_changes > content_sent OR property_changes > property_sent"""
SWEEP_SUBSCRIPTIONS = "DELETE FROM push_subscription WHERE expires_at <= %s"
SWEEP_SUPPRESSIONS = "DELETE FROM push_silence WHERE noted_at < %s"


@dataclass(frozen=True, slots=True)
class Pending:
    """A subscription with changes that are not sent yet: its row after they were counted."""

    tenant: AccountId
    subscription_id: UUID
    generation: int
    content_sent: int
    property_sent: int
    delivered_at: datetime | None


def enqueue_push(connection: Connection, pending: Pending, correlation_id: str, now: datetime) -> None:
    """Writes one outbox message, however many changes there were: its dedupe key is the state that was sent last."""
    key = f"push/{pending.subscription_id}/{pending.generation}/{pending.content_sent}/{pending.property_sent}"
    due = now + BATCH_DELAY
    if pending.delivered_at is not None:
        due = max(due, pending.delivered_at + SPACING)
    message = OutboxMessage(uuid4(), key, PushDue(pending.subscription_id), due)
    connection.execute(ENQUEUE, outbox_row(pending.tenant, message, correlation_id, now))


class PostgresPushBook:
    """Stores push subscriptions. ``pool`` gives connections in autocommit mode. Thread-safe."""

    def __init__(self, pool: Pool, wakeups: Wakeups) -> None:
        self._pool = pool
        self._wakeups = wakeups

    def keys(self, new_vapid_key: Callable[[], int]) -> tuple[int, bytes]:
        """The server's VAPID key and the secret of its topics, made when first needed."""
        rows = fetch(self._pool, KEYS, ())
        if not rows:
            with self._pool.connection() as connection:
                connection.execute(MAKE_KEYS, (new_vapid_key().to_bytes(32, "big"), secrets.token_bytes(32)))
            rows = fetch(self._pool, KEYS, ())
        return int.from_bytes(bytes(rows[0][0]), "big"), bytes(rows[0][1])

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
        """Makes or renews a subscription. Raises TooManySubscriptions, DeviceGone."""
        values = (endpoint.public_key, endpoint.auth_secret, triggers.content, triggers.property, expires_at)
        place = (collection.owner, collection.kind, collection.collection_id, endpoint.push_resource)
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(ONE_AT_A_TIME, (tenant,))
            connection.execute(FORGET_EXPIRED, (tenant, now))
            try:
                renewed = connection.execute(RENEW, (device_id, *values, tenant, *place)).fetchone()
                if renewed is not None:
                    return Registered(renewed[0], False)
                if connection.execute(ROOM, (MAX_SUBSCRIPTIONS, tenant)).fetchone() != (True,):
                    raise TooManySubscriptions()
                subscription_id = uuid4()
                connection.execute(INSERT, (tenant, subscription_id, device_id, *values, *place, now))
            except errors.ForeignKeyViolation:
                raise DeviceGone() from None
            return Registered(subscription_id, True)

    def end(self, tenant: AccountId, subscription_id: UUID, now: datetime) -> bool:
        """Ends a subscription. False: the account has no such subscription, or it has expired."""
        with self._pool.connection() as connection:
            row = connection.execute(END, (tenant, subscription_id)).fetchone()
        return row is not None and row[0] > now

    def suppress(self, tenant: AccountId, command_id: UUID, only: Sequence[UUID] | None, now: datetime) -> None:
        """Suppresses the push messages about this command's changes to these subscriptions (None: to all of the
        account's)."""
        with self._pool.connection() as connection:
            connection.execute(SILENCE, (tenant, command_id, None if only is None else list(only), now))

    def due(self, tenant: AccountId, subscription_id: UUID, now: datetime) -> DuePush | None:
        """The subscription with the changes that are not sent yet; None where it does not exist any more."""
        rows = fetch(self._pool, UNSENT, (tenant, subscription_id, now))
        if not rows:
            return None
        owner, kind, collection_id, resource, public_key, auth_secret, *counters = rows[0]
        endpoint = Endpoint(resource, bytes(public_key), bytes(auth_secret))
        return DuePush(tenant, subscription_id, Collection(owner, kind, collection_id), endpoint, *counters)

    def finish(self, due: DuePush, now: datetime, *, arrived: bool, correlation_id: str) -> None:
        """Notes that these changes were sent; writes another message, due after a pause, where more came meanwhile."""
        counters = (due.content_changes, due.property_changes)
        key = (due.tenant, due.subscription_id)
        with self._pool.connection() as connection, connection.transaction():
            row = connection.execute(NOTE_SENT, (*counters, arrived, now, *key)).fetchone()
            more = row is not None and row[4]
            if row is not None and more:
                enqueue_push(connection, Pending(*key, *row[:4]), correlation_id, now)
        if more:
            self._wakeups.notify(OUTBOX)

    def sweep(self, now: datetime) -> None:
        """Deletes expired subscriptions and old suppressions."""
        with self._pool.connection() as connection:
            connection.execute(SWEEP_SUBSCRIPTIONS, (now,))
            connection.execute(SWEEP_SUPPRESSIONS, (now - SUPPRESSION_KEPT,))
