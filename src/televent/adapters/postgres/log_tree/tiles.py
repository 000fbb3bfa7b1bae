"""Reads the tiles of the log's tree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.log_proof.merkle import HASH, TILE

STATE = "SELECT size, position FROM log_tree"
TILE_OF = "SELECT hashes FROM log_tile WHERE level = %s AND tile = %s"
LEAVES = "SELECT tile, hashes, positions FROM log_tile WHERE level = 0 AND tile = %s"
AT = """
    SELECT tile, positions FROM log_tile WHERE level = 0 AND positions[1] <= %s ORDER BY positions[1] DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class TreeState:
    """``size`` leaves, for all events up to ``position``."""

    size: int
    position: int


@dataclass(frozen=True, slots=True)
class StoredLeaf:
    """The leaf of the event at ``position``."""

    position: int
    hash: bytes


def state_of(pool: Pool) -> TreeState:
    """The tree as it is. Raises Outage."""
    [(size, position)] = fetch(pool, STATE, ())
    return TreeState(size, position)


class PostgresTiles:
    """Reads tiles, and keeps those that were read: use a new one for each question (merkle.Tiles)."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._read: dict[tuple[int, int], bytes] = {}

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of that tile; b"" where there is none. Raises Outage."""
        if (level, index) not in self._read:
            rows = fetch(self._pool, TILE_OF, (level, index))
            self._read[level, index] = bytes(rows[0][0]) if rows else b""
        return self._read[level, index]


def leaves_of(pool: Pool, tile: int) -> list[StoredLeaf]:
    """The leaves of a tile of level 0; fewer hashes or positions than the other leave leaves out. Raises Outage."""
    rows = fetch(pool, LEAVES, (tile,))
    if not rows:
        return []
    _, hashes, positions = rows[0]
    found = (bytes(hashes)[i : i + HASH] for i in range(0, len(hashes), HASH))
    return [StoredLeaf(position, each) for position, each in zip(positions, islice(found, TILE), strict=False)]


def index_at(pool: Pool, position: int) -> int | None:
    """The index of the leaf of the event at that position; None where the tree has none. Raises Outage."""
    rows = fetch(pool, AT, (position,))
    if not rows or position not in rows[0][1]:
        return None
    tile, positions = rows[0]
    return int(tile) * TILE + list(positions).index(position)
