"""Refuses a database whose facts are stored in a format that this program does not read, or that cannot store all
texts."""

from __future__ import annotations

from typing import Any

import psycopg

from televent.adapters.postgres.schema.migration_files import MigrationError
from televent.application.event_store.catalogue import STORE_FORMAT

# Through JSON, because an older database lacks this column. A database without facts has no format yet.
_FORMAT = """
    SELECT coalesce((to_jsonb(shard) ->> 'store_format')::integer, CASE WHEN EXISTS (SELECT FROM event) THEN 1 END)
    FROM shard"""


class WrongStoreFormat(MigrationError):
    """This program cannot read the facts in this database, or the database cannot store all texts; the message names
    what was found and what is needed."""


def store_format(connection: psycopg.Connection[tuple[Any, ...]]) -> int | None:
    """The format of the stored facts; None where there are no tables, or no facts and no format number yet."""
    found = connection.execute(
        "SELECT to_regclass('shard') IS NOT NULL AND to_regclass('event') IS NOT NULL"
    ).fetchone()
    if found is None or not found[0]:
        return None
    row = connection.execute(_FORMAT).fetchone()
    return None if row is None else row[0]


def check_store_format(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Raises WrongStoreFormat unless this program reads the stored facts, and the database stores every text. Changes
    nothing."""
    encoding = connection.execute("SHOW server_encoding").fetchone()
    if encoding != ("UTF8",):
        raise WrongStoreFormat(
            f"This database has the encoding {encoding and encoding[0]}, which cannot store every text: create it with"
            " ENCODING 'UTF8' TEMPLATE template0."
        )
    written = store_format(connection)
    if written is None or written == STORE_FORMAT:
        return
    advice = "start with an empty database" if written < STORE_FORMAT else "run the newer program"
    raise WrongStoreFormat(
        f"This database was written by store format {written}; this program reads format {STORE_FORMAT}: {advice}."
    )
