"""Stores subscriptions (application.feeds.taken.Subscriptions)."""

from __future__ import annotations

import contextlib
from datetime import datetime
from uuid import UUID

from televent.adapters.postgres.rows import Pool, Row, fetch
from televent.adapters.postgres.sealed_urls import SealedUrls
from televent.adapters.postgres.wakeup import SUBSCRIPTIONS, Wakeups
from televent.application.event_store.mapper import ErasedSubject, SubjectKeys
from televent.application.feeds.taken import BETWEEN, LEASE, MAX_SUBSCRIPTIONS, Subscription
from televent.domain.ids import AccountId

_COLUMNS = """tenant_id, keeper, url, title, titled, created_at, next_at, etag, modified, polled_at, taken_at, failures,
    error, events, every"""
# The account's row is locked: two requests at once count one another, and an erasure meets the subscription.
LOCK = "SELECT 1 FROM account WHERE tenant_id = %s FOR NO KEY UPDATE"
ADD = """
    INSERT INTO subscription (tenant_id, keeper, url, title, titled, created_at, next_at, lease_until)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
BEGIN = "UPDATE subscription SET lease_until = NULL WHERE tenant_id = %s AND keeper = %s AND polled_at IS NULL"
KEEP = "INSERT INTO keeper (tenant_id, subscriber) VALUES (%s, %s) ON CONFLICT DO NOTHING"
ALL = f"SELECT {_COLUMNS} FROM subscription WHERE tenant_id = %s ORDER BY created_at, keeper"  # noqa: S608
ONE = f"SELECT {_COLUMNS} FROM subscription WHERE tenant_id = %s AND keeper = %s"  # noqa: S608
REMOVE = "DELETE FROM subscription WHERE tenant_id = %s AND keeper = %s"
HURRY = f"""
    UPDATE subscription SET next_at = least(next_at, greatest(%(now)s, polled_at + %(between)s))
    WHERE tenant_id = %(tenant)s AND keeper = %(keeper)s RETURNING {_COLUMNS}"""  # noqa: S608
CLAIM = f"""
    WITH due AS MATERIALIZED (
        SELECT tenant_id, keeper FROM subscription
        WHERE next_at <= %(now)s AND (lease_until IS NULL OR lease_until <= %(now)s)
        ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    UPDATE subscription SET lease_until = %(until)s FROM due
    WHERE subscription.tenant_id = due.tenant_id AND subscription.keeper = due.keeper
    RETURNING {", ".join(f"subscription.{each.strip()}" for each in _COLUMNS.split(","))}"""  # noqa: S608
SETTLE = """
    UPDATE subscription SET url = %s, title = %s, etag = %s, modified = %s, polled_at = %s, taken_at = %s,
        failures = %s, error = %s, events = %s, every = %s, next_at = %s, lease_until = NULL
    WHERE tenant_id = %s AND keeper = %s"""
ABANDONED = """
    SELECT keeper.tenant_id FROM keeper
    LEFT JOIN subscription ON subscription.tenant_id = subscriber AND keeper = keeper.tenant_id
    WHERE subscription.keeper IS NULL LIMIT %s"""
NEXT = "SELECT min(greatest(next_at, coalesce(lease_until, next_at))) FROM subscription"
FORGET = "DELETE FROM keeper WHERE tenant_id = %s"


class PostgresSubscriptions:
    """Stores subscriptions. ``pool`` gives connections in autocommit mode. The worker that reads them is notified by
    ``wakeups``."""

    def __init__(self, pool: Pool, wakeups: Wakeups, keys: SubjectKeys) -> None:
        self._pool = pool
        self._urls = SealedUrls(keys)
        self._wakeups = wakeups

    def add(self, subscription: Subscription) -> Subscription | None:
        """Stores a new one, which no worker reads before ``begin``, or BETWEEN. Returns it, or the one of that URL.
        None: there are too many, or the account is gone."""
        each = subscription
        url = self._urls.seal(each.tenant, each.keeper, each.url)
        own = (each.tenant, each.keeper, url, each.title, each.titled, each.created_at, each.next_at)
        values = (*own, each.created_at + BETWEEN)
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(LOCK, (each.tenant,)).fetchone() is None:
                return None
            # Each is sealed with a nonce of its own, so only opened URLs can be compared.
            present = [self._opened(row) for row in connection.execute(ALL, (each.tenant,))]
            for other in present:
                if other.url == each.url and other.keeper != each.keeper:
                    return other
            if len(present) >= MAX_SUBSCRIPTIONS:
                return None
            connection.execute(ADD, values)
            connection.execute(KEEP, (each.keeper, each.tenant))
        return each

    def begin(self, subscription: Subscription) -> None:
        """Lets a worker read a new subscription, at once."""
        with self._pool.connection() as connection:
            connection.execute(BEGIN, (subscription.tenant, subscription.keeper))
        self._wakeups.notify(SUBSCRIPTIONS)

    def all(self, tenant: AccountId) -> list[Subscription]:
        """The account's subscriptions, the oldest first."""
        return [self._opened(row) for row in fetch(self._pool, ALL, (tenant,))]

    def one(self, tenant: AccountId, keeper: UUID) -> Subscription | None:
        """A subscription; None where there is none."""
        rows = fetch(self._pool, ONE, (tenant, keeper))
        return self._opened(rows[0]) if rows else None

    def remove(self, tenant: AccountId, keeper: UUID) -> bool:
        """Deletes a subscription. False: there is none."""
        with self._pool.connection() as connection:
            return connection.execute(REMOVE, (tenant, keeper)).rowcount == 1

    def hurry(self, tenant: AccountId, keeper: UUID, now: datetime) -> Subscription | None:
        """Lets it be read at once, or BETWEEN after the last read."""
        values = {"tenant": tenant, "keeper": keeper, "now": now, "between": BETWEEN}
        with self._pool.connection() as connection:
            row = connection.execute(HURRY, values).fetchone()
        self._wakeups.notify(SUBSCRIPTIONS)
        return self._opened(row) if row is not None else None

    def claim(self, now: datetime, limit: int) -> list[Subscription]:
        """The subscriptions that are due and that no other worker reads."""
        values = {"now": now, "until": now + LEASE, "limit": limit}
        with self._pool.connection() as connection:
            rows = connection.execute(CLAIM, values).fetchall()
        claimed = []
        for row in rows:
            # The subscriber is being erased.
            with contextlib.suppress(ErasedSubject):
                claimed.append(self._opened(row))
        return claimed

    def next_at(self) -> datetime | None:
        """When the next one is due and free; None where there is none."""
        at: datetime | None = fetch(self._pool, NEXT, ())[0][0]
        return at

    def settle(self, read: Subscription) -> None:
        """Stores the result of a read."""
        try:
            # That of an earlier version is not sealed yet.
            url = self._urls.seal(read.tenant, read.keeper, read.url)
        except ErasedSubject:
            # The subscriber is gone, and the subscription with them.
            return
        values = (
            url, read.title, read.etag, read.modified, read.polled_at, read.taken_at, read.failures, read.error,
            read.events, read.every, read.next_at, read.tenant, read.keeper,
        )  # fmt: skip
        with self._pool.connection() as connection:
            connection.execute(SETTLE, values)

    def _opened(self, row: Row) -> Subscription:
        tenant, keeper, url, *rest = row
        return Subscription(tenant, keeper, self._urls.open(tenant, keeper, url), *rest)

    def abandoned(self, limit: int) -> list[AccountId]:
        """Keepers whose subscription, or whose subscriber, is gone."""
        return [AccountId(row[0]) for row in fetch(self._pool, ABANDONED, (limit,))]

    def forget(self, keeper: AccountId) -> None:
        """The keeper is erased."""
        with self._pool.connection() as connection:
            connection.execute(FORGET, (keeper,))
