"""Reads marks of rows (application.marks), and rows with their marks (application.rows), for an event loop.

A mark is a row's place and the transaction that wrote it, unique to that version. All that the requests of a moment
ask for goes out in one batch, over a connection that belongs to the event loop: no thread, no cursor, one round trip.
When the connection is lost, every mark becomes invalid: the database that answers next may be a backup or a replica,
which can use the same transaction ids again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
import psycopg
import structlog
from psycopg.adapt import Transformer
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq.abc import PGresult
from psycopg.types.json import set_json_loads

from televent.adapters.postgres.dav_index import row_statements
from televent.adapters.postgres.dav_index.line import BINARY, TEXT, Command, Line
from televent.adapters.postgres.dav_index.mark_statement import ASK, KINDS, WIDTHS
from televent.adapters.postgres.pool import NETWORK
from televent.application.marks import Key, Mark
from televent.application.rows import Read, Seen

T = TypeVar("T")
log = structlog.get_logger("televent.marks")

MAX_REQUESTS: Final = 200
"""Max requests whose keys, or rows, go into one batch."""
RECONNECT: Final = 1.0
"""Seconds between two attempts to connect."""
_MARKS: Final = b"televent_marks"
_STATEMENTS: Final = {
    _MARKS: ASK,
    **{b"televent_" + name.encode(): kind.statement for name, kind in row_statements.KINDS.items()},
}

Asked = tuple[Sequence[Key], "asyncio.Future[Mark | None]"]
Wanted = tuple[Read[Any], "asyncio.Future[Seen[Any]]"]

Found = dict[tuple[str, tuple[object, ...]], Seen[Any]]


class PostgresMarks:
    """Reads marks and rows; it belongs to one event loop, also for ``close``. Until the first connection is open,
    ``ask`` gives None. ``otherwise`` reads the rows that this connection cannot read; it must be set before ``read``
    is called."""

    def __init__(self, conninfo: str) -> None:
        given = conninfo_to_dict(conninfo)
        defaults = {name: value for name, value in NETWORK.items() if name not in given}
        self._conninfo = make_conninfo(conninfo, application_name="televent-marks", **defaults)
        self.otherwise: Callable[[Sequence[Wanted]], None] | None = None
        self._asked: list[Asked] = []
        self._wanted: list[Wanted] = []
        self._called = False
        # One connection is enough: requests that come while it is busy share the next batch, and larger batches cost
        # less per request.
        self._line: Line | None = None
        self._opening: asyncio.Task[None] | None = None
        self._life = 0
        self._not_before = 0.0
        self._closed = False

    async def ask(self, keys: Sequence[Key]) -> Mark | None:
        """The marks of these keys; None where one is unknown (application.marks)."""
        if self._line is None:
            self._open_soon()
            return None
        future: asyncio.Future[Mark | None] = asyncio.get_running_loop().create_future()
        self._asked.append((keys, future))
        self._send_soon()
        return await future

    def read(self, read: Read[T]) -> asyncio.Future[Seen[T]]:
        """Begins to read a row."""
        future: asyncio.Future[Seen[T]] = asyncio.get_running_loop().create_future()
        self._wanted.append((read, future))
        if self._line is None:
            self._open_soon()
        self._send_soon()
        return future

    async def close(self) -> None:
        """Closes the connection; requests that wait for marks get None."""
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._opening
        if self._line is not None:
            self._line.drop(None)

    def _open_soon(self) -> None:
        loop = asyncio.get_running_loop()
        if self._opening is None and not self._closed and loop.time() >= self._not_before:
            self._opening = loop.create_task(self._open())

    async def _open(self) -> None:
        try:
            while self._line is None:
                try:
                    connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
                    # Planning the statements takes five times as long as running them.
                    await connection.execute("SET plan_cache_mode = force_generic_plan")
                    # Half of the time of reading a calendar's row went into the JSON of its properties.
                    set_json_loads(msgspec.json.decode, connection)
                    self._decoder = Transformer(connection)
                    self._line = Line(connection, _STATEMENTS, self._send, self._lost)
                except psycopg.Error as error:
                    log.warning("the connection for marks cannot be opened", error=" ".join(str(error).split())[:200])
                    await asyncio.sleep(RECONNECT)
        finally:
            self._opening = None

    def _send_soon(self) -> None:
        """Requests of the same iteration of the loop go into the same batch."""
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        self._called = False
        if self._line is None:
            self._read_otherwise(self._wanted)
            self._wanted = []
            return
        if not (self._asked or self._wanted) or not self._line.ready:
            return
        asked, self._asked = self._asked[:MAX_REQUESTS], self._asked[MAX_REQUESTS:]
        wanted, self._wanted = self._wanted[:MAX_REQUESTS], self._wanted[MAX_REQUESTS:]
        commands: list[Command] = []
        slots: dict[tuple[bytes, bytes], Key] = {}
        if asked:
            commands.append(_marks_of(asked, slots))
        kinds = list(dict.fromkeys(read.kind for read, _ in wanted))
        commands += [_rows_of(kind, wanted) for kind in kinds]
        life = self._life

        def answered(results: list[PGresult] | None) -> None:
            if results is None:
                _tell(asked, {}, life)
                self._read_otherwise(wanted)
                return
            if asked:
                _tell(asked, _marks_in(results[0], slots), life)
                results = results[1:]
            self._give(wanted, kinds, results, life)

        self._line.send(commands, answered)

    def _give(self, wanted: Sequence[Wanted], kinds: Sequence[str], results: Sequence[PGresult], life: int) -> None:
        try:
            found = self._decoded(kinds, results, life)
        except Exception as error:
            # The requests of the whole batch would wait for ever. A thread reads the rows, and its error is answered.
            # Its text may show the value.
            log.warning("rows cannot be decoded", error=type(error).__name__)
            self._read_otherwise(wanted)
            return
        for read, future in wanted:
            if not future.done():
                seen = found.get((read.kind, read.key))
                future.set_result(Seen(None, (read.kind, *read.key)) if seen is None else seen)

    def _decoded(self, kinds: Sequence[str], results: Sequence[PGresult], life: int) -> Found:
        found: Found = {}
        for kind, result in zip(kinds, results, strict=True):
            # The loaders are those of the result's columns, which are the same each time.
            self._decoder.set_pgresult(result, set_loaders=True, format=BINARY)
            rows = self._decoder.load_rows(0, result.ntuples, tuple)
            for key, row, marked, mark in row_statements.KINDS[kind].answers(rows):
                found[kind, key] = Seen(row, marked, None if mark is None else (life, mark.encode()))
        return found

    def _read_otherwise(self, wanted: Sequence[Wanted]) -> None:
        if wanted:
            assert self.otherwise is not None
            self.otherwise(wanted)

    def _lost(self) -> None:
        self._line = None
        self._life += 1
        self._not_before = asyncio.get_running_loop().time() + RECONNECT
        asked, self._asked = self._asked, []
        _tell(asked, {}, self._life)
        wanted, self._wanted = self._wanted, []
        self._read_otherwise(wanted)


def _marks_of(asked: Sequence[Asked], slots: dict[tuple[bytes, bytes], Key]) -> Command:
    """The statement for the keys of all these requests, each key once. ``slots`` gets the key of each answer."""
    named: dict[object, dict[Key, None]] = {kind: {} for kind in KINDS}
    for keys, _ in asked:
        for key in keys:
            named[key[0]][key] = None
    parameters = []
    for number, kind in enumerate(KINDS):
        rows = named[kind]
        for ordinal, key in enumerate(rows, 1):
            slots[b"%d" % number, b"%d" % ordinal] = key
        for part in range(1, WIDTHS[kind] + 1):
            parameters.append(_array([key[part] for key in rows]))
    return _MARKS, parameters, TEXT


def _marks_in(result: PGresult, slots: dict[tuple[bytes, bytes], Key]) -> dict[Key, bytes | None]:
    read = result.get_value
    return {
        slots[read(row, 0), read(row, 1)]: read(row, 2)  # type: ignore[index]
        for row in range(result.ntuples)
    }


def _rows_of(kind: str, wanted: Sequence[Wanted]) -> Command:
    keys = list(dict.fromkeys(read.key for read, _ in wanted if read.kind == kind))
    parts = range(row_statements.KINDS[kind].parts)
    return b"televent_" + kind.encode(), [_array([key[part] for key in keys]) for part in parts], BINARY


def _tell(asked: Sequence[Asked], marks: dict[Key, bytes | None], life: int) -> None:
    for keys, future in asked:
        if future.done():
            continue
        found = [marks.get(key) for key in keys]
        future.set_result(None if None in found else (life, *found))


def _array(values: Sequence[object]) -> bytes:
    """An array in PostgreSQL's text format."""
    return b"{" + b",".join([_element(each) for each in values]) + b"}"


def _element(value: object) -> bytes:
    if isinstance(value, UUID):
        return value.hex.encode()
    return b'"' + str(value).replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
