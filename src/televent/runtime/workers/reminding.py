"""Queues reminders and summaries at their time: a worker sleeps until something is due, or the database notifies it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from televent.adapters.postgres.wakeup import REMINDERS
from televent.runtime.compose import Core
from televent.runtime.workers.due_work import whenever_due

MAX_SLEEP, MIN_SLEEP = 30.0, 1.0
"""Max seconds without a look, for a clock that jumps and a notification that is lost; min seconds after a look that
found nothing to do, though something is due that another worker holds."""
PAUSE = 0.01
"""Seconds between two steps, so that other work of the process goes on."""
NEVER = datetime.max.replace(tzinfo=UTC)


async def remind(core: Core, stop: asyncio.Event) -> None:
    """Queues reminders and daily summaries at their time, until ``stop`` is set."""
    begun = False

    async def work() -> float:
        nonlocal begun
        if not begun:
            await core.run(core.reminders.begin, core.backend.clock())
            begun = True
        if await core.run(core.reminders.step, core.backend.clock()):
            return PAUSE
        due = await core.run(core.reminders.next_at) or NEVER
        return min(max((due - core.backend.clock()).total_seconds(), MIN_SLEEP), MAX_SLEEP)

    await whenever_due(core, REMINDERS, work, stop, what="the reminders", longest=MAX_SLEEP)
