"""Archives the WAL of the embedded database beside its backups, so that any moment can be restored."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID, uuid4, uuid5

import psycopg

from televent.adapters.backups.register import KeyUse
from televent.adapters.backups.sealing import SealedWriter
from televent.adapters.backups.shelf import PARTIAL, owned
from televent.adapters.postgres.backup.wal import Line, Segment, advance, content_of, line_of, open_line, segments
from televent.runtime.backups.backup_place import Place, new_key
from televent.runtime.compose import Core

ARCHIVING: Final = 0x7E1E_BACC
"""The number of the lock that one archiving process holds."""


def archive(core: Core, place: Place) -> int:
    """Archives the WAL that is new, also the segment that is still being written; returns how many segments.

    A segment that another process archives at the moment is left to it. Raises OSError, OperatorError, Outage.
    """
    done = 0
    with core.pool.connection() as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [ARCHIVING]).fetchone()
        if row != (True,):
            return 0
        try:
            line = line_of(connection) or open_line(connection, uuid4().hex[:16])
            known, moment = place.shelf.wal(line.name), core.backend.clock()
            for segment in segments(connection, line):
                kept = known.get(segment.name)
                new = kept is None or kept.name != segment.name
                if new and place.partial.get(segment.name) != segment.size:
                    _archive(core, place, connection, line, segment)
                    done += 1
                if segment.whole:
                    advance(connection, line, segment.end)
            place.shelf.note_reached(line.name, moment)
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s)", [ARCHIVING])
    return done


def _archive(core: Core, place: Place, connection: psycopg.Connection, line: Line, segment: Segment) -> None:
    day = f"{core.backend.clock():%Y-%m-%d}"
    folder = place.shelf.day(line.name, day)
    key = _day_key(place, line.name, day)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = segment.name if segment.whole else segment.name + PARTIAL
    with SealedWriter(folder / name, key, f"wal/{line.name}/{day}/{name}") as file:
        for content in content_of(connection, segment):
            file.write(content)
    place.partial.clear()
    if segment.whole:
        for part in folder.parent.glob(f"*/{segment.name}{PARTIAL}"):
            part.unlink()
    else:
        place.partial[segment.name] = segment.size
    owned(folder.parent, place.shelf.place)


def day_key_id(line: str, day: str) -> UUID:
    """The id of the key of all WAL that an archive got on a day (UTC)."""
    return uuid5(UUID(int=0), f"wal/{line}/{day}")


def _day_key(place: Place, line: str, day: str) -> bytes:
    key_id = day_key_id(line, day)
    if place.shelf.day(line, day).is_dir():
        key = place.vault.read(key_id)
        if key is not None:
            return key
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
    return new_key(place, KeyUse(key_id, end, f"wal/{line}/{day}"))
