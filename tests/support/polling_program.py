"""A bot in a process of its own that dies by the text "crash" and never ends with "hang": `database_url sandbox_url
token`. Prints "polls" when it begins, and ends when its input does."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from aiogram import BaseMiddleware
from aiogram.types import Message, TelegramObject

from support.passwords import CHEAP_PASSWORDS
from support.reach import at_home
from televent.adapters.postgres.queues.chats.bot_updates import PostgresBotUpdates
from televent.adapters.postgres.queues.chats.chat_book import PostgresChatBook
from televent.adapters.telegram.app import make_bot, make_dispatcher
from televent.adapters.telegram.dialogue_storage import DialogueStorage
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.receiving.kept_updates import KeptUpdates
from televent.adapters.telegram.receiving.polling import Polling
from televent.runtime.compose import build_core
from televent.settings import load_settings


class Deadly(BaseMiddleware):
    """A fault in a handler that ends the whole process, or never ends."""

    async def __call__(
        self, handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]], event: TelegramObject, data: Any
    ) -> Any:
        assert isinstance(event, Message)
        if event.text == "crash":
            os._exit(3)
        if event.text == "hang":
            await asyncio.Event().wait()
        return await handler(event, data)


async def poll(database_url: str, sandbox_url: str, token: str) -> None:
    core = build_core(load_settings(pool_size=4), database_url, CHEAP_PASSWORDS)
    bot = make_bot(token, sandbox_url)
    dispatcher = make_dispatcher(
        BotDoor(core.backend, core.run, at_home), DialogueStorage(PostgresChatBook(core.pool), core.run)
    )
    dispatcher.message.outer_middleware(Deadly())
    stop = asyncio.Event()
    polling = asyncio.create_task(
        Polling(bot, dispatcher, KeptUpdates(PostgresBotUpdates(core.pool, bot.id), core.run), stop).run()
    )
    print("polls", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    stop.set()
    await polling
    await bot.session.close()
    core.close()


if __name__ == "__main__":
    asyncio.run(poll(*sys.argv[1:]))
