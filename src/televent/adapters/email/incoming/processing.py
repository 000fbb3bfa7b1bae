"""Processes stored mails: a few at a time, each counted in the database before it is tried.

A mail may end its process: it takes too much memory, or somebody kills the process. So a mail that was tried before is
tried alone. Other mails that were in the same process do not lose all their attempts with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from televent.adapters.email.incoming.intake import Intake
from televent.application.mail.book import LEASE, KeptMail
from televent.application.mail.incoming import Verdict

log = structlog.get_logger("televent.mail")

AT_ONCE: Final = 4
"""Max mails processed at the same time in one process; the others wait in the database."""
POLL: Final = 60.0
"""Max seconds between two searches for mails that another process left."""


class Processing:
    """Processes mails until it is told to stop. ``kept`` is called after each mail that was stored."""

    def __init__(self, intake: Intake, now: Callable[[], datetime]) -> None:
        self._intake = intake
        self._now = now
        self._places = asyncio.Semaphore(AT_ONCE)
        self._more = asyncio.Event()
        self._stopped = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._attempts: set[asyncio.Task[Verdict]] = set()

    def kept(self) -> None:
        """A mail was stored: it is processed as soon as there is a place."""
        self._more.set()

    def stop(self) -> None:
        """Begins no further mail. ``run`` returns when those under way have ended."""
        self._stopped.set()
        self._more.set()

    async def run(self) -> None:
        """Processes new mails, and those that an earlier process left, until ``stop``."""
        await asyncio.gather(self._new_mails(), self._mails_again())
        await asyncio.gather(*self._tasks)

    async def _new_mails(self) -> None:
        while not self._stopped.is_set():
            self._more.clear()
            await self._places.acquire()
            if not self._stopped.is_set() and await self._begin():
                continue
            self._places.release()
            if not self._stopped.is_set():
                await _either(self._more, POLL)

    async def _begin(self) -> bool:
        """Begins a mail that was never tried, in the place that is taken; False where there is none."""
        try:
            mail = await self._intake.run(lambda: self._intake.book.claim(self._now(), again=False))
        except Exception:
            log.exception("stored mail could not be read")
            return False
        if mail is None:
            return False
        task = asyncio.create_task(self._take(mail))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda done: self._places.release())
        return True

    async def _take(self, mail: KeptMail) -> None:
        """Processes a mail. After its lease others may try it, so its place is free then, even if it never ends."""
        attempt = asyncio.create_task(self._intake.take(mail))
        self._attempts.add(attempt)
        attempt.add_done_callback(self._attempts.discard)
        await asyncio.wait({attempt}, timeout=LEASE.total_seconds())
        if not attempt.done():
            log.error("an attempt at a mail has not ended within its lease", mail=mail.key[:16])

    async def _mails_again(self) -> None:
        while not self._stopped.is_set():
            try:
                more = await self._again()
            except Exception:
                log.exception("stored mail could not be read")
                more = False
            if not more:
                await _either(self._stopped, POLL)

    async def _again(self) -> bool:
        """Tries one mail that was tried before, while no other mail is processed; False where none is due."""
        book, now = self._intake.book, self._now()
        for key in await self._intake.run(book.give_up, now):
            log.error("a mail is set aside: no attempt ended", mail=key[:16])
        async with contextlib.AsyncExitStack() as places:
            for _ in range(AT_ONCE):
                await places.enter_async_context(self._places)
            mail = await self._intake.run(lambda: book.claim(now, again=True))
            if mail is not None:
                await self._take(mail)
        return mail is not None


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Waits for the event, that long at most."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
