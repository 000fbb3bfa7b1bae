"""Feels the database's pulse: notices within seconds that it is silent, away, read-only or full, and that it is back.

A statement on a silent connection waits for minutes, and a slow statement looks the same from outside. So no statement
has a time limit of its own. Instead one thread of the process asks a question that takes no time. While the database
answers it, statements may take as long as they need; where it does not, all of them are ended and no new one begins.
"""

from __future__ import annotations

import select
import threading
import time
from typing import Final

import psycopg
import structlog
from psycopg import pq
from psycopg.conninfo import make_conninfo

from televent.adapters.postgres.outages import one_line, outage_of
from televent.adapters.postgres.pool import Connection, LivePool
from televent.application.outage import DatabaseAway, DatabaseFull, DatabaseReadOnly, Outage

log = structlog.get_logger("televent.database")

INTERVAL: Final = 1.0
"""Seconds between two questions."""
RETRY: Final = 0.1
"""Seconds until the next question after one that got no answer."""
SILENCE: Final = 2.0
"""Seconds without an answer after which the database counts as away."""
ROOM_INTERVAL: Final = 10.0
"""Seconds between two looks whether the disk has room."""
ROOM_PATIENCE: Final = 1.0
"""Max seconds for such a look. Together with the next question, silence is still noticed within INTERVAL + SILENCE."""

BEAT: Final = b"SELECT current_setting('transaction_read_only')"
# A sort that needs more memory than it may take writes a temporary file. Unlike a row it leaves nothing behind, and it
# needs no room in the write-ahead log, which a full disk must not be made to fill.
ROOM: Final = b"""
    SET LOCAL work_mem = '64kB';
    SELECT count(*) FROM (SELECT repeat('x', 100) || n AS x FROM generate_series(1, 4000) AS n ORDER BY x) AS many"""


class Pulse:
    """Watches the database of a pool. One per process; its thread runs from ``start`` to ``close``."""

    def __init__(self, pool: LivePool) -> None:
        self._pool = pool
        self._line: Connection | None = None
        self._asked_at: float | None = None
        self._room_seen = 0.0
        self._room_unknown = False
        self._read_only = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread and its connection."""
        self._closing.set()
        self._thread.join(SILENCE)

    @property
    def outage(self) -> type[Outage] | None:
        """The outage at this moment; None where the database answers and takes writes. It never waits."""
        if self._pool.outage is not None or self._silent_for() > INTERVAL:
            return DatabaseAway
        if self._pool.full:
            return DatabaseFull
        return DatabaseReadOnly if self._read_only else None

    def _run(self) -> None:
        while not self._closing.is_set():
            if self._asked_at is None:
                self._asked_at = time.monotonic()
            try:
                line = self._ask()
            except Exception as error:
                # Without this thread nobody would notice anything, so no error may end it.
                self._missed(error)
            else:
                self._answered()
                if self._pool.full or time.monotonic() - self._room_seen > ROOM_INTERVAL:
                    self._look_for_room(line)
            self._closing.wait(RETRY if self._line is None else INTERVAL)
        self._hang_up()

    def _ask(self) -> Connection:
        if self._line is None:
            conninfo = make_conninfo(str(self._pool.conninfo), application_name="televent-pulse")
            self._line = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)
        self._read_only = ask(self._line.pgconn, BEAT, SILENCE) == b"on"
        return self._line

    def _look_for_room(self, line: Connection) -> None:
        """Never raises: the database has just answered, so an error here says nothing about that."""
        try:
            ask(line.pgconn, ROOM, ROOM_PATIENCE)
        except Exception as error:
            if isinstance(error, psycopg.Error) and isinstance(outage_of(error), DatabaseFull):
                if not self._pool.full:
                    log.error("the database's disk is full")
                self._pool.full = True
            else:
                # A busy disk may be slow, and the operator may forbid temporary files.
                if not isinstance(error, psycopg.Error):
                    self._hang_up()
                reason = reason_of(error) or f"no answer within {ROOM_PATIENCE:g} s"
                if not self._room_unknown:
                    log.warning("it is not known whether the database's disk has room", reason=reason)
                self._room_unknown = True
        else:
            if self._pool.full:
                log.warning("the database's disk has room again")
            self._pool.full = self._room_unknown = False
        self._room_seen = time.monotonic()

    def _answered(self) -> None:
        self._asked_at = None
        if self._pool.outage is not None:
            log.warning("the database answers again")
            self._pool.outage = None

    def _missed(self, error: Exception) -> None:
        self._hang_up()
        if self._pool.outage is None and self._silent_for() >= SILENCE:
            reason = reason_of(error) or "it is silent"
            unexpected = None if isinstance(error, psycopg.Error | TimeoutError) else error
            log.error("the database is away", reason=reason, exc_info=unexpected)
            self._pool.outage = DatabaseAway(reason)
            self._pool.cut()

    def _silent_for(self) -> float:
        """Seconds since the open question, or since a later answer to somebody else; 0 without an open question.

        On a busy machine the question may wait longer than SILENCE for a new connection, while others get answers.
        """
        asked_at = self._asked_at
        return 0.0 if asked_at is None else time.monotonic() - max(asked_at, self._pool.answered_at)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


def reason_of(error: Exception) -> str:
    """The error's message, with its class where it is none of psycopg's; "" for a timeout."""
    if isinstance(error, TimeoutError):
        return ""
    return one_line(error) if isinstance(error, psycopg.Error) else f"{type(error).__name__}: {one_line(error)}"


def ask(connection: pq.abc.PGconn, statement: bytes, seconds: float) -> bytes | None:
    """The first value of the last statement's first row.

    It waits for at most ``seconds``, where psycopg would wait until the connection is known to be dead. Raises
    TimeoutError, psycopg.Error.
    """
    until = time.monotonic() + seconds
    connection.send_query(statement)
    connection.flush()
    waiting = select.poll()
    waiting.register(connection.socket, select.POLLIN)
    value: bytes | None = None
    while True:
        connection.consume_input()
        while not connection.is_busy():
            result = connection.get_result()
            if result is None:
                return value
            if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
                raise psycopg.errors.error_from_result(result)
            value = result.get_value(0, 0) if result.ntuples else None
        # A process that got no processor time looks once more: the answer may have come meanwhile.
        if not waiting.poll(max(until - time.monotonic(), 0) * 1000):
            raise TimeoutError
