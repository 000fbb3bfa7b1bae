"""Consumers process batches of the log. Each is a Projection of the eventsourcing library; its view is the batch."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from eventsourcing.persistence import Tracking, TrackingRecorder
from eventsourcing.projection import Projection as LibraryProjection

from televent.adapters.postgres.event_store.row_writes import send
from televent.adapters.postgres.event_store.unreadable import Unreadable
from televent.adapters.postgres.followers.tracking import PostgresTracking
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.event_store.envelope import Envelope, LoggedEvent
from televent.application.event_store.mapper import UnreadableFact
from televent.application.followers import Policy, Projection, RowWrite, folded, reacted
from televent.application.messages.outbox import OutboxMessage

Caused = tuple[Envelope, OutboxMessage]
"""The envelope of a fact, and a message that the fact caused."""

AUDIENCES: Final[Mapping[str, str]] = {
    "chat": "SELECT tenant_id FROM account WHERE tenant_id = ANY (%s) AND telegram_id IS NOT NULL",
    "mail": """SELECT tenant_id FROM account WHERE tenant_id = ANY (%s) AND telegram_id IS NULL AND EXISTS (
        SELECT 1 FROM address WHERE address.tenant_id = account.tenant_id AND verified)""",
    "team": "SELECT tenant_id FROM team WHERE tenant_id = ANY (%s)",
    "webhooks": "SELECT DISTINCT tenant_id FROM webhook WHERE tenant_id = ANY (%s) AND disabled_at IS NULL",
}
"""The query for each audience (Policy.only_for): it selects the accounts that can be reached that way."""


class Batch(TrackingRecorder):
    """Tracks the position in a batch event by event, and writes it once, with the batch's effects."""

    def __init__(self, tracking: PostgresTracking) -> None:
        self._tracking = tracking
        self._reached: Tracking | None = None
        self._unreadable: list[Unreadable] = []

    def insert_tracking(self, tracking: Tracking) -> None:
        """Notes the position; ``close`` writes it."""
        self._reached = tracking

    def pass_over(self, event: LoggedEvent, error: UnreadableFact) -> None:
        """Notes a fact that the consumer goes on without; ``note_unreadable`` writes it."""
        self._unreadable.append(Unreadable(event.envelope, error))

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position that was written last."""
        return self._tracking.max_tracking_id(application_name)

    def close(self, connection: Connection) -> None:
        """Writes the position of the last event, in the transaction of ``connection``. Raises IntegrityError where the
        lease is lost."""
        if self._reached is not None:
            self._tracking.insert_tracking(self._reached, connection)

    def note_unreadable(self, connection: Connection) -> None:
        """Writes the facts that were passed over, in the transaction of ``connection``."""
        self._tracking.note_unreadable(self._unreadable, connection)


class Consumer(LibraryProjection[Batch]):
    """Collects the effects of a batch of events, and writes them."""

    wakes_outbox: bool = False
    """Whether the batch wrote outbox messages, so that the outbox's workers must be notified."""

    @abstractmethod
    def process_event(self, domain_event: LoggedEvent, tracking: Tracking) -> None:
        """Processes one event of the batch. Raises UnreadableFact; then the batch has nothing of this event."""

    def prepare(self, pool: Pool) -> None:
        """Decides what to write, before the transaction: what takes long here makes nobody wait."""

    @abstractmethod
    def write(self, connection: Connection, now: datetime) -> None:
        """Writes the effects of the batch, in the transaction of ``connection``."""


Make = Callable[[Batch], Consumer]


class ProjectionConsumer(Consumer):
    """Folds events into rows."""

    def __init__(self, view: Batch, projection: Projection) -> None:
        super().__init__(view)
        self._projection = projection
        self._rows: list[RowWrite] = []

    def process_event(self, domain_event: LoggedEvent, tracking: Tracking) -> None:
        """Folds one event. Raises UnknownStoredName for a fact of a newer program, UnreadableFact."""
        self._rows += folded(self._projection, domain_event)
        self.view.insert_tracking(tracking)

    def write(self, connection: Connection, now: datetime) -> None:
        """Writes the rows."""
        send(connection, self._projection.tables, self._rows)


class PolicyConsumer(Consumer):
    """Turns events into outbox messages. Only the facts of accounts that can be reached are decrypted."""

    def __init__(self, view: Batch, policy: Policy) -> None:
        super().__init__(view)
        self._policy = policy
        self._events: list[LoggedEvent] = []
        self._caused: list[Caused] = []

    def process_event(self, domain_event: LoggedEvent, tracking: Tracking) -> None:
        """Keeps the event for ``prepare``."""
        self._events.append(domain_event)
        self.view.insert_tracking(tracking)

    def prepare(self, pool: Pool) -> None:
        """Reacts to the events. Raises UnknownStoredName for a fact of a newer program."""
        # The last is the first to go. An event keeps what it has decrypted, and facts can be large.
        waiting = list(reversed(self._reachable(pool)))
        self._events = []
        while waiting:
            event = waiting.pop()
            try:
                self._caused += [(event.envelope, message) for message in reacted(self._policy, event)]
            except UnreadableFact as error:
                self.view.pass_over(event, error)

    def write(self, connection: Connection, now: datetime) -> None:
        """Writes the messages."""
        if self._caused:
            rows = [outbox_row(each.tenant, message, each.correlation_id, now) for each, message in self._caused]
            with connection.cursor() as cursor:
                cursor.executemany(ENQUEUE, rows)
        self.wakes_outbox = bool(self._caused)

    def _reachable(self, pool: Pool) -> Sequence[LoggedEvent]:
        audience = self._policy.only_for
        if audience is None or not self._events:
            return self._events
        tenants = list({event.envelope.tenant for event in self._events})
        reachable = {row[0] for row in fetch(pool, AUDIENCES[audience], (tenants,))}
        return [event for event in self._events if event.envelope.tenant in reachable]


def consumer_of(follower: Projection | Policy) -> Make:
    """The function that makes a consumer of this follower for each batch."""
    if isinstance(follower, Projection):
        return lambda batch: ProjectionConsumer(batch, follower)
    return lambda batch: PolicyConsumer(batch, follower)
