"""Tells whether a connection is a session of PostgreSQL itself, or leads through a pooler.

A pooler in transaction mode gives each transaction another session. Session locks, temporary tables, LISTEN, SET and
prepared statements then stay behind in a session that serves somebody else, so whatever needs them refuses a pooler.
"""

from __future__ import annotations

from typing import Any

import psycopg

from televent.adapters.postgres.pool import describe

_SAME = "SELECT current_database(), pg_postmaster_start_time(), pg_is_in_recovery()"


class NeedsSession(Exception):
    """The connection leads through a pooler, or to another database; the message says which setting mends it."""


def is_pooled(connection: psycopg.Connection[Any]) -> bool:
    """Whether the connection leads through a pooler.

    PostgreSQL names the process that serves a session when the session begins (BackendKeyData, for cancel requests). A
    pooler names a number of its own there, because it chooses the process later, for each transaction.
    """
    row = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    return row is None or row[0] != connection.info.backend_pid


def leads_to_pooler(conninfo: str) -> bool:
    """The same for a new connection. Raises psycopg.OperationalError."""
    with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as connection:
        return is_pooled(connection)


def require_session(connection: psycopg.Connection[Any], purpose: str) -> None:
    """Raises NeedsSession where the connection leads through a pooler. ``purpose``: what needs a session, as subject of
    the sentence."""
    if is_pooled(connection):
        raise NeedsSession(
            f"{purpose} needs a session of its own, and {describe(connection.info.dsn)} is reached through a pooler:"
            " set DATABASE_DIRECT_URL to a URL of PostgreSQL itself."
        )


def require_direct(direct: str, conninfo: str) -> None:
    """Raises NeedsSession unless ``direct`` leads to PostgreSQL itself, and to the database of ``conninfo``; and
    psycopg.OperationalError."""
    with psycopg.connect(direct, autocommit=True, prepare_threshold=None) as connection:
        if is_pooled(connection):
            raise NeedsSession("DATABASE_DIRECT_URL leads through a pooler: it must be a URL of PostgreSQL itself.")
        with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as other:
            if connection.execute(_SAME).fetchone() != other.execute(_SAME).fetchone():
                raise NeedsSession(
                    f"DATABASE_DIRECT_URL leads to another database ({describe(direct)}) than DATABASE_URL"
                    f" ({describe(conninfo)})."
                )
