"""Executes a projection's writes: insert, update and delete on the tables that the projection declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby

from psycopg import sql

from televent.adapters.postgres.pool import Connection
from televent.application.followers import Delete, Insert, RowWrite, Update

Shape = tuple[type, str, tuple[str, ...], tuple[str, ...]]
"""The kind of a write, its table, its columns, and the columns of its condition; of an Insert those of ``once``."""


def send(connection: Connection, tables: Mapping[str, tuple[str, ...]], writes: Sequence[RowWrite]) -> None:
    """Sends the writes in their order; consecutive writes of the same shape share a statement. ``tables``: the key
    columns of each table.

    Raises KeyError for a table that the projection does not declare.
    """
    for shape, alike in groupby(writes, _shape):
        statement = _statement(shape, tables[shape[1]])
        with connection.cursor() as cursor:
            cursor.executemany(statement, [_parameters(write) for write in alike])


def _shape(write: RowWrite) -> Shape:
    values = () if isinstance(write, Delete) else tuple(write.values)
    where = write.once if isinstance(write, Insert) else tuple(write.where)
    return type(write), write.table, values, where


def _parameters(write: RowWrite) -> list[object]:
    values = () if isinstance(write, Delete) else write.values.values()
    where = () if isinstance(write, Insert) else write.where.values()
    return [*values, *where]


@cache
def _statement(shape: Shape, key: tuple[str, ...]) -> sql.Composed:
    kind, name, values, where = shape
    table = sql.Identifier(name)
    if kind is Insert:
        rest = [column for column in values if column not in (*key, *where)]
        then = sql.SQL("UPDATE SET {}").format(_list(", ", "{0} = excluded.{0}", rest)) if rest else sql.SQL("NOTHING")
        return sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {}").format(
            table, _list(", ", "{}", values), sql.SQL(", ").join(sql.Placeholder() * len(values)),
            _list(", ", "{}", key), then,
        )  # fmt: skip
    conditions = _list(" AND ", "{} = %s", where)
    if kind is Update:
        return sql.SQL("UPDATE {} SET {} WHERE {}").format(table, _list(", ", "{} = %s", values), conditions)
    return sql.SQL("DELETE FROM {} WHERE {}").format(table, conditions)


def _list(between: str, form: str, columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(between).join(sql.SQL(form).format(sql.Identifier(column)) for column in columns)
