"""The Merkle tree of RFC 6962 §2.1: hashes, inclusion and consistency proofs. Pure.

The tree is kept in *tiles*. Tile ``i`` of level 0 has the hashes of the leaves ``256 i`` to ``256 i + 255``; a tile of
level ``n + 1`` has the hashes of 256 tiles of level ``n`` that are full. So the tree takes 32 bytes for a leaf and
little more, and a proof reads a few tiles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

HASH: Final = 32
"""Bytes of a hash (SHA-256)."""
TILE: Final = 256
"""Hashes of a full tile."""
_LEVELS: Final = 8
"""Levels of the tree in one level of tiles: 2^8 = TILE."""
EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of the tree without leaves."""


class Tiles(Protocol):
    """The tiles of a tree."""

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of that tile, one after the other; fewer than TILE of them where it is not full."""
        ...


class BrokenTree(Exception):
    """A tile is missing or too short for a tree of that size."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over 2^k hashes of neighbours."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(*level[i : i + 2]) for i in range(0, len(level), 2)]
    return level[0]


class Frontier:
    """The root of a tree that grows leaf by leaf, in memory of the logarithm of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []
        """The hashes of the full subtrees from left to right, one for each bit that is set in ``size``."""

    def append(self, leaf: bytes) -> None:
        """Adds the hash of a leaf."""
        rest = self.size
        while rest & 1:
            leaf = node_hash(self._full.pop(), leaf)
            rest >>= 1
        self._full.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree of all leaves so far."""
        if not self._full:
            return EMPTY
        root = self._full[-1]
        for left in reversed(self._full[:-1]):
            root = node_hash(left, root)
        return root


def root(tiles: Tiles, size: int) -> bytes:
    """The root of the first ``size`` leaves. Raises BrokenTree."""
    return _subtree(tiles, 0, size) if size else EMPTY


def inclusion(tiles: Tiles, index: int, size: int) -> list[bytes]:
    """The audit path of the leaf ``index`` (from 0) in the tree of the first ``size`` leaves (RFC 6962 §2.1.1). Raises
    BrokenTree."""
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_subtree(tiles, middle, high))
            high = middle
        else:
            path.append(_subtree(tiles, low, middle))
            low = middle
    return path[::-1]


def consistency(tiles: Tiles, first: int, second: int) -> list[bytes]:
    """The proof that the tree of ``first`` leaves is the start of that of ``second`` (RFC 6962 §2.1.2; 0 < first <=
    second). Raises BrokenTree."""
    path: list[bytes] = []
    low, high, whole = 0, second, True
    while first != high - low:
        half = _split(high - low)
        if first <= half:
            path.append(_subtree(tiles, low + half, high))
            high = low + half
        else:
            path.append(_subtree(tiles, low, low + half))
            low, first, whole = low + half, first - half, False
    if not whole:
        path.append(_subtree(tiles, low, high))
    return path[::-1]


def included(leaf: bytes, index: int, size: int, path: Iterable[bytes], expected: bytes) -> bool:
    """Whether the audit path leads from that leaf's hash to the root ``expected`` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    found, here, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(sibling, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and found == expected


def consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the proof shows that the first tree is the start of the second (RFC 9162 §2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not nodes:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    older = newer = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            older, newer = node_hash(node, older), node_hash(node, newer)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            newer = node_hash(newer, node)
        here, last = here >> 1, last >> 1
    return last == 0 and older == first_root and newer == second_root


def _split(size: int) -> int:
    """The largest power of two below ``size`` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1


def _subtree(tiles: Tiles, low: int, high: int) -> bytes:
    """The root over the leaves from ``low`` to ``high``, where ``low`` is the start of a full subtree or 0."""
    width = high - low
    if width & (width - 1):
        half = _split(width)
        return node_hash(_subtree(tiles, low, low + half), _subtree(tiles, low + half, high))
    level, depth = divmod(width.bit_length() - 1, _LEVELS)
    first, count = low >> level * _LEVELS, 1 << depth
    index, offset = divmod(first, TILE)
    hashes = tiles.tile(level, index)[offset * HASH : (offset + count) * HASH]
    if len(hashes) != count * HASH:
        raise BrokenTree(f"tile {index} of level {level} is missing or too short")
    return fold([hashes[i : i + HASH] for i in range(0, len(hashes), HASH)])
