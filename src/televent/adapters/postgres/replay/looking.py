"""Compares live rows with those that the facts say, at one moment, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from televent.adapters.postgres.dav_index.occurs_columns import indexed_to
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.replay.folding import Account, accounts
from televent.adapters.postgres.replay.index_text import CANONICAL, index_texts
from televent.adapters.postgres.replay.tables import (
    INDEX,
    KEPT,
    RESOURCE,
    SHOWN,
    WORKED,
    Difference,
    Key,
    Looked,
    Row,
    Scope,
    Trouble,
)
from televent.application.event_store.mapper import FactMapper
from televent.projections.dav_index import indexed

PAGE: Final = 500
REACHED: Final = "SELECT name, position FROM consumer"
BEHIND: Final = "SELECT indexed_to FROM shard"


@contextmanager
def snapshot(connection: Connection, *, writes: bool = False) -> Iterator[None]:
    """A transaction in which facts and rows are read at the same moment. It makes no follower of the log wait before it
    writes: a transaction that only reads has no number in the log."""
    mode = "ISOLATION LEVEL REPEATABLE READ" + ("" if writes else ", READ ONLY")
    with connection.transaction():
        connection.execute(f"SET TRANSACTION {mode}")
        connection.execute("SET LOCAL timezone = 'UTC'")
        yield


def look(
    connection: Connection, mapper: FactMapper, scope: Scope, low: UUID, high: UUID
) -> tuple[Looked, dict[UUID, Account]]:
    """Compares the accounts with ids in (low, high]. The connection must be in a ``snapshot``. Also returns what the
    facts say of each account that has a difference."""
    reached: dict[str, int] = dict(connection.execute(REACHED).fetchall())
    looked = Looked()
    found: dict[UUID, Account] = {}
    rows: dict[str, dict[Key, Row]] = {table: {} for table in scope.tables()}
    for account in accounts(connection, mapper, scope, low, high, reached):
        looked.events += account.events
        looked.troubles += [Trouble(account.tenant, name, why) for name, why in account.trouble.items()]
        found[account.tenant] = account
        for table, made in account.rows.items():
            if table in rows:
                rows[table] |= made
    comparison = _Comparison(connection, scope, looked, found)
    for table, (projection, key) in scope.tables().items():
        comparison.table(projection, table, key, rows.pop(table), (low, high))
    wrong = {each.tenant for each in looked.differences}
    return looked, {tenant: account for tenant, account in found.items() if tenant in wrong}


class _Comparison:
    def __init__(self, connection: Connection, scope: Scope, looked: Looked, found: dict[UUID, Account]) -> None:
        self._connection = connection
        self._scope = scope
        self._looked = looked
        self._found = found
        row = connection.execute(BEHIND).fetchone()
        assert row is not None
        self._indexed_to = int(row[0])

    def table(
        self, projection: str, table: str, keys: tuple[str, ...], made: dict[Key, Row], between: tuple[UUID, UUID]
    ) -> None:
        """Compares a table's rows of these accounts."""
        looked = self._looked
        left_out = {each.tenant for each in looked.troubles if each.projection == projection}
        columns = RESOURCE if table == "resource" else None
        with self._connection.cursor(name="live", row_factory=dict_row) as cursor:
            cursor.itersize = PAGE
            cursor.execute(_live(table, keys, columns), between)
            for live in cursor:
                looked.rows += 1
                key = tuple(live.pop(name) for name in keys)
                row = made.pop(key, None)
                if key[0] in left_out:
                    continue
                if row is None:
                    looked.differences.append(Difference(projection, table, key, "superfluous"))
                elif any(live[name] != value for name, value in row.items()):
                    wrong = self._wrong(table, key[0], live, row)
                    if wrong:
                        looked.differences.append(Difference(projection, table, key, "wrong", wrong))
        if not (table in WORKED and WORKED[table].rows and not self._scope.exact):
            looked.differences += [
                Difference(projection, table, key, "missing") for key, row in made.items() if key[0] not in left_out
            ]

    def _wrong(self, table: str, tenant: UUID, live: Row, row: Row) -> tuple[str, ...]:
        if table == "resource" and not row["deleted"]:
            self._choose_index(tenant, live, row)
        kept = KEPT.get(table, ())
        worked = WORKED[table].columns if table in WORKED and not self._scope.exact else ()
        return tuple(
            name
            for name, value in row.items()
            if not _same(live[name], value) and name not in worked and not (name in kept and value is None)
        )

    def _choose_index(self, tenant: UUID, live: Row, row: Row) -> None:
        """Puts the index into ``row`` that the live row must have."""
        scope, has, base = self._scope, live["indexed"], indexed_to(0)
        if not scope.exact and has < base and self._indexed_to < base:
            # It waits for the worker that indexes rows of earlier programs again.
            self._looked.behind += 1
            row |= {name: live[name] for name in INDEX}
            return
        state = self._found[tenant].seasonal.get(row["stream_id"])
        if state is not None and not scope.exact and 0 < has - base <= (scope.season or has - base):
            row |= index_texts(indexed(state, has - base))
        if any(live[name] != row[name] for name in INDEX[:4]):
            found = self._connection.execute(CANONICAL, [row[name] for name in INDEX[:4]]).fetchone()
            assert found is not None
            row |= zip(INDEX[:4], found, strict=True)


def _same(live: Any, value: Any) -> bool:
    """Whether a live value is the one that the facts say; JSON is compared as JSON."""
    if live == value:
        return True
    return isinstance(live, dict) and isinstance(value, Mapping) and live == json.loads(json.dumps(dict(value)))


@cache
def _live(table: str, keys: tuple[str, ...], columns: tuple[str, ...] | None) -> sql.Composed:
    """Reads a table's rows of some accounts. ``columns`` None: all."""
    shown = [
        sql.SQL("{} AS {}").format(sql.SQL(SHOWN[each]), sql.Identifier(each))
        if each in SHOWN
        else sql.Identifier(each)
        for each in (*keys, *(columns or ()))
    ]
    what = sql.SQL(", ").join(shown) if columns else sql.SQL("*")
    return sql.SQL("SELECT {} FROM {} WHERE tenant_id > %s AND tenant_id <= %s").format(what, sql.Identifier(table))
