"""How far each consumer of the log has come, and which worker leads it: the ``consumer`` table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool, fetch

LEASE: Final = timedelta(seconds=5)
"""Seconds that a worker leads a consumer without a word. A worker that was killed is followed by another after that."""
ERROR_LENGTH: Final = 300

SELECT = "SELECT position FROM consumer WHERE name = %s"
# Everything below the oldest transaction that still runs is settled: what is recorded later has a higher position.
REGISTER = """
    INSERT INTO consumer (name, position)
    SELECT %(name)s, CASE
        WHEN %(at_end)s AND EXISTS (SELECT FROM event)
        THEN ((xid_base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 20) - 1 ELSE 0 END
    FROM shard ON CONFLICT (name) DO NOTHING"""
# The database's clock alone decides about leases: the clocks of two workers may differ.
TAKE = """
    UPDATE consumer SET holder = %(holder)s, lease_until = clock_timestamp() + %(lease)s
    WHERE name = %(name)s AND (holder IS NULL OR holder = %(holder)s OR lease_until < clock_timestamp())
    RETURNING position"""
ADVANCE = """
    UPDATE consumer SET position = %(position)s, lease_until = clock_timestamp() + %(lease)s, updated_at = now(),
        failed_since = NULL, last_error = NULL
    WHERE name = %(name)s AND holder = %(holder)s AND position < %(position)s"""
RENEW = """
    UPDATE consumer SET position = greatest(position, %(position)s), lease_until = clock_timestamp() + %(lease)s,
        failed_since = NULL, last_error = NULL
    WHERE name = %(name)s AND holder = %(holder)s"""
RELEASE = "UPDATE consumer SET holder = NULL, lease_until = NULL WHERE name = %(name)s AND holder = %(holder)s"
FAIL = """
    UPDATE consumer SET holder = NULL, lease_until = NULL, last_error = %(error)s,
        failed_since = coalesce(failed_since, clock_timestamp())
    WHERE name = %(name)s AND holder = %(holder)s"""
RESTART = """
    INSERT INTO consumer (name, position) VALUES (%(name)s, %(position)s)
    ON CONFLICT (name) DO UPDATE SET position = excluded.position, updated_at = now(), holder = NULL,
        lease_until = NULL, failed_since = NULL, last_error = NULL"""
STANDING = """
    SELECT consumer.name, consumer.position, behind.events, behind.since, consumer.failed_since, consumer.last_error
    FROM consumer CROSS JOIN LATERAL (
        SELECT count(*) AS events, min(page.recorded_at) AS since FROM (
            SELECT recorded_at FROM event WHERE event.position > consumer.position ORDER BY event.position LIMIT 10000
        ) AS page
    ) AS behind
    ORDER BY consumer.name"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a consumer is. ``behind``: events it has not read, counted up to 10,000; ``since``: when the oldest of them
    was recorded. ``failed_since`` and ``error`` are set while it cannot go on."""

    name: str
    position: int
    behind: int
    since: datetime | None
    failed_since: datetime | None
    error: str | None


class PostgresTracking(TrackingRecorder):
    """One consumer's row behind the library's interface. ``pool`` gives connections in autocommit mode.

    The library passes the name of the application that is followed; here that is always the one store, and the row is
    the consumer's.
    """

    def __init__(self, pool: Pool, consumer: str, holder: UUID) -> None:
        self._pool = pool
        self._consumer = consumer
        self._holder = holder

    def register(self, *, at_end: bool) -> None:
        """Makes the consumer known. ``at_end``: it begins with what is recorded from now on."""
        with self._pool.connection() as connection:
            connection.execute(REGISTER, {"name": self._consumer, "at_end": at_end})

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position up to which the consumer has done its work; None before it is known."""
        rows = fetch(self._pool, SELECT, (self._consumer,))
        return int(rows[0][0]) if rows else None

    def insert_tracking(self, tracking: Tracking, connection: Connection | None = None) -> None:
        """Moves the consumer forward, in the transaction of ``connection`` where one is given.

        Raises the library's IntegrityError where the lease is another worker's, or the work was done before: the
        caller's transaction must be rolled back.
        """
        if connection is None:
            with self._pool.connection() as own:
                self.insert_tracking(tracking, own)
            return
        moved = connection.execute(ADVANCE, self._ours(position=tracking.notification_id))
        if moved.rowcount == 0:
            raise IntegrityError(f"{self._consumer} is led by another worker, or past {tracking.notification_id}")

    def take(self) -> int | None:
        """The consumer's position; the lease is ours from now on. None: another worker has it, or it is not known."""
        with self._pool.connection() as connection:
            row = connection.execute(TAKE, self._ours()).fetchone()
        return None if row is None else int(row[0])

    def renew(self, seen: int) -> bool:
        """Keeps the lease and notes that nothing up to ``seen`` concerns the consumer. False: the lease is lost."""
        with self._pool.connection() as connection:
            return connection.execute(RENEW, self._ours(position=seen)).rowcount > 0

    def release(self) -> None:
        """Gives the lease back, so that another worker need not wait for its end."""
        with self._pool.connection() as connection:
            connection.execute(RELEASE, self._ours())

    def fail(self, error: BaseException) -> None:
        """Gives the lease back and notes why the consumer could not go on; perhaps another worker's program can."""
        said = " ".join(f"{type(error).__name__}: {error}".replace("\0", "").split())[:ERROR_LENGTH]
        with self._pool.connection() as connection:
            connection.execute(FAIL, self._ours(error=said))

    def _ours(self, **fields: object) -> dict[str, object]:
        return {"name": self._consumer, "holder": self._holder, "lease": LEASE, **fields}


def restart(pool: Pool, consumer: str, position: int = 0) -> None:
    """Sets a consumer to any position; who leads it notices and goes on from there."""
    with pool.connection() as connection:
        connection.execute(RESTART, {"name": consumer, "position": position})


def standing(connection: Connection) -> list[Standing]:
    """Where all consumers are, by name."""
    return [Standing(*row) for row in connection.execute(STANDING).fetchall()]
