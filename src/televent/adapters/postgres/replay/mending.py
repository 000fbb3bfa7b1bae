"""Corrects the rows of one account, in one short transaction, while others go on writing.

The transaction reads and writes at one moment (REPEATABLE READ). Where somebody changes the same rows meanwhile,
PostgreSQL refuses it, and it is tried again from the start. Nobody waits while the facts are folded: the calendars with
a difference are locked after it. Only where others wrote at each of some tries are they locked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from psycopg import Cursor, errors, sql
from psycopg.types.json import Jsonb

from televent.adapters.postgres.dav_index.counters import begin_again
from televent.adapters.postgres.dav_index.inline_rows import TABLES
from televent.adapters.postgres.event_store.log import COLUMNS, event_of
from televent.adapters.postgres.event_store.transaction import LOCK, lock_number
from televent.adapters.postgres.event_store.unreadable import note
from televent.adapters.postgres.patience import bound
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.replay.folding import Account
from televent.adapters.postgres.replay.looking import look, snapshot
from televent.adapters.postgres.replay.tables import KEPT, Difference, Looked, Row, Scope, Trouble
from televent.application.event_store.deciders import decider_of
from televent.application.event_store.mapper import FactMapper

ROUNDS: Final = 8
"""Max times that an account is tried."""
BEFORE_LOCKS: Final = 3
"""Number of times that it is tried before its calendars are locked."""
WAIT: Final = 0.1
"""Max seconds that a correction waits for one row: writers wait behind the rows that it has."""
JSONB: Final = 3802
"""PostgreSQL's number of the type jsonb."""
REFUSED = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable, errors.UniqueViolation)
STREAM: Final = f"""
    SELECT {COLUMNS} FROM event WHERE tenant_id = %s AND stream_id = %s ORDER BY version"""  # noqa: S608
HOLD: Final = "SELECT FROM consumer WHERE name = %s FOR UPDATE"
FORGET_UNREADABLE: Final = "DELETE FROM unreadable_fact WHERE consumer = %s AND tenant_id = %s"


def mend(connection: Connection, mapper: FactMapper, scope: Scope, tenant: UUID) -> Looked:
    """Corrects the account's rows until a look finds nothing wrong, and returns what was corrected.

    An account that others change at each try is left as it is, with a Trouble.
    """
    done, why, counters, apart = Looked(), "", set[UUID](), False
    low, high = UUID(int=tenant.int - 1), tenant
    for attempt in range(ROUNDS):
        held = _locks(tenant, counters) if attempt >= BEFORE_LOCKS else []
        try:
            for number in held:
                connection.execute("SELECT pg_advisory_lock(%s)", (number,))
            with snapshot(connection, writes=True):
                bound(connection, WAIT)
                looked, found = look(connection, mapper, scope, low, high)
                if looked.differences:
                    counters |= {each.key[1] for each in looked.differences if _counts(each)}
                    _stop_others(connection, scope, looked.differences, _locks(tenant, counters))
                    account = found.get(tenant, Account(tenant))
                    _correct(connection, mapper, scope, looked.differences, account, apart=apart)
        except REFUSED as error:
            why = str(error).partition("\n")[0]
            apart = apart or isinstance(error, errors.UniqueViolation)
            continue
        finally:
            for number in held:
                connection.execute("SELECT pg_advisory_unlock(%s)", (number,))
        done.troubles = looked.troubles
        if not looked.differences:
            return done
        done.differences += looked.differences
        # Workers may have changed some columns again.
        scope = replace(scope, exact=False)
    reason = f"its rows could not be corrected in {ROUNDS} tries: {why or 'others changed them meanwhile'}"
    done.troubles.append(Trouble(tenant, ", ".join(scope.names), reason, again=True))
    return done


def _counts(difference: Difference) -> bool:
    """Whether the row has a counter, or belongs to one, and clients see that it differs."""
    return difference.table in TABLES["dav_index"] and not difference.quiet


def _locks(tenant: UUID, counters: set[UUID]) -> list[int]:
    return sorted(lock_number(tenant, each) for each in counters)


def _stop_others(
    connection: Connection, scope: Scope, differences: Sequence[Difference], numbers: Sequence[int]
) -> None:
    """Makes writers of these calendars wait until the transaction ends, and workers of the followers that differ.

    A statement that buries a row finds none where the row is put back at the same moment. A write since the snapshot
    makes the corrections fail.
    """
    for number in numbers:
        connection.execute(LOCK, (number,))
    wrong = {each.projection for each in differences}
    for projection in scope.followers:
        if projection.name in wrong:
            connection.execute(HOLD, (projection.name,))


def _correct(
    connection: Connection,
    mapper: FactMapper,
    scope: Scope,
    differences: Sequence[Difference],
    account: Account,
    *,
    apart: bool,
) -> None:
    """Writes the rows. ``apart``: all wrong rows are deleted before any is written, because they hold unique keys of
    one another."""
    keys = {table: columns for table, (_, columns) in scope.tables().items()}
    kept: dict[Difference, Row] = {}
    for each in differences:
        if each.kind == "superfluous" or (apart and each.kind == "wrong" and not each.quiet):
            kept[each] = _delete(connection, each, keys[each.table])
    for each in differences:
        if each.kind == "superfluous":
            continue
        row = _values(connection, mapper, each, account)
        if each.kind == "missing" or each in kept:
            _insert(connection, each, keys[each.table], {**kept.get(each, {}), **row})
        else:
            _update(connection, each, keys[each.table], {name: row[name] for name in each.columns})
    counters = {(each.key[0], each.key[1]) for each in differences if _counts(each)}
    if counters:
        # Clients may have the wrong rows, with sync tokens that say they are up to date.
        begin_again(connection, sorted(counters))
    for projection in scope.followers:
        connection.execute(FORGET_UNREADABLE, (projection.name, account.tenant))
        note(connection, projection.name, account.unreadable.get(projection.name, []))


def _values(connection: Connection, mapper: FactMapper, place: Difference, account: Account) -> Row:
    """The columns of a row as parameters."""
    row = dict(account.rows[place.table][place.key])
    if place.table == "resource" and row["ics"] is not None:
        # A hash stands for the text.
        del row["ics"]
        if place.kind == "missing" or "ics" in place.columns:
            row["ics"] = _text(connection, mapper, place.tenant, row["stream_id"])
    for name in KEPT.get(place.table, ()):
        if row[name] is None:
            del row[name]
    return {name: _parameter(value) for name, value in row.items()}


def _text(connection: Connection, mapper: FactMapper, tenant: UUID, stream: UUID) -> bytes:
    """The text of a resource, folded from its stream."""
    rows = connection.execute(STREAM, (tenant, stream)).fetchall()
    facts = [mapper.to_fact(event_of(row)) for row in rows]
    decider = decider_of(type(facts[0]))
    text: bytes = decider.fold(decider.initial, facts).text.raw
    return text


def _parameter(value: Any) -> Any:
    if isinstance(value, dict) or hasattr(value, "items"):
        return Jsonb(dict(value))
    return value


def _where(keys: Sequence[str]) -> sql.Composed:
    return sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(each)) for each in keys)


def _update(connection: Connection, place: Difference, keys: Sequence[str], values: Row) -> None:
    names = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(each)) for each in values)
    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(sql.Identifier(place.table), names, _where(keys))
    connection.execute(statement, (*values.values(), *place.key))


def _delete(connection: Connection, place: Difference, keys: Sequence[str]) -> Row:
    """Deletes a row, and returns its columns; {} where there is none."""
    statement = sql.SQL("DELETE FROM {} WHERE {} RETURNING *").format(sql.Identifier(place.table), _where(keys))
    cursor: Cursor[tuple[Any, ...]] = connection.execute(statement, place.key)
    row = cursor.fetchone()
    if row is None or cursor.description is None:
        return {}
    return {
        column.name: Jsonb(value) if column.type_code == JSONB and value is not None else value
        for column, value in zip(cursor.description, row, strict=True)
    }


def _insert(connection: Connection, place: Difference, keys: Sequence[str], values: Row) -> None:
    values = {**values, **dict(zip(keys, place.key, strict=True))}
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(place.table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    connection.execute(statement, tuple(values.values()))
