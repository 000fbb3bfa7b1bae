"""Receives Telegram's updates by long polling (Bot API, getUpdates), and confirms an update only after it was handled.

aiogram's own polling confirms an update when it begins to handle it. So a process that is killed, or a database that is
away, would lose it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter
from aiogram.types import Update

from televent.application.outage import Outage

log = structlog.get_logger("televent.bot")

POLL: Final = 10
"""Max seconds of one request for updates."""
SLOW: Final = 10.0
"""Seconds after which the next updates are fetched although some are still handled, so that one slow call does not hold
up everybody. This never happens during an outage."""
AGAIN: Final = 1.0
"""Seconds until an update is handled again after an outage."""
FIRST_PAUSE, LAST_PAUSE = 0.5, 10.0
"""Min and max seconds until the next request after one that failed."""


class Polling:
    """Fetches and handles updates until ``stop`` is set. Those of one chat are handled one after the other."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, stop: asyncio.Event) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._stop = stop
        self._offset: int | None = None
        self._waiting = 0
        self._slow: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Handles updates until ``stop`` is set; then it confirms those that it has handled."""
        stopping = asyncio.create_task(self._stop.wait())
        while not self._stop.is_set():
            fetching = asyncio.create_task(self._fetch())
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                fetching.cancel()
            elif updates := fetching.result():
                await self._handle_all(updates)
        stopping.cancel()
        if self._offset is not None:
            # Without this the next process would get them again.
            with contextlib.suppress(TelegramAPIError, TimeoutError):
                await self._bot.get_updates(offset=self._offset, limit=1, timeout=0, request_timeout=5)

    async def _fetch(self) -> Sequence[Update]:
        """The next updates; [] if none came within POLL. It confirms those before."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._bot.get_updates(
                    offset=self._offset,
                    timeout=POLL,
                    allowed_updates=self._dispatcher.resolve_used_update_types(),
                    request_timeout=POLL + 30,
                )
            except TelegramRetryAfter as error:
                pause = max(pause, float(error.retry_after))
                log.warning("Telegram asks to wait", in_seconds=pause)
            except (TelegramAPIError, TimeoutError) as error:
                log.warning("updates cannot be fetched", error=str(error)[:200], in_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE)

    async def _handle_all(self, updates: Sequence[Update]) -> None:
        unhandled = {update.update_id for update in updates}
        left = {asyncio.create_task(self._handle_in_order(each, unhandled)) for each in by_chat(updates)}
        while left:
            _, left = await asyncio.wait(left, timeout=SLOW)
            if left and not self._waiting:
                # They go on beside the next updates, and count as handled.
                self._slow |= left
                for task in left:
                    task.add_done_callback(self._slow.discard)
                unhandled.clear()
                break
        # Where the process stops during an outage, the first update that is not handled comes again, and all after it.
        self._offset = min(unhandled, default=updates[-1].update_id + 1)

    async def _handle_in_order(self, updates: Sequence[Update], unhandled: set[int]) -> None:
        for update in updates:
            while not await self._handled(update):
                self._waiting += 1
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), AGAIN)
                self._waiting -= 1
                if self._stop.is_set():
                    return
            unhandled.discard(update.update_id)

    async def _handled(self, update: Update) -> bool:
        """Handles the update; False: there is an outage."""
        try:
            await self._dispatcher.feed_update(self._bot, update)
        except Outage:
            return False
        except Exception:
            log.exception("an update failed", update_id=update.update_id)
        return True


def by_chat(updates: Sequence[Update]) -> list[list[Update]]:
    """The updates of each chat, in order; one without a chat is by itself."""
    chats: dict[object, list[Update]] = {}
    for update in updates:
        message = update.message or (update.callback_query.message if update.callback_query is not None else None)
        chats.setdefault(("update", update.update_id) if message is None else message.chat.id, []).append(update)
    return list(chats.values())
