"""Marks of rows (application.marks): where a row stands and which transaction wrote it, which no later one shares.

The questions of all requests of a moment go in one statement over a connection that belongs to the event loop: no
thread, no cursor, one round trip. A connection that is lost takes every mark with it, since the data that comes back
may be of another life (a backup, a replica) in which the same transaction ids are given again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg
import structlog
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from televent.adapters.postgres.dav_index.mark_statement import ASK, KINDS, WIDTHS
from televent.adapters.postgres.pool import NETWORK
from televent.application.marks import Key, Mark

log = structlog.get_logger("televent.marks")

MOST: Final = 200
"""Requests whose questions go together."""
RECONNECT: Final = 1.0
"""Seconds between attempts."""
_NAME: Final = b"televent_marks"

Waiting = tuple[Sequence[Key], "asyncio.Future[Mark | None]"]


class PostgresMarks:
    """Belongs to one event loop; ``close`` in it. The first questions find no connection yet and are not answered."""

    def __init__(self, conninfo: str) -> None:
        given = conninfo_to_dict(conninfo)
        defaults = {name: value for name, value in NETWORK.items() if name not in given}
        self._conninfo = make_conninfo(conninfo, application_name="televent-marks", **defaults)
        self._waiting: list[Waiting] = []
        # One is enough: what comes while it is busy goes together the next time, and larger batches cost less.
        self._line: _Line | None = None
        self._opening: asyncio.Task[None] | None = None
        self._life = 0
        self._not_before = 0.0
        self._closed = False

    async def ask(self, keys: Sequence[Key]) -> Mark | None:
        """See application.marks."""
        loop = asyncio.get_running_loop()
        if self._line is None:
            if self._opening is None and not self._closed and loop.time() >= self._not_before:
                self._opening = loop.create_task(self._open())
            return None
        future: asyncio.Future[Mark | None] = loop.create_future()
        self._waiting.append((keys, future))
        if len(self._waiting) == 1:
            # Those who ask in this turn of the loop still come along.
            loop.call_soon(self._send)
        return await future

    async def close(self) -> None:
        """Ends the connection; what is waited for is not answered."""
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._opening
        if self._line is not None:
            self._line.drop(None)

    async def _open(self) -> None:
        try:
            while self._line is None:
                try:
                    connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
                    # To plan it anew each time would cost five times what it takes.
                    await connection.execute("SET plan_cache_mode = force_generic_plan")
                    self._line = _Line(connection, self._send, self._lost)
                except psycopg.Error as error:
                    log.warning("no connection for marks", error=_said(error))
                    await asyncio.sleep(RECONNECT)
        finally:
            self._opening = None

    def _send(self) -> None:
        if self._waiting and self._line is not None and not self._line.busy:
            asked, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            self._line.ask(asked, self._life)

    def _lost(self) -> None:
        self._line = None
        self._life += 1
        self._not_before = asyncio.get_running_loop().time() + RECONNECT
        waiting, self._waiting = self._waiting, []
        _answer(waiting, {}, self._life)


class _Line:
    """One connection, and at most one batch under way on it."""

    def __init__(
        self, connection: psycopg.AsyncConnection[Any], free: Callable[[], None], lost: Callable[[], None]
    ) -> None:
        # Kept, since it would close what belongs to it when it is collected.
        self._connection = connection
        self._pg = connection.pgconn
        self._free, self._lost = free, lost
        self._loop = asyncio.get_running_loop()
        self._asked: list[Waiting] = []
        self._slots: dict[tuple[bytes, bytes], Key] = {}
        self._results: list[pq.abc.PGresult] = []
        self._life = 0
        self._pg.nonblocking = 1
        self._socket = self._pg.socket
        self._loop.add_reader(self._socket, self._readable)
        self.busy = True
        self._pg.send_prepare(_NAME, ASK.encode())
        self._flush()

    def ask(self, asked: list[Waiting], life: int) -> None:
        """One statement for what all of these ask, each row once."""
        named: dict[object, dict[Key, None]] = {kind: {} for kind in KINDS}
        for keys, _ in asked:
            for key in keys:
                named[key[0]][key] = None
        self._asked, self._life, self.busy = asked, life, True
        self._slots, parameters = {}, []
        for number, kind in enumerate(KINDS):
            rows = named[kind]
            for ordinal, key in enumerate(rows, 1):
                self._slots[b"%d" % number, b"%d" % ordinal] = key
            for part in range(1, WIDTHS[kind] + 1):
                parameters.append(b"{" + b",".join([_element(key[part]) for key in rows]) + b"}")
        try:
            self._pg.send_query_prepared(_NAME, parameters)
        except psycopg.Error as error:
            self.drop(error)
            return
        self._flush()

    def drop(self, error: Exception | None) -> None:
        """The connection is given up; those who wait hear that nobody can tell."""
        if error is not None:
            log.warning("a connection for marks was lost", error=_said(error))
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._pg.finish()
        _answer(self._asked, {}, self._life)
        self._asked = []
        self._lost()

    def _flush(self) -> None:
        try:
            left = self._pg.flush()
        except psycopg.Error as error:
            self.drop(error)
            return
        if left:
            self._loop.add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        self._loop.remove_writer(self._socket)
        self._flush()

    def _readable(self) -> None:
        try:
            self._pg.consume_input()
            while self.busy and not self._pg.is_busy():
                result = self._pg.get_result()
                if result is None:
                    self._done()
                elif result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
                    self._results.append(result)
                else:
                    raise psycopg.OperationalError(pq.error_message(result))
        except psycopg.Error as error:
            self.drop(error)
            return
        if not self.busy:
            self._free()

    def _done(self) -> None:
        slots, marks = self._slots, {}
        for result in self._results:
            read = result.get_value
            for row in range(result.ntuples):
                marks[slots[read(row, 0), read(row, 1)]] = read(row, 2)  # type: ignore[index]
        self._results = []
        self.busy = False
        asked, self._asked = self._asked, []
        _answer(asked, marks, self._life)


def _answer(asked: list[Waiting], marks: dict[Key, bytes | None], life: int) -> None:
    for keys, future in asked:
        if future.done():
            continue
        found = [marks.get(key) for key in keys]
        future.set_result(None if None in found else (life, *found))


def _element(value: object) -> bytes:
    """One element of an array as PostgreSQL reads it."""
    if isinstance(value, UUID):
        return value.hex.encode()
    return b'"' + str(value).replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
