"""Shadow tables: a rebuild writes a projection's rows beside the live ones, and corrects the live ones from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import psycopg
from psycopg import sql

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.session import require_session

KEPT = {"device": ("last_used_at", "selector"), "reminder": ("done_until",), "digest": ("due_at", "done_at")}
"""Columns that are written without a fact: always, or where the fact has no value. A rebuild keeps such values."""
TAKEN = {"calendar": ("run", "began", "seal"), "mount": ("run", "began", "seal")}
"""Columns that say when a row was written, which no replay repeats. A rebuild takes them from the live rows."""

Places = Counter[tuple[UUID, ...]]
"""The number of rows by the first two columns of their key: account and calendar, or account and share."""


def own_connection(conninfo: str) -> Connection:
    """A new connection outside the pool. Raises NeedsSession where it leads through a pooler.

    A pool's connection may have prepared the recorder's statements for the live tables. PostgreSQL does not plan them
    again when a temporary table with the same name appears, so the replay would write into the live tables. So would a
    replay through a pooler: its next transaction may be in a session that has no temporary tables.
    """
    connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, application_name="televent rebuild")
    try:
        require_session(connection, "A rebuild")
    except BaseException:
        connection.close()
        raise
    return connection


def shadow(connection: Connection, tables: list[str]) -> None:
    """Makes the shadow tables. They are temporary tables with the same names, which come first in the search path, so
    the recorder's statements write into them."""
    for table in tables:
        name = sql.Identifier(table)
        connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
        connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} (LIKE public.{} INCLUDING ALL)").format(name, name))


def unshadow(connection: Connection, tables: list[str]) -> None:
    """Drops the shadow tables."""
    if connection.closed:
        return
    for table in tables:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(table)))


def correct_index(connection: Connection) -> int:
    """Corrects the live rows that differ only in the index of occurrences, which no client sees. Returns their
    number."""
    columns = [sql.Identifier(each) for each in ("span", "firm", "floats", "loose", "fbtype", "days", "indexed")]
    own, made = (
        sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.Identifier(of), each) for each in columns)
        for of in ("live", "made")
    )
    return connection.execute(
        sql.SQL(
            "UPDATE public.resource AS live SET ({names}) = ROW({made}) FROM pg_temp.resource AS made"
            " WHERE live.tenant_id = made.tenant_id AND live.calendar_id = made.calendar_id AND live.href = made.href"
            " AND live.etag = made.etag AND ({own}) IS DISTINCT FROM ({made})"
        ).format(names=sql.SQL(", ").join(columns), made=made, own=own)
    ).rowcount


def correct(connection: Connection, table: str, keys: Sequence[str]) -> Places:
    """Makes the live rows equal to the shadow's, and returns how many differed in each place."""
    columns = [
        row[0]
        for row in connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            (f"public.{table}",),
        ).fetchall()
    ]
    same = sql.SQL(" AND ").join(sql.SQL("live.{0} = made.{0}").format(sql.Identifier(key)) for key in keys)
    differs = sql.SQL(" OR ").join(
        sql.SQL("live.{0} IS DISTINCT FROM made.{0}").format(sql.Identifier(each)) for each in columns
    )
    live, made = sql.Identifier("public", table), sql.Identifier("pg_temp", table)
    for each in KEPT.get(table, ()):
        connection.execute(
            sql.SQL(
                "UPDATE {made} AS made SET {column} = live.{column} FROM {live} AS live"
                " WHERE {same} AND made.{column} IS NULL AND live.{column} IS NOT NULL"
            ).format(made=made, live=live, same=same, column=sql.Identifier(each))
        )
    for each in TAKEN.get(table, ()):
        connection.execute(
            sql.SQL("UPDATE {made} AS made SET {column} = live.{column} FROM {live} AS live WHERE {same}").format(
                made=made, live=live, same=same, column=sql.Identifier(each)
            )
        )

    def places(change: str, **parts: sql.Composable) -> Places:
        """Runs a statement that ends in RETURNING."""
        text = f"WITH changed AS ({change}) SELECT count(*), {{place}} FROM changed GROUP BY {{place}}"  # noqa: S608
        place = sql.SQL(", ").join(map(sql.Identifier, keys[:2]))
        counted = sql.SQL(text).format(live=live, made=made, same=same, place=place, **parts)
        return Counter({tuple(row[1:]): row[0] for row in connection.execute(counted).fetchall()})

    wrong = places(
        "DELETE FROM {live} AS live WHERE NOT EXISTS (SELECT FROM {made} AS made WHERE {same}) RETURNING live.*"
    )
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    # All differing rows are deleted before any is inserted: another row may hold the same unique key meanwhile.
    moved = places(
        "DELETE FROM {live} AS live USING {made} AS made WHERE {same} AND ({differs}) RETURNING live.*", differs=differs
    )
    added = places(
        "INSERT INTO {live} AS live ({names}) SELECT {names} FROM {made} AS made"
        " WHERE NOT EXISTS (SELECT FROM {live} AS live WHERE {same}) RETURNING live.*",
        names=names,
    )
    # A row that was moved is added again.
    return wrong + (moved | added)
