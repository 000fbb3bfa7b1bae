"""Stores the drafts of the chat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.drafts import KEEP, MAX_DRAFTS
from televent.domain.ids import AccountId

WRITE = """
    INSERT INTO draft (tenant_id, draft_id, content, created_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (tenant_id, draft_id) DO UPDATE SET content = excluded.content"""
BOUND = """
    DELETE FROM draft WHERE tenant_id = %s AND draft_id IN (
        SELECT draft_id FROM draft WHERE tenant_id = %s ORDER BY created_at DESC, draft_id OFFSET %s)"""
SWEEP = "DELETE FROM draft WHERE created_at < %s"


class PostgresDrafts:
    """The drafts of the chat. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def read(self, tenant: AccountId, draft_id: UUID) -> dict[str, Any] | None:
        """The content of a draft; None where it is forgotten."""
        statement = "SELECT content FROM draft WHERE tenant_id = %s AND draft_id = %s"
        rows = fetch(self._pool, statement, (tenant, draft_id))
        return dict(rows[0][0]) if rows else None

    def write(self, tenant: AccountId, draft_id: UUID, content: Mapping[str, Any], now: datetime) -> None:
        """Stores a draft, which replaces the earlier content."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(WRITE, (tenant, draft_id, Jsonb(dict(content)), now))
            connection.execute(BOUND, (tenant, tenant, MAX_DRAFTS))

    def sweep(self, now: datetime) -> int:
        """Forgets old drafts; returns how many."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now - KEEP,)).rowcount
