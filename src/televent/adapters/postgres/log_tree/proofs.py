"""Proves that one event stands in the published log (RFC 6962 §2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from televent.adapters.postgres.event_store.log import COLUMNS, event_of
from televent.adapters.postgres.log_tree.tiles import PostgresTiles, index_at
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.log_proof.leaf import leaf_text
from televent.application.log_proof.merkle import inclusion
from televent.domain.ids import AccountId, StreamKey

FORM: Final = "televent proof/1"
EVENT = f"""
    SELECT position, {COLUMNS} FROM event WHERE tenant_id = %s AND stream_id = %s AND version = %s"""  # noqa: S608
HEAD = "SELECT size, note FROM log_head WHERE size > %s ORDER BY size LIMIT 1"
NEWEST = "SELECT max(version) FROM event WHERE tenant_id = %s AND stream_id = %s"
AT = "SELECT tenant_id, stream_id, version FROM event WHERE position = %s"


class NotPublished(Exception):
    """There is no such event, or no published head has it yet. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Proof:
    """``leaf``: what is proven, as text. ``path``: the audit path from the leaf ``index`` to the root in ``head``, in
    hexadecimal digits."""

    form: str
    leaf: str
    index: int
    size: int
    path: list[str]
    head: str


def prove_event(pool: Pool, key: StreamKey, version: int) -> Proof:
    """The proof of that event, by the first head that was published after it. Raises NotPublished, BrokenTree,
    Outage."""
    rows = fetch(pool, EVENT, (key.tenant, key.stream, version))
    if not rows:
        raise NotPublished(f"There is no event {key}#{version}.")
    position, *columns = rows[0]
    index = index_at(pool, position)
    heads = fetch(pool, HEAD, (index,)) if index is not None else []
    if index is None or not heads:
        raise NotPublished(f"No head is published yet that has the event {key}#{version}. Try again in some minutes.")
    size, note = heads[0]
    path = inclusion(PostgresTiles(pool), index, size)
    return Proof(FORM, leaf_text(event_of(tuple(columns)), position), index, size, [each.hex() for each in path], note)


def newest_version(pool: Pool, key: StreamKey) -> int:
    """The version of the stream's newest event. Raises Outage."""
    return int(fetch(pool, NEWEST, (key.tenant, key.stream))[0][0] or 0)


def at_position(pool: Pool, position: int) -> tuple[StreamKey, int] | None:
    """The stream and version of the event at that position. Raises Outage."""
    rows = fetch(pool, AT, (min(position, 2**63 - 1),))
    return (StreamKey(AccountId(rows[0][0]), rows[0][1]), rows[0][2]) if rows else None
