"""Stores what the bot needs to know about chats: the state of dialogues, and which messages are cards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from televent.adapters.postgres.rows import Pool, fetch


class PostgresChatBook:
    """Stores dialogues and cards. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    # ---- dialogues
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

    # ---- cards
    def note_card(self, tenant: UUID, stream_id: UUID, chat_id: int, message_id: int, now: datetime) -> None:
        """Notes that a message in a chat is a card of this event."""
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO card (tenant_id, stream_id, chat_id, message_id, kind, sent_at)"
                " VALUES (%s, %s, %s, %s, 'invitation', %s) ON CONFLICT DO NOTHING",
                (tenant, stream_id, chat_id, message_id, now),
            )

    def latest_card(self, tenant: UUID, stream_id: UUID, chat_id: int) -> int | None:
        """The id of the newest card of the event in that chat; None where there is none."""
        rows = fetch(
            self._pool,
            "SELECT message_id FROM card WHERE tenant_id = %s AND stream_id = %s AND chat_id = %s"
            " ORDER BY sent_at DESC, message_id DESC LIMIT 1",
            (tenant, stream_id, chat_id),
        )
        return int(rows[0][0]) if rows else None
