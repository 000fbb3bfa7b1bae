"""Follows the log for WebDAV-Push: notes which subscriptions have something to tell, and owes each one message.

Writers are not in it: where nobody subscribes, a change costs them nothing at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from eventsourcing.persistence import Tracking

from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.followers.tracking import PostgresTracking
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.queues.push_book import Pending, owe
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.wakeup import EVENTS, OUTBOX, Wakeups
from televent.application.event_store.mapper import ErasedSubject, FactMapper
from televent.application.event_store.recorded import RecordedNotification
from televent.application.push import Collection
from televent.domain.ids import AccountId, StreamKey
from televent.policies.push import (
    Change,
    OwnChange,
    Silence,
    Watcher,
    calendar,
    changes,
    home,
    own_share,
    seen_by_sharees,
    told,
)

log = structlog.get_logger("televent.push")

Read = Callable[[RecordedNotification], object]

NAME: Final = "push"
BATCH: Final = 500
POLL: Final = 2.0
BREATH: Final = 0.5
"""Seconds between two looks at the log, however fast it grows."""
PASSING: Final = timedelta(seconds=30)
"""How often the end of a log that nobody wants to hear of is noted."""

ANY = "SELECT EXISTS (SELECT FROM push_subscription)"
CONCERNED = """
    SELECT owner_id, tenant_id FROM push_subscription WHERE owner_id = ANY (%s)
    UNION SELECT owner_id, tenant_id FROM push_subscription WHERE tenant_id = ANY (%s)"""
# In whose homes a calendar of others stands.
SHAREES = """
    SELECT calendar.tenant_id, calendar.calendar_id, sharee.key::uuid
    FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (tenant_id, calendar_id)
    JOIN calendar USING (tenant_id, calendar_id) CROSS JOIN jsonb_each(calendar.shares) AS sharee
    WHERE sharee.value ->> 'status' = 'accepted'"""
# A row written since then is what the fact changed; a tombstone of the object's earlier place is older.
PLACES = """
    SELECT DISTINCT resource.tenant_id, resource.calendar_id, wanted.command_id
    FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::uuid[])
        AS wanted (tenant_id, stream_id, since, command_id)
    JOIN resource ON resource.stream_id = wanted.stream_id AND resource.tenant_id = wanted.tenant_id
    WHERE resource.modified_at >= wanted.since"""
WATCHERS = """
    SELECT owner_id, kind, collection_id, tenant_id, subscription_id, content_depth, property_depth
    FROM push_subscription WHERE owner_id = ANY (%s) AND expires_at > %s"""
MOUNTS = """
    SELECT mount.owner_id, mount.calendar_id, mount.tenant_id, wanted.command_id, wanted.content
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::boolean[]) AS wanted (tenant_id, share_id, command_id, content)
    JOIN mount USING (tenant_id, share_id)"""
SILENCES = "SELECT command_id, tenant_id, subscriptions FROM push_silence WHERE command_id = ANY (%s)"
COUNT = """
    UPDATE push_subscription SET content_changes = content_changes + %s, property_changes = property_changes + %s
    WHERE tenant_id = %s AND subscription_id = %s
    RETURNING tenant_id, subscription_id, generation, content_sent, property_sent, delivered_at"""


class PushFeed:
    """One per process; any number of processes may run one. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool, wakeups: Wakeups, facts: FactMapper) -> None:
        self._pool = pool
        self._wakeups = wakeups
        self._facts = facts
        self._passed: datetime | None = None

    def advance(self, now: datetime) -> int:
        """Takes in the next batch; how many events it had. 0: up to date, or another worker is at it, or nobody
        subscribes."""
        if not fetch(self._pool, ANY, ())[0][0]:
            self._pass_over(now)
            return 0
        tracking = PostgresTracking(self._pool)
        with self._pool.connection() as connection, connection.transaction():
            position = tracking.hold(connection, NAME)
            if position is None:
                return 0
            events = PostgresLog(self._pool).page(position, BATCH, None, ()).notifications
            if not events:
                return 0
            owed = _note(connection, events, self._read, now)
            tracking.insert_tracking(Tracking(NAME, events[-1].id), connection)
        if owed:
            self._wakeups.ring(OUTBOX)
        return len(events)

    def _read(self, event: RecordedNotification) -> object:
        """The fact; None where it can no longer be read."""
        try:
            return self._facts.to_fact(event)
        except ErasedSubject:
            return None

    def _pass_over(self, now: datetime) -> None:
        """Where nobody subscribes the log need not be read, only not be read later: now and then its end is noted."""
        if self._passed is not None and now - self._passed < PASSING:
            return
        self._passed = now
        tracking = PostgresTracking(self._pool)
        with self._pool.connection() as connection, connection.transaction():
            position = tracking.hold(connection, NAME)
            if position is None:
                return
            page = PostgresLog(self._pool).page(position, 1, None, ())
            # Asked after the log was read: whoever subscribes later wants to hear of what comes later.
            if page.notifications and connection.execute(ANY).fetchone() == (False,):
                tracking.insert_tracking(Tracking(NAME, page.ceiling - 1), connection)


def _note(connection: Connection, events: Sequence[RecordedNotification], read: Read, now: datetime) -> int:
    """Counts what the events mean to each subscription and owes a message to it; to how many."""
    tenants = list({StreamKey.parse(str(event.originator_id)).tenant for event in events})
    homes = _homes_of_sharees(connection, events)
    tenants += {change.collection.owner for change in homes}
    concerned = connection.execute(CONCERNED, (tenants, tenants)).fetchall()
    owners, people = {row[0] for row in concerned}, {person for row in concerned for person in row}
    walks = {event.command_id: event.correlation_id for event in events}
    events = [event for event in events if StreamKey.parse(str(event.originator_id)).tenant in people]
    found = _changes(connection, events, read)
    for change in homes:
        if change.collection.owner in owners:
            found.setdefault(change.collection, []).append(change)
    if not found:
        return 0
    watchers = connection.execute(WATCHERS, (list(owners), now)).fetchall()
    silences = {
        command: Silence(AccountId(tenant), None if only is None else frozenset(only))
        for command, tenant, only in connection.execute(
            SILENCES, (list({change.command_id for each in found.values() for change in each}),)
        ).fetchall()
    }
    noted = 0
    for owner, kind, collection_id, *row in watchers:
        here = found.get(Collection(owner, kind, collection_id), [])
        watcher = Watcher(*row)
        content, property_ = told(watcher, here, silences)
        if not content and not property_:
            continue
        key = (watcher.tenant, watcher.subscription_id)
        pending = connection.execute(COUNT, (int(content), int(property_), *key)).fetchone()
        if pending is not None:
            owe(connection, Pending(*pending), walks[here[-1].command_id], now)
            noted += 1
    return noted


def _changes(
    connection: Connection, events: Sequence[RecordedNotification], read: Read
) -> dict[Collection, list[Change]]:
    """The changes of collections, of those that name one and of those whose object has to be looked for."""
    found: dict[Collection, list[Change]] = {}
    sought: list[tuple[UUID, UUID, datetime, UUID]] = []
    own: list[OwnChange] = []
    for event in events:
        key = StreamKey.parse(str(event.originator_id))
        mine = own_share(event, read)
        if mine is not None:
            own.append(mine)
        named = changes(event)
        if named is None and mine is None:
            sought.append((key.tenant, key.stream, event.recorded_at, event.command_id))
            continue
        for change in named or ():
            found.setdefault(change.collection, []).append(change)
    for owner, calendar_id, tenant, command_id, content in _mounts(connection, own):
        place = calendar(AccountId(owner), calendar_id)
        change = Change(place, command_id, content=content, property=not content, only=AccountId(tenant))
        found.setdefault(place, []).append(change)
    if sought:
        columns = [list(column) for column in zip(*sought, strict=True)]
        for tenant, calendar_id, command_id in connection.execute(PLACES, columns).fetchall():
            place = calendar(AccountId(tenant), calendar_id)
            found.setdefault(place, []).append(Change(place, command_id, content=True))
    return found


def _homes_of_sharees(connection: Connection, events: Sequence[RecordedNotification]) -> list[Change]:
    """What the owner calls a calendar, and its colour, shows in the homes of others as well."""
    seen = [(place, event.command_id) for event in events if (place := seen_by_sharees(event)) is not None]
    if not seen:
        return []
    columns = [[place.owner for place, _ in seen], [place.collection_id for place, _ in seen]]
    rows = connection.execute(SHAREES, columns).fetchall()
    return [
        Change(home(AccountId(sharee)), command_id, content=True)
        for place, command_id in seen
        for owner, calendar_id, sharee in rows
        if (owner, calendar_id) == (place.owner, place.collection_id)
    ]


def _mounts(connection: Connection, own: Sequence[OwnChange]) -> list[tuple[Any, ...]]:
    if not own:
        return []
    columns = [
        [each.tenant for each in own],
        [each.share_id for each in own],
        [each.command_id for each in own],
        [each.content for each in own],
    ]
    return connection.execute(MOUNTS, columns).fetchall()


Run = Callable[..., Awaitable[Any]]


async def follow_for_push(
    feed: PushFeed, wakeups: Wakeups, clock: Callable[[], datetime], stop: asyncio.Event, run: Run
) -> None:
    """Takes in what is recorded until told to stop."""
    bell, loop = asyncio.Event(), asyncio.get_running_loop()

    def ring() -> None:
        loop.call_soon_threadsafe(bell.set)

    unlisten = wakeups.listen(EVENTS, ring)
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            bell.clear()
            taken = 0
            try:
                taken = await run(feed.advance, clock())
            except Exception:
                log.exception("pushes are not noted; it is tried again")
            ringing = asyncio.create_task(bell.wait())
            await asyncio.wait({stopping}, timeout=BREATH)
            if taken < BATCH and not stop.is_set():
                await asyncio.wait({ringing, stopping}, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
            ringing.cancel()
    finally:
        unlisten()
        stopping.cancel()
