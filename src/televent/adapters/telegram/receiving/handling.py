"""Handles updates: those of one chat one after the other, each until it is done or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog
from aiogram import Bot, Dispatcher
from aiogram.types import ErrorEvent, Update

from televent.adapters.telegram.receiving.kept_updates import KeptUpdates, until_it_answers
from televent.application.outage import DatabaseBusy, Outage

log = structlog.get_logger("televent.bot")

BUSY_ATTEMPTS: Final = 10
"""Max attempts at an update for which the database is busy. Then the person is told that it failed."""
LONGEST: Final = 180.0
"""Max seconds of one attempt. A handler that takes longer hangs."""


class GivenUp(Exception):
    """The update was not handled, however often it was begun. The sentence is for the operator."""


class Handling:
    """Handles updates until ``stop`` is set. ``open``: the ids of those that are not handled yet."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, kept: KeptUpdates, stop: asyncio.Event) -> None:
        self._bot, self._dispatcher = bot, dispatcher
        self._kept, self._stop = kept, stop
        self.open: set[int] = set()
        self.tasks: set[asyncio.Task[bool]] = set()
        """One for each chat and ``start``; it returns False where it has left updates to the next process."""
        self.waiting = 0
        """The number of updates that wait until the database is there again."""
        self._chats: dict[object, asyncio.Task[bool]] = {}

    def start(self, updates: Sequence[Update]) -> list[asyncio.Task[bool]]:
        """Begins to handle updates, and returns at once."""
        self.open.update(update.update_id for update in updates)
        started = []
        for chat, each in by_chat(updates).items():
            task = self._chats[chat] = asyncio.create_task(self._handle_in_order(each, self._chats.get(chat)))
            task.add_done_callback(partial(self._ended, chat))
            self.tasks.add(task)
            started.append(task)
        return started

    async def give_up(self, update: Update, reason: str) -> None:
        """Tells the person that their update failed, and the operator."""
        chat = update.callback_query.message.chat if update.callback_query and update.callback_query.message else None
        chat = update.message.chat if update.message is not None else chat
        if chat is None or chat.type != "private":
            log.error("an update is given up", update_id=update.update_id, error=reason)
        else:
            event = ErrorEvent(update=update, exception=GivenUp(reason))
            try:
                async with asyncio.timeout(LONGEST):
                    await self._dispatcher.propagate_event("error", event, bot=self._bot)
            except Exception:
                log.exception("a person is not told that their update failed", update_id=update.update_id)
        self._done(update)

    def _done(self, update: Update) -> None:
        self.open.discard(update.update_id)
        self._kept.handled(update.update_id)

    def _ended(self, chat: object, task: asyncio.Task[bool]) -> None:
        self.tasks.discard(task)
        if self._chats.get(chat) is task:
            del self._chats[chat]

    async def _handle_in_order(self, updates: Sequence[Update], before: asyncio.Task[bool] | None) -> bool:
        if before is not None and not await before:
            return False
        for update in updates:
            if not await self._handle(update):
                return False
            self._done(update)
        return True

    async def _handle(self, update: Update) -> bool:
        """Handles an update, again and again during an outage. False: the process stops, and the next one gets it."""
        busy, waiting, last = 0, 0, False
        try:
            while (outage := await self._attempt(update, last)) is not None and not last:
                if isinstance(outage, DatabaseBusy):
                    # A lock that one person's update waits for is no reason to let all others wait.
                    busy += 1
                elif not waiting:
                    self.waiting += (waiting := 1)
                await until_it_answers(self._stop)
                if self._stop.is_set():
                    return False
                last = busy + 1 >= BUSY_ATTEMPTS
            return True
        finally:
            self.waiting -= waiting

    async def _attempt(self, update: Update, last: bool) -> Outage | None:
        """Handles the update once. After the ``last`` attempt the person is told of an outage as of a failure."""
        try:
            async with asyncio.timeout(LONGEST):
                await self._dispatcher.feed_update(self._bot, update, last_attempt=last)
        except Outage as outage:
            return outage
        except TimeoutError:
            await self.give_up(update, f"its handler did not end within {LONGEST:g} seconds")
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
