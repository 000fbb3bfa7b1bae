"""Updates that are stored from the moment that Telegram may forget them until they are handled."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import structlog

from televent.adapters.telegram.door import Caller
from televent.application.outage import Outage

log = structlog.get_logger("televent.bot")

AGAIN: Final = 1.0
"""Seconds until the database is asked again after an outage."""


class UpdateBook(Protocol):
    """Stores updates. Synchronous; called in a thread. Each method raises Outage."""

    def keep(self, updates: Mapping[int, str]) -> None:
        """Stores updates, by their ids, with one attempt counted for each."""

    def kept(self) -> list[tuple[int, str, int]]:
        """Id, content and number of attempts of each stored update, in their order."""

    def count(self, ids: Sequence[int]) -> None:
        """Counts one more attempt for each."""

    def forget(self, ids: Sequence[int]) -> None:
        """Deletes updates that are handled."""


class KeptUpdates:
    """The stored updates of one bot, for its handlers."""

    def __init__(self, book: UpdateBook, run: Caller) -> None:
        self._book, self._run = book, run
        self._handled: set[int] = set()
        self._some_handled = asyncio.Event()

    async def keep(self, updates: Sequence[dict[str, Any]]) -> bool:
        """Stores updates as Telegram sent them. False: the database cannot do it now."""
        if not updates:
            return True
        try:
            await self._run(self._book.keep, {each["update_id"]: json.dumps(each) for each in updates})
        except Outage as outage:
            log.warning("updates stay with Telegram until the database keeps them", error=str(outage))
            return False
        return True

    async def kept(self) -> list[tuple[dict[str, Any], int]]:
        """The updates that earlier processes left, in their order, and how often each was begun. Raises Outage."""
        return [(json.loads(content), attempts) for _, content, attempts in await self._run(self._book.kept)]

    async def count(self, ids: Sequence[int]) -> None:
        """Counts one more attempt for each. Raises Outage."""
        if ids:
            await self._run(self._book.count, ids)

    def handled(self, update_id: int) -> None:
        """Lets the update be forgotten, soon."""
        self._handled.add(update_id)
        self._some_handled.set()

    async def forget_handled(self) -> None:
        """Forgets handled updates, many at once, until it is cancelled."""
        while True:
            await self._some_handled.wait()
            try:
                done = await self.forget_now()
            except Exception:
                log.exception("handled updates are still stored")
                done = False
            if not done:
                await asyncio.sleep(AGAIN)

    async def forget_now(self) -> bool:
        """Forgets the handled updates. False: the database cannot do it now, and after a restart they are handled
        again."""
        ids, self._handled = self._handled, set()
        self._some_handled.clear()
        if ids:
            done = False
            try:
                await self._run(self._book.forget, list(ids))
                done = True
            except Outage as outage:
                log.info("handled updates are still stored", error=str(outage))
            finally:
                if not done:  # A stop may have cancelled it.
                    self._handled |= ids
                    self._some_handled.set()
            return done
        return True


async def until_it_answers(stop: asyncio.Event) -> None:
    """Waits a little for the database, or for ``stop``."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), AGAIN)
