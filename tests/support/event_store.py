"""An event store on a test's own database, and facts and rows to put into it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from televent.adapters.postgres.dav_index.read_store import PostgresReads
from televent.adapters.postgres.event_store.recorder import PostgresRecorder
from televent.adapters.postgres.pool import open_pool
from televent.adapters.postgres.rows import Pool
from televent.adapters.postgres.wakeup import Wakeups
from televent.application.event_store.recorded import RecordedEvent
from televent.application.messages.mail import AddressVerification, Email
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.calendars import PutCalendar
from televent.application.read_models.counters import Moment
from televent.application.read_models.resources import PutResource, RemoveResource
from televent.domain.ids import AccountId, StreamKey
from televent.ical.queries.occurs import Occurs

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass
class Shop:
    """A recorder, its pool and its read store; all rows are Ann's."""

    url: str
    pool: Pool
    wakeups: Wakeups
    recorder: PostgresRecorder
    reads: PostgresReads
    tenant: AccountId = field(default_factory=lambda: AccountId(uuid4()))

    def key(self) -> StreamKey:
        """The key of a stream that does not exist yet."""
        return StreamKey(self.tenant, uuid4())

    def event(self, key: StreamKey, version: int = 1, **fields: Any) -> RecordedEvent:
        """A stored event; its content does not matter."""
        event = RecordedEvent(
            originator_id=str(key),
            originator_version=version,
            topic="told/1",
            state=b"state",
            subject_id=key.tenant,
            chain=b"chain",
            command_id=uuid4(),
            correlation_id="request",
            actor=str(key.tenant),
            door="caldav",
            recorded_at=NOON,
        )
        return replace(event, **fields)

    def calendar(self, name: str = "work") -> UUID:
        """A new calendar's id."""
        key = self.key()
        self.recorder.insert_events([self.event(key)], writes=[self.put_calendar(key.stream, name)])
        return key.stream

    def moment(self, calendar_id: UUID) -> Moment:
        """The calendar's present state."""
        row = self.reads.calendar_of(self.tenant, calendar_id)
        assert row is not None
        return row.moment

    def put_calendar(self, calendar_id: UUID, name: str = "work", **fields: Any) -> PutCalendar:
        """The row of a calendar."""
        return replace(PutCalendar(self.tenant, calendar_id, name, ("VEVENT",), {"{DAV:}displayname": name}), **fields)

    def put(self, calendar_id: UUID, key: StreamKey, **fields: Any) -> PutResource:
        """The row of a resource from twelve to one."""
        row = PutResource(
            tenant=self.tenant,
            calendar_id=calendar_id,
            href=f"{key.stream}.ics",
            stream_id=key.stream,
            uid=f"{key.stream}@example.com",
            etag=uuid4().hex,
            schedule_tag=None,
            component="VEVENT",
            ics=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
            recurs=False,
            occurs=Occurs(firm=((NOON, NOON + timedelta(hours=1)),), fbtype="BUSY"),
            modified_at=NOON,
        )
        return replace(row, **fields)

    def bury(self, put: PutResource) -> RemoveResource:
        """The write that removes that resource."""
        return RemoveResource(put.tenant, put.calendar_id, put.href, put.stream_id, NOON)

    def stored(self, calendar_id: UUID, **fields: Any) -> PutResource:
        """A resource that is stored."""
        key = self.key()
        put = self.put(calendar_id, key, fresh=True, **fields)
        self.recorder.insert_events([self.event(key)], writes=[put])
        return put

    def sql(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of any statement, on a connection of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []


def owed(**fields: Any) -> OutboxMessage:
    """An outbox message due at noon."""
    outbox_id = uuid4()
    mail = Email("bob@example.com", "en", AddressVerification("Bob", "123456"))
    return replace(OutboxMessage(outbox_id, f"mail/{outbox_id}", mail, NOON), **fields)


@contextmanager
def open_shop(url: str, connections: int = 4) -> Iterator[Shop]:
    """A shop on that database, closed at the end."""
    with open_pool(url, 1, connections, autocommit=True) as pool:
        wakeups = Wakeups(url)
        try:
            yield Shop(url, pool, wakeups, PostgresRecorder(pool, wakeups), PostgresReads(pool))
        finally:
            wakeups.close()
