"""Proves the log: its events against the tree, and the tree against the heads that were published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from televent.adapters.postgres.event_store.log import COLUMNS, NAMES, event_of
from televent.adapters.postgres.event_store.pages import page_of, paged
from televent.adapters.postgres.log_tree.comparison import Finding, SeenEvent, blamed_on_tree, differences
from televent.adapters.postgres.log_tree.tiles import StoredLeaf
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool
from televent.application.log_proof.leaf import leaf_text
from televent.application.log_proof.merkle import HASH, TILE, Frontier, fold, leaf_hash
from televent.application.log_proof.note import BadNote, Head, read

FETCHED = 1000
"""Max rows that are read at a time; PAGE_BYTES bounds them too."""
# The whole key, because several events have one position where somebody forged them.
EVENTS = paged(
    f"position, {COLUMNS}",
    f"position, {NAMES}",
    """FROM event
        WHERE (position, tenant_id, stream_id, version) > (%(position)s, %(tenant)s, %(stream)s, %(version)s)
            AND position <= %(last)s""",
    "position, tenant_id, stream_id, version",
)
TILES = "SELECT tile, hashes, positions FROM log_tile WHERE level = 0 ORDER BY tile"
INNER = "SELECT level, tile, hashes FROM log_tile WHERE level > 0 ORDER BY level, tile"

LOWEST = -(2**63)
"""No event has a lower position, not even a forged one."""

Progress = Callable[[int, int], None]
"""Is told how many of how many events are compared."""


def nothing(done: int, total: int) -> None:
    """Shows no progress."""


@dataclass(frozen=True, slots=True)
class Published:
    """A head as it was published. ``where``: its place, for the person who reads about it."""

    where: str
    note: str


@dataclass(frozen=True, slots=True)
class Audited:
    """``events`` were compared with ``leaves``. The newest head that holds is of ``proven`` leaves."""

    events: int
    leaves: int
    proven: int
    findings: list[Finding]


@dataclass
class _Counted:
    """The sizes and roots that are counted while the rows stream by."""

    heads: dict[int, bytes]
    tree: Frontier = field(default_factory=Frontier)
    log: Frontier = field(default_factory=Frontier)
    roots: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"tree": {}, "log": {}})
    inner: list[bytes] = field(default_factory=list)
    """The hashes of the full tiles of level 0, as they should be."""
    last: int = 0
    disorder: list[Finding] = field(default_factory=list)

    def count(self, name: str, leaf: bytes) -> None:
        frontier = self.tree if name == "tree" else self.log
        frontier.append(leaf)
        if frontier.size in self.heads:
            self.roots[name][frontier.size] = frontier.root()


def audit(pool: Pool, published: Sequence[Published], key: Ed25519PublicKey, progress: Progress = nothing) -> Audited:
    """Compares all of it, as it was at one moment. Reads only, and holds nobody up. Raises Outage."""
    heads, findings = _heads(published, key)
    with pool.connection() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT size, position FROM log_tree").fetchone()
        size, position = row if row is not None else (0, 0)
        counted = _Counted({head.size: head.root for head in heads})
        found = differences(
            _events(connection, position, counted, lambda done: progress(done, size)), _leaves(connection, counted)
        )
        findings += _inner(connection, counted)
    leaves = counted.tree.size
    if (size, position) != (leaves, counted.last):
        detail = f"it has {leaves} leaves up to position {counted.last}, and says {size} up to {position}"
        findings.append(Finding("tree", None, "", detail))
    findings += counted.disorder
    judged, proven = _judge(heads, counted, found)
    return Audited(counted.log.size, leaves, proven, [*judged, *findings])


def unmatched(stored: Sequence[int], filed: Sequence[int], place: str) -> list[Finding]:
    """The heads that are missing in the database or in a file, by their sizes in both.

    Heads that are newer than the file's last are not written to it yet.
    """
    last = max(filed, default=0)
    return [
        *(
            Finding("head", None, place, f"the head of {size} leaves is missing in the file")
            for size in sorted({size for size in stored if size <= last} - set(filed))
        ),
        *(
            Finding("head", None, place, f"the head of {size} leaves is missing in the database")
            for size in sorted(set(filed) - set(stored))
        ),
    ]


def _heads(published: Sequence[Published], key: Ed25519PublicKey) -> tuple[list[Head], list[Finding]]:
    heads: dict[int, Head] = {}
    findings = []
    for each in published:
        try:
            head = read(each.note, key)
        except BadNote as error:
            findings.append(Finding("head", None, each.where, str(error)))
            continue
        known = heads.setdefault(head.size, head)
        if known.root != head.root:
            findings.append(Finding("head", None, each.where, f"two heads of size {head.size} have different roots"))
    return [heads[size] for size in sorted(heads)], findings


def _judge(heads: Sequence[Head], counted: _Counted, found: list[Finding]) -> tuple[list[Finding], int]:
    """The findings about events, and the size of the newest head that holds."""
    in_tree, in_log = counted.roots["tree"], counted.roots["log"]
    findings, proven, before = list(found), 0, 0
    if found and heads and all(in_log.get(head.size) == head.root for head in heads):
        # A difference beyond the last head is judged by nothing but the tree.
        last = heads[-1].position
        findings = [
            *blamed_on_tree(each for each in found if each.position is not None and each.position <= last),
            *(each for each in found if each.position is None or each.position > last),
        ]
    for head in heads:
        if head.size > max(counted.tree.size, counted.log.size):
            detail = f"a head of {head.size} leaves was published, and the tree has {counted.tree.size}"
            findings.append(Finding("tail cut", head.position, "", detail))
            break
        if head.root == in_tree.get(head.size) or head.root == in_log.get(head.size):
            proven = before = head.size
            continue
        detail = f"events were changed together with the tree, between the leaves {before} and {head.size}"
        findings.append(Finding("rewritten", head.position, "", detail))
        break
    return findings, proven


def _events(
    connection: Connection, position: int, counted: _Counted, progress: Callable[[int], None]
) -> Iterator[SeenEvent]:
    def read(query: str, parameters: Mapping[str, Any]) -> list[Any]:
        return connection.execute(query, parameters).fetchall()

    values: dict[str, Any] = {"position": LOWEST, "tenant": UUID(int=0), "stream": UUID(int=0), "version": 0}
    more = True
    while more:
        rows, more = page_of(read, EVENTS, {**values, "last": position}, FETCHED, state=5)
        for at, *columns in rows:
            event = event_of(tuple(columns))
            text = leaf_text(event, at)
            leaf = leaf_hash(text.encode())
            counted.count("log", leaf)
            if counted.log.size % FETCHED == 0:
                progress(counted.log.size)
            yield SeenEvent(at, f"{event.originator_id}#{event.originator_version}", leaf, text)
        if rows:
            values = dict(zip(("position", "tenant", "stream", "version"), rows[-1], strict=False))


def _leaves(connection: Connection, counted: _Counted) -> Iterator[StoredLeaf]:
    with connection.cursor(name="tiles") as cursor:
        cursor.itersize = 16
        for expected, (tile, hashes, positions) in enumerate(cursor.execute(TILES)):
            parts = [bytes(hashes)[i : i + HASH] for i in range(0, len(hashes), HASH)]
            ordered = all(a < b for a, b in zip([counted.last, *positions], positions, strict=False))
            if tile != expected or len(parts) != len(positions) or len(parts) > TILE or not ordered:
                counted.disorder.append(Finding("tree", None, "", f"tile {tile} of level 0 was altered"))
            if len(parts) == TILE:
                counted.inner.append(fold(parts))
            for at, leaf in zip(positions, parts, strict=False):
                if len(leaf) == HASH and at > counted.last:
                    counted.last = at
                    counted.count("tree", leaf)
                    yield StoredLeaf(at, leaf)


def _inner(connection: Connection, counted: _Counted) -> list[Finding]:
    """The tiles above level 0 that are not what the leaves give."""
    expected: dict[tuple[int, int], bytes] = {}
    level, hashes = 1, counted.inner
    while hashes:
        parts = [hashes[i : i + TILE] for i in range(0, len(hashes), TILE)]
        expected |= {(level, number): b"".join(part) for number, part in enumerate(parts)}
        level, hashes = level + 1, [fold(part) for part in parts if len(part) == TILE]
    stored = {(level, tile): bytes(hashes) for level, tile, hashes in connection.execute(INNER)}
    return [
        Finding("tree", None, "", f"tile {tile} of level {level} was altered")
        for level, tile in sorted(expected.keys() | stored.keys())
        if expected.get((level, tile)) != stored.get((level, tile))
    ]
