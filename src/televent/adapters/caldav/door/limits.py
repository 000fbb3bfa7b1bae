"""Rate limits of the door: it counts requests, delays those of a busy account, and refuses with 429 (ADR 39)."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Final, Protocol

from televent.adapters.caldav.door.run import Run
from televent.adapters.caldav.errors import DavError
from televent.application.outage import Outage

MAX_DELAY: Final = 5.0
"""Max seconds for which a request is delayed."""
MAX_DELAYED_EACH: Final = 8
"""Max requests of one account that are delayed at once, on all nodes together."""
MAX_DELAYED: Final = 100
"""Max requests that are delayed at once in one process. Each keeps its connection and its body, and nothing else."""


class Limit(Protocol):
    """A rate limit that all nodes share."""

    def held(self, key: str) -> bool:
        """Uses one admission that this process has, without the database. False if none is left."""
        ...

    def __call__(self, key: str, patience: float = 0.0) -> float:
        """Counts one request. Returns the seconds that it has to wait: 0, or up to ``patience``. A longer time is a
        refusal: the request is not counted, and may come again after it. It blocks, so it is called in a thread."""
        ...


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The rate limits of the CalDAV adapter."""

    client: Limit
    """Sign-ins of a client address with a password that may be a guess."""
    account: Limit
    """Requests of an account, counted after sign-in."""
    failure: Limit
    """Failed sign-ins, by account and by client address."""
    patience: float = 0.0
    """Max seconds for which a request of an account is delayed."""


def longest_delay(per_second: float) -> float:
    """The max seconds of a delay at this rate: requests are delayed one behind the other, so no more than
    MAX_DELAYED_EACH of them fit into this time."""
    return min(MAX_DELAY, MAX_DELAYED_EACH / per_second)


def too_many(seconds: float) -> DavError:
    """The 429 answer with Retry-After, rounded up to whole ``seconds``."""
    wait = str(max(1, math.ceil(seconds))).encode()
    return DavError(429, text="Too many requests. Try again later.", headers=((b"retry-after", wait),))


class Limiter:
    """The rate limits as one process applies them. It belongs to one event loop."""

    def __init__(self, limits: RateLimits, run: Run) -> None:
        self._limits, self._run = limits, run
        self._delayed = 0

    async def count_attempt(self, client: str) -> None:
        """Counts a sign-in with a password that may be a guess. Raises DavError 429."""
        wait = await self._count(self._limits.client, client, 0.0)
        if wait > 0:
            raise too_many(wait)

    async def count_failure(self, key: str) -> float:
        """Counts a failed sign-in. Returns the seconds for which the key gets no further attempt."""
        return await self._run(self._limits.failure, key)

    async def count_request(self, account: str) -> bool:
        """Counts a request of an account and waits until its turn. Returns whether it had to wait. Raises DavError
        429."""
        wait = await self._count(self._limits.account, account, self._limits.patience)
        if wait > self._limits.patience or (wait > 0 and self._delayed == MAX_DELAYED):
            raise too_many(wait)
        if wait == 0:
            return False
        self._delayed += 1
        try:
            await asyncio.sleep(wait)
        finally:
            self._delayed -= 1
        return True

    async def _count(self, limit: Limit, key: str, patience: float) -> float:
        if limit.held(key):
            return 0.0
        try:
            return await self._run(limit, key, patience)
        except Outage:
            # Nobody can count where the database takes no writes, but people can still read.
            return 0.0
