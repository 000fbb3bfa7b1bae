"""Counts the calls that Telegram did not carry out at once, of all processes of a bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool

KEEP_DAYS: Final = 7
"""Days for which the counts are kept."""

_ADD = """
    INSERT INTO bot_trouble AS known (bot_id, day, reason, calls, last_at)
    SELECT %(bot)s, (clock_timestamp() AT TIME ZONE 'UTC')::date, given.reason, given.calls, clock_timestamp()
    FROM unnest(%(reasons)s::text[], %(calls)s::bigint[]) AS given (reason, calls)
    ON CONFLICT (bot_id, day, reason) DO UPDATE SET calls = known.calls + excluded.calls, last_at = excluded.last_at"""
_RECENT = """
    SELECT reason, sum(calls)::bigint, max(last_at) FROM bot_trouble
    WHERE day >= (clock_timestamp() AT TIME ZONE 'UTC')::date - 1 GROUP BY reason ORDER BY reason"""
_SWEEP = "DELETE FROM bot_trouble WHERE day < (clock_timestamp() AT TIME ZONE 'UTC')::date - %s"


@dataclass(frozen=True, slots=True)
class Trouble:
    """The calls of one reason, of yesterday and today (UTC), and when the last one was."""

    reason: str
    calls: int
    last_at: datetime


class PostgresBotTrouble:
    """The counts of one bot. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool, bot_id: int) -> None:
        self._pool, self._bot = pool, bot_id

    def add(self, calls: Mapping[str, int]) -> None:
        """Adds calls, by their reasons, to those of this day. Raises Outage."""
        with self._pool.connection() as connection:
            asked = {"bot": self._bot, "reasons": list(calls), "calls": list(calls.values())}
            connection.execute(_ADD, asked)


def recent(connection: Connection) -> list[Trouble]:
    """The calls of all bots, yesterday and today."""
    return [Trouble(*row) for row in connection.execute(_RECENT).fetchall()]


def sentence(found: list[Trouble]) -> str:
    """One line about them for the operator; "" where there are none."""
    if not found:
        return ""
    reasons = ", ".join(f"{each.reason} ({each.calls})" for each in found)
    last = max(each.last_at for each in found)
    calls = sum(each.calls for each in found)
    return f"{calls} calls since yesterday were made again: {reasons}; the last one at {last:%Y-%m-%d %H:%M:%S}"


def sweep_trouble(pool: Pool) -> int:
    """Deletes the counts of old days; returns their number."""
    with pool.connection() as connection:
        return connection.execute(_SWEEP, (KEEP_DAYS,)).rowcount
