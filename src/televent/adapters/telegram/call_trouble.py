"""Notes the calls that Telegram did not carry out at once: in the log, one line for many, and as counts for the
operator."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

import structlog

from televent.adapters.telegram.door import Caller
from televent.application.outage import Outage

log = structlog.get_logger("televent.bot")

EVERY: Final = 10.0
"""Min seconds between two lines of the log, and between two writings of the counts."""
WAIT: Final = "Telegram asked to wait"
FAILED: Final = "Telegram or the network failed"


class CallTrouble:
    """Counts calls by reason. ``clock``: seconds of a steady clock."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._told_at: float | None = None
        self._untold = Counter[str]()
        self._uncounted = Counter[str]()

    def note(self, reason: str, method: str, error: Exception) -> None:
        """Counts one call of this method that ended with this error."""
        self._uncounted[reason] += 1
        self._untold[reason] += 1
        now = self._clock()
        if self._told_at is None or now - self._told_at >= EVERY:
            self._told_at = now
            log.warning("calls are made again", method=method, error=str(error)[:200], **_named(self._untold))
            self._untold.clear()

    async def keep(self, add: Callable[[Mapping[str, int]], None], run: Caller, stop: asyncio.Event) -> None:
        """Writes the counts by ``add`` every EVERY seconds, and once more when ``stop`` is set."""
        stopped = False
        while not stopped:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY)
            stopped = stop.is_set()
            await self.write(add, run)

    async def write(self, add: Callable[[Mapping[str, int]], None], run: Caller) -> None:
        """Writes what is not written yet. In an outage it is kept for the next time."""
        if not self._uncounted:
            return
        counts, self._uncounted = self._uncounted, Counter()
        try:
            await run(add, counts)
        except Outage:
            self._uncounted += counts


def _named(counts: Mapping[str, int]) -> dict[str, int]:
    return {"waits": counts.get(WAIT, 0), "failures": counts.get(FAILED, 0)}
