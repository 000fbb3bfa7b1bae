"""Queues reminders and summaries at their time: a worker sleeps until something is due, or the database notifies it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog

from televent.adapters.postgres.wakeup import REMINDERS
from televent.application.outage import Outage
from televent.runtime.compose import Core

log = structlog.get_logger("televent.reminders")

MAX_SLEEP, MIN_SLEEP = 30.0, 1.0
"""Max seconds without a look, for a clock that jumps and a notification that is lost; min seconds after a look that
found nothing to do, though something is due that another worker holds."""
PAUSE = 0.01
"""Seconds between two steps, so that other work of the process goes on."""
NEVER = datetime.max.replace(tzinfo=UTC)


async def remind(core: Core, stop: asyncio.Event) -> None:
    """Queues reminders and daily summaries at their time, until ``stop`` is set."""
    notified, loop = asyncio.Event(), asyncio.get_running_loop()

    def notify() -> None:
        loop.call_soon_threadsafe(notified.set)

    unlisten = core.wakeups.listen(REMINDERS, notify)
    stopping = asyncio.create_task(stop.wait())
    begun = False
    try:
        while not stop.is_set():
            notified.clear()
            pause = MAX_SLEEP
            try:
                if not begun:
                    await core.run(core.reminders.begin, core.backend.clock())
                    begun = True
                if await core.run(core.reminders.step, core.backend.clock()):
                    pause = PAUSE
                else:
                    due = await core.run(core.reminders.next_at) or NEVER
                    pause = min(max((due - core.backend.clock()).total_seconds(), MIN_SLEEP), MAX_SLEEP)
            except Outage as outage:
                log.warning("reminders wait for the database", error=str(outage))
                pause = outage.retry_after
            except Exception:
                log.exception("a step of the reminders failed; it is retried")
            waiting = asyncio.create_task(notified.wait())
            await asyncio.wait({waiting, stopping}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
    finally:
        unlisten()
        stopping.cancel()
