"""Stores webhooks and their deliveries (application.webhooks.book); secrets are sealed with the person's key."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.rows import Pool, Row, fetch
from televent.adapters.postgres.sealed_urls import SealedUrls
from televent.adapters.postgres.wakeup import OUTBOX, Wakeups
from televent.application.event_store.mapper import NONCE, ErasedSubject, SubjectKeys
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.webhooks import WebhookDue
from televent.application.webhooks.book import MAX_WEBHOOKS, Attempt, Delivery, Secret, Webhook, Why
from televent.domain.ids import AccountId

_HOOK = "webhook_id, url, description, types, secrets, created_at, failing_since, disabled_at, why"
_DELIVERY = """delivery_id, webhook_id, event_id, type, body, created_at, state, attempts, attempted_at, status, error,
    answer"""
# The account's row is locked: two requests at once count one another, and an erasure meets the webhook.
LOCK = "SELECT 1 FROM account WHERE tenant_id = %s FOR NO KEY UPDATE"
COUNT = "SELECT count(*) FROM webhook WHERE tenant_id = %s"
ADD = f"INSERT INTO webhook (tenant_id, {_HOOK}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
ALL = f"SELECT {_HOOK} FROM webhook WHERE tenant_id = %s ORDER BY created_at, webhook_id"  # noqa: S608
ONE = f"SELECT {_HOOK} FROM webhook WHERE tenant_id = %s AND webhook_id = %s"  # noqa: S608
EDIT = """
    UPDATE webhook SET url = %s, description = %s, types = %s, secrets = %s, failing_since = %s, disabled_at = %s,
        why = %s
    WHERE tenant_id = %s AND webhook_id = %s"""
UNSEALED = "SELECT tenant_id, webhook_id FROM webhook WHERE get_byte(url, 0) <> 1 LIMIT 1000"
REMOVE = "DELETE FROM webhook WHERE tenant_id = %s AND webhook_id = %s"
QUEUE = """
    INSERT INTO webhook_delivery (tenant_id, delivery_id, webhook_id, event_id, type, body, created_at)
    SELECT tenant_id, %s, webhook_id, %s, %s, %s, %s FROM webhook WHERE tenant_id = %s AND webhook_id = %s FOR KEY SHARE
    ON CONFLICT DO NOTHING"""
DELIVERY = f"SELECT {_DELIVERY} FROM webhook_delivery WHERE tenant_id = %s AND delivery_id = %s"  # noqa: S608
DELIVERIES = f"""
    SELECT {_DELIVERY} FROM webhook_delivery WHERE tenant_id = %(tenant)s AND webhook_id = %(webhook)s
        AND (%(before)s::uuid IS NULL OR (created_at, delivery_id) < (
            SELECT created_at, delivery_id FROM webhook_delivery
            WHERE tenant_id = %(tenant)s AND delivery_id = %(before)s))
    ORDER BY created_at DESC, delivery_id DESC LIMIT %(limit)s"""  # noqa: S608
NOTE = """
    UPDATE webhook_delivery SET state = %s, attempts = attempts + 1, attempted_at = %s, status = %s, error = %s,
        answer = %s
    WHERE tenant_id = %s AND delivery_id = %s AND state <> 'delivered'"""
FAILING = """
    UPDATE webhook SET failing_since = coalesce(failing_since, %s)
    WHERE tenant_id = %s AND webhook_id = %s AND disabled_at IS NULL"""
WELL = "UPDATE webhook SET failing_since = NULL WHERE tenant_id = %s AND webhook_id = %s AND failing_since IS NOT NULL"
DISABLE = """
    UPDATE webhook SET disabled_at = %s, why = %s
    WHERE tenant_id = %s AND webhook_id = %s AND disabled_at IS NULL"""


class PostgresWebhooks:
    """Stores webhooks. ``pool`` gives connections in autocommit mode. Thread-safe."""

    def __init__(
        self, pool: Pool, wakeups: Wakeups, keys: SubjectKeys, entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._pool, self._wakeups, self._keys, self._entropy = pool, wakeups, keys, entropy
        self._urls = SealedUrls(keys, entropy)

    def add(self, tenant: AccountId, webhook: Webhook) -> bool:
        """Stores a new one. False: there are too many, or the account is gone. Raises ErasedSubject."""
        values = (
            webhook.webhook_id, self._urls.seal(tenant, webhook.webhook_id, webhook.url), webhook.description,
            list(webhook.types), self._sealed(tenant, webhook), webhook.created_at, webhook.failing_since,
            webhook.disabled_at, webhook.why,
        )  # fmt: skip
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(LOCK, (tenant,)).fetchone() is None:
                return False
            count = connection.execute(COUNT, (tenant,)).fetchone()
            if count is None or count[0] >= MAX_WEBHOOKS:
                return False
            connection.execute(ADD, (tenant, *values))
        return True

    def all(self, tenant: AccountId) -> list[Webhook]:
        """The account's webhooks, the oldest first."""
        return [self._webhook(tenant, row) for row in fetch(self._pool, ALL, (tenant,))]

    def one(self, tenant: AccountId, webhook_id: UUID) -> Webhook | None:
        """A webhook; None where there is none."""
        rows = fetch(self._pool, ONE, (tenant, webhook_id))
        return self._webhook(tenant, rows[0]) if rows else None

    def edit(self, tenant: AccountId, webhook_id: UUID, step: Callable[[Webhook], Webhook]) -> Webhook | None:
        """Replaces a webhook by the result of ``step``; None where there is none."""
        with self._pool.connection() as connection, connection.transaction():
            row = connection.execute(f"{ONE} FOR UPDATE", (tenant, webhook_id)).fetchone()
            if row is None:
                return None
            new = step(self._webhook(tenant, row))
            url, sealed = self._urls.seal(tenant, webhook_id, new.url), self._sealed(tenant, new)
            values = (url, new.description, list(new.types), sealed, new.failing_since, new.disabled_at, new.why)
            connection.execute(EDIT, (*values, tenant, webhook_id))
        return new

    def seal_left(self) -> int:
        """Seals the URLs of webhooks that an earlier version has stored; returns their number."""
        left = fetch(self._pool, UNSEALED, ())
        for tenant, webhook_id in left:
            # It was deleted meanwhile, with its account.
            with contextlib.suppress(ErasedSubject):
                self.edit(AccountId(tenant), webhook_id, lambda webhook: webhook)
        return len(left)

    def remove(self, tenant: AccountId, webhook_id: UUID) -> bool:
        """Deletes a webhook with its deliveries. False: there is none."""
        with self._pool.connection() as connection:
            return connection.execute(REMOVE, (tenant, webhook_id)).rowcount == 1

    def queue(self, tenant: AccountId, deliveries: Sequence[Delivery], correlation_id: str) -> None:
        """Stores deliveries and queues their messages, at once or not at all."""
        with self._pool.connection() as connection, connection.transaction():
            for each in deliveries:
                values = (each.delivery_id, each.event_id, each.type, each.body, each.created_at)
                if connection.execute(QUEUE, (*values, tenant, each.webhook_id)).rowcount:
                    due = WebhookDue(each.delivery_id)
                    message_id = uuid5(each.delivery_id, "webhook")
                    message = OutboxMessage(message_id, f"webhook/{message_id}", due, each.created_at)
                    connection.execute(ENQUEUE, outbox_row(tenant, message, correlation_id, each.created_at))
        self._wakeups.notify(OUTBOX)

    def delivery(self, tenant: AccountId, delivery_id: UUID) -> Delivery | None:
        """A delivery; None where there is none."""
        rows = fetch(self._pool, DELIVERY, (tenant, delivery_id))
        return Delivery(*rows[0]) if rows else None

    def deliveries(self, tenant: AccountId, webhook_id: UUID, before: UUID | None, limit: int) -> list[Delivery]:
        """The newest first, and only those older than ``before``."""
        values = {"tenant": tenant, "webhook": webhook_id, "before": before, "limit": limit}
        with self._pool.connection() as connection:
            return [Delivery(*row) for row in connection.execute(DELIVERIES, values).fetchall()]

    def note(self, tenant: AccountId, delivery: Delivery, attempt: Attempt) -> None:
        """Stores the result of an attempt, and whether the webhook is failing."""
        result = (attempt.state, attempt.at, attempt.status, attempt.error, attempt.answer)
        with self._pool.connection() as connection, connection.transaction():
            if attempt.state == "delivered":
                connection.execute(WELL, (tenant, delivery.webhook_id))
            else:
                connection.execute(FAILING, (attempt.at, tenant, delivery.webhook_id))
            connection.execute(NOTE, (*result, tenant, delivery.delivery_id))

    def disable(
        self, tenant: AccountId, webhook_id: UUID, why: Why, now: datetime, news: Sequence[OutboxMessage]
    ) -> None:
        """Disables a webhook, and queues the news of it."""
        with self._pool.connection() as connection, connection.transaction():
            if not connection.execute(DISABLE, (now, why, tenant, webhook_id)).rowcount:
                return
            for message in news:
                connection.execute(ENQUEUE, outbox_row(tenant, message, message.outbox_id.hex, now))
        self._wakeups.notify(OUTBOX)

    def _sealed(self, tenant: AccountId, webhook: Webhook) -> bytes:
        key = self._keys.key(tenant)
        if key is None:
            raise ErasedSubject(subject=str(tenant))
        nonce = self._entropy(NONCE)
        plain = msgspec.msgpack.encode(webhook.secrets)
        return nonce + AESGCM(key).encrypt(nonce, plain, _place(tenant, webhook.webhook_id))

    def _webhook(self, tenant: AccountId, row: Row) -> Webhook:
        webhook_id, url, description, types, sealed, *rest = row
        key = self._keys.key(tenant)
        if key is None:
            raise ErasedSubject(subject=str(tenant))
        nonce, hidden = bytes(sealed[:NONCE]), bytes(sealed[NONCE:])
        plain = AESGCM(key).decrypt(nonce, hidden, _place(tenant, webhook_id))
        secrets = msgspec.msgpack.decode(plain, type=tuple[Secret, ...])
        created_at, failing_since, disabled_at, why = rest
        made = Webhook(
            webhook_id, self._urls.open(tenant, webhook_id, url), description, tuple(types), secrets, created_at
        )
        return replace(made, failing_since=failing_since, disabled_at=disabled_at, why=why)


def _place(tenant: AccountId, webhook_id: UUID) -> bytes:
    """Binds sealed bytes to their row, so that they cannot be copied to another."""
    return f"webhook/{tenant}/{webhook_id}".encode()
