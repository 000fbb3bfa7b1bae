"""Starts the server again when it is killed while this process runs, for example by the kernel when memory runs out."""

import logging
import threading
from collections.abc import Callable

from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

log = logging.getLogger("televent.postgres")


class Watch(threading.Thread):
    """Checks every `interval` seconds whether the server is alive, and starts it again; after a failure less often."""

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
            log.error("The embedded PostgreSQL does not run any more; it is started again.")
            try:
                self._revive()
            except EmbeddedPostgresError as error:
                log.error("The embedded PostgreSQL cannot be started again: %s", error)
                pause = 10.0

    def end(self) -> None:
        """End the checks; returns at once, even when the watch itself calls it."""
        self._ended.set()
