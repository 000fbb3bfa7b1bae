"""Stores the Telegram usernames of people."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from psycopg import errors

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.outage import DatabaseFull, DatabaseReadOnly
from televent.domain.ids import AccountId

MAX_KNOWN: Final = 10_000
"""Max people whose username this process remembers, so that most messages cost no round trip."""
KNOWN_FOR: Final = timedelta(minutes=10)
"""Time for which it is remembered: another process may have noted a newer one."""
_RELEASE: Final = "DELETE FROM telegram_username WHERE username = %s AND tenant_id <> %s"
_NOTE: Final = """
    INSERT INTO telegram_username AS standing (tenant_id, username)
    SELECT tenant_id, %s FROM account WHERE tenant_id = %s
    ON CONFLICT (tenant_id) DO UPDATE SET username = excluded.username WHERE standing.username <> excluded.username"""
_FORGET: Final = "DELETE FROM telegram_username WHERE tenant_id = %s"


class PostgresUsernames:
    """The usernames of people. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[AccountId, tuple[str | None, datetime]] = {}

    def note(self, tenant: AccountId, username: str | None, now: datetime) -> None:
        """Notes the username of a person, None for none. It writes only a change. Where the database takes no writes
        nothing is noted: people can still read."""
        name = username.lower() if username else None
        known = self._known.get(tenant)
        if known is not None and known[0] == name and now - known[1] < KNOWN_FOR:
            return
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[tenant] = (name, now)
        # Two people who show the same name at once: the next message of the one who has it notes it.
        refused = (DatabaseReadOnly, DatabaseFull, errors.UniqueViolation)
        with contextlib.suppress(*refused), self._pool.connection() as connection:
            if name is None:
                connection.execute(_FORGET, (tenant,))
            else:
                connection.execute(_RELEASE, (name, tenant))
                connection.execute(_NOTE, (name, tenant))

    def tenants(self, usernames: Collection[str]) -> dict[str, AccountId]:
        """The accounts of these usernames, by the username in lower case."""
        names = [each.lower() for each in usernames]
        query = "SELECT username, tenant_id FROM telegram_username WHERE username = ANY (%s)"
        return {row[0]: AccountId(row[1]) for row in fetch(self._pool, query, (names,))} if names else {}
