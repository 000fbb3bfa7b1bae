"""Keeps the updates of Telegram from the moment that Telegram may forget them until they are handled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from televent.adapters.postgres.rows import Pool, fetch

KEEP: Final = timedelta(hours=24)
"""Time after which an update is handled no more: Telegram keeps its own no longer either (Bot API, Getting updates)."""

# A statement whose reply was lost is sent again.
_KEEP = """
    INSERT INTO bot_update (bot_id, update_id, content, kept_at)
    SELECT %(bot)s, given.update_id, given.content, clock_timestamp()
    FROM unnest(%(ids)s::bigint[], %(contents)s::text[]) AS given (update_id, content)
    ON CONFLICT (bot_id, update_id) DO NOTHING"""
_KEPT = "SELECT update_id, content, attempts FROM bot_update WHERE bot_id = %s ORDER BY update_id"
_COUNT = "UPDATE bot_update SET attempts = attempts + 1 WHERE bot_id = %s AND update_id = ANY (%s)"
_FORGET = "DELETE FROM bot_update WHERE bot_id = %s AND update_id = ANY (%s)"
_SWEEP = "DELETE FROM bot_update WHERE kept_at < clock_timestamp() - %s"


class PostgresBotUpdates:
    """The updates of one bot. ``pool`` gives connections in autocommit mode. Each method raises Outage."""

    def __init__(self, pool: Pool, bot_id: int) -> None:
        self._pool, self._bot = pool, bot_id

    def keep(self, updates: Mapping[int, str]) -> None:
        """Stores updates, by their ids, with one attempt counted for each. One that is stored already stays as it
        is."""
        with self._pool.connection() as connection:
            asked = {"bot": self._bot, "ids": list(updates), "contents": list(updates.values())}
            connection.execute(_KEEP, asked)

    def kept(self) -> list[tuple[int, str, int]]:
        """Id, content and number of attempts of each stored update, in their order."""
        return [(row[0], row[1], row[2]) for row in fetch(self._pool, _KEPT, (self._bot,))]

    def count(self, ids: Sequence[int]) -> None:
        """Counts one more attempt for each."""
        with self._pool.connection() as connection:
            connection.execute(_COUNT, (self._bot, list(ids)))

    def forget(self, ids: Sequence[int]) -> None:
        """Deletes updates that are handled."""
        with self._pool.connection() as connection:
            connection.execute(_FORGET, (self._bot, list(ids)))


def sweep_updates(pool: Pool) -> int:
    """Deletes the updates that no bot has handled within KEEP, such as those of a bot that runs no more; returns their
    number."""
    with pool.connection() as connection:
        return connection.execute(_SWEEP, (KEEP,)).rowcount
