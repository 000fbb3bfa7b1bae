"""Stores the state of dialogues in chats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from televent.adapters.postgres.rows import Pool, fetch

KEEP: Final = timedelta(days=30)
"""Time for which a dialogue is kept after its last word. Its buttons say afterwards that it is forgotten."""
KEEP_WELCOME: Final = timedelta(days=365)
"""The same for what a person was asked once, such as their zone: they are not asked again."""
WELCOME: Final = "%/welcome"
SWEEP: Final = "DELETE FROM dialogue WHERE updated_at < %s AND (key NOT LIKE %s OR updated_at < %s)"


class PostgresChatBook:
    """Stores dialogues. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def read(self, key: str) -> tuple[str | None, dict[str, Any]]:
        """State and data of a dialogue; (None, {}) where there is none."""
        rows = fetch(self._pool, "SELECT state, data FROM dialogue WHERE key = %s", (key,))
        return (rows[0][0], dict(rows[0][1])) if rows else (None, {})

    def write_state(self, key: str, state: str | None) -> None:
        """Sets the state of a dialogue."""
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO dialogue (key, state) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET state = excluded.state, updated_at = now()",
                (key, state),
            )

    def write_data(self, key: str, data: Mapping[str, Any]) -> None:
        """Sets the data of a dialogue."""
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO dialogue (key, data) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET data = excluded.data, updated_at = now()",
                (key, Jsonb(dict(data))),
            )

    def sweep(self, now: datetime) -> int:
        """Forgets old dialogues; returns how many."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now - KEEP, WELCOME, now - KEEP_WELCOME)).rowcount
