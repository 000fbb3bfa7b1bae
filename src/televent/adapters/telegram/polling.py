"""Receives Telegram's updates by long polling (Bot API, getUpdates), and confirms an update only after it was handled.

aiogram's own polling confirms an update when it begins to handle it. So a process that is killed, or a database that is
away, would lose it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramRetryAfter
from aiogram.types import Update

from televent.adapters.telegram.updates import update_of
from televent.application.outage import DatabaseBusy, Outage

log = structlog.get_logger("televent.bot")

POLL: Final = 10
"""Max seconds of one request for updates."""
SLOW: Final = 10.0
"""Seconds after which the next updates are fetched although some are still handled, so that one slow call does not hold
up everybody. This never happens while the database is away or takes no writes."""
MAX_SLOW: Final = 1000
"""Max tasks with updates of one chat each that go on beside the next updates; with more, none are fetched."""
AGAIN: Final = 1.0
"""Seconds until an update is handled again after an outage."""
BUSY_ATTEMPTS: Final = 10
"""Max attempts at an update for which the database is busy. Then the person is told that it failed."""
FINISH: Final = 8.0
"""Max seconds that a stop waits for updates that are still handled; less than the supervisor's STOP_TIMEOUT."""
FIRST_PAUSE, LAST_PAUSE = 0.5, 10.0
"""Min and max seconds until the next request after one that failed."""


class Polling:
    """Fetches and handles updates until ``stop`` is set. Those of one chat are handled one after the other."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, stop: asyncio.Event) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._stop = stop
        self._offset: int | None = None
        self._confirmed = 0
        self._open: set[int] = set()
        self._holding = 0
        self._chats: dict[object, asyncio.Task[None]] = {}
        self._slow: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Handles updates until ``stop`` is set; then it confirms those that it has handled."""
        stopping = asyncio.create_task(self._stop.wait())
        while not self._stop.is_set():
            if self._slow and (self._holding or len(self._slow) >= MAX_SLOW):
                await asyncio.wait({stopping, *self._slow}, return_when=asyncio.FIRST_COMPLETED)
                continue
            fetching = asyncio.create_task(self._fetch())
            await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                fetching.cancel()
            elif updates := fetching.result():
                await self._handle_all(updates)
        stopping.cancel()
        if self._slow:
            await asyncio.wait(self._slow, timeout=FINISH)
        if self._open:
            log.warning("updates are not handled yet", updates=len(self._open))
        # The next process gets the first update that is not handled, and all after it.
        offset = min(self._open, default=self._offset)
        if offset is not None:
            with contextlib.suppress(AiogramError, TimeoutError):
                await self._bot.get_updates(offset=offset, limit=1, timeout=0, request_timeout=5)

    async def _fetch(self) -> Sequence[Update]:
        """The next updates; [] if none came within POLL. It confirms those before."""
        pause = FIRST_PAUSE
        while True:
            self._confirmed = self._offset or 0
            try:
                updates = await self._bot.get_updates(
                    offset=self._offset,
                    timeout=POLL,
                    allowed_updates=self._dispatcher.resolve_used_update_types(),
                    request_timeout=POLL + 30,
                )
                self._pass(update.update_id for update in updates)
                return updates
            except TelegramRetryAfter as error:
                pause = max(pause, float(error.retry_after))
                log.warning("Telegram asks to wait", in_seconds=pause)
            except ClientDecodeError as error:
                sent = _sent(error.data)
                self._pass(each["update_id"] for each in sent)
                if updates := [update for each in sent if (update := update_of(self._bot, each)) is not None]:
                    return updates
                # The message of the error has the content of the answer.
                log.warning("updates cannot be fetched", error=type(error.original).__name__, in_seconds=pause)
            except (AiogramError, TimeoutError) as error:
                log.warning("updates cannot be fetched", error=str(error)[:200], in_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE)

    def _pass(self, ids: Iterable[int]) -> None:
        """The next request confirms these updates."""
        self._offset = max((each + 1 for each in ids), default=self._offset)

    async def _handle_all(self, updates: Sequence[Update]) -> None:
        """Returns when all are handled, or the rest of them is slow. Only an update that is slow, or that waits behind
        a slow one of its chat, is confirmed before it is handled."""
        self._open.update(update.update_id for update in updates)
        left = set[asyncio.Task[None]]()
        for chat, each in by_chat(updates).items():
            before = self._chats.get(chat)
            task = self._chats[chat] = asyncio.create_task(self._handle_in_order(each, before))
            task.add_done_callback(partial(self._ended, chat))
            (left if before is None else self._slow).add(task)
        while left:
            _, left = await asyncio.wait(left, timeout=SLOW)
            if left and not self._holding:
                self._slow |= left
                break

    def _ended(self, chat: object, task: asyncio.Task[None]) -> None:
        self._slow.discard(task)
        if self._chats.get(chat) is task:
            del self._chats[chat]

    async def _handle_in_order(self, updates: Sequence[Update], before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        for update in updates:
            if not await self._handle(update):
                return
            self._open.discard(update.update_id)

    async def _handle(self, update: Update) -> bool:
        """Handles an update, again and again during an outage. False: the process stops, and the next one gets it."""
        busy, holding, last = 0, 0, False
        try:
            while (outage := await self._attempt(update, last)) is not None and not last:
                if isinstance(outage, DatabaseBusy):
                    # A lock that one person's update waits for is no reason to let all others wait.
                    busy += 1
                elif not holding:
                    self._holding += (holding := 1)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), AGAIN)
                stopped = self._stop.is_set()
                if stopped and update.update_id >= self._confirmed:
                    return False
                last = stopped or busy + 1 >= BUSY_ATTEMPTS
            return True
        finally:
            self._holding -= holding

    async def _attempt(self, update: Update, last: bool) -> Outage | None:
        """Handles the update once. After the ``last`` attempt the person is told of an outage as of a failure."""
        try:
            await self._dispatcher.feed_update(self._bot, update, last_attempt=last)
        except Outage as outage:
            return outage
        except Exception:
            log.exception("an update failed", update_id=update.update_id)
        return None


def by_chat(updates: Sequence[Update]) -> dict[object, list[Update]]:
    """The updates of each chat, in order; one without a chat is by itself."""
    chats: dict[object, list[Update]] = {}
    for update in updates:
        message = update.message or (update.callback_query.message if update.callback_query is not None else None)
        chats.setdefault(("update", update.update_id) if message is None else message.chat.id, []).append(update)
    return chats


def _sent(answer: Any) -> list[dict[str, Any]]:
    """The updates in an answer of getUpdates; [] where it is no such answer."""
    result = answer.get("result") if isinstance(answer, dict) else None
    updates = result if isinstance(result, list) else []
    return [each for each in updates if isinstance(each, dict) and isinstance(each.get("update_id"), int)]
