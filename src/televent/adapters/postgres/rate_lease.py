"""Rate limits without a statement for each request: a frequent client gets several admissions at once.

Admissions are counted in the database when they are taken in advance, so all nodes together admit no more than the rate
allows. The few that a process still has when it ends, or when a client pauses, are lost.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from televent.adapters.postgres.rate_limit import PostgresRateLimit, Rate

REMEMBERED: Final = 20_000
"""Max keys in memory."""
OFTEN: Final = 1.0
"""Seconds between two requests of a client that counts as frequent."""
SHARE: Final = 8
"""Max requests taken in advance: the burst divided by this."""


class LeasedLimit:
    """One rate limit. ``prefix`` keeps its keys apart from those of other limits. Thread-safe."""

    def __init__(
        self, limit: PostgresRateLimit, prefix: str, rate: Rate, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._prefix, self._rate, self._clock = limit, prefix, rate, clock
        self._ahead = max(1, rate.burst // SHARE)
        self._held: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._guard = threading.Lock()

    def held(self, key: str) -> bool:
        """Uses one admission that was taken in advance; False where none is left."""
        with self._guard:
            left, last = self._held.get(key, (0, 0.0))
            if left == 0:
                return False
            self._held[key] = (left - 1, last)
            return True

    def __call__(self, key: str) -> float | None:
        """Admits one request and returns None, or returns the seconds until the client may retry."""
        now = self._clock()
        with self._guard:
            left, last = self._held.get(key, (0, now - 2 * OFTEN))
        named = f"{self._prefix}/{key}"
        often = left == 0 and now - last <= OFTEN
        if often and self._ahead > 1 and self._limit.hit(named, self._rate, count=self._ahead) is None:
            self._keep(key, self._ahead - 1, now)
            return None
        wait = self._limit.hit(named, self._rate)
        if wait is None:
            self._keep(key, 0, now)
        return wait

    def _keep(self, key: str, more: int, now: float) -> None:
        with self._guard:
            left, _ = self._held.pop(key, (0, 0.0))
            self._held[key] = (left + more, now)
            while len(self._held) > REMEMBERED:
                self._held.popitem(last=False)
