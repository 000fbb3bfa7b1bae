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
        WHERE bucket.tat - (excluded.tat - %(taken)s) <= %(tolerance)s + %(patience)s
        RETURNING tat - %(taken)s AS tat
    )
    SELECT true, extract(epoch FROM hit.tat - %(tolerance)s - now)::float8 FROM hit, moment
    UNION ALL
    SELECT false, extract(epoch FROM bucket.tat - %(tolerance)s - moment.now)::float8
    FROM moment LEFT JOIN rate_limit AS bucket ON bucket.key = %(key)s
    WHERE NOT EXISTS (SELECT FROM hit)"""
CLOSE = """
    INSERT INTO rate_limit AS bucket (key, tat) VALUES (%(key)s, clock_timestamp() + %(pause)s)
    ON CONFLICT (key) DO UPDATE SET tat = greatest(bucket.tat, excluded.tat)"""
SWEEP = "DELETE FROM rate_limit WHERE tat < coalesce(%s::timestamptz, clock_timestamp())"


@dataclass(frozen=True, slots=True)
class Rate:
    """Max requests: ``count`` per ``seconds`` in the long run, ``burst`` at once."""

    count: float
    seconds: float
    burst: int

    @property
    def interval(self) -> float:
        """Seconds after which one more request is admitted."""
        return self.seconds / self.count


class PostgresRateLimit:
    """Counts requests in the database. ``pool`` gives connections in autocommit mode. Without ``now`` the database's
    clock counts."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def hit(self, key: str, rate: Rate, now: datetime | None = None, *, count: int = 1, patience: float = 0.0) -> float:
        """Admits ``count`` requests, at most the burst, and returns 0; or admits them for later and returns the seconds
        until then, at most ``patience``. Otherwise counts nothing and returns the seconds, more than ``patience``,
        until they can be admitted at once."""
        interval = timedelta(seconds=rate.interval)
        asked = {
            "key": key,
            "now": now,
            "taken": interval * count,
            "tolerance": interval * (rate.burst - count),
            "patience": timedelta(seconds=patience),
        }
        with self._pool.connection() as connection:
            ((admitted, seconds),) = connection.execute(HIT, asked).fetchall()
        if admitted:
            return min(max(float(seconds), 0.0), patience)
        # The row that refused the request may be newer than the snapshot of this statement.
        least = patience + interval.total_seconds()
        return least if seconds is None or seconds <= patience else float(seconds)

    def close_for(self, key: str, seconds: float) -> None:
        """Admits no request for so many seconds, where the burst is 1."""
        with self._pool.connection() as connection:
            connection.execute(CLOSE, {"key": key, "pause": timedelta(seconds=seconds)})

    def sweep(self, now: datetime | None = None) -> int:
        """Deletes the rows that limit no request any more, and returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now,)).rowcount
