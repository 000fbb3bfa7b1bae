"""Writes the words of events that changed: a worker sleeps until something is marked, or the database notifies it."""

from __future__ import annotations

import asyncio

import structlog

from televent.adapters.postgres.wakeup import SEARCH
from televent.application.outage import Outage
from televent.runtime.compose import Core

log = structlog.get_logger("televent.search")

MAX_SLEEP = 30.0
"""Max seconds without a look, for a notification that is lost."""
PAUSE = 0.01
"""Seconds between two steps, so that other work of the process goes on."""


async def index_words(core: Core, stop: asyncio.Event) -> None:
    """Writes the words of what is marked, until ``stop`` is set."""
    notified, loop = asyncio.Event(), asyncio.get_running_loop()

    def notify() -> None:
        loop.call_soon_threadsafe(notified.set)

    unlisten = core.wakeups.listen(SEARCH, notify)
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            notified.clear()
            pause = MAX_SLEEP
            try:
                if await core.run(core.search.step):
                    # The next events are written at once, but not without a pause.
                    pause = PAUSE
            except Outage as outage:
                log.warning("the words of events wait for the database", error=str(outage))
                pause = outage.retry_after
            except Exception:
                log.exception("the words of events are not written; it is retried")
            waiting = asyncio.create_task(notified.wait())
            await asyncio.wait({waiting, stopping}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
    finally:
        unlisten()
        stopping.cancel()
