"""Reads the API keys of people (application.api_keys.ApiKeys)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from televent.adapters.postgres.rows import Pool, Row, fetch
from televent.application.accounts.api_keys import NOTED_EVERY, ApiKeyRow
from televent.domain.ids import AccountId

_COLUMNS: Final = "key_id, name, hash, scopes, expires_at, created_at, last_used_at"
FIND: Final = f"""
    SELECT {_COLUMNS} FROM api_key
    WHERE tenant_id = %s AND key_id = %s AND (expires_at IS NULL OR expires_at > %s)"""  # noqa: S608
ALL: Final = f"SELECT {_COLUMNS} FROM api_key WHERE tenant_id = %s ORDER BY created_at DESC, key_id"  # noqa: S608
NOTE: Final = """
    UPDATE api_key SET last_used_at = %s
    WHERE tenant_id = %s AND key_id = %s AND (last_used_at IS NULL OR last_used_at <= %s)"""


class PostgresApiKeys:
    """Reads API keys. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def find(self, tenant: AccountId, key_id: UUID, now: datetime) -> ApiKeyRow | None:
        """The key; None where it is revoked or has expired."""
        rows = fetch(self._pool, FIND, (tenant, key_id, now))
        return _row(rows[0]) if rows else None

    def all(self, tenant: AccountId) -> list[ApiKeyRow]:
        """The account's keys, the newest first; also the expired ones."""
        return [_row(each) for each in fetch(self._pool, ALL, (tenant,))]

    def note_used(self, tenant: AccountId, key_id: UUID, now: datetime) -> None:
        """Stores that the key was used now."""
        with self._pool.connection() as connection:
            connection.execute(NOTE, (now, tenant, key_id, now - NOTED_EVERY))


def _row(row: Row) -> ApiKeyRow:
    key_id, name, hashed, scopes, *times = row
    return ApiKeyRow(key_id, name, hashed, tuple(scopes), *times)
