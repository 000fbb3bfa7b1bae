"""Takes locks that writers wait behind: for moments only, again and again, and not for ever.

A statement that waits for a strong lock makes all later readers and writers of the table wait behind it, for as long as
one old transaction goes on. So each try waits shortly, and everybody else goes on between two tries.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg
from psycopg.errors import LockNotAvailable

T = TypeVar("T")

LOCK_TIMEOUT: Final = 0.3
"""Max seconds that one try waits for its locks."""
TRIES: Final = 15
"""Max tries."""
FIRST_PAUSE, MAX_PAUSE = 0.2, 5.0
"""Seconds between two tries: at first, and at most."""
_OLDEST = """
    SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::integer, application_name, state
    FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()
    ORDER BY xact_start LIMIT 1"""


class StillLocked(Exception):
    """The locks were not free in any try. The message names the oldest transaction, which may be in the way."""


def patiently(
    connection: psycopg.Connection[Any], attempt: Callable[[], T], pause: Callable[[float], object] = time.sleep
) -> T:
    """The result of ``attempt``, which is called again where it raises LockNotAvailable. It must leave no transaction
    open then. Raises StillLocked after TRIES tries.

    ``pause`` is called between two tries, with seconds. Each attempt must set the bound by ``bound``.
    """
    delay = FIRST_PAUSE
    for number in range(1, TRIES + 1):
        try:
            return attempt()
        except LockNotAvailable as error:
            if number == TRIES:
                raise StillLocked(
                    f"the tables were in use at each of {TRIES} tries{_in_the_way(connection)}; nothing was changed"
                ) from error
        pause(delay)
        delay = min(delay * 2, MAX_PAUSE)
    raise AssertionError("unreachable")


def bound(connection: psycopg.Connection[Any], seconds: float = LOCK_TIMEOUT) -> None:
    """Bounds the wait for each lock of the transaction that is open; 0: no bound."""
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{round(seconds * 1000)}ms",))


def _in_the_way(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute(_OLDEST).fetchone()
    if row is None:
        return ""
    pid, seconds, program, state = row
    return f" (the oldest transaction: process {pid}, {program or 'without a name'}, {state}, open for {seconds} s)"
