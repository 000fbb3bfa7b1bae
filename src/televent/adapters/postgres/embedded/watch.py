"""Bringing the server back when it is killed while we live, as the kernel does when memory runs out."""

import logging
import threading
from collections.abc import Callable

from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

log = logging.getLogger("televent.postgres")


class Watch(threading.Thread):
    """Looks every `interval` seconds whether the server is alive, and revives it; after a failure less often."""

    def __init__(self, alive: Callable[[], bool], revive: Callable[[], object], *, interval: float = 0.5) -> None:
        super().__init__(name="postgres watch", daemon=True)
        self._alive = alive
        self._revive = revive
        self._interval = interval
        self._ended = threading.Event()

    def run(self) -> None:
        pause = self._interval
        while not self._ended.wait(pause):
            pause = self._interval
            if self._alive():
                continue
            log.error("The embedded PostgreSQL is gone; starting it again.")
            try:
                self._revive()
            except EmbeddedPostgresError as error:
                log.error("The embedded PostgreSQL does not come back: %s", error)
                pause = 10.0

    def end(self) -> None:
        """Look no more; returns at once, even when called by the watch itself."""
        self._ended.set()
