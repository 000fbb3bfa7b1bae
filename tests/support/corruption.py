"""Changes rows of projections behind Televent's back, and names the rows that it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from televent.adapters.postgres.dav_index.inline_rows import TABLES

KEYS: dict[str, tuple[str, ...]] = {
    **{table: keys for tables in TABLES.values() for table, keys in tables.items()},
}
WRONG: Mapping[str, tuple[str, ...]] = {
    "calendar": (
        *("name = name || 'x'", "seq = seq + 7", 'props = \'{"a": "b"}\'', "components = '{VTODO}'"),
        *("shares = '{\"a\": {}}'", "deleted = NOT deleted, name = name || 'y'"),
    ),
    "resource": (
        *("etag = 'wrong'", "seq = seq + 100000", "schedule_tag = 'wrong'", "uid = uid || 'x'", "recurs = NOT recurs"),
        *("component = 'VJOURNAL'", "modified_at = modified_at + interval '1 second'", "fbtype = 'wrong'"),
        *("stream_id = gen_random_uuid()", "ics = ics || 'x'::bytea", "indexed = indexed + 3", "days = '[2,3]'"),
        *("span = '[2001-01-01,2001-01-02)'", "firm = '{[2001-01-01,2001-01-02)}'"),
        *("loose = '{[2001-01-01,2001-01-02)}'", "floats = '{[2001-01-01,2001-01-02)}'"),
    ),
    "mount": ("title = title || 'x'", "seq = seq + 7", "noticed_at = now() + interval '1 day'", "access = 'wrong'"),
    "overlay": ("parts = parts || 'x'::bytea", "seq = seq + 7"),
    "account": ("name = name || 'x'", "timezone = 'UTC+1'", "telegram_id = telegram_id + 500000", "preferences = '{}'"),
    "principal": ('props = \'{"a": "b"}\'', 'free_busy = \'{"audience": "x", "people": []}\''),
    "address": ("is_primary = NOT is_primary", "verified = NOT verified", "code_hash = 'x'", "former = NOT former"),
    "device": ("name = name || 'x'", "hash = 'wrong'", "created_at = created_at - interval '1 day'"),
}
"""Changes that make any row of a table wrong."""
GHOST: Mapping[str, Mapping[str, str]] = {
    "calendar": {"calendar_id": "gen_random_uuid()", "name": "gen_random_uuid()"},
    "resource": {"href": "gen_random_uuid()", "uid": "gen_random_uuid()", "seq": "seq + 500000"},
    "mount": {"share_id": "gen_random_uuid()"},
    "overlay": {"stream_id": "gen_random_uuid()", "seq": "seq + 500000"},
    "account": {"tenant_id": "gen_random_uuid()", "telegram_id": "telegram_id + 700000"},
    "principal": {"tenant_id": "gen_random_uuid()"},
    "address": {"address": "gen_random_uuid()", "verified": "false"},
    "device": {"device_id": "gen_random_uuid()"},
    "company": {"address": "gen_random_uuid()"},
}
"""The columns of a row that is too many, and differ from the row that it copies."""

Named = tuple[str, tuple[Any, ...], str]
"""Table, key and kind of a row that is not right."""


def corrupt(connection: psycopg.Connection[Any], table: str, number: int, kind: str, change: int) -> Named | None:
    """Makes one row of the table wrong, takes it away, or adds one. ``number`` chooses the row and ``change`` what is
    wrong. None: there is no such row, or nothing of it can be wrong."""
    keys, name = KEYS[table], sql.Identifier(table)
    place = sql.SQL(", ").join(map(sql.Identifier, keys))
    rows = connection.execute(sql.SQL("SELECT {0} FROM {1} ORDER BY {0}").format(place, name)).fetchall()
    if not rows or (kind == "wrong" and table not in WRONG):
        return None
    key = rows[number % len(rows)]
    where = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(each)) for each in keys)
    if kind == "missing":
        connection.execute(sql.SQL("DELETE FROM {} WHERE {}").format(name, where), key)
        return table, key, kind
    if kind == "wrong":
        if table == "resource" and _of(connection, table, "deleted", where, key):
            # A tombstone has no text and no index.
            change = change % 4
        what = WRONG[table][change % len(WRONG[table])]
        connection.execute(sql.SQL("UPDATE {} SET {} WHERE {}").format(name, sql.SQL(what), where), key)
        return table, key, kind
    values = {column: _of(connection, table, text, where, key) for column, text in GHOST[table].items()}
    row = connection.execute(
        sql.SQL(
            "INSERT INTO {} SELECT (jsonb_populate_record(live, %s)).* FROM {} AS live WHERE {} RETURNING {}"
        ).format(name, name, where, place),
        (Jsonb({column: str(value) for column, value in values.items()}), *key),
    ).fetchone()
    assert row is not None
    return table, row, kind


def _of(connection: psycopg.Connection[Any], table: str, text: str, where: sql.Composed, key: tuple[Any, ...]) -> Any:
    query = sql.SQL("SELECT {} FROM {} WHERE {}").format(sql.SQL(text), sql.Identifier(table), where)
    row = connection.execute(query, key).fetchone()
    assert row is not None
    return row[0]


def rows_of_all(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """All rows of the projections, without the columns that no fact says. They do not decide the order either: a mended
    calendar has another run."""
    query = "SELECT said FROM (SELECT to_jsonb(live) - %s::text[] AS said FROM {} AS live) AS every ORDER BY said::text"
    unsaid = ["run", "began", "seal"]
    return {
        table: [row[0] for row in connection.execute(sql.SQL(query).format(sql.Identifier(table)), (unsaid,))]
        for table in KEYS
    }
