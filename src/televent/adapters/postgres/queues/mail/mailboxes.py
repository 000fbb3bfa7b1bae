"""The lease of a mailbox, and how far it was taken (adapters.email.doors.imap.watching.MailboxBook)."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import Final
from uuid import UUID

from televent.adapters.postgres.rows import Pool

LEASE: Final = timedelta(seconds=12)
"""Time for which a process reads a mailbox without renewing its lease. After that another process may take it."""

# The database's clock alone decides: the clocks of two processes may differ.
_TAKE = """
    INSERT INTO mailbox AS held (name, holder, host, process, lease_until)
    VALUES (%(name)s, %(holder)s, %(host)s, %(process)s, clock_timestamp() + %(lease)s)
    ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, host = excluded.host, process = excluded.process, lease_until = excluded.lease_until
    WHERE held.holder IS NULL OR held.holder = excluded.holder OR held.lease_until < clock_timestamp()
        OR held.holder = %(dead)s"""
_HOLDER = "SELECT holder, process FROM mailbox WHERE name = %(name)s AND host = %(host)s AND holder <> %(holder)s"
_RELEASE = "UPDATE mailbox SET holder = NULL, lease_until = NULL WHERE name = %(name)s AND holder = %(holder)s"
_LAST = "SELECT last_uid FROM mailbox WHERE name = %(name)s AND uidvalidity = %(validity)s"
_TAKEN = """
    UPDATE mailbox SET uidvalidity = %(validity)s, last_uid = %(uid)s WHERE name = %(name)s AND holder = %(holder)s"""


class PostgresMailbox:
    """One mailbox. ``holder`` names this process. Raises Outage where the database cannot answer."""

    def __init__(self, pool: Pool, name: str, holder: UUID) -> None:
        self._pool = pool
        self._values = {
            "name": name,
            "holder": holder,
            "lease": LEASE,
            "host": socket.gethostname(),
            "process": os.getpid(),
        }

    def take(self) -> bool:
        """Takes or renews the lease. False: another process has it. One of this machine that was killed has it no
        more."""
        with self._pool.connection() as connection:
            other = connection.execute(_HOLDER, self._values).fetchone()
            dead = other[0] if other is not None and not _runs(other[1]) else None
            return connection.execute(_TAKE, {**self._values, "dead": dead}).rowcount == 1

    def release(self) -> None:
        """Gives the lease back, so that another process can read at once."""
        with self._pool.connection() as connection:
            connection.execute(_RELEASE, self._values)

    def last_uid(self, uidvalidity: int) -> int | None:
        """The last UID that was taken; None where the mails were never seen with this numbering."""
        with self._pool.connection() as connection:
            row = connection.execute(_LAST, {**self._values, "validity": uidvalidity}).fetchone()
        return int(row[0]) if row is not None else None

    def taken(self, uidvalidity: int, uid: int) -> bool:
        """Notes the last UID that was taken. False: another process has the lease, and nothing is noted."""
        with self._pool.connection() as connection:
            return connection.execute(_TAKEN, {**self._values, "validity": uidvalidity, "uid": uid}).rowcount == 1


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # It runs as another user.
    return True
