"""Stores to whom Telegram takes no messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from televent.adapters.postgres.rows import Pool, fetch
from televent.domain.ids import AccountId

TRY_AFTER: Final = timedelta(days=1)
"""Time after which a chat that took no message is tried again."""


class PostgresChats:
    """The people to whom Telegram takes no messages."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def closed(self, tenant: AccountId, now: datetime) -> str | None:
        """The reason why this person gets no messages; None where they can be written to, or may be tried again."""
        rows = fetch(
            self._pool,
            "SELECT reason FROM unreachable_chat WHERE tenant_id = %s AND since > %s",
            (tenant, now - TRY_AFTER),
        )
        return str(rows[0][0]) if rows else None

    def close(self, tenant: AccountId, reason: str, now: datetime) -> None:
        """Notes that Telegram took no message for this person."""
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO unreachable_chat (tenant_id, reason, since) VALUES (%s, %s, %s)"
                " ON CONFLICT (tenant_id) DO UPDATE SET reason = excluded.reason, since = excluded.since",
                (tenant, reason, now),
            )

    def open(self, tenant: AccountId) -> None:
        """Notes that the person can be written to again."""
        with self._pool.connection() as connection:
            connection.execute("DELETE FROM unreachable_chat WHERE tenant_id = %s", (tenant,))
