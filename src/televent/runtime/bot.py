"""The bot service: long polling or webhook, and the messages that are owed to chats."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from televent.adapters.postgres.queues.chat_book import PostgresChatBook
from televent.application.messages.outbox import Handler
from televent.runtime.compose import Core
from televent.runtime.database import OperatorError
from televent.runtime.worker import drain

if TYPE_CHECKING:
    from aiogram import Bot

    from televent.adapters.telegram.door import BotDoor

log = structlog.get_logger("televent.bot")


async def serve_bot(core: Core, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Runs until told to stop. With TELEGRAM_WEBHOOK_URL the API process receives the updates, and only what is owed
    is sent from here."""
    # aiogram costs seconds to import: only this process pays.
    from televent.adapters.telegram.app import make_bot, make_dispatcher, register_commands
    from televent.adapters.telegram.dialogue_storage import DialogueStorage
    from televent.adapters.telegram.door import BotDoor

    settings = core.settings
    token = settings.telegram_bot_token
    if token is None:
        log.error("TELEGRAM_BOT_TOKEN is not set: the bot has nothing to do")
        ready()
        await stop.wait()
        return
    bot = make_bot(token.get_secret_value(), settings.telegram_api_base)
    door = BotDoor(core.backend, core.run, settings.base_url)
    book = PostgresChatBook(core.pool)
    dispatcher = make_dispatcher(door, DialogueStorage(book, core.run))
    polling: asyncio.Task[None] | None = None
    tasks = [asyncio.create_task(drain(core, chat_handlers(core, bot, door), stop))]
    try:
        await _until_reachable(lambda: register_commands(bot), stop)
        if settings.telegram_webhook_url is not None:
            secret = settings.telegram_webhook_secret
            address = f"{settings.telegram_webhook_url}/telegram/webhook"
            token_of_ours = secret.get_secret_value() if secret is not None else None
            await _until_reachable(lambda: bot.set_webhook(address, secret_token=token_of_ours), stop)
        else:
            await _until_reachable(bot.delete_webhook, stop)
            poll = dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
            polling = asyncio.create_task(poll)
            tasks.append(polling)
        ready()
        stopping = asyncio.create_task(stop.wait())
        # One that fails takes the service with it: a bot that only seems to run is never started again.
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        failed = [error for task in tasks if task.done() and (error := task.exception()) is not None]
        if failed:
            raise failed[0]
        # Whatever the poll has to say from here on is about our own end, the sandbox's perhaps before ours.
        logging.getLogger("aiogram").setLevel(logging.CRITICAL)
        while polling is not None and not polling.done():
            # It refuses while the poll has not begun yet: ask again, or nobody would ever tell it.
            with contextlib.suppress(RuntimeError):
                await dispatcher.stop_polling()
            await asyncio.wait({polling}, timeout=0.05)
        await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        for task in tasks:
            task.cancel()
        await bot.session.close()


def chat_handlers(core: Core, bot: Bot, door: BotDoor) -> list[Handler]:
    """The handlers of the outbox's messages to chats."""
    from televent.adapters.telegram.notices import TelegramNotices

    return [TelegramNotices(bot, door, PostgresChatBook(core.pool))]


async def _until_reachable(step: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    """Telegram may be away when we start (or the sandbox not up yet): try again, without a storm.

    Raises OperatorError where Telegram does not know the token.
    """
    from aiogram.exceptions import (
        TelegramNetworkError,
        TelegramNotFound,
        TelegramRetryAfter,
        TelegramServerError,
        TelegramUnauthorizedError,
    )

    delay = 0.1
    while not stop.is_set():
        try:
            await step()
            return
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise OperatorError(f"TELEGRAM_BOT_TOKEN: Telegram does not know this token ({error.message})") from error
        except TelegramRetryAfter as error:
            delay = max(delay, float(error.retry_after))
            log.warning("Telegram asks to wait", in_seconds=delay)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), delay)
        except (TelegramNetworkError, TelegramServerError) as error:
            log.warning("Telegram cannot be reached", error=str(error)[:200], in_seconds=round(delay, 1))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), delay)
            delay = min(delay * 2, 30.0)
