"""Finds events that were tampered with: it computes every stream's hash chain again (ADR 11)."""

from __future__ import annotations

from televent.adapters.postgres.rows import Pool
from televent.application.event_store.mapper import genesis, link
from televent.domain.ids import StreamKey

PAGE = 1000


def broken_chains(pool: Pool) -> tuple[int, list[StreamKey]]:
    """The number of events checked, and the streams whose hash chain is broken.

    An event that was changed, removed or inserted breaks the chain of its stream from there on.
    """
    checked = 0
    broken: list[StreamKey] = []
    current: StreamKey | None = None
    expected, version = b"", 0
    with pool.connection() as connection, connection.transaction(), connection.cursor(name="verify") as cursor:
        cursor.itersize = PAGE
        cursor.execute(
            "SELECT tenant_id, stream_id, version, topic, state, chain FROM event"
            " ORDER BY tenant_id, stream_id, version"
        )
        for tenant, stream, number, topic, state, chain in cursor:
            key = StreamKey(tenant, stream)
            if key != current:
                current, expected, version = key, genesis(str(key)), 0
            checked += 1
            version += 1
            expected = link(expected, number, topic, bytes(state))
            if (number != version or expected != bytes(chain)) and key not in broken[-1:]:
                broken.append(key)
    return checked, broken
