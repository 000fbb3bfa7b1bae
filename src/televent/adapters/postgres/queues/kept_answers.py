"""Stores the answers to requests with an Idempotency-Key (application.kept_answers.KeptAnswers)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from televent.adapters.postgres.rows import Pool
from televent.application.accounts.kept_answers import AT_WORK, KEPT, Claim, KeptAnswer
from televent.domain.ids import AccountId

# The account's row is locked, so that an erasure meets the key or the key meets the erasure. A key that is older than
# a day counts as new. One of two requests at once holds the key.
_OLD = "kept.made_at <= %(old)s"
_FREE = f"""{_OLD} OR kept.request = EXCLUDED.request AND kept.status = 0
            AND (kept.busy_until IS NULL OR kept.busy_until <= %(now)s)"""
CLAIM = f"""
    INSERT INTO idempotency_key AS kept (tenant_id, key, request, status, headers, body, made_at, holder, busy_until)
    SELECT tenant_id, %(key)s, %(request)s, 0, '{{}}', '', %(now)s, %(holder)s, %(until)s
    FROM account WHERE tenant_id = %(tenant)s FOR SHARE
    ON CONFLICT (tenant_id, key) DO UPDATE SET
        request = CASE WHEN {_OLD} THEN EXCLUDED.request ELSE kept.request END,
        status = CASE WHEN {_OLD} THEN 0 ELSE kept.status END,
        made_at = CASE WHEN {_OLD} THEN EXCLUDED.made_at ELSE kept.made_at END,
        holder = CASE WHEN {_FREE} THEN EXCLUDED.holder ELSE kept.holder END,
        busy_until = CASE WHEN {_FREE} THEN EXCLUDED.busy_until ELSE kept.busy_until END
    RETURNING request, made_at, status, headers, body, holder = %(holder)s"""  # noqa: S608
KEEP = """
    UPDATE idempotency_key SET status = %s, headers = %s, body = %s, holder = NULL, busy_until = NULL
    WHERE tenant_id = %s AND key = %s AND holder = %s"""
RELEASE = """
    UPDATE idempotency_key SET holder = NULL, busy_until = NULL
    WHERE tenant_id = %s AND key = %s AND holder = %s"""


class PostgresKeptAnswers:
    """Stores answers. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def claim(self, tenant: AccountId, key: str, request: bytes, holder: UUID, now: datetime) -> Claim | None:
        """Notes that the request uses the key, and returns the request that used it first."""
        values = {"tenant": tenant, "key": key, "request": request, "holder": holder}
        times = {"now": now, "old": now - KEPT, "until": now + AT_WORK}
        with self._pool.connection() as connection:
            row = connection.execute(CLAIM, {**values, **times}).fetchone()
        if row is None:
            return None
        return Claim(KeptAnswer(bytes(row[0]), row[1], row[2], row[3], bytes(row[4])), bool(row[5]))

    def keep(self, tenant: AccountId, key: str, holder: UUID, answer: KeptAnswer) -> None:
        """Keeps the answer to the request that used the key."""
        values = (answer.status, Jsonb(dict(answer.headers)), answer.body, tenant, key, holder)
        with self._pool.connection() as connection:
            connection.execute(KEEP, values)

    def release(self, tenant: AccountId, key: str, holder: UUID) -> None:
        """Lets a repeat work at once."""
        with self._pool.connection() as connection:
            connection.execute(RELEASE, (tenant, key, holder))
