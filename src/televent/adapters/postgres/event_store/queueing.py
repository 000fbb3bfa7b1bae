"""Queues of writers that met a conflict: in this process one at a time, and between processes by an advisory lock.

A queue is a courtesy. Versions and constraints decide who was first, so a writer that cannot wait in the queue goes on
without its turn.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool
from televent.domain.ids import StreamKey

MAX_WAIT = 5.0
"""Max seconds in the queue of this process."""
MAX_LOCK_WAIT = 2.0
"""Max seconds for the writers of other processes."""
SHARE = 4
"""One of this many connections of the pool may hold a lock. The others are for the work itself."""
FREE_CONNECTION = 0.1
"""Max seconds for a connection that holds the lock."""
PAUSE, MAX_PAUSE = 0.002, 0.05
"""Mean seconds of the first pause after a conflict, doubled each time, and of the longest."""

# The lock ends with its transaction: a session's lock would stay on a connection of pgbouncer.
TIMEOUT = f"SET LOCAL lock_timeout = {round(MAX_LOCK_WAIT * 1000)}"
LOCK = "SELECT pg_advisory_xact_lock(%s)"


@dataclass(slots=True)
class _Waiting:
    """The writers of one object in this process."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    count: int = 0


class Turn:
    """The turn of one writer."""

    def pause(self, attempt: int) -> None:
        """Waits for a random time around PAUSE × 2^attempt."""
        time.sleep(min(PAUSE * 2**attempt, MAX_PAUSE) * random.uniform(0.5, 1.5))


class Queues:
    """The queues of all objects. ``pool`` gives connections in autocommit mode. Thread-safe.

    ``pooled``: the connections lead through a pooler in transaction mode. Then only writers of one process queue: a
    turn would hold one of the sessions that all processes share, while its work waits for another.
    """

    def __init__(self, pool: Pool, *, pooled: bool = False) -> None:
        self._pool = pool
        self._pooled = pooled
        self._guard = threading.Lock()
        self._waiting: dict[StreamKey, _Waiting] = {}
        self._connections = threading.BoundedSemaphore(max(1, pool.max_size // SHARE))

    def of(self, key: StreamKey) -> ObjectQueue:
        """The queue of one object."""
        return ObjectQueue(self, key)

    @contextlib.contextmanager
    def turn(self, key: StreamKey) -> Iterator[Turn]:
        """Waits for the turn at the object, and holds it in the block."""
        with self._guard:
            waiting = self._waiting.setdefault(key, _Waiting())
            waiting.count += 1
        first = waiting.lock.acquire(timeout=MAX_WAIT)
        connection = self._locked(key) if first else None
        try:
            yield Turn()
        finally:
            self._unlock(connection)
            if first:
                waiting.lock.release()
            with self._guard:
                waiting.count -= 1
                if not waiting.count:
                    del self._waiting[key]

    def _locked(self, key: StreamKey) -> Connection | None:
        """A connection that holds the advisory lock of the object; None where it cannot be had in time."""
        if self._pooled or not self._connections.acquire(blocking=False):
            return None
        connection: Connection | None = None
        try:
            connection = self._pool.getconn(FREE_CONNECTION)
            with connection.pipeline():
                connection.execute("BEGIN")
                connection.execute(TIMEOUT)
                connection.execute(LOCK, (lock_number(key),), prepare=True)
        except Exception:
            # Whatever is wrong with the database, the work itself meets it too and says so.
            self._give_back(connection)
            return None
        return connection

    def _unlock(self, connection: Connection | None) -> None:
        if connection is not None:
            self._give_back(connection)

    def _give_back(self, connection: Connection | None) -> None:
        try:
            if connection is not None:
                with contextlib.suppress(psycopg.Error):
                    connection.rollback()
                self._pool.putconn(connection)
        finally:
            self._connections.release()


@dataclass(frozen=True, slots=True)
class ObjectQueue:
    """The writers that met a conflict about one object."""

    queues: Queues
    key: StreamKey

    def turn(self) -> contextlib.AbstractContextManager[Turn]:
        """Waits until it is this writer's turn, at most MAX_WAIT + MAX_LOCK_WAIT seconds."""
        return self.queues.turn(self.key)


def lock_number(key: StreamKey) -> int:
    """The number of the object's advisory lock. Calendars have other numbers (transaction.py)."""
    digest = hashlib.blake2b(key.tenant.bytes + key.stream.bytes, digest_size=8, person=b"object").digest()
    return int.from_bytes(digest, signed=True)
