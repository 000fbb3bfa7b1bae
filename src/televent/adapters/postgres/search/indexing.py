"""Reads the words of events that changed, and writes them where a search finds them.

A worker does this for all accounts, and a search for the latest changes of its own, so that a door finds what it wrote.
Both may do it at once: one at a time writes to an account, and none writes what it read from an older text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import structlog

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.search.lexemes import anywhere, lexemes, word_of
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.sharees import PUBLIC, visibility
from televent.ical.queries.single import plain_single, span_of
from televent.ical.search.texts import event_words, plain_words
from televent.ical.search.typos import forgiving, short_forms

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

OLDEST: Final = "SELECT tenant_id FROM search_mark ORDER BY marked LIMIT 1"
MARKED: Final = "SELECT stream_id, marked FROM search_mark WHERE tenant_id = %s ORDER BY marked DESC LIMIT %s"
# The facts that the follower has not read yet count as marks.
PENDING: Final = """
    SELECT stream_id, max(marked) AS marked FROM (
        (SELECT stream_id, marked FROM search_mark WHERE tenant_id = %(tenant)s ORDER BY marked DESC LIMIT %(limit)s)
        UNION ALL
        (SELECT stream_id, position FROM (
            SELECT tenant_id, stream_id, position, topic FROM event
            WHERE position > (SELECT position FROM consumer WHERE name = %(follower)s)
            ORDER BY position DESC LIMIT %(newest)s
        ) AS newest WHERE tenant_id = %(tenant)s AND topic = ANY (%(topics)s) LIMIT %(limit)s)
    ) AS pending GROUP BY stream_id ORDER BY marked DESC LIMIT %(limit)s"""
# A planner that knows nothing of the table yet reads all its rows, also those of others, where it can: with "=" for the
# tenant, with "NOT deleted", which is in other indexes, or in a join without LIMIT. "ics IS NOT NULL" says the same.
TEXTS: Final = """
    SELECT stream_id, marked, calendar_id, etag, ics FROM (
        SELECT wanted.stream_id, marked, calendar_id, etag, ics,
            coalesce(sum(octet_length(ics)) OVER (ORDER BY marked DESC, wanted.stream_id) - octet_length(ics), 0)
                AS before
        FROM unnest(%s::uuid[], %s::bigint[]) AS wanted (stream_id, marked)
        LEFT JOIN LATERAL (
            SELECT calendar_id, etag, ics FROM resource
            WHERE resource.stream_id = wanted.stream_id AND tenant_id IS NOT DISTINCT FROM %s AND ics IS NOT NULL
                AND component = 'VEVENT'
            LIMIT 1
        ) AS live ON true
    ) AS page WHERE before < %s"""
# One writer for each account: the words that no event has any more are deleted.
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 86))"
# An erasure deletes the account first, and then what is written here.
ACCOUNT: Final = "SELECT FROM account WHERE tenant_id = %s FOR KEY SHARE"
LARGE: Final = 128 * 1024
"""Bytes of marks and their indexes above which an empty table is emptied in one stroke: VACUUM returns no page of an
index to the file system, and an import leaves ninety bytes of them for each event."""
SIZE: Final = "SELECT pg_total_relation_size('search_mark')"
# Nobody waits for this lock, and nobody is made to wait: a follower that writes marks at this moment has it later.
TRUNCATE: Final = """
    DO $$ BEGIN
        LOCK TABLE search_mark IN ACCESS EXCLUSIVE MODE NOWAIT;
        IF NOT EXISTS (SELECT FROM search_mark) THEN TRUNCATE search_mark; END IF;
    EXCEPTION WHEN lock_not_available THEN NULL;
    END $$"""
UNMARK: Final = """
    DELETE FROM search_mark USING unnest(%s::uuid[], %s::bigint[]) AS done (stream_id, marked)
    WHERE search_mark.tenant_id = %s AND search_mark.stream_id = done.stream_id AND search_mark.marked <= done.marked"""
NOW: Final = """
    SELECT stream_id, calendar_id, etag FROM resource
    WHERE stream_id = ANY (%s) AND tenant_id IS NOT DISTINCT FROM %s AND ics IS NOT NULL AND component = 'VEVENT'"""
BEFORE: Final = """
    SELECT DISTINCT unnest(tsvector_to_array(words)) FROM search_entry WHERE tenant_id = %s AND stream_id = ANY (%s)"""
PUT: Final = """
    INSERT INTO search_entry (tenant_id, stream_id, calendar_id, visible, recurs, starts_at, ends_at, words)
    SELECT tenant_id, stream_id, calendar_id, visible, recurs, starts_at, ends_at,
        array_to_tsvector(string_to_array(words, ' '))
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::boolean[], %s::boolean[], %s::timestamptz[], %s::timestamptz[],
        %s::text[]) AS entry (tenant_id, stream_id, calendar_id, visible, recurs, starts_at, ends_at, words)
    ON CONFLICT (tenant_id, stream_id) DO UPDATE SET calendar_id = excluded.calendar_id, visible = excluded.visible,
        recurs = excluded.recurs, starts_at = excluded.starts_at, ends_at = excluded.ends_at, words = excluded.words"""
REMOVE: Final = "DELETE FROM search_entry WHERE tenant_id = %s AND stream_id = ANY (%s)"
ROOM: Final = "SELECT count(*) FROM (SELECT FROM search_word WHERE tenant_id = %s LIMIT %s) AS counted"
KNOWN: Final = "SELECT word FROM search_word WHERE tenant_id = %s AND word = ANY (%s)"
ADD_WORD: Final = "INSERT INTO search_word (tenant_id, word, near) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
DROP_WORDS: Final = """
    DELETE FROM search_word USING unnest(%s::text[], %s::text[]) AS gone (word, query)
    WHERE search_word.tenant_id = %s AND search_word.word = gone.word AND NOT EXISTS (
        SELECT FROM search_entry WHERE tenant_id IS NOT DISTINCT FROM %s
            AND search_lexemes(tenant_id, words) @@ gone.query::tsquery)"""


@dataclass(frozen=True, slots=True)
class _Read:
    """The words of one text. ``row`` None: there is nothing to find."""

    calendar_id: UUID | None
    etag: str | None
    row: tuple[Any, ...] | None
    lexemes: tuple[str, ...] = ()


def step(pool: Pool) -> int:
    """Writes the words of some marked events of one account; returns the number of events, 0 where none is marked."""
    oldest = fetch(pool, OLDEST, ())
    if not oldest:
        if fetch(pool, SIZE, ())[0][0] > LARGE:
            with pool.connection() as connection:
                connection.execute(TRUNCATE)
        return 0
    tenant = AccountId(oldest[0][0])
    return _write(pool, tenant, dict(fetch(pool, MARKED, (tenant, BATCH))))


def freshen(pool: Pool, tenant: AccountId, follower: str, topics: Sequence[str]) -> int:
    """Writes the words of the account's latest changes, of BATCH events at most, also of those that the follower has
    not read yet; returns their number."""
    values = {"tenant": tenant, "limit": BATCH, "newest": NEWEST, "follower": follower, "topics": list(topics)}
    pending: dict[UUID, int] = dict(fetch(pool, PENDING, values))  # type: ignore[arg-type]
    return _write(pool, tenant, pending) if pending else 0


def _write(pool: Pool, tenant: AccountId, marks: Mapping[UUID, int]) -> int:
    # Nothing is locked while texts are read: an open transaction makes every follower of the log wait (ADR 2).
    rows = fetch(pool, TEXTS, (list(marks), list(marks.values()), tenant, BATCH_BYTES))
    found = {stream: _read(tenant, stream, calendar_id, etag, ics) for stream, _, calendar_id, etag, ics in rows}
    with pool.connection() as connection, connection.transaction():
        connection.execute(LOCK, (tenant,))
        connection.execute(UNMARK, (list(found), [marks[each] for each in found], tenant))
        if connection.execute(ACCOUNT, (tenant,)).fetchone() is None:
            return len(found)
        now = {row[0]: row[1:] for row in connection.execute(NOW, (list(found), tenant)).fetchall()}
        # A text that changed meanwhile has a mark of its own.
        same = {key: each for key, each in found.items() if now.get(key, (None, None)) == (each.calendar_id, each.etag)}
        _replace(connection, tenant, same)
    return len(found)


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


def _replace(connection: Connection, tenant: AccountId, found: Mapping[UUID, _Read]) -> None:
    """Writes the words of these events, and which words the account has."""
    before = {each for (each,) in connection.execute(BEFORE, (tenant, list(found))).fetchall()}
    after = {each for read in found.values() for each in read.lexemes}
    connection.execute(REMOVE, (tenant, [stream for stream, each in found.items() if each.row is None]))
    rows = [each.row for each in found.values() if each.row is not None]
    if rows:
        connection.execute(PUT, [list(column) for column in zip(*rows, strict=True)])
    _add_words(connection, tenant, {word_of(each) for each in after - before})
    words = {word_of(each) for each in before - after} - {word_of(each) for each in after}
    gone = {word: anywhere(tenant, word) for word in words if forgiving(word)}
    if gone:
        connection.execute(DROP_WORDS, (list(gone), list(gone.values()), tenant, tenant))


def _add_words(connection: Connection, tenant: AccountId, words: set[str]) -> None:
    wanted = sorted(word for word in words if forgiving(word))
    known = {each for (each,) in connection.execute(KNOWN, (tenant, wanted)).fetchall()} if wanted else set()
    fresh = [word for word in wanted if word not in known]
    if not fresh:
        return
    row = connection.execute(ROOM, (tenant, MAX_WORDS)).fetchone()
    room = MAX_WORDS - (int(row[0]) if row is not None else 0)
    with connection.cursor() as cursor:
        cursor.executemany(ADD_WORD, [(tenant, word, short_forms(word)) for word in fresh[: max(room, 0)]])
