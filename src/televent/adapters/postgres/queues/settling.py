"""Settles the claims that an outage left open: the statement is sent again until the database answers.

Without it a message that was delivered, or given back, while the database was away would wait until its lease ends.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from televent.application.outage import Outage

log = structlog.get_logger("televent.outbox")

PAUSE = 0.5
"""Seconds between two attempts."""
PATIENCE = 600.0
"""Seconds after which a settlement is given up."""
MAX_OPEN = 10_000
"""Max settlements that wait; beyond it the oldest is left to the end of its lease."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """One statement that settles claims. ``until``: the moment of the monotonic clock after which it is given up."""

    query: str
    parameters: dict[str, object]
    until: float


class Settling:
    """Sends settlements again from a thread of its own, which runs only while some are open. Thread-safe."""

    def __init__(self, run: Callable[[str, dict[str, object]], int]) -> None:
        self._run = run
        self._open: deque[Settlement] = deque(maxlen=MAX_OPEN)
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def add(self, query: str, parameters: dict[str, object]) -> None:
        """Sends the statement soon, until it succeeds or PATIENCE has passed. Returns at once.

        The lease may end meanwhile: the statement changes nothing where another worker has the message then.
        """
        with self._guard:
            self._open.append(Settlement(query, parameters, time.monotonic() + PATIENCE))
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._work, name="settling", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Sends what is open once more, and ends the thread."""
        self._closing.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._guard:
                if not self._open:
                    self._thread = None
                    return
                first = self._open[0]
            settled = time.monotonic() > first.until or self._settled(first)
            if not settled and not self._closing.wait(PAUSE):
                continue
            with self._guard:
                if self._open and self._open[0] is first:
                    self._open.popleft()

    def _settled(self, settlement: Settlement) -> bool:
        try:
            self._run(settlement.query, settlement.parameters)
        except Outage:
            return False
        except Exception:
            log.exception("a claim cannot be settled; it ends with its lease")
        return True
