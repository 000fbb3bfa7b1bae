"""Executes a projection's writes: insert, update and delete on the tables that the projection declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from televent.adapters.postgres.pool import Connection
from televent.application.followers import Delete, Insert, RowWrite, Update

Shape = tuple[type, str, tuple[str, ...], tuple[str, ...]]
"""The kind of a write, its table, its columns, and the columns of its condition; of an Insert those of ``once``."""

ARRAYS: Final[Mapping[type, str]] = MappingProxyType({
    UUID: "uuid[]", int: "bigint[]", bool: "boolean[]", datetime: "timestamptz[]",
})  # fmt: skip
"""The types of PostgreSQL in which the values of a column are sent together."""


def send(connection: Connection, tables: Mapping[str, tuple[str, ...]], writes: Sequence[RowWrite]) -> None:
    """Sends the writes in their order; consecutive writes of the same shape share a statement. ``tables``: the key
    columns of each table.

    Raises KeyError for a table that the projection does not declare.
    """
    for shape, alike in groupby(writes, _shape):
        key, rows = tables[shape[1]], [_parameters(write) for write in alike]
        if shape[0] is Insert and len(rows) > 1 and _together(connection, shape, key, rows):
            continue
        with connection.cursor() as cursor:
            cursor.executemany(_statement(shape, key), rows)


def _together(connection: Connection, shape: Shape, key: tuple[str, ...], rows: Sequence[list[Any]]) -> bool:
    """Inserts the rows by one statement, which costs less than half of one for each row; False where a column holds
    values that are not in ARRAYS."""
    _, _, columns, once = shape
    found: dict[tuple[Any, ...], list[Any]] = {}
    places = [columns.index(name) for name in key]
    kept = [columns.index(name) for name in once]
    for row in rows:
        which = tuple(row[place] for place in places)
        # A statement changes a row only once (ON CONFLICT): the last write counts, as it does one after the other.
        earlier = found.get(which)
        found[which] = row
        if earlier is not None:
            for place in kept:
                row[place] = earlier[place]
    values = [list(column) for column in zip(*found.values(), strict=True)]
    types = [{type(value) for value in column} for column in values]
    if any(len(each) != 1 or not each <= ARRAYS.keys() for each in types):
        return False
    arrays = tuple(ARRAYS[each.pop()] for each in types)
    connection.execute(_statement(shape, key, arrays), values)
    return True


def _shape(write: RowWrite) -> Shape:
    values = () if isinstance(write, Delete) else tuple(write.values)
    where = write.once if isinstance(write, Insert) else tuple(write.where)
    return type(write), write.table, values, where


def _parameters(write: RowWrite) -> list[object]:
    values = () if isinstance(write, Delete) else write.values.values()
    where = () if isinstance(write, Insert) else write.where.values()
    return [*values, *where]


@cache
def _statement(shape: Shape, key: tuple[str, ...], arrays: tuple[str, ...] = ()) -> sql.Composed:
    """The statement for one write; with ``arrays`` that for many rows of an Insert, column by column."""
    kind, name, values, where = shape
    table = sql.Identifier(name)
    if kind is Insert:
        rest = [column for column in values if column not in (*key, *where)]
        then = sql.SQL("UPDATE SET {}").format(_list(", ", "{0} = excluded.{0}", rest)) if rest else sql.SQL("NOTHING")
        marks = sql.SQL(", ").join(sql.Placeholder() * len(values))
        rows = sql.SQL("VALUES ({})").format(marks)
        if arrays:
            cast = sql.SQL(", ").join(sql.SQL(f"%s::{each}") for each in arrays)
            rows = sql.SQL("SELECT * FROM unnest({})").format(cast)
        return sql.SQL("INSERT INTO {} ({}) {} ON CONFLICT ({}) DO {}").format(
            table, _list(", ", "{}", values), rows, _list(", ", "{}", key), then
        )
    conditions = _list(" AND ", "{} = %s", where)
    if kind is Update:
        return sql.SQL("UPDATE {} SET {} WHERE {}").format(table, _list(", ", "{} = %s", values), conditions)
    return sql.SQL("DELETE FROM {} WHERE {}").format(table, conditions)


def _list(between: str, form: str, columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(between).join(sql.SQL(form).format(sql.Identifier(column)) for column in columns)
