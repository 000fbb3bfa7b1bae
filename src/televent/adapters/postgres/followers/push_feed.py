"""Follows the log for WebDAV-Push: counts the changes for each subscription, and writes one message for each.

Writers have no part in this: without subscriptions a change costs them nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import Tracking

from televent.adapters.postgres.followers.consumers import Batch, Consumer
from televent.adapters.postgres.followers.runner import Following
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.queues.push_book import Pending, enqueue_push
from televent.application.event_store.envelope import LoggedEvent
from televent.application.event_store.mapper import UnreadableFact
from televent.application.push import Collection
from televent.domain.ids import AccountId
from televent.policies.push import (
    Change,
    Depths,
    OwnChange,
    Suppression,
    calendar,
    changes,
    home,
    own_share,
    seen_by_sharees,
    updates_for,
)

PassOver = Callable[[LoggedEvent, UnreadableFact], None]
"""Called with a fact that cannot be read."""

ANY = "SELECT EXISTS (SELECT FROM push_subscription)"
CONCERNED = """
    SELECT owner_id, tenant_id FROM push_subscription WHERE owner_id = ANY (%s)
    UNION SELECT owner_id, tenant_id FROM push_subscription WHERE tenant_id = ANY (%s)"""
# The sharees that have a shared calendar in their home.
SHAREES = """
    SELECT calendar.tenant_id, calendar.calendar_id, sharee.key::uuid
    FROM unnest(%s::uuid[], %s::uuid[]) AS wanted (tenant_id, calendar_id)
    JOIN calendar USING (tenant_id, calendar_id) CROSS JOIN jsonb_each(calendar.shares) AS sharee
    WHERE sharee.value ->> 'status' = 'accepted'"""
# The fact changed the rows written since its time. A tombstone at the object's earlier place is older.
PLACES = """
    SELECT DISTINCT resource.tenant_id, resource.calendar_id, wanted.command_id
    FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::uuid[])
        AS wanted (tenant_id, stream_id, since, command_id)
    JOIN resource ON resource.stream_id = wanted.stream_id AND resource.tenant_id = wanted.tenant_id
    WHERE resource.modified_at >= wanted.since"""
SUBSCRIPTIONS = """
    SELECT owner_id, kind, collection_id, tenant_id, subscription_id, content_depth, property_depth
    FROM push_subscription WHERE owner_id = ANY (%s) AND expires_at > %s"""
MOUNTS = """
    SELECT mount.owner_id, mount.calendar_id, mount.tenant_id, wanted.command_id, wanted.content
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::boolean[]) AS wanted (tenant_id, share_id, command_id, content)
    JOIN mount USING (tenant_id, share_id)"""
SUPPRESSIONS = """
    SELECT command_id, tenant_id, subscriptions FROM push_silence
    WHERE tenant_id = ANY (%s) AND command_id = ANY (%s)"""
COUNT = """
    UPDATE push_subscription SET content_changes = content_changes + %s, property_changes = property_changes + %s
    WHERE tenant_id = %s AND subscription_id = %s
    RETURNING tenant_id, subscription_id, generation, content_sent, property_sent, delivered_at"""


class PushConsumer(Consumer):
    """Counts the changes of a batch for each subscription, and writes one message to each with changes."""

    def __init__(self, view: Batch) -> None:
        super().__init__(view)
        self._events: list[LoggedEvent] = []

    def process_event(self, domain_event: LoggedEvent, tracking: Tracking) -> None:
        """Keeps the event for ``write``: without subscriptions no fact is decoded."""
        self._events.append(domain_event)
        self.view.insert_tracking(tracking)

    def write(self, connection: Connection, now: datetime) -> None:
        """Writes the counts and the messages."""
        if connection.execute(ANY).fetchone() == (True,):
            self.wakes_outbox = _note(connection, self._events, now, self.view.pass_over) > 0


PUSH: Final = Following(name="push", make=PushConsumer, at_end=True, pause=0.5)
"""WebDAV-Push as a consumer of the log. A message is sent a second after the change at the earliest, so batches may be
large."""


def _note(connection: Connection, events: Sequence[LoggedEvent], now: datetime, pass_over: PassOver) -> int:
    """Counts the changes for each subscription, writes their messages, and returns the number of messages."""
    tenants = list({event.envelope.tenant for event in events})
    homes = _homes_of_sharees(connection, events)
    tenants += {change.collection.owner for change in homes}
    concerned = connection.execute(CONCERNED, (tenants, tenants)).fetchall()
    owners, people = {row[0] for row in concerned}, {person for row in concerned for person in row}
    correlations = {event.envelope.command_id: event.envelope.correlation_id for event in events}
    events = [event for event in events if event.envelope.tenant in people]
    found = _changes(connection, events, pass_over)
    for change in homes:
        if change.collection.owner in owners:
            found.setdefault(change.collection, []).append(change)
    if not found:
        return 0
    subscriptions = connection.execute(SUBSCRIPTIONS, (list(owners), now)).fetchall()
    commands = {change.command_id for each in found.values() for change in each}
    asking = {tenant for _, _, _, tenant, *_ in subscriptions}
    suppressions = {
        command: Suppression(AccountId(tenant), None if only is None else frozenset(only))
        for command, tenant, only in connection.execute(SUPPRESSIONS, (list(asking), list(commands))).fetchall()
    }
    noted = 0
    for owner, kind, collection_id, *row in subscriptions:
        here = found.get(Collection(owner, kind, collection_id), [])
        depths = Depths(*row)
        content, property_ = updates_for(depths, here, suppressions)
        if not content and not property_:
            continue
        key = (depths.tenant, depths.subscription_id)
        pending = connection.execute(COUNT, (int(content), int(property_), *key)).fetchone()
        if pending is not None:
            enqueue_push(connection, Pending(*pending), correlations[here[-1].command_id], now)
            noted += 1
    return noted


def _changes(
    connection: Connection, events: Sequence[LoggedEvent], pass_over: PassOver
) -> dict[Collection, list[Change]]:
    """The changes of each collection: of facts that name the collection, and of facts whose object is searched for."""
    found: dict[Collection, list[Change]] = {}
    sought: list[tuple[UUID, UUID, datetime, UUID]] = []
    own: list[OwnChange] = []
    for event in events:
        envelope = event.envelope
        try:
            mine = own_share(event)
        except UnreadableFact as error:
            pass_over(event, error)
            continue
        if mine is not None:
            own.append(mine)
        named = changes(envelope)
        if named is None and mine is None:
            sought.append((envelope.tenant, envelope.key.stream, envelope.now, envelope.command_id))
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


def _homes_of_sharees(connection: Connection, events: Sequence[LoggedEvent]) -> list[Change]:
    """The changes of sharees' homes: a shared calendar appears there with the owner's name and colour of it."""
    seen = [
        (place, event.envelope.command_id) for event in events if (place := seen_by_sharees(event.envelope)) is not None
    ]
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
