"""The queues in which given passwords wait to be hashed (ADR 32).

A hash takes long on purpose, so a client that makes the server hash makes others wait. Each queue has one thread and a
bounded length. A password whose selector fits a device waits in another queue than all others: those who guess wait
only for each other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")

MAX_WAITING_EACH: Final = 4
"""Max hashes of one account, and of one client without a right password, that are under way or wait."""
MAX_GUESSES: Final = 40
"""Max hashes under way or waiting in the queue of passwords that fit no selector: under a second of work."""
MAX_FITTING: Final = 250
"""Max hashes under way or waiting in the queue of passwords that fit a selector: some five seconds of work. After a
start of the server every client comes with its password once."""
RETRY_AFTER: Final = 3
"""Seconds after which a client that found the queue full may come again."""


class Busy(Exception):
    """The queue is full, or holds enough for these keys."""


class HashQueue:
    """One thread, and at most ``length`` calls that wait for it or run; at most MAX_WAITING_EACH of one key.

    A thread of its own: it keeps the memory of a hash after its first use, and must not take those that serve signed-in
    clients. It belongs to one event loop.
    """

    def __init__(self, name: str, length: int) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"televent-hashing-{name}")
        self._length = length
        self._waiting = 0
        self._by_key: Counter[str] = Counter()

    async def run(self, keys: Sequence[str], function: Callable[..., T], *args: object) -> T:
        """Calls the function in the thread, in its turn. ``keys``: for whom the call is made. Raises Busy at once."""
        if self._waiting >= self._length or any(self._by_key[key] >= MAX_WAITING_EACH for key in keys):
            raise Busy
        self._waiting += 1
        self._by_key.update(keys)
        # The call ends by itself and not with the request: a client that goes away leaves its work in the queue.
        call = asyncio.get_running_loop().run_in_executor(self._thread, function, *args)
        call.add_done_callback(lambda _: self._ended(keys))
        return await asyncio.shield(call)

    def _ended(self, keys: Sequence[str]) -> None:
        self._waiting -= 1
        self._by_key.subtract(keys)
        for key in keys:
            if self._by_key[key] <= 0:
                del self._by_key[key]
