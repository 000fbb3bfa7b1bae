"""Polls in one process at a time: Telegram answers 409 to two that poll, and gives each of them half of the updates."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from televent.adapters.telegram.door import Caller
from televent.adapters.telegram.receiving.polling import Polling
from televent.application.outage import Outage

log = structlog.get_logger("televent.bot")

RENEW: Final = 3.0
"""Seconds between two looks at the lease."""


class BotLease(Protocol):
    """The right to poll. Synchronous; called in a thread."""

    def take(self) -> bool:
        """Takes or renews the lease. False: another process has it."""

    def release(self) -> None:
        """Gives the lease back."""


async def poll_alone(
    lease: BotLease, run: Caller, polling: Callable[[asyncio.Event], Polling], stop: asyncio.Event
) -> None:
    """Polls whenever this process has the lease, until ``stop`` is set. ``polling`` makes one that ends with its event.

    While the database is away the process that polls goes on: no other one can take the lease then.
    """
    running: asyncio.Task[None] | None = None
    turn = asyncio.Event()
    told = False
    try:
        while not stop.is_set():
            holds = await _taken(lease, run, holds=running is not None)
            if holds and running is None:
                turn = asyncio.Event()
                running = asyncio.create_task(polling(turn).run())
                told = False
            elif not holds and running is not None:
                log.warning("another process polls Telegram now")
                turn.set()
                await running
                running = None
            elif not holds and not told:
                log.info("another process polls Telegram: this one stands by")
                told = True
            waiting = [asyncio.create_task(stop.wait()), *([running] if running is not None else [])]
            await asyncio.wait(waiting, timeout=RENEW, return_when=asyncio.FIRST_COMPLETED)
            waiting[0].cancel()
            if running is not None and running.done():
                await running  # It failed: the service ends, and the supervisor starts it again.
    finally:
        turn.set()
        if running is not None and not running.done():
            await running
        with contextlib.suppress(Outage):
            await run(lease.release)


async def _taken(lease: BotLease, run: Caller, *, holds: bool) -> bool:
    try:
        return await run(lease.take)
    except Outage:
        return holds
