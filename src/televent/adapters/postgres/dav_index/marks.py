"""Reads marks of rows (application.marks): a row's place and the transaction that wrote it, unique to that version.

One statement reads the marks for all requests of a moment, over a connection that belongs to the event loop: no thread,
no cursor, one round trip. When the connection is lost, every mark becomes invalid: the database that answers next may
be a backup or a replica, which can use the same transaction ids again.
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

MAX_REQUESTS: Final = 200
"""Max requests whose keys go into one statement."""
RECONNECT: Final = 1.0
"""Seconds between two attempts to connect."""
SILENCE: Final = 2.0
"""Seconds without a reply after which the connection counts as lost. A request then reads its rows as usual."""
_NAME: Final = b"televent_marks"

Waiting = tuple[Sequence[Key], "asyncio.Future[Mark | None]"]


class PostgresMarks:
    """Reads marks; it belongs to one event loop, also for ``close``. Until the first connection is open, ``ask`` gives
    None."""

    def __init__(self, conninfo: str) -> None:
        given = conninfo_to_dict(conninfo)
        defaults = {name: value for name, value in NETWORK.items() if name not in given}
        self._conninfo = make_conninfo(conninfo, application_name="televent-marks", **defaults)
        self._waiting: list[Waiting] = []
        # One connection is enough: requests that come while it is busy share the next batch, and larger batches cost
        # less per request.
        self._line: _Line | None = None
        self._opening: asyncio.Task[None] | None = None
        self._life = 0
        self._not_before = 0.0
        self._closed = False

    async def ask(self, keys: Sequence[Key]) -> Mark | None:
        """The marks of these keys; None where one is unknown (application.marks)."""
        loop = asyncio.get_running_loop()
        if self._line is None:
            if self._opening is None and not self._closed and loop.time() >= self._not_before:
                self._opening = loop.create_task(self._open())
            return None
        future: asyncio.Future[Mark | None] = loop.create_future()
        self._waiting.append((keys, future))
        if len(self._waiting) == 1:
            # Requests of the same iteration of the loop go into the same statement.
            loop.call_soon(self._send)
        return await future

    async def close(self) -> None:
        """Closes the connection; requests that wait get None."""
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
                    # Planning the statement takes five times as long as running it.
                    await connection.execute("SET plan_cache_mode = force_generic_plan")
                    self._line = _Line(connection, self._send, self._lost)
                except psycopg.Error as error:
                    log.warning("the connection for marks cannot be opened", error=_one_line(error))
                    await asyncio.sleep(RECONNECT)
        finally:
            self._opening = None

    def _send(self) -> None:
        if self._waiting and self._line is not None and not self._line.busy:
            asked, self._waiting = self._waiting[:MAX_REQUESTS], self._waiting[MAX_REQUESTS:]
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
        # A reference is kept: the connection would close its socket when it is garbage collected.
        self._connection = connection
        self._pg = connection.pgconn
        self._free, self._lost = free, lost
        self._loop = asyncio.get_running_loop()
        self._asked: list[Waiting] = []
        self._slots: dict[tuple[bytes, bytes], Key] = {}
        self._results: list[pq.abc.PGresult] = []
        self._life = 0
        self._silent: asyncio.TimerHandle | None = None
        self._pg.nonblocking = 1
        self._socket = self._pg.socket
        self._loop.add_reader(self._socket, self._readable)
        self.busy = True
        self._pg.send_prepare(_NAME, ASK.encode())
        self._sent()

    def ask(self, asked: list[Waiting], life: int) -> None:
        """Sends one statement for the keys of all these requests, each key once."""
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
        self._sent()

    def drop(self, error: Exception | None) -> None:
        """Closes the connection; requests that wait get None."""
        if error is not None:
            log.warning("the connection for marks was lost", error=_one_line(error))
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._stop_timer()
        self._pg.finish()
        _answer(self._asked, {}, self._life)
        self._asked = []
        self._lost()

    def _sent(self) -> None:
        self._silent = self._loop.call_later(SILENCE, self.drop, TimeoutError("it is silent"))
        self._flush()

    def _stop_timer(self) -> None:
        if self._silent is not None:
            self._silent.cancel()
            self._silent = None

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
        self._stop_timer()
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
    """One element of an array in PostgreSQL's text format."""
    if isinstance(value, UUID):
        return value.hex.encode()
    return b'"' + str(value).replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
