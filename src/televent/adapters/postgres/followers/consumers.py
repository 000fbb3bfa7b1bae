"""What a consumer does with a batch of the log: the eventsourcing library's Projection, over a batch as its view."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from eventsourcing.persistence import Tracking, TrackingRecorder
from eventsourcing.projection import Projection as LibraryProjection

from televent.adapters.postgres.followers.row_writes import send
from televent.adapters.postgres.followers.tracking import PostgresTracking
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.application.event_store.envelope import Envelope, LoggedEvent
from televent.application.followers import Policy, Projection, RowWrite, folded, reacted
from televent.application.messages.outbox import OutboxMessage

Owed = tuple[Envelope, OutboxMessage]

AUDIENCES: Final[Mapping[str, str]] = {
    "chat": "SELECT tenant_id FROM account WHERE tenant_id = ANY (%s) AND telegram_id IS NOT NULL",
}
"""By the name a policy gives (Policy.only_for): which of some accounts can be told that way."""


class Batch(TrackingRecorder):
    """The position that a batch reaches: noted event by event, written once, with the batch's effects."""

    def __init__(self, tracking: PostgresTracking) -> None:
        self._tracking = tracking
        self._reached: Tracking | None = None

    def insert_tracking(self, tracking: Tracking) -> None:
        """Notes the position; ``close`` writes it."""
        self._reached = tracking

    def max_tracking_id(self, application_name: str) -> int | None:
        """The position that is written already."""
        return self._tracking.max_tracking_id(application_name)

    def close(self, connection: Connection) -> None:
        """Writes the position reached, in the transaction of ``connection``. Raises IntegrityError."""
        if self._reached is not None:
            self._tracking.insert_tracking(self._reached, connection)


class Consumer(LibraryProjection[Batch]):
    """Gathers what a batch of events leads to, and writes it."""

    rings: bool = False
    """Whether the last batch owed messages, so that the outbox's workers are to be woken."""

    @abstractmethod
    def process_event(self, domain_event: LoggedEvent, tracking: Tracking) -> None:
        """Takes one event of the batch in."""

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
        """Folds one event. Raises UnknownStoredName for a fact of a newer program."""
        self._rows += folded(self._projection, domain_event)
        self.view.insert_tracking(tracking)

    def write(self, connection: Connection, now: datetime) -> None:
        """Writes the rows."""
        send(connection, self._projection.tables, self._rows)


class PolicyConsumer(Consumer):
    """Turns events into outbox messages."""

    def __init__(self, view: Batch, policy: Policy) -> None:
        super().__init__(view)
        self._policy = policy
        self._owed: list[Owed] = []

    def process_event(self, domain_event: LoggedEvent, tracking: Tracking) -> None:
        """Reacts to one event. Raises UnknownStoredName for a fact of a newer program."""
        self._owed += [(domain_event.envelope, message) for message in reacted(self._policy, domain_event)]
        self.view.insert_tracking(tracking)

    def write(self, connection: Connection, now: datetime) -> None:
        """Writes the messages that somebody can be told."""
        owed = self._reachable(connection)
        if owed:
            rows = [outbox_row(each.tenant, message, each.correlation_id, now) for each, message in owed]
            with connection.cursor() as cursor:
                cursor.executemany(ENQUEUE, rows)
        self.rings = bool(owed)

    def _reachable(self, connection: Connection) -> Sequence[Owed]:
        audience = self._policy.only_for
        if audience is None or not self._owed:
            return self._owed
        tenants = list({envelope.tenant for envelope, _ in self._owed})
        there = {row[0] for row in connection.execute(AUDIENCES[audience], (tenants,)).fetchall()}
        return [each for each in self._owed if each[0].tenant in there]


def consumer_of(follower: Projection | Policy) -> Make:
    """How a batch of that follower is made."""
    if isinstance(follower, Projection):
        return lambda batch: ProjectionConsumer(batch, follower)
    return lambda batch: PolicyConsumer(batch, follower)
