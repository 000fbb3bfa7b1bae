"""How far each consumer of the log has come: kept in the transaction of what it writes."""

from __future__ import annotations

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool, fetch

# An advisory lock and not the row's: that would give the transaction an id, for which every other follower waits.
HOLD = "SELECT pg_try_advisory_xact_lock(hashtextextended('consumer ' || %s, 0))"
SELECT = "SELECT position FROM consumer WHERE name = %s"
ADVANCE = """
    INSERT INTO consumer AS standing (name, position) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET position = excluded.position, updated_at = now()
    WHERE standing.position < excluded.position"""


class PostgresTracking(TrackingRecorder):
    """The ``consumer`` table under the library's names. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position up to which the consumer has written its rows; None before its first."""
        rows = fetch(self._pool, SELECT, (application_name,))
        return int(rows[0][0]) if rows else None

    def insert_tracking(self, tracking: Tracking, connection: Connection | None = None) -> None:
        """Moves the consumer forward, in the transaction of ``connection`` where one is given.

        Raises the library's IntegrityError where it stands there or further already: another has done this work,
        and the caller's transaction must be rolled back.
        """
        if connection is None:
            with self._pool.connection() as own:
                self.insert_tracking(tracking, own)
            return
        moved = connection.execute(ADVANCE, (tracking.application_name, tracking.notification_id))
        if moved.rowcount == 0:
            raise IntegrityError(f"{tracking.application_name} is at {tracking.notification_id} or beyond")

    @staticmethod
    def hold(connection: Connection, application_name: str) -> int | None:
        """The consumer's position, which until the end of this transaction only we may move; 0 before its first.

        None: another holds it. ``connection`` is inside a transaction.
        """
        if connection.execute(HOLD, (application_name,)).fetchone() != (True,):
            return None
        # A statement of its own: one that began before the lock was ours could see an old position.
        row = connection.execute(SELECT, (application_name,)).fetchone()
        return 0 if row is None else int(row[0])

    def restart(self, application_name: str, position: int = 0) -> None:
        """Sets the consumer back, or to where its rebuilt table stands."""
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO consumer (name, position) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET position = excluded.position, updated_at = now()",
                (application_name, position),
            )
