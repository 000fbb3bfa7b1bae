"""A connection that belongs to the event loop: prepared statements without a thread, several in one round trip.

It uses libpq's pipeline mode: the statements of a batch are sent together, and a second batch may be on its way while
the database answers the first one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import psycopg
import structlog
from psycopg import pq

log = structlog.get_logger("televent.marks")

SILENCE: Final = 2.0
"""Seconds without a reply after which the connection counts as lost. A request then reads its rows in a thread."""
MAX_UNDER_WAY: Final = 2
"""Max batches under way: the database answers one while this process reads the other. More would only make each of
them smaller, and larger batches cost less per request."""
TEXT: Final = pq.Format.TEXT
BINARY: Final = pq.Format.BINARY

Command = tuple[bytes, Sequence[bytes], pq.Format]
"""The name of a prepared statement, its parameters in text format, and the format of its result."""
Answered = Callable[[list[pq.abc.PGresult] | None], None]
"""Gets the results of a batch, one for each command; None where the connection was lost."""


class Line:
    """One connection and the batches under way on it. ``free`` is called when another batch can be sent, ``lost`` when
    the connection is closed; before that, each batch under way gets None."""

    def __init__(
        self,
        connection: psycopg.AsyncConnection[Any],
        statements: Mapping[bytes, str],
        free: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self.connection = connection
        self._pg = connection.pgconn
        self._free, self._lost = free, lost
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[tuple[Answered, asyncio.TimerHandle]] = deque()
        self._results: list[pq.abc.PGresult] = []
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()
        self._socket = self._pg.socket
        self._loop.add_reader(self._socket, self._readable)
        for name, statement in statements.items():
            self._pg.send_prepare(name, statement.encode())
        self._sync(lambda _: None)

    @property
    def ready(self) -> bool:
        """Whether another batch may be sent now."""
        return len(self._under_way) < MAX_UNDER_WAY

    def send(self, commands: Sequence[Command], answered: Answered) -> None:
        """Sends a batch."""
        try:
            for name, parameters, form in commands:
                self._pg.send_query_prepared(name, parameters, result_format=form)
            self._sync(answered)
        except psycopg.Error as error:
            answered(None)
            self.drop(error)

    def drop(self, error: Exception | None) -> None:
        """Closes the connection."""
        if error is not None:
            log.warning("the connection for marks was lost", error=" ".join(str(error).split())[:200])
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._pg.finish()
        under_way, self._under_way = self._under_way, deque()
        for answered, silent in under_way:
            silent.cancel()
            answered(None)
        self._lost()

    def _sync(self, answered: Answered) -> None:
        self._pg.pipeline_sync()
        silent = self._loop.call_later(SILENCE, self.drop, TimeoutError("it is silent"))
        self._under_way.append((answered, silent))
        self._flush()

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
            while self._under_way and not self._pg.is_busy():
                result = self._pg.get_result()
                if result is None:
                    continue  # The end of one statement's results.
                if result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
                    self._results.append(result)
                elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                    answered, silent = self._under_way.popleft()
                    silent.cancel()
                    results, self._results = self._results, []
                    answered(results)
                else:
                    raise psycopg.OperationalError(pq.error_message(result))
        except psycopg.Error as error:
            self.drop(error)
            return
        if self.ready:
            self._free()
