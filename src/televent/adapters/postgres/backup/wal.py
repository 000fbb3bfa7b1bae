"""Reads finished and unfinished segments of PostgreSQL's log of changes (WAL) through an ordinary connection.

A replication slot keeps each segment until it was archived. Its name is that of the archive: a restored cluster has no
slots, so it begins an archive of its own, and two histories never share one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

SLOT: Final = "televent_wal_"
PIECE: Final = 1 << 20
_SLOTS: Final = """
    SELECT slot_name, restart_lsn::text, wal_status FROM pg_replication_slots
    WHERE starts_with(slot_name, %s) AND slot_type = 'physical' ORDER BY slot_name"""
_STANDING: Final = """
    SELECT pg_current_wal_flush_lsn()::text, pg_size_bytes(current_setting('wal_segment_size')),
        ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int"""


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of the WAL: ``size`` bytes of it are on the server's disk, and ``whole`` says whether that is all."""

    name: str
    size: int
    whole: bool
    end: int
    """The position of the WAL after it."""


@dataclass(frozen=True, slots=True)
class Line:
    """An archive that this cluster writes, and the position from which the server still has the WAL."""

    name: str
    reached: int


def number_of(lsn: str) -> int:
    """A position of the WAL as a number, from PostgreSQL's way of writing it ("16/B374D848")."""
    high, _, low = lsn.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def lsn_of(number: int) -> str:
    """The same the other way round."""
    return f"{number >> 32:X}/{number & 0xFFFFFFFF:X}"


def name_of(timeline: int, position: int, segment: int) -> str:
    """The name of the segment with this position; ``segment``: bytes of one."""
    number, each = position // segment, (1 << 32) // segment
    return f"{timeline:08X}{number // each:08X}{number % each:08X}"


def line_of(connection: psycopg.Connection[Any]) -> Line | None:
    """The archive of this cluster; None where there is none, or the server has given it up: it was too far behind.
    Slots of given-up ones are dropped."""
    found = None
    for slot, reached, status in connection.execute(_SLOTS, [SLOT]).fetchall():
        if reached is None or status == "lost":
            connection.execute("SELECT pg_drop_replication_slot(%s)", [slot])
        else:
            found = Line(slot.removeprefix(SLOT), number_of(reached))
    return found


def open_line(connection: psycopg.Connection[Any], name: str) -> Line:
    """Begins an archive with this name (hexadecimal digits)."""
    connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT + name])
    found = line_of(connection)
    assert found is not None
    return found


def close_lines(connection: psycopg.Connection[Any]) -> int:
    """Ends all archives of this cluster, so that the server keeps no WAL for them; returns how many there were."""
    slots = connection.execute(_SLOTS, [SLOT]).fetchall()
    for slot, _, _ in slots:
        connection.execute("SELECT pg_drop_replication_slot(%s)", [slot])
    return len(slots)


def segments(connection: psycopg.Connection[Any], line: Line) -> Iterator[Segment]:
    """The segments that are not archived yet, the oldest first; the last one is perhaps not whole."""
    row = connection.execute(_STANDING).fetchone()
    assert row is not None
    flushed, size, timeline = number_of(row[0]), int(row[1]), int(row[2])
    start = line.reached - line.reached % size
    for begin in range(start, flushed, size):
        there = min(size, flushed - begin)
        yield Segment(name_of(timeline, begin, size), there, there == size, begin + size)


def content_of(connection: psycopg.Connection[Any], segment: Segment) -> Iterator[bytes]:
    """The bytes of a segment, in pieces."""
    for offset in range(0, segment.size, PIECE):
        row = connection.execute(
            "SELECT pg_read_binary_file('pg_wal/' || %s, %s, %s)",
            [segment.name, offset, min(PIECE, segment.size - offset)],
            binary=True,
        ).fetchone()
        assert row is not None
        yield row[0]


def advance(connection: psycopg.Connection[Any], line: Line, position: int) -> None:
    """Lets the server delete the WAL before this position."""
    connection.execute("SELECT pg_replication_slot_advance(%s, %s)", [SLOT + line.name, lsn_of(position)])
