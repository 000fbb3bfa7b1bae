"""The tree against RFC 6962 §2.1 as it is written there, and the proofs against changed ones."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.application.log_proof.merkle import (
    EMPTY,
    HASH,
    TILE,
    BrokenTree,
    Frontier,
    consistency,
    consistent,
    fold,
    included,
    inclusion,
    leaf_hash,
    root,
)

KNOWN = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
"""Leaves for which the authors of Certificate Transparency published the roots."""
KNOWN_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


class Book:
    """The tiles of a list of leaves."""

    def __init__(self, leaves: list[bytes]) -> None:
        self._levels = [leaves]
        while len(self._levels[-1]) >= TILE:
            below = self._levels[-1]
            self._levels.append([fold(below[i : i + TILE]) for i in range(0, len(below) // TILE * TILE, TILE)])

    def tile(self, level: int, index: int) -> bytes:
        found = self._levels[level] if level < len(self._levels) else []
        return b"".join(found[index * TILE : (index + 1) * TILE])


def head_of(data: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\0" + data[0]).digest()
    k = max(1 << i for i in range(len(data).bit_length()) if 1 << i < len(data))
    return hashlib.sha256(b"\1" + head_of(data[:k]) + head_of(data[k:])).digest()


def path_of(m: int, data: list[bytes]) -> list[bytes]:
    """PATH of §2.1.1."""
    if len(data) == 1:
        return []
    k = max(1 << i for i in range(len(data).bit_length()) if 1 << i < len(data))
    if m < k:
        return [*path_of(m, data[:k]), head_of(data[k:])]
    return [*path_of(m - k, data[k:]), head_of(data[:k])]


def proof_of(m: int, data: list[bytes], whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of §2.1.2."""
    if m == len(data):
        return [] if whole else [head_of(data)]
    k = max(1 << i for i in range(len(data).bit_length()) if 1 << i < len(data))
    if m <= k:
        return [*proof_of(m, data[:k], whole), head_of(data[k:])]
    return [*proof_of(m - k, data[k:], False), head_of(data[:k])]


DATA = [b"leaf %d" % number for number in range(700)]
LEAVES = [leaf_hash(each) for each in DATA]
BOOK = Book(LEAVES)
SIZES = st.one_of(st.integers(1, 40), st.sampled_from([TILE - 1, TILE, TILE + 1, 511, 512, 513, 700]))


def test_published_roots() -> None:
    leaves = [leaf_hash(bytes.fromhex(each)) for each in KNOWN]
    for size, expected in KNOWN_ROOTS.items():
        assert root(Book(leaves), size).hex() == expected


def test_a_root_of_nothing() -> None:
    assert root(Book([]), 0) == Frontier().root() == EMPTY == head_of([])


@given(SIZES)
def test_roots_are_those_of_the_definition(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    assert root(BOOK, size) == frontier.root() == head_of(DATA[:size])


@given(SIZES, st.data())
def test_inclusion(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(BOOK, index, size)
    assert path == path_of(index, DATA[:size])
    assert included(LEAVES[index], index, size, path, root(BOOK, size))


@given(SIZES, SIZES)
def test_consistency(one: int, other: int) -> None:
    first, second = sorted((one, other))
    path = consistency(BOOK, first, second)
    assert path == proof_of(first, DATA[:second])
    assert consistent(first, second, root(BOOK, first), root(BOOK, second), path)


@given(SIZES, st.data())
def test_a_changed_proof_of_inclusion_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, expected = inclusion(BOOK, index, size), root(BOOK, size)
    wrong = data.draw(st.integers(-1, size + 1).filter(lambda each: each != index))
    assert not included(LEAVES[index], wrong, size, path, expected)
    assert not included(b"x" * HASH, index, size, path, expected)
    assert not included(LEAVES[index], index, size, [*path, b"x" * HASH], expected)
    for number in range(len(path)):
        assert not included(LEAVES[index], index, size, path[:number] + path[number + 1 :], expected)
        assert not included(LEAVES[index], index, size, [*path[:number], b"x" * HASH, *path[number + 1 :]], expected)


@given(SIZES, SIZES, st.data())
def test_a_changed_proof_of_consistency_proves_nothing(one: int, other: int, data: st.DataObject) -> None:
    first, second = sorted((one, other))
    roots, path = (root(BOOK, first), root(BOOK, second)), consistency(BOOK, first, second)
    assert not consistent(first, second, b"x" * HASH, roots[1], path)
    assert not consistent(first, second, roots[0], b"x" * HASH, path)
    assert not consistent(0, second, roots[0], roots[1], path)
    assert not consistent(first, second, *roots, [*path, b"x" * HASH])
    for number in range(len(path)):
        assert not consistent(first, second, *roots, path[:number] + path[number + 1 :])
        assert not consistent(first, second, *roots, [*path[:number], b"x" * HASH, *path[number + 1 :]])


def test_a_missing_tile_is_an_error() -> None:
    with pytest.raises(BrokenTree):
        root(Book(LEAVES[:10]), 11)
    with pytest.raises(BrokenTree):
        inclusion(Book(LEAVES[:TILE]), 3, TILE + 1)
