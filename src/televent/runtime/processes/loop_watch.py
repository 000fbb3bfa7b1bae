"""Ends a process whose event loop stands still, so that it is started again: nothing else would notice it."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

STANDSTILL: Final = 60.0
"""Seconds after which a loop that has not moved ends its process. The stacks of all threads go to standard error."""
STDERR: Final = 2
"""Its descriptor: the object in sys.stderr may have none."""


@asynccontextmanager
async def loop_watched(standstill: float = STANDSTILL) -> AsyncIterator[None]:
    """Watches the running loop in the block. One loop of a process can be watched.

    A thread of Python could not do it: code that searches a text by a regular expression holds the interpreter's lock.
    """

    async def live() -> None:
        while True:
            # Each call replaces the one before.
            faulthandler.dump_traceback_later(standstill, exit=True, file=STDERR)
            await asyncio.sleep(standstill / 10)

    living = asyncio.create_task(live())
    try:
        yield
    finally:
        living.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await living
        faulthandler.cancel_dump_traceback_later()
