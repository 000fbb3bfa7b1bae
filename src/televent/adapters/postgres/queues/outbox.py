"""The outbox: effects owed, claimed under a lease by one worker at a time, tried again by the schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.wakeup import OUTBOX, Wakeups
from televent.application.messages.outbox import ATTEMPTS, ERROR_LENGTH, LEASE, Claimed, Failed, OutboxMessage, Verdict
from televent.domain.ids import AccountId

BATCH = 10
# In the order of Claimed. What is being processed is due again when its lease ends: so what a dead worker held comes
# back by itself.
_CLAIM = """
    WITH chosen AS MATERIALIZED (
        SELECT tenant_id, outbox_id FROM outbox WHERE {chosen} FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox AS owed
    SET state = 'processing', attempts = owed.attempts + 1, lease_until = %(until)s, due_at = %(until)s
    FROM chosen WHERE owed.tenant_id = chosen.tenant_id AND owed.outbox_id = chosen.outbox_id
    RETURNING owed.tenant_id, owed.outbox_id, owed.kind, owed.key, owed.payload, owed.attempts, owed.correlation_id,
        owed.created_at, owed.lease_until"""
CLAIM = _CLAIM.format(
    chosen="""state IN ('pending', 'processing') AND due_at <= %(now)s AND attempts < %(most)s
        AND (%(kinds)s::text[] IS NULL OR kind = ANY (%(kinds)s)) ORDER BY due_at LIMIT %(limit)s"""
)
CLAIM_THESE = _CLAIM.format(chosen="tenant_id = %(tenant)s AND outbox_id = ANY (%(ids)s) AND state = 'pending'")
# The lease and the count name this very claim: who lost it to another changes nothing.
_SETTLE = """
    UPDATE outbox SET {change}, lease_until = NULL
    WHERE tenant_id = %(tenant)s AND outbox_id = %(id)s AND state = 'processing' AND attempts = %(attempts)s
        AND lease_until = %(lease)s"""
COMPLETE = _SETTLE.format(change="state = 'completed', finished_at = %(now)s")
FAIL = _SETTLE.format(change="state = 'failed', finished_at = %(now)s, last_error = %(reason)s")
TRY_AGAIN = _SETTLE.format(
    change="state = 'pending', due_at = %(due)s, last_error = %(reason)s, attempts = attempts - %(uncounted)s"
)
REAP = """
    UPDATE outbox SET state = 'failed', finished_at = %(now)s, lease_until = NULL,
        last_error = coalesce(last_error || '; ', '') || 'its workers ended without a word'
    WHERE state = 'processing' AND due_at <= %(now)s AND attempts >= %(most)s"""
REQUEUE = """
    UPDATE outbox SET state = 'pending', attempts = 0, due_at = %(now)s, finished_at = NULL
    WHERE outbox_id = %(id)s AND state = 'failed'"""
FAILED = """
    SELECT outbox_id, kind, last_error FROM outbox WHERE state = 'failed' ORDER BY finished_at DESC LIMIT %s"""
PURGE = """
    DELETE FROM outbox WHERE (tenant_id, outbox_id) IN (
        SELECT tenant_id, outbox_id FROM outbox WHERE state = 'completed' AND finished_at < %(before)s LIMIT 1000
    )"""


class PostgresOutbox:
    """``pool`` gives connections in autocommit mode. Safe for use from many threads; the clock is an argument."""

    def __init__(self, pool: Pool, wakeups: Wakeups) -> None:
        self._pool = pool
        self._wakeups = wakeups

    def enqueue(self, messages: Sequence[OutboxMessage], tenant: AccountId, correlation_id: str, now: datetime) -> None:
        """Effects that no fact causes; those that one does are written with it."""
        with self._pool.connection() as connection, connection.pipeline(), connection.transaction():
            for message in messages:
                connection.execute(ENQUEUE, outbox_row(tenant, message, correlation_id, now))
        self._wakeups.ring(OUTBOX)

    def claim(
        self, now: datetime, *, kinds: Sequence[str] | None = None, limit: int = BATCH, lease: timedelta = LEASE
    ) -> list[Claimed]:
        """What is due, the oldest first, now ours. No two workers are given the same."""
        asked = {"now": now, "until": now + lease, "most": ATTEMPTS, "limit": limit}
        return self._claim(CLAIM, {**asked, "kinds": None if kinds is None else list(kinds)})

    def claim_ids(
        self, tenant: AccountId, ids: Sequence[UUID], now: datetime, *, lease: timedelta = LEASE
    ) -> list[Claimed]:
        """These, whether due or not, in the order asked, without those that a worker has taken already."""
        claimed = self._claim(CLAIM_THESE, {"until": now + lease, "tenant": tenant, "ids": list(ids)})
        order = {outbox_id: place for place, outbox_id in enumerate(ids)}
        return sorted(claimed, key=lambda message: order[message.outbox_id])

    def complete(self, message: Claimed, now: datetime) -> None:
        """It is done; nothing happens where the claim was lost meanwhile."""
        self._settle(COMPLETE, message, {"now": now})

    def release(self, message: Claimed, now: datetime) -> None:
        """Given back untried or half tried: due at once, and this attempt does not count."""
        self._settle(TRY_AGAIN, message, {"due": now, "reason": None, "uncounted": 1})
        self._wakeups.ring(OUTBOX)

    def settle_failure(self, message: Claimed, verdict: Verdict, now: datetime) -> None:
        """What application.outbox.after_failure decided."""
        if isinstance(verdict, Failed):
            self._settle(FAIL, message, {"now": now, "reason": verdict.reason[:ERROR_LENGTH]})
        else:
            again = {"due": verdict.due_at, "reason": verdict.reason[:ERROR_LENGTH]}
            self._settle(TRY_AGAIN, message, {**again, "uncounted": 0 if verdict.counted else 1})

    def reap(self, now: datetime) -> int:
        """Fails what took every worker down with it; the number of messages. The others come back by their lease."""
        return self._run(REAP, {"now": now, "most": ATTEMPTS})

    def requeue(self, outbox_id: UUID, now: datetime) -> bool:
        """A failed message starts again from its first attempt. False: there is no failed message of that id."""
        requeued = self._run(REQUEUE, {"now": now, "id": outbox_id}) > 0
        self._wakeups.ring(OUTBOX)
        return requeued

    def purge(self, before: datetime) -> int:
        """Forgets at most a thousand messages completed before then; how many it were."""
        return self._run(PURGE, {"before": before})

    def standing(self) -> dict[str, int]:
        """How many messages are in each state."""
        return dict(fetch(self._pool, "SELECT state, count(*) FROM outbox GROUP BY state", ()))

    def failed(self, limit: int = 100) -> list[tuple[UUID, str, str | None]]:
        """Id, kind and last error of failed messages, the latest first."""
        query = (
            "SELECT outbox_id, kind, last_error FROM outbox WHERE state = 'failed' ORDER BY finished_at DESC LIMIT %s"
        )
        return [(row[0], row[1], row[2]) for row in fetch(self._pool, query, (limit,))]

    def _claim(self, query: str, parameters: dict[str, object]) -> list[Claimed]:
        with self._pool.connection() as connection:
            rows = connection.execute(query, parameters).fetchall()
        return [Claimed(*row) for row in rows]

    def _settle(self, query: str, message: Claimed, parameters: dict[str, object]) -> None:
        ours = {"tenant": message.tenant, "id": message.outbox_id, "attempts": message.attempts}
        self._run(query, {**ours, "lease": message.lease_until, **parameters})

    def _run(self, query: str, parameters: dict[str, object]) -> int:
        with self._pool.connection() as connection:
            return connection.execute(query, parameters).rowcount
