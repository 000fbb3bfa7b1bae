"""Following the log: an iterator that blocks for what comes next and outlives cut connections."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

import psycopg
from eventsourcing.persistence import ApplicationRecorder, Subscription

from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.wakeup import EVENTS, Wakeups
from televent.application.event_store.recorded import RecordedNotification

PAGE_SIZE = 500
POLL = 1.0
"""Seconds between looks where no ring came."""
SOON = 0.02
"""Seconds until the next look where events are there but an older transaction still runs."""


class PostgresSubscription(Subscription[ApplicationRecorder]):
    """Yields every event of the log once, in order. To be iterated by one thread; ``stop`` may come from any."""

    def __init__(
        self,
        recorder: ApplicationRecorder,
        log: PostgresLog,
        wakeups: Wakeups,
        gt: int | None = None,
        topics: Sequence[str] = (),
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._log = log
        self._seen = -1 if gt is None else gt
        self._page: deque[RecordedNotification] = deque()
        self._bell = threading.Event()
        self._end_listening = wakeups.listen(EVENTS, self._bell.set)

    def stop(self) -> None:
        """Ends the iteration, also one that is waiting."""
        super().stop()
        self._end_listening()
        self._bell.set()

    @property
    def seen(self) -> int:
        """Up to where the log has been looked at: nothing that is asked for is left below it but what waits here."""
        return self._page[0].id - 1 if self._page else self._seen

    def wait(self, timeout: float) -> int:
        """How many events ``next`` gives without waiting, after at most ``timeout`` seconds; 0 once stopped."""
        if not self._page and not self._has_been_stopped:
            self._bell.clear()
            held_back = self._pull()
            if not self._page and timeout > 0 and not self._has_been_stopped:
                self._bell.wait(min(SOON, timeout) if held_back else timeout)
                self._pull()
        return 0 if self._has_been_stopped else len(self._page)

    def __next__(self) -> RecordedNotification:
        pause = SOON
        while not self._page and not self._has_been_stopped:
            self._bell.clear()
            held_back = self._pull()
            if not self._page and not self._has_been_stopped:
                # Nobody rings when the transaction that held us back ends without events of its own.
                pause = min(pause * 2, POLL) if held_back else POLL
                self._bell.wait(pause)
        if self._has_been_stopped:
            raise StopIteration
        return self._page.popleft()

    def _pull(self) -> bool:
        """Fills the page; whether there is more that may not be read yet."""
        try:
            page = self._log.page(self._seen, PAGE_SIZE, None, self._topics)
        except psycopg.OperationalError:
            # The database is away: nothing is lost, since the place in the log is ours.
            return True
        self._page.extend(page.notifications)
        if len(page.notifications) == PAGE_SIZE:
            self._seen = page.notifications[-1].id
        else:
            # All below the ceiling has been looked at, whatever its topic.
            self._seen = max(self._seen, page.ceiling - 1)
        return page.held_back
