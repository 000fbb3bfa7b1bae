"""Refuses a database whose schema is newer than this program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import psycopg

from televent.adapters.postgres.schema.migration_files import Migration, MigrationError, age, read_migrations


class NewerSchema(MigrationError):
    """A newer program has migrated this database; the message names both versions."""


@lru_cache(maxsize=1)
def _shipped() -> str:
    return read_migrations()[-1].version


def check_schema(connection: psycopg.Connection[Any]) -> None:
    """Raises NewerSchema where a migration is applied that is newer than all that this program has. Changes nothing."""
    if connection.execute("SELECT to_regclass('schema_migrations') IS NULL").fetchone() == (True,):
        return
    applied = [row[0] for row in connection.execute("SELECT version FROM schema_migrations").fetchall()]
    _refuse_newer(applied, _shipped())


def check_applied(applied: Iterable[str], migrations: Sequence[Migration]) -> None:
    """The same for the versions applied, and the migrations that this program has, oldest first."""
    if migrations:
        _refuse_newer(applied, migrations[-1].version)


def _refuse_newer(applied: Iterable[str], known: str) -> None:
    newest = max(applied, key=age, default=known)
    if age(newest) > age(known):
        raise NewerSchema(
            f"This database has schema version {newest}; this program knows versions up to {known}: run the newer"
            " program."
        )
