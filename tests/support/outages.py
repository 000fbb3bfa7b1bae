"""Outages made by PostgreSQL itself: statements that fail with any code, and a database that takes no writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

EVERY = sql.SQL("true")


@contextmanager
def failing(url: str, table: str, event: str, code: str, only: sql.Composable = EVERY) -> Iterator[Callable[[], int]]:
    """In the block, every INSERT, UPDATE or DELETE (``event``) of the table's rows fails with this SQLSTATE. ``only``:
    of the rows for which this SQL is true. Gives a function that returns how many have failed."""
    # A sequence goes on although the statement is undone.
    raising = sql.SQL(
        "BEGIN PERFORM nextval('made_to_fail'); RAISE EXCEPTION 'made for a test' USING ERRCODE = {}; END"
    ).format(code)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE made_to_fail MINVALUE 0 START 1")
        connection.execute(
            sql.SQL("CREATE FUNCTION made_to_fail() RETURNS trigger LANGUAGE plpgsql AS {}").format(
                raising.as_string(connection)
            )
        )
        connection.execute(
            sql.SQL(
                "CREATE TRIGGER made_to_fail BEFORE {} ON {} FOR EACH ROW WHEN ({}) EXECUTE FUNCTION made_to_fail()"
            ).format(sql.SQL(event), sql.Identifier(table), only)
        )

        def failed() -> int:
            last, called = connection.execute("SELECT last_value, is_called FROM made_to_fail").fetchone() or (0, False)
            return int(last) if called else 0

        try:
            yield failed
        finally:
            connection.execute("DROP FUNCTION made_to_fail() CASCADE")
            connection.execute("DROP SEQUENCE made_to_fail")


@contextmanager
def read_only(url: str) -> Iterator[None]:
    """In the block, the database takes no writes, also from connections that are open already."""
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    # A setting of the database would reach new sessions only; the others are ended.
    setting = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(setting.format(sql.Identifier(str(name)), sql.SQL("on")))
        connection.execute(others, (name,))
        try:
            yield
        finally:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(setting.format(sql.Identifier(str(name)), sql.SQL("off")))
            connection.execute(others, (name,))
