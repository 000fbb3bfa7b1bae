"""Rate limits without a statement for each request: whoever comes often is admitted several times at once.

What is admitted ahead is counted in the database when it is taken, so all nodes together admit no more than the rate
allows, but for the few that a process holds when it ends or when a client pauses.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from televent.adapters.postgres.rate_limit import PostgresRateLimit, Rate

REMEMBERED: Final = 20_000
"""Keys."""
OFTEN: Final = 1.0
"""Seconds: one who comes again within them is taken to come again."""
SHARE: Final = 8
"""Of a burst, this part is admitted ahead."""


class LeasedLimit:
    """One limit: ``prefix`` keeps its keys apart from those of others. Safe for use from many threads."""

    def __init__(
        self, limit: PostgresRateLimit, prefix: str, rate: Rate, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._prefix, self._rate, self._clock = limit, prefix, rate, clock
        self._ahead = max(1, rate.burst // SHARE)
        self._held: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._guard = threading.Lock()

    def held(self, key: str) -> bool:
        """Counts one of those that were admitted beforehand; False where none is left."""
        with self._guard:
            left, last = self._held.get(key, (0, 0.0))
            if left == 0:
                return False
            self._held[key] = (left - 1, last)
            return True

    def __call__(self, key: str) -> float | None:
        """Counts one and returns None, or the seconds after which to come again."""
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
