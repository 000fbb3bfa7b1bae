"""Fills calendars with hundreds of thousands of events: decided as by a PUT, written by COPY.

The store is the same as after that many PUTs. Every fact is sealed and chained, its index row comes from the product's
inline projection, and its position from the transaction: ``televent rebuild`` and ``televent verify`` find no
difference. COPY saves one round trip, one lock and one COMMIT per event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from psycopg import sql

from bench import events
from televent.adapters.postgres.dav_index.counters import counting
from televent.adapters.postgres.dav_index.occurs_columns import occurs_columns
from televent.adapters.postgres.event_store.transaction import LOCK, ORDINAL_BITS, batch_of, short
from televent.adapters.postgres.pool import Connection
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.mapper import NewEvent, genesis
from televent.application.event_store.recorded import RecordedEvent
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.resources import PutResource
from televent.application.use_cases.objects.put_object import validated
from televent.domain.calendar_object.commands import PutObject
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.events import EventCreated, Splice
from televent.domain.calendar_object.state import etag_of
from televent.domain.ids import StreamKey
from televent.ical.objects.calendar_text import CalendarText
from televent.projections.inline import inline_writes
from televent.runtime.compose import Core, now

BATCH = 5_000
"""Max events in one transaction."""
EVENT = (
    *("tenant_id", "stream_id", "version", "position", "topic", "subject_id", "state", "chain"),
    *("command_id", "correlation_id", "actor", "door", "recorded_at"),
)
RESOURCE = (
    *("tenant_id", "calendar_id", "href", "stream_id", "uid", "etag", "schedule_tag", "component", "ics", "seq"),
    *("recurs", "span", "firm", "floats", "loose", "fbtype", "days", "indexed", "modified_at"),
)
XID = "SELECT xid_base + pg_current_xact_id()::text::bigint FROM shard"
BEGIN = f"{counting('calendar')} SELECT seq FROM counter"  # noqa: S608
"""Counts the first event of a calendar as the product does, so the run is noted (ADR 6)."""
COUNT = """
    UPDATE calendar SET seq = seq + wanted.count - 1
    FROM unnest(%s::uuid[], %s::uuid[], %s::integer[]) AS wanted (tenant_id, calendar_id, count)
    WHERE (calendar.tenant_id, calendar.calendar_id) = (wanted.tenant_id, wanted.calendar_id)
    RETURNING calendar.calendar_id, calendar.seq - wanted.count"""
TABLES = ("event", "resource", "calendar", "account", "address", "device", "subject_key")

Tick = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is decided for a calendar and not yet recorded."""

    fact: EventCreated
    row: PutResource

    def of(self, owner: AccountRow, calendar_id: UUID, uid: str, href: str) -> Draft:
        """A copy for another owner, in their calendar, with another UID and resource name.

        Raises ValueError where the text has its UID folded over two lines.
        """
        old = b"UID:" + self.row.uid.encode() + b"\r\n"
        head, found, tail = self.row.ics.partition(old)
        if not found:
            raise ValueError(f"the text of {self.row.uid} does not have its UID on one line")
        text = head + b"UID:" + uid.encode() + b"\r\n" + tail
        fact = replace(self.fact, calendar_id=calendar_id, href=href, uid=uid, change=Splice(0, 0, text))
        row = replace(
            self.row,
            tenant=owner.tenant,
            calendar_id=calendar_id,
            href=href,
            stream_id=uuid4(),
            uid=uid,
            etag=etag_of(CalendarText(text)),
            ics=text,
        )
        return Draft(fact, row)


def draft(
    core: Core, owner: AccountRow, calendar_id: UUID, number: int, *, prefix: str = "bench", text: bytes | None = None
) -> Draft:
    """Event ``number``, made by the functions that a PUT uses. ``text``: another text for it. Raises Refusal."""
    made, at = CalendarText(events.event(number, prefix=prefix) if text is None else text), now()
    validated(made)
    loaded = core.store.empty(CALENDAR_OBJECT, StreamKey(owner.tenant, uuid4()))
    href = events.name(number, prefix=prefix)
    command = PutObject(core.backend.people.owner(owner), calendar_id, href, made, at, False)
    decision = decide(loaded.state, command)
    (fact,) = decision.facts
    assert isinstance(fact, EventCreated)
    (row,) = inline_writes(loaded.key, loaded.state, decision.after(loaded.state), [fact], at)
    assert isinstance(row, PutResource)
    return Draft(fact, row)


def record(core: Core, drafts: Iterator[Draft], tick: Tick) -> None:
    """Records the drafts; calls ``tick`` after each transaction with the number of events that it stored.

    The resource names must be new in their calendars. After an interruption the store holds whole transactions only.
    """
    with core.pool.connection() as connection:
        while batch := list(islice(drafts, BATCH)):
            with connection.transaction():
                _record(core, connection, batch)
            tick(len(batch))


def _record(core: Core, connection: Connection, drafts: Sequence[Draft]) -> None:
    stored = [_stored(core, draft) for draft in drafts]
    # The transaction must take its locks before PostgreSQL gives it an id (ADR 0002).
    homes: dict[UUID, list[int]] = {}
    locks: set[int] = set()
    for number, draft in enumerate(drafts):
        if draft.row.calendar_id not in homes:
            locks.update(batch_of([stored[number]], [draft.row], ()).locks)
        homes.setdefault(draft.row.calendar_id, []).append(number)
    for lock in sorted(locks):
        connection.execute(LOCK, (lock,))
    tenants = [drafts[numbers[0]].row.tenant for numbers in homes.values()]
    counts = [len(numbers) for numbers in homes.values()]
    with connection.cursor() as cursor:
        cursor.executemany(BEGIN, list(zip(tenants, homes, strict=True)))
    seqs: dict[UUID, int] = dict(connection.execute(COUNT, (tenants, list(homes), counts)).fetchall())
    found = connection.execute(XID).fetchone()
    assert found is not None
    base = int(found[0]) << ORDINAL_BITS
    copy(connection, "event", EVENT, (event_row(each, base | n) for n, each in enumerate(stored)))
    copy(connection, "resource", RESOURCE, (resource_row(draft.row, seqs) for draft in drafts))


def _stored(core: Core, draft: Draft) -> RecordedEvent:
    row = draft.row
    key = StreamKey(row.tenant, row.stream_id)
    context = Context(row.tenant, str(row.tenant), "caldav", row.modified_at, uuid4(), uuid4().hex)
    return core.store.facts.to_stored_event(NewEvent(str(key), 1, draft.fact, context, row.tenant, genesis(str(key))))


def event_row(event: RecordedEvent, position: int) -> tuple[Any, ...]:
    """The values of EVENT."""
    key = StreamKey.parse(str(event.originator_id))
    subject, actor = short(key.tenant, event)
    place = (key.tenant, key.stream, event.originator_version, position, event.topic, subject)
    origin = (event.command_id, event.correlation_id, actor, event.door, event.recorded_at)
    return (*place, event.state, event.chain, *origin)


def resource_row(row: PutResource, seqs: dict[UUID, int]) -> tuple[Any, ...]:
    """The values of RESOURCE; counts the calendar in ``seqs``."""
    seqs[row.calendar_id] += 1
    place = (row.tenant, row.calendar_id, row.href, row.stream_id, row.uid, row.etag, row.schedule_tag)
    rest = (row.component, row.ics, seqs[row.calendar_id], row.recurs, *occurs_columns(row.occurs), row.modified_at)
    return (*place, *rest)


def copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """Writes the rows by COPY."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def settle_store(core: Core) -> None:
    """Brings a filled store into the state that it would reach over time.

    All followers are up to date, the tables are vacuumed and analysed, and a checkpoint is done. No other process may
    write meanwhile.
    """
    with core.pool.connection() as connection:
        with connection.transaction():
            newest = core.recorder.max_notification_id()
            if newest is not None:
                connection.execute("UPDATE consumer SET position = greatest(position, %s)", (newest,))
        for table in TABLES:
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
        connection.execute("CHECKPOINT")
