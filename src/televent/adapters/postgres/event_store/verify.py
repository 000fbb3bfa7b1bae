"""Finds events that were tampered with: it computes every stream's hash chain again (ADR 11, ADR 99).

The rows come by COPY in PostgreSQL's binary form, and nothing is decoded that is only hashed. So a quiet machine with
two cores does it as fast as PostgreSQL reads them in the order of the chains.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import chain as chained
from struct import Struct
from typing import Final
from uuid import UUID

from televent.adapters.postgres.rows import Pool
from televent.application.event_store.mapper import genesis
from televent.domain.ids import AccountId, StreamKey

TOLD: Final = 10_000
"""Events between two reports of progress."""
EVENTS = """
    COPY (SELECT tenant_id, stream_id, version, topic, state, chain FROM event
        ORDER BY tenant_id, stream_id, version) TO STDOUT (FORMAT binary)"""
TOTAL = "SELECT count(*) FROM event"
_HEAD: Final = Struct("!h i 16s i 16s i i i")
"""The start of a row: its number of fields; length and value of tenant_id, stream_id and version; length of topic."""
_LENGTH: Final = Struct("!i")
_SIGNATURE: Final = 19
"""Bytes of the header before the first row: signature, flags, and the length of an extension that is never there."""

Progress = Callable[[int, int], None]
"""Is told how many of how many events are checked."""


def nothing(done: int, total: int) -> None:
    """Shows no progress."""


def broken_chains(pool: Pool, progress: Progress = nothing) -> tuple[int, list[StreamKey]]:
    """The number of events checked, and the streams whose hash chain is broken. Raises Outage.

    An event that was changed, removed or inserted breaks the chain of its stream from there on. All is read as it was
    at one moment, and nobody waits for it.
    """
    checked = 0
    broken: list[StreamKey] = []
    tenant, stream = b"", b""
    expected, version = b"", 0
    with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
        total = (cursor.execute(TOTAL).fetchone() or (0,))[0]
        with cursor.copy(EVENTS) as copy:
            blocks = iter(copy)
            # PostgreSQL may send the header alone or with the first row.
            first = bytes(next(blocks))[_SIGNATURE:]
            for row in map(bytes, chained((first,) if first else (), blocks)):
                if len(row) < _HEAD.size:
                    # The trailer after the last row. COPY must be read to its end.
                    continue
                _, _, of_tenant, _, of_stream, _, number, size = _HEAD.unpack_from(row)
                if of_stream != stream or of_tenant != tenant:
                    tenant, stream = of_tenant, of_stream
                    expected, version = genesis(str(_key(tenant, stream))), 0
                checked += 1
                version += 1
                start = _HEAD.size + size
                end = start + _LENGTH.size + _LENGTH.unpack_from(row, start)[0]
                topic, state = row[_HEAD.size : start], row[start + _LENGTH.size : end]
                # As mapper.link, from bytes.
                expected = hashlib.sha256(b"%b%d\0%b\0%b" % (expected, number, topic, state)).digest()
                if number != version or expected != row[end + _LENGTH.size :]:
                    key = _key(tenant, stream)
                    if key not in broken[-1:]:
                        broken.append(key)
                if checked % TOLD == 0:
                    progress(checked, max(checked, total))
    progress(checked, checked)
    return checked, broken


def _key(tenant: bytes, stream: bytes) -> StreamKey:
    return StreamKey(AccountId(UUID(bytes=tenant)), UUID(bytes=stream))
