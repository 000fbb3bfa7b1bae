"""Keeps the keys that sign access tokens: the same on every node, sealed, two at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool
from televent.application.accounts.sessions import Seal

EVERY: Final = timedelta(days=30)
"""Time after which another key signs."""
SETTLED: Final = timedelta(minutes=5)
"""Time in which a new key only counts: other nodes read the keys once a minute."""
COUNTED: Final = 2
"""Number of keys that count, the newest ones."""
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('session key', 12))"
KEYS: Final = "SELECT key_id, secret, sealed, made_at FROM session_key ORDER BY made_at DESC, key_id"
INSERT: Final = "INSERT INTO session_key (key_id, secret, sealed, made_at) VALUES (%s, %s, %s, %s)"
DELETE: Final = "DELETE FROM session_key WHERE key_id = %s"

Made = tuple[str, datetime]


class PostgresSessionKeys:
    """The keys. ``pool`` gives connections in autocommit mode. ``seal`` None: keys of persons are in the database, too,
    so there is nothing to seal with. ``fresh``: makes a key."""

    def __init__(self, pool: Pool, seal: Seal | None, fresh: Callable[[], str]) -> None:
        self._pool, self._seal, self._fresh = pool, seal, fresh

    def keys(self, now: datetime) -> tuple[str, ...]:
        """The keys that count; the first one signs. Makes one where there is none. Raises Outage."""
        with self._pool.connection() as connection:
            read = self._read(connection)
            if not read:
                with connection.transaction():
                    # Two nodes that start at once must get the same key.
                    connection.execute(LOCK)
                    read = self._read(connection) or [self._make(connection, now)]
        read = read[:COUNTED]
        if len(read) > 1 and read[0][1] > now - SETTLED:
            read.reverse()
        return tuple(key for key, _ in read)

    def rotate(self, now: datetime) -> bool:
        """Makes another key where the newest one is old, and deletes the ones that count no more. Returns whether it
        made one. Raises Outage."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(LOCK)
            rows = connection.execute(KEYS).fetchall()
            # A server at which nobody signs in needs no key.
            if not rows or rows[0][3] > now - EVERY:
                return False
            self._make(connection, now)
            for row in rows[COUNTED - 1 :]:
                connection.execute(DELETE, (row[0],))
        return True

    def _make(self, connection: Connection, now: datetime) -> Made:
        key_id, key = uuid4(), self._fresh()
        secret = key.encode() if self._seal is None else self._seal.seal(key.encode(), key_id)
        connection.execute(INSERT, (key_id, secret, self._seal is not None, now))
        return key, now

    def _read(self, connection: Connection) -> list[Made]:
        """The keys that can be read. A restored database may have some whose seal is not here: another is made."""
        rows = connection.execute(KEYS).fetchall()
        return [(key.decode(), row[3]) for row in rows if (key := self._opened(*row[:3])) is not None]

    def _opened(self, key_id: UUID, secret: bytes, sealed: bool) -> bytes | None:
        if not sealed:
            # Made before the keys were kept apart: it was in each backup of the database.
            return bytes(secret) if self._seal is None else None
        return None if self._seal is None else self._seal.unseal(bytes(secret), key_id)
