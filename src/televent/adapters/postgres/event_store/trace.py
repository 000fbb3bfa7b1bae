"""Everything that one request caused, by its correlation id: facts and outbox messages, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from televent.adapters.postgres.rows import Pool, fetch

LIMIT = 2000
# The index of requests has hashes: ids are long, and nearly each is another one.
STEPS = """
    SELECT recorded_at, topic, door, tenant_id::text || '/' || stream_id::text || ' v' || version, actor
    FROM audit WHERE hashtextextended(correlation_id, 0) = hashtextextended(%(id)s, 0) AND correlation_id = %(id)s
    UNION ALL
    SELECT created_at, 'message ' || kind, state, outbox_id::text,
        'attempts ' || attempts || coalesce(', done ' || to_char(finished_at, 'HH24:MI:SS'), '')
            || coalesce(', ' || last_error, '')
    FROM outbox WHERE correlation_id = %(id)s
    ORDER BY 1 LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Step:
    """One fact or outbox message: its time, name, place, and details."""

    at: datetime
    what: str
    where: str
    detail: str


def steps_of(pool: Pool, correlation_id: str) -> list[Step]:
    """Every step with that correlation id, the oldest first, at most LIMIT."""
    rows = fetch(pool, STEPS, {"id": correlation_id, "limit": LIMIT})
    return [Step(at, what, f"{where} {which}", detail) for at, what, where, which, detail in rows]
