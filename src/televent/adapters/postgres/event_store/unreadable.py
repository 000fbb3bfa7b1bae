"""Facts that a follower of the log could not read, in the ``unreadable_fact`` table.

A follower goes on without such a fact: one account's damaged fact must not hold up all others. The row tells the
operator. A restart or rebuild of the follower reads the fact again. So does the next worker that leads the follower, if
it can read the fact: an earlier program passed over facts that a newer one has written, or the key is back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.event_store.envelope import Envelope
from televent.application.event_store.mapper import FactMapper, UnreadableFact
from televent.domain.ids import AccountId, StreamKey

log = structlog.get_logger("televent.followers")

NOTE = """
    INSERT INTO unreadable_fact AS standing (tenant_id, stream_id, version, consumer, position, reason)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, stream_id, version, consumer) DO UPDATE
    SET position = excluded.position, reason = excluded.reason"""
NOTED = """
    SELECT event.position, event.topic, event.state, coalesce(event.subject_id, tenant_id), tenant_id, stream_id,
        version
    FROM unreadable_fact JOIN event USING (tenant_id, stream_id, version)
    WHERE consumer = %s AND event.recorded_at > %s ORDER BY event.position LIMIT %s"""
FORGET = "DELETE FROM unreadable_fact WHERE consumer = %s AND position > %s"

READ_AGAIN_WITHIN: Final = timedelta(days=6)
"""Max age of a fact that is read again without a command. A completed message is kept for seven days as a dedupe key;
after that, a restart would tell people a second time about what the follower has told them before."""
TRIED: Final = 1000
"""Max facts that are tried when a worker begins to lead a follower, the oldest of them."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The place of a fact that could not be read, and the reason."""

    envelope: Envelope
    error: UnreadableFact


def note(connection: Connection, consumer: str, found: Sequence[Unreadable]) -> None:
    """Stores which facts the consumer went on without."""
    for each in found:
        place = each.envelope
        log.error("a follower goes on without a fact", consumer=consumer, reason=str(each.error))
        values = (place.tenant, place.key.stream, place.version, consumer, place.position, str(each.error))
        connection.execute(NOTE, values)


def forget(connection: Connection, consumer: str, after: int) -> None:
    """Forgets the facts behind the position ``after``, because the consumer reads them again."""
    connection.execute(FORGET, (consumer, after))


def readable_now(pool: Pool, mapper: FactMapper, consumer: str, now: datetime) -> int | None:
    """The position of the first fact that the consumer went on without and that this program can read; None: there is
    none among the oldest TRIED that are not older than READ_AGAIN_WITHIN."""
    for position, topic, state, subject, tenant, stream, version in fetch(
        pool, NOTED, (consumer, now - READ_AGAIN_WITHIN, TRIED)
    ):
        place = f"{StreamKey(AccountId(tenant), stream)}#{version}"
        try:
            mapper.read(topic, bytes(state), subject, place)
        except Exception:
            # For whatever reason: the follower would stop at this fact, or pass over it again.
            continue
        return int(position)
    return None
