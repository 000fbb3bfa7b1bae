"""Rate limits without a statement for each request: a process takes several admissions at once, as a lease.

Leased admissions are counted in the database, so all nodes together admit no more than the rate allows. Those that a
process still has when it ends are lost.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from televent.adapters.postgres.rate_limit import PostgresRateLimit, Rate

REMEMBERED: Final = 20_000
"""Max keys in memory, those that came last. A key that is forgotten loses its leased admissions."""
SHARE: Final = 64
"""Max requests of a lease: the burst divided by this, where a limit says nothing else."""


class _Held:
    """The state of one key in this process. Times are those of the limit's clock."""

    __slots__ = ("lease_at", "left", "open_at")

    def __init__(self) -> None:
        self.left = 0
        """Admissions that were leased and are not used yet."""
        self.lease_at = 0.0
        """The time at which the bucket may have enough for a lease again."""
        self.open_at = 0.0
        """The time at which the bucket may have enough for a request again."""


class LeasedLimit:
    """One rate limit. ``prefix`` keeps its keys apart from those of other limits. Thread-safe."""

    def __init__(
        self,
        limit: PostgresRateLimit,
        prefix: str,
        rate: Rate,
        clock: Callable[[], float] = time.monotonic,
        *,
        share: int = SHARE,
    ) -> None:
        self._limit, self._prefix, self._rate, self._clock = limit, prefix, rate, clock
        self._lease = max(1, rate.burst // share)
        self._keys: OrderedDict[str, _Held] = OrderedDict()
        self._guard = threading.Lock()

    def held(self, key: str) -> bool:
        """Uses one admission that this process has; False where none is left."""
        with self._guard:
            held = self._keys.get(key)
            if held is None or held.left == 0:
                return False
            held.left -= 1
            return True

    def __call__(self, key: str, patience: float = 0.0) -> float:
        """Counts one request. Returns the seconds that it has to wait: 0, or up to ``patience``. A longer time is a
        refusal: the request is not counted, and may come again after it. It blocks while the database counts."""
        now = self._clock()
        with self._guard:
            held = self._of(key)
            lease, closed = self._lease > 1 and held.lease_at <= now, held.open_at - now
        if closed > patience:
            return closed
        named = f"{self._prefix}/{key}"
        if lease:
            wait = self._limit.hit(named, self._rate, count=self._lease)
            with self._guard:
                held.lease_at = now + wait
                if wait == 0:
                    held.left += self._lease - 1
                    return 0.0
        wait = self._limit.hit(named, self._rate, patience=patience)
        held.open_at = now + wait
        return wait

    def _of(self, key: str) -> _Held:
        held = self._keys.get(key)
        if held is None:
            held = self._keys[key] = _Held()
            if len(self._keys) > REMEMBERED:
                self._keys.popitem(last=False)
        else:
            self._keys.move_to_end(key)
        return held
