"""A base backup: the files of a running cluster and the WAL that makes them whole, as one stream (tar).

PostgreSQL's own pg_basebackup makes it: it compares the checksum of each page, and leaves out what no copy may have.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict

from televent.adapters.postgres.backup.wal import number_of
from televent.adapters.postgres.embedded.account import ENVIRONMENT
from televent.adapters.postgres.embedded.binaries import find_installation
from televent.adapters.postgres.embedded.cluster import system_identifier
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

PIECE: Final = 1 << 20
"""Bytes that are read at once."""
_VARIABLES: Final = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
_STANDING: Final = """
    SELECT current_setting('server_version'), pg_size_bytes(current_setting('wal_segment_size')), shard.xid_base,
        (SELECT sum(pg_database_size(oid)) FROM pg_database)
    FROM shard"""
# Every transaction that the backup can hold has a smaller number than the next one.
_END: Final = """
    SELECT (xid_base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint) << 20,
        ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int
    FROM shard"""


class BackupFailed(Exception):
    """PostgreSQL gave no whole backup. The message is a sentence."""


class Sink(Protocol):
    """Takes the bytes of the stream."""

    def write(self, content: bytes) -> int: ...


@dataclass(frozen=True, slots=True)
class Copied:
    """Facts about a base backup, beside its bytes."""

    postgres: str
    segment: int
    xid_base: int
    position: int
    timeline: int
    start: int
    """Where recovery begins: a position of the WAL."""


def is_cluster(connection: psycopg.Connection[Any], cluster: Path) -> bool:
    """Whether the server that answers is the one of these files. Raises OSError where they cannot be read."""
    row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    return (
        row is not None
        and (cluster / "global" / "pg_control").exists()
        and row[0] % 2**64 == system_identifier(cluster)
    )


def copy_base(url: str, binaries: Path | None, sink: Sink, progress: Callable[[int, int], None]) -> Copied:
    """Writes a base backup of the whole cluster to ``sink``; people go on writing meanwhile.

    ``progress`` is told the bytes that were read, and about how many there will be. Raises BackupFailed, psycopg.Error,
    and what ``sink`` raises.
    """
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        version, segment, xid_base, total = _row(connection, _STANDING)
        # The WAL of the time of the copy must still be there at its end. The slot goes with this session.
        slot = _row(
            connection,
            "SELECT lsn::text FROM pg_create_physical_replication_slot(%s, true, true)",
            f"televent_base_{uuid4().hex[:16]}",
        )
        program = _program(binaries, int(str(version).partition(".")[0]))
        _stream(program, url, sink, lambda done: progress(done, max(int(total), done)))
        position, timeline = _row(connection, _END)
    return Copied(
        str(version).split()[0], int(segment), int(xid_base), int(position), int(timeline), number_of(slot[0])
    )


def _program(binaries: Path | None, major: int) -> Path:
    try:
        program = find_installation(binaries, major=major).directory / "pg_basebackup"
    except EmbeddedPostgresError as error:
        raise BackupFailed(f"The programs of PostgreSQL {major} are not found: {error}.") from error
    if not program.is_file():
        raise BackupFailed(f"{program} is missing: install the client programs of PostgreSQL {major}.")
    return program


def _stream(program: Path, url: str, sink: Sink, progress: Callable[[int], None]) -> None:
    command = [str(program), "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--no-manifest"]
    with _running(command, _environment(url)) as (process, errors):
        assert process.stdout is not None
        done = 0
        while content := process.stdout.read(PIECE):
            sink.write(content)
            done += len(content)
            progress(done)
        if process.wait() != 0:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip().splitlines()
            raise BackupFailed(f"pg_basebackup failed: {' | '.join(said[-3:])[-500:] or 'it was ended'}.")


@contextlib.contextmanager
def _running(
    command: list[str], environment: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], tempfile._TemporaryFileWrapper[bytes]]]:
    """The process, which is ended with the block. Its messages go to a file: a pipe that nobody reads would stop it."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, cwd="/"
        )
        try:
            yield process, errors  # type: ignore[misc]
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _environment(url: str) -> dict[str, str]:
    # On the command line everybody on the machine could read the password.
    values = conninfo_to_dict(url)
    return {**ENVIRONMENT, **{_VARIABLES[name]: str(values[name]) for name in _VARIABLES if values.get(name)}}


def _row(connection: psycopg.Connection[Any], query: str, *values: object) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query, values or None).fetchone()
    if row is None:
        raise BackupFailed("The database is not one of Televent: its table shard is empty.")
    return row
