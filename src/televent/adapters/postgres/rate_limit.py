"""Rate limits that all nodes share: the generic cell rate algorithm (GCRA, ITU-T I.371) in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from televent.adapters.postgres.rows import Pool

# ``tat`` is the time at which the bucket would be empty again. The second of two requests at once waits for the first
# one's row.
HIT = """
    WITH moment AS (SELECT coalesce(%(now)s::timestamptz, clock_timestamp()) AS now),
    hit AS (
        INSERT INTO rate_limit AS bucket (key, tat) SELECT %(key)s, now + %(taken)s FROM moment
        ON CONFLICT (key) DO UPDATE
        SET tat = greatest(bucket.tat, excluded.tat - %(taken)s) + %(taken)s
        WHERE bucket.tat - (excluded.tat - %(taken)s) <= %(tolerance)s
        RETURNING 1
    )
    SELECT extract(epoch FROM bucket.tat - %(tolerance)s - moment.now)::float8
    FROM moment LEFT JOIN rate_limit AS bucket ON bucket.key = %(key)s
    WHERE NOT EXISTS (SELECT FROM hit)"""
SWEEP = "DELETE FROM rate_limit WHERE tat < coalesce(%s::timestamptz, clock_timestamp())"


@dataclass(frozen=True, slots=True)
class Rate:
    """Max requests: ``count`` per ``seconds`` in the long run, ``burst`` at once."""

    count: int
    seconds: float
    burst: int


class PostgresRateLimit:
    """Counts requests in the database. ``pool`` gives connections in autocommit mode. Without ``now`` the database's
    clock counts."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def hit(self, key: str, rate: Rate, now: datetime | None = None, *, count: int = 1) -> float | None:
        """Admits ``count`` requests, at most the burst, and returns None; else returns the seconds until it can."""
        interval = timedelta(seconds=rate.seconds / rate.count)
        tolerance = interval * (rate.burst - count)
        asked = {"key": key, "now": now, "taken": interval * count, "tolerance": tolerance}
        with self._pool.connection() as connection:
            refused = connection.execute(HIT, asked).fetchone()
        if refused is None:
            return None
        # The row that refused the request may be newer than the snapshot of this statement.
        least = interval.total_seconds()
        return least if refused[0] is None or refused[0] <= 0 else float(refused[0])

    def sweep(self, now: datetime | None = None) -> int:
        """Deletes the rows that limit no request any more, and returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now,)).rowcount
