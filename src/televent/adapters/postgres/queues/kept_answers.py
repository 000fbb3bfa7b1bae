"""Stores the answers to requests with an Idempotency-Key (application.kept_answers.KeptAnswers)."""

from __future__ import annotations

from datetime import datetime

from psycopg.types.json import Jsonb

from televent.adapters.postgres.rows import Pool
from televent.application.kept_answers import KEPT, KeptAnswer
from televent.domain.ids import AccountId

# The account's row is locked, so that an erasure meets the key or the key meets the erasure. A key that is older than
# a day counts as new.
CLAIM = """
    INSERT INTO idempotency_key AS kept (tenant_id, key, request, status, headers, body, made_at)
    SELECT tenant_id, %(key)s, %(request)s, 0, '{}', '', %(now)s FROM account WHERE tenant_id = %(tenant)s FOR SHARE
    ON CONFLICT (tenant_id, key) DO UPDATE SET
        request = CASE WHEN kept.made_at <= %(old)s THEN EXCLUDED.request ELSE kept.request END,
        status = CASE WHEN kept.made_at <= %(old)s THEN 0 ELSE kept.status END,
        made_at = CASE WHEN kept.made_at <= %(old)s THEN EXCLUDED.made_at ELSE kept.made_at END
    RETURNING request, made_at, status, headers, body"""
KEEP = """
    UPDATE idempotency_key SET status = %s, headers = %s, body = %s
    WHERE tenant_id = %s AND key = %s AND request = %s"""


class PostgresKeptAnswers:
    """Stores answers. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def claim(self, tenant: AccountId, key: str, request: bytes, now: datetime) -> KeptAnswer | None:
        """Notes that the request uses the key, and returns the request that used it first."""
        values = {"tenant": tenant, "key": key, "request": request, "now": now, "old": now - KEPT}
        with self._pool.connection() as connection:
            row = connection.execute(CLAIM, values).fetchone()
        return KeptAnswer(bytes(row[0]), row[1], row[2], row[3], bytes(row[4])) if row is not None else None

    def keep(self, tenant: AccountId, key: str, answer: KeptAnswer) -> None:
        """Keeps the answer to the request that used the key."""
        values = (answer.status, Jsonb(dict(answer.headers)), answer.body, tenant, key, answer.request)
        with self._pool.connection() as connection:
            connection.execute(KEEP, values)
