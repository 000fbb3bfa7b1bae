"""Writes the words of events that changed: a worker sleeps until something is marked, or the database notifies it."""

from __future__ import annotations

import asyncio

from televent.adapters.postgres.wakeup import SEARCH
from televent.runtime.compose import Core
from televent.runtime.workers.due_work import whenever_due

MAX_SLEEP = 30.0
"""Max seconds without a look, for a notification that is lost."""
PAUSE = 0.01
"""Seconds between two steps, so that other work of the process goes on."""


async def index_words(core: Core, stop: asyncio.Event) -> None:
    """Writes the words of what is marked, until ``stop`` is set."""

    async def work() -> float:
        # The next events are written at once, but not without a pause.
        return PAUSE if await core.run(core.search.step) else MAX_SLEEP

    await whenever_due(core, SEARCH, work, stop, what="the words of events", longest=MAX_SLEEP)
