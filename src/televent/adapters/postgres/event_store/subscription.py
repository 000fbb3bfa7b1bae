"""A subscription to the log: an iterator that waits for new events and survives cut connections."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from eventsourcing.persistence import ApplicationRecorder, Subscription

from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.wakeup import EVENTS, Wakeups
from televent.application.event_store.recorded import RecordedNotification
from televent.application.outage import Outage

PAGE_SIZE = 500
"""Max events of a page; PAGE_BYTES bounds it too."""
POLL = 1.0
"""Seconds between two reads of the log without a notification."""
SOON = 0.02
"""Seconds until the next read where there are events but an older transaction still runs."""


class PostgresSubscription(Subscription[ApplicationRecorder]):
    """Yields every event of the log once, in order. One thread may iterate it; any thread may call ``stop``."""

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
        self._notified = threading.Event()
        # The first page is read without a notification.
        self._notified.set()
        self._held_back = False
        self._more = False
        self._end_listening = wakeups.listen(EVENTS, self._notified.set)

    def stop(self) -> None:
        """Ends the iteration, also one that is waiting."""
        super().stop()
        self._end_listening()
        self._notified.set()

    @property
    def seen(self) -> int:
        """The position up to which every event of the topics was given out."""
        return self._page[0].id - 1 if self._page else self._seen

    @property
    def more(self) -> bool:
        """Whether the last page was full, so that a further one may be read at once."""
        return self._more

    def wait(self, timeout: float) -> int:
        """The number of events that ``next`` gives without waiting; it waits at most ``timeout`` seconds for a
        notification, and reads the log once, or twice where an older transaction holds events back. 0 after ``stop``.

        While others write, a notification is there already: then a reader that few facts concern does not wait for the
        next one only to read again.
        """
        if not self._page and not self._has_been_stopped:
            self._notified.wait(min(SOON, timeout) if self._held_back else timeout)
            self._notified.clear()
            self._held_back = self._pull()
            if self._held_back and not self._page and timeout > 0 and not self._has_been_stopped:
                self._notified.wait(min(SOON, timeout))
                self._held_back = self._pull()
        return 0 if self._has_been_stopped else len(self._page)

    def __next__(self) -> RecordedNotification:
        pause = SOON
        while not self._page and not self._has_been_stopped:
            self._notified.clear()
            held_back = self._pull()
            if not self._page and not self._has_been_stopped:
                # No notification comes when the transaction that held us back ends without events of its own.
                pause = min(pause * 2, POLL) if held_back else POLL
                self._notified.wait(pause)
        if self._has_been_stopped:
            raise StopIteration
        return self._page.popleft()

    def _pull(self) -> bool:
        """Reads the next page. Returns whether there are more events that may not be read yet."""
        try:
            page = self._log.page(self._seen, PAGE_SIZE, None, self._topics)
        except Outage:
            # The database does not answer. Nothing is lost: this object keeps the position.
            return True
        self._page.extend(page.notifications)
        self._more = page.more
        if page.more:
            self._seen = page.notifications[-1].id
            # There may be more, of which no notification comes again.
            self._notified.set()
        else:
            # Every event below the ceiling was read, whatever its topic.
            self._seen = max(self._seen, page.ceiling - 1)
        return page.held_back
