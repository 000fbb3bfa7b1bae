"""Rows of a projection that are written together are those that are written one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from televent.adapters.postgres.event_store.row_writes import send
from televent.application.followers import Delete, Insert, RowWrite

TABLES = {"marked": ("tenant_id", "stream_id")}
DDL = """
    CREATE TEMPORARY TABLE marked (
        tenant_id uuid NOT NULL, stream_id uuid NOT NULL, position integer NOT NULL, since timestamptz, hidden boolean,
        title text, PRIMARY KEY (tenant_id, stream_id)
    )"""
ANN, BOB = UUID(int=1), UUID(int=2)


def mark(person: UUID, stream: int, position: int, since: int | None = 1, **more: Any) -> Insert:
    when = None if since is None else datetime(2026, 11, since, tzinfo=UTC)
    values = {"tenant_id": person, "stream_id": UUID(int=stream), "position": position, "since": when, **more}
    return Insert("marked", values, once=("since",))


HISTORIES: dict[str, list[RowWrite]] = {
    "different rows": [mark(ANN, 1, 1), mark(ANN, 2, 2), mark(BOB, 1, 3)],
    "a row again": [mark(ANN, 1, 1, since=1), mark(BOB, 1, 2, since=2), mark(ANN, 1, 3, since=3)],
    "a row that is there": [mark(ANN, 9, 1, since=1), mark(ANN, 1, 2, since=2)],
    "some without a value": [mark(ANN, 1, 1, since=None), mark(ANN, 2, 2), mark(ANN, 1, 3)],
    "other types": [mark(ANN, 1, 1, hidden=True, title="a"), mark(ANN, 1, 2, hidden=False, title="b")],
    "a deletion between": [
        mark(ANN, 1, 1, since=1),
        mark(ANN, 2, 2, since=2),
        Delete("marked", {"tenant_id": ANN}),
        mark(ANN, 1, 3, since=3),
        mark(BOB, 1, 4, since=4),
    ],
}  # fmt: skip


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(DDL)
        yield connection


def rows(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT * FROM marked ORDER BY tenant_id, stream_id").fetchall()


@pytest.mark.parametrize("name", HISTORIES)
def test_writes_together_are_those_one_by_one(connection: psycopg.Connection[Any], name: str) -> None:
    history = [mark(ANN, 9, 0, since=9), *HISTORIES[name]]
    for each in history:
        send(connection, TABLES, [each])
    expected = rows(connection)
    connection.execute("TRUNCATE marked")
    send(connection, TABLES, history[:1])
    send(connection, TABLES, history[1:])
    assert rows(connection) == expected != []
