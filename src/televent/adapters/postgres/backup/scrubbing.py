"""Removes what deleted rows leave in PostgreSQL's files, after somebody was erased.

VACUUM frees the place of a deleted row and leaves its bytes there until another row is put on them. So small tables are
written again as a whole. For large ones people would have to wait: there only the indexes are, and the pages lose the
bytes when they are used again. Samples of columns (pg_statistic) are taken again as well.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import sql

from televent.adapters.postgres.dav_index.inline_rows import BESIDE, DIALOGUES, TABLES
from televent.adapters.postgres.keeping import forgetting
from televent.adapters.postgres.rows import Pool

SMALL: Final = 64 << 20
"""Bytes of a table and its indexes up to which it is written again: people wait for a second at most."""
PATIENCE: Final = "500ms"
"""How long it waits for a table that others use, while new ones wait behind it. The next run tries again."""
CLEARED: Final = tuple(
    sorted(
        {
            *(table for tables in TABLES.values() for table in tables),
            *(table for tables in BESIDE.values() for table in tables),
            *forgetting.TABLES,
            DIALOGUES, "inbound_mail", "attachment_chunk", "attachment_use", "subject_key",
        }
    )
)  # fmt: skip
"""Every table from which an erasure deletes or empties rows."""
_ERASED: Final = "SELECT EXISTS (SELECT FROM subject_key WHERE destroyed_at >= %s)"
# ANALYZE leaves the samples of a table that has become empty as they were.
_FORGET_SAMPLES: Final = """
    DELETE FROM pg_statistic WHERE starelid = %(table)s::regclass
        OR starelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = %(table)s::regclass)"""
_SIZE: Final = "SELECT pg_total_relation_size(%s::regclass)"


def erased_since(pool: Pool, moment: datetime) -> bool:
    """Whether anybody was erased since then. Raises Outage."""
    with pool.connection() as connection:
        return connection.execute(_ERASED, [moment]).fetchone() == (True,)


def scrub(conninfo: str) -> list[str]:
    """Clears the files of all tables from which an erasure deletes; returns those that others kept busy, or that are
    too large to be written again. ``conninfo`` leads to PostgreSQL itself. Raises psycopg.Error."""
    left = []
    options = f"-c lock_timeout={PATIENCE}"
    with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, options=options) as connection:
        row = connection.execute("SELECT current_setting('is_superuser') = 'on'").fetchone()
        # Only a superuser may write these again: with a server of one's own, that is its operator's.
        ours = row == (True,)
        for table in CLEARED:
            if ours:
                connection.execute(_FORGET_SAMPLES, {"table": table})
            if not _cleared(connection, table):
                left.append(table)
        if ours:
            left += [] if _cleared(connection, "pg_statistic") else ["pg_statistic"]
            forget_wal(connection)
    return left


def forget_wal(connection: psycopg.Connection[Any]) -> None:
    """Begins a new segment of the WAL, and lets go the older ones that no archive still needs. The embedded server
    deletes them. Raises psycopg.Error."""
    # Without a record in it a segment is not ended.
    connection.execute("SELECT pg_logical_emit_message(false, 'televent', '')")
    connection.execute("SELECT pg_switch_wal()")
    connection.execute("CHECKPOINT")


def _cleared(connection: psycopg.Connection[Any], table: str) -> bool:
    """Whether nothing is left in the files of the table."""
    name = sql.Identifier(table)
    row = connection.execute(_SIZE, [table]).fetchone()
    small = row is not None and row[0] <= SMALL
    try:
        connection.execute(sql.SQL("ANALYZE {}").format(name))
        if small:
            connection.execute(sql.SQL("VACUUM (FULL) {}").format(name))
        else:
            connection.execute(sql.SQL("VACUUM {}").format(name))
            connection.execute(sql.SQL("REINDEX TABLE CONCURRENTLY {}").format(name))
    except psycopg.errors.LockNotAvailable:
        return False
    return small
