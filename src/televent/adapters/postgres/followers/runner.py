"""Runs a follower of the log: takes the lease, reads batches, writes effects and position in one transaction.

The eventsourcing library provides the subscription, the tracking and the step for one event. The batch, the lease and
the handling of cut connections are ours (ADR 0001). Any number of workers may run the same consumers: one worker leads
each consumer. A worker that is killed between any two steps has written either a whole batch with its position, or
nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import uuid4

import psycopg
import structlog
from eventsourcing.persistence import IntegrityError
from eventsourcing.projection import ApplicationSubscription

from televent.adapters.postgres.event_store.subscription import PostgresSubscription
from televent.adapters.postgres.event_store.unreadable import readable_now
from televent.adapters.postgres.followers.consumers import Batch, Make, consumer_of
from televent.adapters.postgres.followers.tracking import LEASE, PostgresTracking
from televent.adapters.postgres.rows import Pool
from televent.adapters.postgres.wakeup import OUTBOX, REMINDERS, SEARCH, Wakeups
from televent.application.event_store.envelope import LoggedEvent
from televent.application.event_store.mapper import UnreadableFact
from televent.application.event_store.store import Store
from televent.application.followers import Policy, Projection, topics_of
from televent.application.outage import Outage

log = structlog.get_logger("televent.followers")

BATCH: Final = 500
"""Max events in one transaction."""
IDLE: Final = LEASE.total_seconds() / 3
"""Seconds after which an idle consumer renews its lease."""
BACKLOG_PAUSE: Final = 0.1
"""Max seconds between two batches while more events wait, so that a long pause is no bound of the rate."""
STANDBY: Final = 1.0
"""Seconds between two attempts to take a lease that another worker holds."""
FIRST_RETRY, LAST_RETRY = 0.2, 30.0
"""Min and max seconds until a consumer that failed is retried."""


@dataclass(frozen=True, slots=True)
class Following:
    """A consumer and how to run it. ``at_end``: at its first start it begins at the end of the log. ``pause``: seconds
    between two batches."""

    name: str
    make: Make
    topics: tuple[str, ...] = ()
    at_end: bool = False
    pause: float = 0.05
    wakes: str | None = None
    """The channel that is notified after a batch."""
    version: int = 1


WAKES: Final[Mapping[str, str]] = MappingProxyType({"reminders": REMINDERS, "search": SEARCH})
"""The channel of each group of workers that a projection may wake."""


def following(follower: Projection | Policy) -> Following:
    """The consumer of this projection or policy."""
    at_end = isinstance(follower, Policy)
    wakes = WAKES[follower.wakes] if isinstance(follower, Projection) and follower.wakes is not None else None
    version = follower.version if isinstance(follower, Projection) else 1
    return Following(follower.name, consumer_of(follower), topics_of(follower), at_end, follower.pause, wakes, version)


def register(pool: Pool, consumers: Sequence[Following]) -> None:
    """Registers the consumers. Every process does so when it starts, not only the worker: events that are recorded
    before the first worker runs must reach the consumers too."""
    for consumer in consumers:
        PostgresTracking(pool, consumer.name, uuid4(), consumer.version).register(at_end=consumer.at_end)


class Runner:
    """Runs one consumer in this process. ``run`` belongs to one thread; ``stop`` may come from any."""

    def __init__(
        self, store: Store, pool: Pool, wakeups: Wakeups, consumer: Following, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._pool = pool
        self._wakeups = wakeups
        self._consumer = consumer
        self._clock = clock
        self._tracking = PostgresTracking(pool, consumer.name, uuid4(), consumer.version)
        self._size = BATCH
        self._stopping = threading.Event()
        self._subscription: PostgresSubscription | None = None

    def advance(self) -> int:
        """Processes one batch without waiting for more events, and returns the number of its events.

        0: the consumer is up to date, or another worker leads it. Raises what the consumer raises; then nothing is
        written.
        """
        position = self._take()
        if position is None:
            return 0
        try:
            with self._subscribed(position) as events:
                waiting = self._pages(events).wait(0)
                return self._apply(events, waiting) if waiting else 0
        finally:
            self._tracking.release()

    def run(self) -> None:
        """Leads the consumer whenever no other worker does, until ``stop``. Never raises."""
        retry = FIRST_RETRY
        while not self._stopping.is_set():
            try:
                position = self._take()
                if position is None:
                    self._stopping.wait(STANDBY)
                    continue
                if self._lead(position):
                    retry = FIRST_RETRY
            except IntegrityError:
                log.info("another worker leads the consumer now", consumer=self._consumer.name)
            except Outage as outage:
                log.warning("a consumer waits for the database", consumer=self._consumer.name, error=str(outage))
                self._stopping.wait(STANDBY)
            except Exception as error:
                log.exception("a consumer failed; it is retried", consumer=self._consumer.name)
                # One event at a time from here, so that all events before the failing one are processed.
                self._size = 1
                with contextlib.suppress(psycopg.Error, Outage):
                    self._tracking.fail(error)
                self._stopping.wait(retry)
                retry = min(retry * 2, LAST_RETRY)
        with contextlib.suppress(psycopg.Error, Outage):
            self._tracking.release()

    def stop(self) -> None:
        """Ends ``run`` after the current batch."""
        self._stopping.set()
        subscription = self._subscription
        if subscription is not None:
            subscription.stop()

    def _take(self) -> int | None:
        """Takes the lease, and returns the position from which this worker goes on: before the first fact that the
        follower passed over and that this program can read."""
        position = self._tracking.take()
        if position is None:
            return None
        first = readable_now(self._pool, self._store.facts, self._consumer.name, self._clock())
        if first is None or not self._tracking.go_back(first - 1):
            return position
        log.info("a follower reads facts again that it went on without", consumer=self._consumer.name, position=first)
        return first - 1

    def _lead(self, position: int) -> bool:
        """Processes batches until ``stop``, or until the lease is lost. Returns whether it processed any."""
        done, renewed_at = False, time.monotonic()
        with self._subscribed(position) as events:
            self._subscription = pages = self._pages(events)
            while not self._stopping.is_set():
                waiting = pages.wait(IDLE)
                if waiting:
                    count = self._apply(events, waiting)
                    done, renewed_at = True, time.monotonic()
                    pause = self._consumer.pause
                    self._stopping.wait(min(pause, BACKLOG_PAUSE) if count < waiting or pages.more else pause)
                    continue
                if time.monotonic() - renewed_at >= IDLE / 2:
                    # While an older transaction holds events back, ``wait`` returns every few milliseconds: a renewal
                    # each time would be a write each time.
                    if not self._tracking.renew(pages.seen):
                        break
                    renewed_at = time.monotonic()
                # Every write to the log ends the wait, also one that does not concern this consumer.
                self._stopping.wait(self._consumer.pause)
        return done

    def _subscribed(self, position: int) -> ApplicationSubscription[str]:
        return ApplicationSubscription(self._store, gt=position, topics=self._consumer.topics)

    @staticmethod
    def _pages(events: ApplicationSubscription[str]) -> PostgresSubscription:
        pages = events.subscription
        assert isinstance(pages, PostgresSubscription)
        return pages

    def _apply(self, events: ApplicationSubscription[str], waiting: int) -> int:
        """Writes one batch: all its effects and its position, or nothing. Raises IntegrityError where the lease is
        lost."""
        batch = Batch(self._tracking)
        consumer = self._consumer.make(batch)
        count = min(waiting, self._size)
        for _ in range(count):
            event, tracking = next(events)
            assert isinstance(event, LoggedEvent)
            try:
                consumer.process_event(event, tracking)
            except UnreadableFact as error:
                # A retry helps nobody, and the facts of all others come after it. The next worker that leads the
                # follower reads it again if it can (_take).
                batch.pass_over(event, error)
                batch.insert_tracking(tracking)
        consumer.prepare(self._pool)
        with self._pool.connection() as connection, connection.transaction():
            # The position comes first: it locks the consumer's row, so that nothing is done twice where another worker
            # leads by now.
            batch.close(connection)
            consumer.write(connection, self._clock())
            batch.note_unreadable(connection)
        if consumer.wakes_outbox:
            self._wakeups.notify(OUTBOX)
        if self._consumer.wakes is not None:
            self._wakeups.notify(self._consumer.wakes)
        self._size = min(self._size * 2, BATCH)
        return count


async def follow(runners: Sequence[Runner], stop: asyncio.Event) -> None:
    """Runs consumers, each in its own thread, until ``stop`` is set."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max(1, len(runners)), thread_name_prefix="follower") as threads:
        running = [loop.run_in_executor(threads, runner.run) for runner in runners]
        try:
            await stop.wait()
        finally:
            for runner in runners:
                runner.stop()
            await asyncio.gather(*running)
