"""The bot service: long polling or webhook, and the messages that are owed to chats."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from televent.adapters.postgres.chat_book import PostgresChatBook
from televent.bootstrap import Core
from televent.workers import drain

log = structlog.get_logger("televent.bot")


async def serve_bot(core: Core, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Runs until told to stop. With TELEGRAM_WEBHOOK_URL the API process receives the updates, and only what is owed
    is sent from here."""
    # aiogram costs seconds to import: only this process pays.
    from televent.adapters.telegram.app import make_bot, make_dispatcher, register_commands
    from televent.adapters.telegram.dialogue_storage import DialogueStorage
    from televent.adapters.telegram.door import BotDoor
    from televent.adapters.telegram.notices import TelegramNotices

    settings = core.settings
    token = settings.telegram_bot_token
    if token is None:
        log.error("TELEGRAM_BOT_TOKEN is not set: the bot has nothing to do")
        ready()
        await stop.wait()
        return
    bot = make_bot(token.get_secret_value(), settings.telegram_api_base)
    door = BotDoor(core.office, core.run, settings.base_url)
    book = PostgresChatBook(core.pool)
    dispatcher = make_dispatcher(door, DialogueStorage(book, core.run))
    tasks = [asyncio.create_task(drain(core, [TelegramNotices(bot, door, book)], stop))]
    try:
        await _until_reachable(lambda: register_commands(bot), stop)
        if settings.telegram_webhook_url is not None:
            secret = settings.telegram_webhook_secret
            await bot.set_webhook(
                f"{settings.telegram_webhook_url}/telegram/webhook",
                secret_token=secret.get_secret_value() if secret is not None else None,
            )
        else:
            await bot.delete_webhook()
            polling = dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
            tasks.append(asyncio.create_task(polling))
        ready()
        await stop.wait()
        if settings.telegram_webhook_url is None:
            with contextlib.suppress(RuntimeError):
                await dispatcher.stop_polling()
        await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        for task in tasks:
            task.cancel()
        await bot.session.close()


async def _until_reachable(step: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Telegram may be away when we start (or the sandbox not up yet): try again, without a storm."""
    from aiogram.exceptions import TelegramNetworkError, TelegramServerError

    delay = 0.1
    while not stop.is_set():
        try:
            await step()
            return
        except (TelegramNetworkError, TelegramServerError) as error:
            log.warning("Telegram cannot be reached", error=str(error)[:200], in_seconds=round(delay, 1))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), delay)
            delay = min(delay * 2, 30.0)
