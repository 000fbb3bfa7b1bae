"""Reads the words of events that changed, and writes them where a search finds them.

A worker does this for all accounts, and a search for the latest changes of its own, so that a door finds what it wrote.
Both may do it at once: one at a time writes to an account, and none writes what it read from an older text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.search import statements
from televent.adapters.postgres.search.lexemes import anywhere, lexemes, word_of
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.sharees import PUBLIC, visibility
from televent.ical.queries.single import plain_single, span_of
from televent.ical.search.texts import event_words, plain_words
from televent.ical.search.typos import forgiving, short_forms

T = TypeVar("T")
log = structlog.get_logger("televent.search")

BATCH: Final = 100
"""Max events whose words are written in one transaction."""
BATCH_BYTES: Final = 2 * 1024 * 1024
"""Max bytes of the texts of a batch, beside its first text."""
NEWEST: Final = 2_000
"""Max facts at the end of the log that a search looks at, where the follower has not read them yet."""
MAX_WORDS: Final = 200_000
"""Max words of an account in which errors are forgiven. Further words are found as they are written."""
LAST: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of a series without end."""
LARGE: Final = 128 * 1024
"""Bytes of marks and their indexes above which an empty table is emptied in one stroke: VACUUM returns no page of an
index to the file system, and an import leaves ninety bytes of them for each event."""

Place = tuple[AccountId, UUID]
"""The account and the stream of an event."""
Word = tuple[AccountId, str]
"""A word or a lexeme that some event of the account has."""


@dataclass(frozen=True, slots=True)
class _Read:
    """The words of one text. ``row`` None: there is nothing to find."""

    calendar_id: UUID | None
    etag: str | None
    row: tuple[Any, ...] | None
    lexemes: tuple[str, ...] = ()


def step(pool: Pool) -> int:
    """Writes the words of the events that were marked first, of any accounts; returns their number."""
    marks = fetch(pool, statements.MARKED, (BATCH,))
    if not marks:
        if fetch(pool, statements.SIZE, ())[0][0] > LARGE:
            with pool.connection() as connection:
                connection.execute(statements.TRUNCATE)
        return 0
    return _write(pool, {(AccountId(tenant), stream): marked for tenant, stream, marked in marks})


def freshen(pool: Pool, tenant: AccountId, follower: str, topics: Sequence[str]) -> int:
    """Writes the words of the account's latest changes, of BATCH events at most, also of those that the follower has
    not read yet; returns their number."""
    values = {"tenant": tenant, "limit": BATCH, "newest": NEWEST, "follower": follower, "topics": list(topics)}
    pending = fetch(pool, statements.PENDING, values)
    return _write(pool, {(tenant, stream): marked for stream, marked in pending}) if pending else 0


def _write(pool: Pool, marks: Mapping[Place, int]) -> int:
    # Nothing is locked while texts are read: an open transaction makes every follower of the log wait (ADR 2).
    rows = fetch(pool, statements.TEXTS, (*_columns(marks), list(marks.values()), BATCH_BYTES))
    found = {(tenant, stream): _read(tenant, stream, *read) for tenant, stream, *read in rows}
    tenants = sorted({tenant for tenant, _ in found})
    with pool.connection() as connection, connection.transaction():
        connection.execute(statements.LOCK, (tenants,))
        alive = {each for (each,) in connection.execute(statements.ACCOUNTS, (tenants,)).fetchall()}
        connection.execute(statements.UNMARK, (*_columns(found), [marks[each] for each in found]))
        now = {(row[0], row[1]): row[2:] for row in connection.execute(statements.NOW, _columns(found)).fetchall()}
        # A text that changed meanwhile has a mark of its own.
        same = {key: each for key, each in found.items() if now.get(key, (None, None)) == (each.calendar_id, each.etag)}
        _replace(connection, {key: each for key, each in same.items() if key[0] in alive})
    return len(found)


def _columns(pairs: Iterable[tuple[AccountId, T]]) -> tuple[list[AccountId], list[T]]:
    """The columns of pairs, as arrays for PostgreSQL."""
    every = list(pairs)
    return [tenant for tenant, _ in every], [each for _, each in every]


def _read(tenant: AccountId, stream: UUID, calendar_id: UUID | None, etag: str | None, ics: bytes | None) -> _Read:
    if ics is None:
        return _Read(calendar_id, etag, None)
    text = CalendarText(ics)
    try:
        words, recurs, (start, end) = _found_by(text)
    except Exception:
        # One text must not stop the words of all others.
        log.exception("the words of an event cannot be read", stream_id=str(stream))
        return _Read(calendar_id, etag, None)
    ends = (LAST if end is None else max(start, end)).replace(microsecond=0)
    row = (tenant, stream, calendar_id, visibility(text) == PUBLIC, recurs, start.replace(microsecond=0), ends)
    # No word has a blank in it: so the words of all events go to PostgreSQL as one array.
    return _Read(calendar_id, etag, (*row, " ".join(words)), tuple(words))


def _found_by(text: CalendarText) -> tuple[list[str], bool, tuple[datetime, datetime | None]]:
    """The lexemes of a text, whether it recurs, and its span. Raises IcalError."""
    event = plain_single(text.raw)
    if event is not None:
        return lexemes(plain_words(event)), False, span_of(event)
    words, reading = lexemes(event_words(text)), text.reading
    return words, reading.recurs, reading.span


def _replace(connection: Connection, found: Mapping[Place, _Read]) -> None:
    """Writes the words of these events, and which words their accounts have."""
    before: set[Word] = set(connection.execute(statements.BEFORE, _columns(found)).fetchall())
    after = {(tenant, lexeme) for (tenant, _), read in found.items() for lexeme in read.lexemes}
    empty = [place for place, each in found.items() if each.row is None]
    if empty:
        connection.execute(statements.REMOVE, _columns(empty))
    rows = [each.row for each in found.values() if each.row is not None]
    if rows:
        connection.execute(statements.PUT, [list(column) for column in zip(*rows, strict=True)])
    _add_words(connection, _words_of(after - before))
    gone = [(tenant, word) for tenant, word in _words_of(before - after) - _words_of(after) if forgiving(word)]
    if gone:
        queries = [anywhere(tenant, word) for tenant, word in gone]
        connection.execute(statements.DROP_WORDS, (*_columns(gone), queries))


def _words_of(lexemes: Iterable[Word]) -> set[Word]:
    return {(tenant, word_of(lexeme)) for tenant, lexeme in lexemes}


def _add_words(connection: Connection, words: set[Word]) -> None:
    wanted = sorted((tenant, word) for tenant, word in words if forgiving(word))
    known = set(connection.execute(statements.KNOWN, _columns(wanted)).fetchall()) if wanted else set()
    fresh = [each for each in wanted if each not in known]
    if not fresh:
        return
    counts = connection.execute(statements.COUNTS, (sorted({tenant for tenant, _ in fresh}), MAX_WORDS)).fetchall()
    room = {tenant: MAX_WORDS - count for tenant, count in counts}
    added = []
    for tenant, word in fresh:
        if room[tenant] > 0:
            room[tenant] -= 1
            added.append((tenant, word))
    # PostgreSQL has no arrays of arrays of different lengths.
    near = ["{" + ",".join(map(str, short_forms(word))) + "}" for _, word in added]
    connection.execute(statements.ADD_WORDS, (*_columns(added), near))
