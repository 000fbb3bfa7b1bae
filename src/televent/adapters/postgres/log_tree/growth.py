"""Lets the log's tree grow: the leaves of new events, below the position that no event can still get."""

from __future__ import annotations

from collections.abc import Sequence

from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.log_tree.tiles import PostgresTiles, StoredLeaf, TreeState, leaves_of, state_of
from televent.adapters.postgres.rows import Pool
from televent.application.log_proof.leaf import leaf_of
from televent.application.log_proof.merkle import HASH, TILE, fold

PAGE = 4096
"""Max events that are added in one transaction."""
ADVANCE = "UPDATE log_tree SET size = %s, position = %s WHERE size = %s AND position = %s"
STORE = """
    INSERT INTO log_tile (level, tile, hashes, positions) VALUES (%s, %s, %s, %s)
    ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes, positions = excluded.positions"""

Tile = tuple[int, int, bytes, list[int]]
"""The columns of a row: level, tile, hashes, positions."""


def grow(pool: Pool, log: PostgresLog) -> int:
    """Adds the next events to the tree; returns how many, 0 when none is left or another process adds them. Raises
    Outage.

    The events are read before the transaction, so that it is short: an open one holds back every follower (ADR 2). Its
    first statement finds out whether another process was faster.
    """
    before = state_of(pool)
    page = log.page(before.position, PAGE, None, ())
    if not page.notifications:
        return 0
    leaves = [StoredLeaf(each.id, leaf_of(each, each.id)) for each in page.notifications]
    rows = added(PostgresTiles(pool), pool, before, leaves)
    after = (before.size + len(leaves), leaves[-1].position)
    with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
        if not cursor.execute(ADVANCE, (*after, before.size, before.position)).rowcount:
            return 0
        cursor.executemany(STORE, rows)
    return len(leaves)


def added(tiles: PostgresTiles, pool: Pool, before: TreeState, leaves: Sequence[StoredLeaf]) -> list[Tile]:
    """The rows that change where these leaves are added to a tree of that state."""
    rows: list[Tile] = []
    first, within = divmod(before.size, TILE)
    whole = [*(leaves_of(pool, first)[:within] if within else ()), *leaves]
    positions = [each.position for each in whole]
    hashes = [each.hash for each in whole]
    level = 0
    while hashes:
        full = []
        for start in range(0, len(hashes), TILE):
            part = hashes[start : start + TILE]
            rows.append((level, first + start // TILE, b"".join(part), positions[start : start + TILE]))
            if len(part) == TILE:
                full.append(fold(part))
        if not full:
            break
        level, (first, within), positions = level + 1, divmod(first, TILE), []
        known = tiles.tile(level, first)[: within * HASH] if within else b""
        hashes = [*(known[i : i + HASH] for i in range(0, len(known), HASH)), *full]
    return rows
