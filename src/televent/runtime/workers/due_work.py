"""Work that is due at moments: it sleeps until the next one, or until the database notifies the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from televent.application.outage import Outage
from televent.runtime.compose import Core

log = structlog.get_logger("televent.due_work")


async def whenever_due(
    core: Core,
    channel: str,
    work: Callable[[], Awaitable[float]],
    stop: asyncio.Event,
    *,
    what: str,
    longest: float,
) -> None:
    """Does ``work``, which returns the seconds until it is due again, until ``stop`` is set; sooner after a
    notification on ``channel``.

    After an outage it waits as long as that says, and after a defect ``longest`` seconds. ``what``: the work, for the
    log.
    """
    notified, loop = asyncio.Event(), asyncio.get_running_loop()

    def notify() -> None:
        loop.call_soon_threadsafe(notified.set)

    unlisten = core.wakeups.listen(channel, notify)
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            notified.clear()
            try:
                pause = await work()
            except Outage as outage:
                log.warning("work waits for the database", work=what, error=str(outage))
                pause = outage.retry_after
            except Exception:
                log.exception("work failed; it is retried", work=what)
                pause = longest
            waiting = asyncio.create_task(notified.wait())
            await asyncio.wait({waiting, stopping}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
    finally:
        unlisten()
        stopping.cancel()
