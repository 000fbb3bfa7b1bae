"""Receives Telegram's updates by long polling (Bot API, getUpdates). It confirms an update after it is stored, and
stores it until it is handled: a process that is killed loses none.

Telegram forgets all updates below the offset of the next request. So without the store one update that takes long
would be lost with its process, or would hold up everybody.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.types import Update

from televent.adapters.telegram.receiving.handling import Handling
from televent.adapters.telegram.receiving.kept_updates import KeptUpdates, until_it_answers
from televent.adapters.telegram.receiving.updates import update_of
from televent.application.outage import Outage

log = structlog.get_logger("televent.bot")

POLL: Final = 10
"""Max seconds of one request for updates."""
MAX_OPEN: Final = 10_000
"""Max updates that are stored and not handled yet; with more, none are fetched."""
FINISH: Final = 8.0
"""Max seconds that a stop waits for updates that are still handled; less than the supervisor's STOP_TIMEOUT."""
FIRST_PAUSE, LAST_PAUSE = 0.5, 10.0
"""Min and max seconds until the next request after one that failed."""
ALONE: Final = 2
"""Number of processes that have ended with an update open, after which it is handled alone: it may be the reason."""
ALONE_SECONDS: Final = 10.0
"""Max seconds for which others wait for such an update."""
ATTEMPTS: Final = 5
"""Max processes that begin with an update. Then the person is told that it failed."""


class RawUpdates(TelegramMethod[list[Any]]):
    """getUpdates, with updates as Telegram sent them: one that aiogram cannot read spoils no other."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class Polling:
    """Fetches and handles updates until ``stop`` is set. Those of one chat are handled one after the other."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, kept: KeptUpdates, stop: asyncio.Event) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._kept = kept
        self._stop = stop
        self._handling = Handling(bot, dispatcher, kept, stop)
        self._offset: int | None = None
        self._from_before: set[int] = set()
        self._unkept: set[int] = set()

    async def run(self) -> None:
        """Handles updates until ``stop`` is set; then it confirms those that it has handled or stored."""
        stopping = asyncio.create_task(self._stop.wait())
        forgetting = asyncio.create_task(self._kept.forget_handled())
        try:
            await self._go_on_with_kept()
            while not self._stop.is_set():
                tasks = self._handling.tasks
                if tasks and (self._handling.waiting or len(self._handling.open) >= MAX_OPEN):
                    await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
                    continue
                fetching = asyncio.create_task(self._fetch())
                await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not fetching.done():
                    fetching.cancel()
                elif updates := fetching.result():
                    await self._take_in(updates)
            if self._handling.tasks:
                await asyncio.wait(self._handling.tasks, timeout=FINISH)
        finally:
            stopping.cancel()
            forgetting.cancel()
        # It may be in the middle of forgetting updates. They are in the set again only once its cancellation has ended.
        await asyncio.wait({forgetting})
        await self._kept.forget_now()
        if self._handling.open:
            log.warning("updates are not handled yet", updates=len(self._handling.open))
        # The next process gets the first update that is neither handled nor stored, and all after it.
        offset = min(self._unkept & self._handling.open, default=self._offset)
        if offset is not None:
            with contextlib.suppress(AiogramError, TimeoutError):
                await self._bot(RawUpdates(offset=offset, limit=1, timeout=0), request_timeout=5)

    async def _go_on_with_kept(self) -> None:
        """Begins with the updates that earlier processes stored and did not handle."""
        begun = set[int]()
        while not self._stop.is_set():
            try:
                kept = [(raw, attempts) for raw, attempts in await self._kept.kept() if raw["update_id"] not in begun]
                self._from_before |= {raw["update_id"] for raw, _ in kept}
                for raw, attempts in kept:
                    if attempts >= ALONE and not self._stop.is_set():
                        await self._kept.count([raw["update_id"]])
                        begun.add(raw["update_id"])
                        await self._go_on_alone(raw, attempts)
                others = [raw for raw, attempts in kept if attempts < ALONE]
                await self._kept.count([raw["update_id"] for raw in others])
                if kept:
                    log.info("updates that another process began are handled", updates=len(kept))
                self._handling.start(self._readable(others))
                return
            except Outage as outage:
                log.warning("stored updates wait for the database", error=str(outage))
                await until_it_answers(self._stop)

    async def _go_on_alone(self, raw: dict[str, Any], attempts: int) -> None:
        """Handles an update that may have ended several processes: nothing else is begun meanwhile."""
        for update in self._readable([raw]):
            if attempts < ATTEMPTS:
                await asyncio.wait(self._handling.start([update]), timeout=ALONE_SECONDS)
            elif attempts == ATTEMPTS:
                await self._handling.give_up(update, f"{attempts} processes ended while they handled it")
            else:
                log.error("an update is given up, and nobody is told", update_id=update.update_id)
                self._kept.handled(update.update_id)

    async def _take_in(self, sent: Sequence[dict[str, Any]]) -> None:
        """Stores updates and begins to handle them. While the database stores none, returns when all are handled."""
        new = [each for each in sent if each["update_id"] not in self._from_before]
        if await self._kept.keep(new):
            self._handling.start(self._readable(new))
            return
        # They stay with Telegram. People are told to wait, and what needs no database is answered.
        self._unkept = {each["update_id"] for each in new}
        tasks = set(self._handling.start(self._readable(new)))
        while tasks and not self._stop.is_set():
            stopping = asyncio.create_task(until_it_answers(self._stop))
            await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            tasks = {each for each in tasks if not each.done()}
            left = [each for each in new if each["update_id"] in self._handling.open]
            if left and stopping.done() and await self._kept.keep(left):
                self._unkept.clear()
                for each in left:
                    if each["update_id"] not in self._handling.open:
                        self._kept.handled(each["update_id"])  # It was handled while it was being stored.
                return

    async def _fetch(self) -> Sequence[dict[str, Any]]:
        """The next updates; [] if none came within POLL. It confirms those before."""
        pause = FIRST_PAUSE
        while True:
            request = RawUpdates(
                offset=self._offset, timeout=POLL, allowed_updates=self._dispatcher.resolve_used_update_types()
            )
            try:
                answer = await self._bot(request, request_timeout=POLL + 30)
                updates = [each for each in answer if isinstance(each, dict) and isinstance(each.get("update_id"), int)]
                # The next request confirms these updates.
                self._offset = max((each["update_id"] + 1 for each in updates), default=self._offset)
                return updates
            except TelegramRetryAfter as error:
                pause = max(pause, float(error.retry_after))
                log.warning("Telegram asks to wait", in_seconds=pause)
            except ClientDecodeError as error:
                # The message of the error has the content of the answer.
                log.warning("updates cannot be fetched", error=type(error.original).__name__, in_seconds=pause)
            except (AiogramError, TimeoutError) as error:
                log.warning("updates cannot be fetched", error=str(error)[:200], in_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE)

    def _readable(self, sent: Sequence[dict[str, Any]]) -> list[Update]:
        """The updates that can be read; the others are passed over."""
        updates = [update_of(self._bot, each) for each in sent]
        for raw, update in zip(sent, updates, strict=True):
            if update is None:
                self._kept.handled(raw["update_id"])
        return [update for update in updates if update is not None]
