"""Migrations: plain SQL files with a way up and a way down, applied by one node while the others wait.

The file format and the table are dbmate's (https://github.com/amacneil/dbmate), so that its command works on
them too. Two columns of ours, which dbmate leaves alone, keep the checksum and the time of each applied migration.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.errors import LockNotAvailable

from televent.adapters.postgres.patience import LOCK_TIMEOUT, StillLocked, bound, patiently
from televent.adapters.postgres.schema.migration_files import (
    Migration,
    MigrationError,
    Section,
    age,
    migrations_folder,
    read_migrations,
)
from televent.adapters.postgres.schema.newer import check_applied
from televent.adapters.postgres.schema.statements import split_statements
from televent.adapters.postgres.schema.store_format import check_store_format
from televent.adapters.postgres.session import NeedsSession, require_session

__all__ = [
    "Applied",
    "MigrationError",
    "Status",
    "down",
    "migrations_folder",
    "read_migrations",
    "status",
    "up",
]

# The number of the advisory lock. It is the same for every node of every version, so it never changes.
LOCK = 7_305_804_402

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (version varchar NOT NULL PRIMARY KEY);
ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS checksum text;
ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS applied_at timestamptz DEFAULT now();
"""

_CONCURRENTLY = re.compile(r"\bCONCURRENTLY\b", re.IGNORECASE)

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Applied:
    """One migration that `up` applied or `down` took back, and how long that took, in seconds."""

    version: str
    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one migration.

    "applied"; "pending": not applied yet; "changed": the file was edited after it was applied; "unknown": the database
    has it and there is no file.
    """

    version: str
    name: str
    state: str
    applied_at: datetime | None


def up(conninfo: str, *, folder: Path | None = None, timeout: float = 300.0) -> list[Applied]:
    """Apply every pending migration and return those that were applied; a second call applies none.

    Several nodes may call it at once: one works, the others wait up to `timeout` seconds. Where a migration is pending,
    `conninfo` must lead to PostgreSQL itself, because a pooler in transaction mode loses session locks.
    Raises WrongStoreFormat, NewerSchema, MigrationError; psycopg.OperationalError when the database cannot be reached.
    """
    migrations = read_migrations(folder)
    with _connect(conninfo) as connection:
        # This comes first: data that this program cannot read must not be left half changed.
        check_store_format(connection)
        applied = _applied(connection)
        check_applied(applied, migrations)
        # Most starts find no pending migration and take no lock.
        if not _pending(migrations, applied):
            return []
        with _only_one(connection, timeout):
            connection.execute(_TABLE)
            done = []
            for migration in _pending(migrations, _applied(connection)):
                started = time.monotonic()
                _run(connection, migration, migration.up, _insert, migration.version, migration.checksum)
                done.append(Applied(migration.version, migration.name, time.monotonic() - started))
            return done


def down(conninfo: str, steps: int = 1, *, folder: Path | None = None, timeout: float = 300.0) -> list[Applied]:
    """Take back the newest `steps` applied migrations, newest first; fewer when there are fewer.

    Raises MigrationError, also for a migration without a way down or without a file.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    migrations = {migration.version: migration for migration in read_migrations(folder)}
    with _connect(conninfo) as connection, _only_one(connection, timeout):
        done = []
        for version in sorted(_applied(connection), key=age, reverse=True)[:steps]:
            migration = migrations.get(version)
            if migration is None:
                raise MigrationError(f"{version}: applied, but there is no file with that number to take it back")
            if migration.down is None:
                raise MigrationError(f"{migration.path.name}: has no '-- migrate:down'")
            started = time.monotonic()
            _run(connection, migration, migration.down, _delete, version)
            done.append(Applied(version, migration.name, time.monotonic() - started))
        return done


def status(conninfo: str, *, folder: Path | None = None) -> list[Status]:
    """Every migration that has a file or was applied, oldest first. It takes no lock and changes nothing."""
    migrations = {migration.version: migration for migration in read_migrations(folder)}
    with _connect(conninfo) as connection:
        applied = _applied(connection)
    lines = []
    for version in sorted({*migrations, *applied}, key=age):
        migration = migrations.get(version)
        checksum, at = applied.get(version, (None, None))
        if migration is None:
            state = "unknown"
        elif version not in applied:
            state = "pending"
        else:
            state = "applied" if checksum in (None, migration.checksum) else "changed"
        lines.append(Status(version, migration.name if migration else "", state, at))
    return lines


def _connect(conninfo: str) -> Connection:
    return psycopg.connect(conninfo, autocommit=True, application_name="televent migrate", prepare_threshold=None)


@contextmanager
def _only_one(connection: Connection, timeout: float) -> Iterator[None]:
    """Hold the migrations' lock; poll until it is free.

    A waiting `pg_advisory_lock` would hold a snapshot while it waits, and CREATE INDEX CONCURRENTLY in the
    node that works waits for every older snapshot: the two would deadlock.
    """
    try:
        require_session(connection, "A migration")
    except NeedsSession as error:
        raise MigrationError(str(error)) from error
    deadline = time.monotonic() + timeout
    while not _one(connection, "SELECT pg_try_advisory_lock(%s)", LOCK):
        if time.monotonic() > deadline:
            raise MigrationError(f"another node has been migrating for more than {timeout:g} s")
        time.sleep(0.05)
    try:
        yield
    finally:
        if not connection.closed and not connection.broken:
            _one(connection, "SELECT pg_advisory_unlock(%s)", LOCK)


def _applied(connection: Connection) -> dict[str, tuple[str | None, datetime | None]]:
    """The applied versions with checksum and time; both are None where dbmate applied the migration."""
    if _one(connection, "SELECT to_regclass('schema_migrations') IS NULL"):
        return {}
    rows = connection.execute(
        # Through JSON, because a table made by dbmate lacks our columns before the first `up`.
        "SELECT version, to_jsonb(m) ->> 'checksum', (to_jsonb(m) ->> 'applied_at')::timestamptz "
        "FROM schema_migrations AS m"
    )
    return {version: (checksum, at) for version, checksum, at in rows}


def _pending(migrations: list[Migration], applied: dict[str, tuple[str | None, datetime | None]]) -> list[Migration]:
    for migration in migrations:
        checksum, _ = applied.get(migration.version, (None, None))
        if checksum not in (None, migration.checksum):
            raise MigrationError(
                f"{migration.path.name}: was changed after it was applied. Take it back and apply it again, "
                "or put the change into a new migration."
            )
    return [migration for migration in migrations if migration.version not in applied]


_insert: LiteralString = "INSERT INTO schema_migrations (version, checksum) VALUES (%s, %s)"
_delete: LiteralString = "DELETE FROM schema_migrations WHERE version = %s"


def _run(connection: Connection, migration: Migration, section: Section, record: LiteralString, *values: str) -> None:
    """Run one section and record it, in one transaction; with transaction:false, one statement after the other.

    A migration whose locks are not free is tried again (`patience`).
    """
    if section.transaction:

        def attempt() -> None:
            with connection.transaction():
                bound(connection)
                _execute(connection, migration, section, 0, section.sql)
                connection.execute(record, values)

        _patiently(connection, migration, attempt)
        return
    # CREATE INDEX CONCURRENTLY may not be in a multi-statement string, which is an implicit transaction.
    for offset, statement in split_statements(section.sql):
        _patiently(connection, migration, partial(_alone, connection, migration, section, offset, statement))
    connection.execute(record, values)


def _patiently(connection: Connection, migration: Migration, attempt: Callable[[], None]) -> None:
    try:
        patiently(connection, attempt)
    except StillLocked as error:
        raise MigrationError(f"{migration.path.name}: {error}. Migrate again when it has ended.") from error


def _alone(connection: Connection, migration: Migration, section: Section, offset: int, statement: str) -> None:
    # A statement that works CONCURRENTLY waits long for old transactions, but nobody waits for it; and a timeout would
    # leave an invalid index behind.
    limit = "0" if _CONCURRENTLY.search(statement) else f"{round(LOCK_TIMEOUT * 1000)}ms"
    connection.execute("SELECT set_config('lock_timeout', %s, false)", (limit,))
    _execute(connection, migration, section, offset, statement)


def _execute(connection: Connection, migration: Migration, section: Section, offset: int, statement: str) -> None:
    try:
        # Without parameters psycopg uses the simple protocol, which takes many statements at once and leaves % alone.
        connection.execute(statement.encode())
    except LockNotAvailable:
        raise
    except psycopg.Error as error:
        position = int(error.diag.statement_position or 1) - 1
        skipped = len(statement) - len(statement.lstrip()) if error.diag.statement_position is None else 0
        line = section.line + section.sql.count("\n", 0, offset + max(position, skipped)) + 1
        reason = error.diag.message_primary or str(error)
        raise MigrationError(f"{migration.path.name}:{line}: {reason}") from error


def _one(connection: Connection, query: LiteralString, *values: object) -> Any:
    row = connection.execute(query, values or None).fetchone()
    return row[0] if row else None
