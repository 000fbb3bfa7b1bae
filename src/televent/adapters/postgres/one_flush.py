"""Sends the statements of a transaction in one piece, and reads their answers together.

psycopg's pipeline looks at the socket for every statement, and sends it: a transaction of five statements is a dozen
system calls, and each of them wakes PostgreSQL for one statement. Here libpq's buffer takes all statements and leaves
once (ADR 95).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from televent.adapters.postgres.pool import Connection

Statement = tuple[str, Sequence[Any]]
"""The text of a statement, with %s for each parameter, and its parameters."""

PREPARED: Final = 200
"""Max statements that stay prepared in one connection. Others are sent with their text each time."""

_Key = tuple[str, tuple[int, ...]]
_Dumped = tuple[str, Sequence[Any], tuple[int, ...], Sequence[Format] | None]
_FAILED: Final = frozenset({ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE, ExecStatus.PIPELINE_ABORTED})
_texts: dict[str, bytes] = {}
"""Statements with $1 for the first parameter, by their text with %s."""
_prepared: WeakKeyDictionary[Connection, dict[_Key, bytes]] = WeakKeyDictionary()
"""The names of what is prepared in each connection, by text and types of the parameters."""
_numbers: Final = count()
"""A name is never used again: what is prepared stays so where its transaction fails, even if it is forgotten here."""


def transact(connection: Connection, statements: Sequence[Statement], *, binary: bool = False) -> list[PGresult]:
    """Runs the statements as one transaction in one round trip, and returns their results in order. ``binary``: the
    format of values in the results, otherwise text.

    The connection is in autocommit mode. There is no BEGIN and no COMMIT: PostgreSQL makes one transaction of the
    statements before a Sync, and commits it at the Sync (PostgreSQL, "Extended Query", Pipelining). So the answers come
    after the commit. Raises psycopg.Error: nothing is recorded, or the connection is closed and it is not known
    whether it is.
    """
    try:
        return _transact(connection, statements, binary=binary)
    except InvalidSqlStatementName:
        # psycopg deallocates everything after a ROLLBACK (PrepareManager). Nothing was recorded.
        _prepared.pop(connection, None)
        return _transact(connection, statements, binary=binary)


def _transact(connection: Connection, statements: Sequence[Statement], *, binary: bool) -> list[PGresult]:
    with connection.lock:
        known = _prepared.setdefault(connection, {})
        pgconn = connection.pgconn
        sent = _dumped(connection, statements)
        try:
            pgconn.enter_pipeline_mode()
            keeps = connection.prepare_threshold is not None
            fresh, commands = _queue(pgconn, sent, known if keeps else None, Format.BINARY if binary else Format.TEXT)
            pgconn.pipeline_sync()
            results = connection.wait(_results(pgconn, commands + 1))
            pgconn.exit_pipeline_mode()
        except BaseException:
            # Answers that nobody has read would be taken for those of the next statement.
            connection.close()
            raise
        for place, (key, name) in fresh.items():
            # A prepared statement stays so, also where the transaction failed after it.
            if results[place].status not in _FAILED:
                known[key] = name
    for result in results:
        if result.status in _FAILED:
            raise error_from_result(result, encoding=connection.info.encoding)
    return [result for place, result in enumerate(results[:-1]) if place not in fresh]


def _dumped(connection: Connection, statements: Sequence[Statement]) -> list[_Dumped]:
    values = Transformer(connection)
    dumped: list[_Dumped] = []
    for query, given in statements:
        written = values.dump_sequence(given, [PyFormat.AUTO] * len(given))
        dumped.append((query, written, values.types or (), values.formats))
    return dumped


def _queue(
    pgconn: PGconn, sent: Sequence[_Dumped], known: dict[_Key, bytes] | None, form: Format
) -> tuple[dict[int, tuple[_Key, bytes]], int]:
    """Puts the statements into libpq's buffer. Returns what it prepares, by the place of the result, and the number of
    results. ``known`` None: nothing is prepared."""
    names: dict[_Key, bytes] = dict(known or {})
    fresh: dict[int, tuple[_Key, bytes]] = {}
    commands = 0
    for query, written, types, formats in sent:
        key = query, types
        name = names.get(key)
        if name is None and known is not None and len(names) < PREPARED:
            name = names[key] = b"flush_%d" % next(_numbers)
            pgconn.send_prepare(name, _text(query), types)
            fresh[commands] = key, name
            commands += 1
        if name is not None:
            pgconn.send_query_prepared(name, written, formats, form)
        else:
            pgconn.send_query_params(_text(query), written, types, formats, form)
        commands += 1
    return fresh, commands


def rows_of(connection: Connection, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """The rows of each of these reading statements, in one round trip. Raises psycopg.Error."""
    found = []
    for result in transact(connection, statements, binary=True):
        values = Transformer(connection)
        values.set_pgresult(result)
        found.append(values.load_rows(0, result.ntuples, tuple))
    return found


def _results(pgconn: PGconn, count: int) -> Generator[Wait, Ready | int, list[PGresult]]:
    """The results of so many commands, the last of which is a Sync."""
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()
    results: list[PGresult] = []
    ended = False
    while len(results) < count:
        while pgconn.is_busy():
            if (yield Wait.R):
                pgconn.consume_input()
        result = pgconn.get_result()
        if result is not None:
            results.append(result)
        elif ended:
            raise psycopg.OperationalError("the connection ended before all answers came")
        # One None ends the results of each command.
        ended = result is None
    return results


def _text(query: str) -> bytes:
    text = _texts.get(query)
    if text is None:
        first, *rest = query.replace("%%", "%").split("%s")
        text = _texts[query] = "".join((first, *(f"${n}{part}" for n, part in enumerate(rest, 1)))).encode()
    return text
