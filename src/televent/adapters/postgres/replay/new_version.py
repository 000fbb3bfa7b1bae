"""Puts the rows of a projection's next version into the place of the present ones, which are served meanwhile.

The rows are made in tables beside the live ones, account by account, as of one position of the log. Then the log is
followed from there. For a moment at the end the follower stops, the last events are added, and the tables change names.
Workers of the earlier version keep the live rows up to date until that moment, and lead no more after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from psycopg import sql

from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.event_store.row_writes import send
from televent.adapters.postgres.event_store.unreadable import Unreadable, forget, note
from televent.adapters.postgres.patience import bound, patiently
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.replay.folding import accounts
from televent.adapters.postgres.replay.looking import snapshot
from televent.adapters.postgres.replay.parts import Part, Result
from televent.adapters.postgres.replay.tables import Scope, Trouble
from televent.adapters.postgres.rows import Pool
from televent.application.event_store.mapper import FactMapper, UnreadableFact
from televent.application.followers import Insert, Projection, RowWrite, folded, topics_of

PAGE: Final = 500
"""Max events of a page while the log is followed."""
VERSION: Final = "SELECT version FROM consumer WHERE name = %s"
CEILING: Final = """
    SELECT ((xid_base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 20) - 1 FROM shard"""
"""No event can be added at or below this position any more."""
HOLD: Final = "SELECT position FROM consumer WHERE name = %s FOR UPDATE"
TAKE_OVER: Final = """
    UPDATE consumer SET version = %s, position = %s, updated_at = now(), holder = NULL, lease_until = NULL,
        failed_since = NULL, last_error = NULL
    WHERE name = %s"""
REACHED: Final = "UPDATE replay_run SET position = %s WHERE run_id = %s"
POSITION: Final = "SELECT position FROM replay_run WHERE run_id = %s"
INDEXES: Final = """
    SELECT indisunique, split_part(pg_get_indexdef(indexrelid), ' USING ', 2), relname
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = %s::regclass"""
"""The indexes of a table: what they are, and their names."""


def live_version(connection: Connection, projection: Projection) -> int:
    """The version of the rows that are served."""
    row = connection.execute(VERSION, (projection.name,)).fetchone()
    return projection.version if row is None else int(row[0])


def beside(table: str) -> str:
    """The name of the table beside a live one."""
    return f"next_{table}"


def begin(connection: Connection, projection: Projection, run_id: UUID, *, again: bool) -> int:
    """Makes the tables, unless ``again``, and returns the position of the log up to which parts are filled."""
    with connection.transaction():
        if not again:
            for table in projection.tables:
                name, new = sql.Identifier(table), sql.Identifier(beside(table))
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(new))
                connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(new, name))
            connection.execute(f"UPDATE replay_run SET position = ({CEILING}) WHERE run_id = %s", (run_id,))  # noqa: S608
        row = connection.execute(POSITION, (run_id,)).fetchone()
    assert row is not None
    return int(row[0])


def fill_part(
    connection: Connection, mapper: FactMapper, part: Part, *, projection: Projection, reached: int
) -> Result:
    """Writes the rows of the part's accounts as of that position. A part may be filled again."""
    scope, result, count = Scope(followers=(projection,)), Result(), 0
    between = (part.low, part.high)
    troubles: list[Trouble] = []
    with snapshot(connection, writes=True):
        for table in projection.tables:
            old = sql.SQL("DELETE FROM {} WHERE tenant_id > %s AND tenant_id <= %s")
            connection.execute(old.format(sql.Identifier(beside(table))), between)
        for account in accounts(connection, mapper, scope, *between, {projection.name: reached}):
            result += Result(events=account.events)
            troubles += [Trouble(account.tenant, name, why) for name, why in account.trouble.items()]
            made = [
                Insert(table, {**dict(zip(keys, key, strict=True)), **row})
                for table, keys in projection.tables.items()
                for key, row in account.rows.get(table, {}).items()
            ]
            count += len(made)
            _send(connection, projection, made)
    return result + Result(rows=count, troubled=len(troubles), troubles=tuple(troubles))


def take_over(
    connection: Connection, pool: Pool, mapper: FactMapper, projection: Projection, run_id: UUID, reached: int
) -> int:
    """Follows the log to its end, and then puts the tables into the place of the live ones. Returns the number of
    events followed. Raises StillLocked."""
    log, followed = PostgresLog(pool), 0
    unreadable: list[Unreadable] = []

    def page() -> bool:
        """Adds the next page in the transaction that is open, and returns whether there may be more."""
        nonlocal reached, followed
        found = log.page(reached, PAGE, None, topics_of(projection))
        events = found.notifications
        writes: list[RowWrite] = []
        for event in map(mapper.to_domain_event, events):
            try:
                writes += folded(projection, event)
            except UnreadableFact as error:
                unreadable.append(Unreadable(event.envelope, error))
        _send(connection, projection, writes)
        if events:
            reached, followed = events[-1].id, followed + len(events)
            connection.execute(REACHED, (reached, run_id))
        return found.more

    def catch_up() -> None:
        more = True
        while more:
            with connection.transaction():
                more = page()

    def swap() -> None:
        nonlocal reached, followed
        kept = reached, followed, len(unreadable)
        try:
            with connection.transaction():
                bound(connection)
                # The worker of the earlier version reads its next event after the tables have changed.
                connection.execute(HOLD, (projection.name,))
                while page():
                    continue
                for table in projection.tables:
                    _rename(connection, table)
                connection.execute(TAKE_OVER, (projection.version, reached, projection.name))
                forget(connection, projection.name, 0)
                note(connection, projection.name, unreadable)
        except BaseException:
            reached, followed = kept[:2]
            del unreadable[kept[2] :]
            raise

    catch_up()
    patiently(connection, swap)
    return followed


def _send(connection: Connection, projection: Projection, writes: Sequence[RowWrite]) -> None:
    tables = {beside(table): keys for table, keys in projection.tables.items()}
    send(connection, tables, [replace(each, table=beside(each.table)) for each in writes])


def _rename(connection: Connection, table: str) -> None:
    """Puts the table beside into the place of the live one, with the names of its indexes: errors are told by them."""
    live, new = sql.Identifier(table), sql.Identifier(beside(table))
    names, made = (
        {(unique, columns): name for unique, columns, name in connection.execute(INDEXES, (each,)).fetchall()}
        for each in (table, beside(table))
    )
    connection.execute(sql.SQL("DROP TABLE {}").format(live))
    connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(new, live))
    for shape, name in made.items():
        rename = sql.SQL("ALTER INDEX {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(name), sql.Identifier(names[shape])))
