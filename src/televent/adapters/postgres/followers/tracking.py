"""Stores the position of each consumer of the log, and which worker leads it, in the ``consumer`` table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder

from televent.adapters.postgres.event_store.unreadable import Unreadable, forget, note
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.server_start import server_start

LEASE: Final = timedelta(seconds=5)
"""Max time that a worker leads a consumer without renewing its lease. After that another worker may take it."""
ERROR_LENGTH: Final = 300
"""Max characters of a stored error."""

SELECT = "SELECT position FROM consumer WHERE name = %s"
# Events recorded later have a position above the oldest transaction that still runs.
REGISTER = """
    INSERT INTO consumer (name, version, position)
    SELECT %(name)s, %(version)s, CASE
        WHEN %(at_end)s AND EXISTS (SELECT FROM event)
        THEN ((xid_base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 20) - 1 ELSE 0 END
    FROM shard ON CONFLICT (name) DO NOTHING"""
# A lease ends with the start of PostgreSQL in which it was taken: after a restore or a failover, the positions that its
# holder has reached may belong to events that are undone, and others get them again.
_LED = f"holder = %(holder)s AND version = %(version)s AND {server_start('consumer')} = %(server)s"
# The database's clock alone decides about leases: the clocks of two workers may differ.
TAKE = f"""
    UPDATE consumer SET holder = %(holder)s, lease_until = clock_timestamp() + %(lease)s
    WHERE name = %(name)s AND version = %(version)s
        AND (holder IS NULL OR holder = %(holder)s OR lease_until < clock_timestamp())
    RETURNING position, {server_start("consumer")}"""  # noqa: S608
ADVANCE = f"""
    UPDATE consumer SET position = %(position)s, lease_until = clock_timestamp() + %(lease)s, updated_at = now(),
        failed_since = NULL, last_error = NULL
    WHERE name = %(name)s AND {_LED} AND position < %(position)s"""  # noqa: S608
RENEW = f"""
    UPDATE consumer SET position = greatest(position, %(position)s), lease_until = clock_timestamp() + %(lease)s,
        failed_since = NULL, last_error = NULL
    WHERE name = %(name)s AND {_LED}"""  # noqa: S608
GO_BACK = f"""
    UPDATE consumer SET position = %(position)s, updated_at = now()
    WHERE name = %(name)s AND {_LED} AND position > %(position)s"""  # noqa: S608
RELEASE = "UPDATE consumer SET holder = NULL, lease_until = NULL WHERE name = %(name)s AND holder = %(holder)s"
FAIL = """
    UPDATE consumer SET holder = NULL, lease_until = NULL, last_error = %(error)s,
        failed_since = coalesce(failed_since, clock_timestamp())
    WHERE name = %(name)s AND holder = %(holder)s"""
RESTART = """
    INSERT INTO consumer (name, position) VALUES (%(name)s, %(position)s)
    ON CONFLICT (name) DO UPDATE SET position = excluded.position, updated_at = now(), holder = NULL,
        lease_until = NULL, failed_since = NULL, last_error = NULL"""
STATUSES = """
    SELECT consumer.name, consumer.position, behind.events, behind.since, consumer.failed_since, consumer.last_error,
        unreadable.facts, unreadable.newest, consumer.version
    FROM consumer CROSS JOIN LATERAL (
        SELECT count(*) AS events, min(page.recorded_at) AS since FROM (
            SELECT recorded_at FROM event WHERE event.position > consumer.position ORDER BY event.position LIMIT 10000
        ) AS page
    ) AS behind CROSS JOIN LATERAL (
        SELECT count(*) AS facts, (array_agg(reason ORDER BY position DESC))[1] AS newest FROM unreadable_fact
        WHERE unreadable_fact.consumer = consumer.name AND NOT EXISTS (
            SELECT FROM subject_key WHERE subject_id = unreadable_fact.tenant_id AND destroyed_at IS NOT NULL)
    ) AS unreadable
    ORDER BY consumer.name"""


@dataclass(frozen=True, slots=True)
class ConsumerStatus:
    """The status of a consumer. ``behind``: the number of events it has not read, at most 10,000. ``since``: when the
    oldest of them was recorded. ``failed_since`` and ``error`` are set while it fails. ``unreadable``: the number of
    facts that it went on without, and ``example`` the newest; those of erased accounts do not count."""

    name: str
    position: int
    behind: int
    since: datetime | None
    failed_since: datetime | None
    error: str | None
    unreadable: int
    example: str | None
    version: int
    """The version of the projection whose rows are there."""


class PostgresTracking(TrackingRecorder):
    """The row of one consumer, behind the library's interface. ``pool`` gives connections in autocommit mode.

    The library passes the name of the application that is followed. Here that is always the one store, so the name is
    ignored.
    """

    def __init__(self, pool: Pool, consumer: str, holder: UUID, version: int = 1) -> None:
        self._pool = pool
        self._version = version
        self._consumer = consumer
        self._holder = holder
        self._server: int | None = None

    def register(self, *, at_end: bool) -> None:
        """Adds the consumer where it is new. ``at_end``: it begins at the end of the log."""
        with self._pool.connection() as connection:
            connection.execute(REGISTER, {"name": self._consumer, "at_end": at_end, "version": self._version})

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position up to which the consumer has processed the log; None where it is not registered."""
        rows = fetch(self._pool, SELECT, (self._consumer,))
        return int(rows[0][0]) if rows else None

    def insert_tracking(self, tracking: Tracking, connection: Connection | None = None) -> None:
        """Moves the consumer forward, in the transaction of ``connection`` where one is given.

        Raises the library's IntegrityError where another worker holds the lease, or the position was reached before:
        the caller must roll its transaction back.
        """
        if connection is None:
            with self._pool.connection() as own:
                self.insert_tracking(tracking, own)
            return
        moved = connection.execute(ADVANCE, self._ours(position=tracking.notification_id))
        if moved.rowcount == 0:
            raise IntegrityError(f"{self._consumer} is led by another worker, or past {tracking.notification_id}")

    def note_unreadable(self, found: Sequence[Unreadable], connection: Connection) -> None:
        """Stores which facts the consumer went on without, in the transaction of ``connection``."""
        note(connection, self._consumer, found)

    def go_back(self, position: int) -> bool:
        """Sets the consumer, which this worker leads, back to an earlier position. False: the lease is lost, or the
        position is not an earlier one."""
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(GO_BACK, self._ours(position=position)).rowcount == 0:
                return False
            forget(connection, self._consumer, position)
        return True

    def take(self) -> int | None:
        """Takes the lease and returns the consumer's position. None: another worker holds the lease, the consumer is
        not registered, or its rows are of another version."""
        with self._pool.connection() as connection:
            row = connection.execute(TAKE, self._ours()).fetchone()
        if row is None:
            return None
        position, self._server = row
        return int(position)

    def renew(self, seen: int) -> bool:
        """Renews the lease and moves the position to ``seen``, because no event up to there concerns the consumer.
        False: the lease is lost."""
        with self._pool.connection() as connection:
            return connection.execute(RENEW, self._ours(position=seen)).rowcount > 0

    def release(self) -> None:
        """Gives the lease back, so that another worker can take it at once."""
        with self._pool.connection() as connection:
            connection.execute(RELEASE, self._ours())

    def fail(self, error: BaseException) -> None:
        """Stores why the consumer failed, and gives the lease back: a worker of another version may succeed."""
        reason = " ".join(f"{type(error).__name__}: {error}".replace("\0", "").split())[:ERROR_LENGTH]
        with self._pool.connection() as connection:
            connection.execute(FAIL, self._ours(error=reason))

    def _ours(self, **fields: object) -> dict[str, object]:
        ours = {"name": self._consumer, "version": self._version, "holder": self._holder}
        return {**ours, "lease": LEASE, "server": self._server, **fields}


def restart(pool: Pool, consumer: str, position: int = 0) -> None:
    """Sets a consumer to any position. The worker that leads it loses its lease, and the next leader starts there."""
    with pool.connection() as connection, connection.transaction():
        connection.execute(RESTART, {"name": consumer, "position": position})
        forget(connection, consumer, position)


def statuses(connection: Connection) -> list[ConsumerStatus]:
    """The status of every consumer, by name."""
    return [ConsumerStatus(*row) for row in connection.execute(STATUSES).fetchall()]
