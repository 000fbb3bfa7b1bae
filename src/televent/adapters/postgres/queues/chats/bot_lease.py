"""The lease of the process that polls Telegram: of several bot processes one polls, the others stand by."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import Final
from uuid import UUID

from televent.adapters.postgres.rows import Pool

LEASE: Final = timedelta(seconds=12)
"""Time for which a process polls without renewing its lease. After that another process may take it."""

# The database's clock alone decides: the clocks of two processes may differ.
_TAKE = """
    INSERT INTO bot_lease AS held (bot_id, holder, host, process, lease_until)
    VALUES (%(bot)s, %(holder)s, %(host)s, %(process)s, clock_timestamp() + %(lease)s)
    ON CONFLICT (bot_id) DO UPDATE
    SET holder = excluded.holder, host = excluded.host, process = excluded.process, lease_until = excluded.lease_until
    WHERE held.holder = excluded.holder OR held.lease_until < clock_timestamp() OR held.holder = %(dead)s"""
_HOLDER = "SELECT holder, process FROM bot_lease WHERE bot_id = %(bot)s AND host = %(host)s AND holder <> %(holder)s"
_RELEASE = "DELETE FROM bot_lease WHERE bot_id = %(bot)s AND holder = %(holder)s"


class PostgresBotLease:
    """The lease for one bot. ``holder`` names this process. Raises Outage where the database cannot answer."""

    def __init__(self, pool: Pool, bot_id: int, holder: UUID) -> None:
        self._pool = pool
        self._values = {
            "bot": bot_id,
            "holder": holder,
            "lease": LEASE,
            "host": socket.gethostname(),
            "process": os.getpid(),
        }

    def take(self) -> bool:
        """Takes or renews the lease. False: another process has it. One of this machine that was killed has it no
        more, so that a restarted bot answers at once."""
        with self._pool.connection() as connection:
            other = connection.execute(_HOLDER, self._values).fetchone()
            dead = other[0] if other is not None and not _runs(other[1]) else None
            return connection.execute(_TAKE, {**self._values, "dead": dead}).rowcount == 1

    def release(self) -> None:
        """Gives the lease back, so that another process can poll at once."""
        with self._pool.connection() as connection:
            connection.execute(_RELEASE, self._values)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # It runs as another user.
    return True
