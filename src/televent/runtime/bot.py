"""The bot service: long polling or webhook, and the pending messages to chats."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import structlog

from televent.adapters.postgres.queues.chats.bot_lease import PostgresBotLease
from televent.adapters.postgres.queues.chats.bot_trouble import PostgresBotTrouble
from televent.adapters.postgres.queues.chats.bot_updates import PostgresBotUpdates
from televent.adapters.postgres.queues.chats.chat_book import PostgresChatBook
from televent.adapters.postgres.queues.chats.chat_pace import PostgresChatPace
from televent.application.messages.outbox import Handler
from televent.runtime.compose import Core
from televent.runtime.configuration.server_address import reach
from televent.runtime.database import OperatorError
from televent.runtime.workers.worker import drain

if TYPE_CHECKING:
    from aiogram import Bot

    from televent.adapters.telegram.door import BotDoor

log = structlog.get_logger("televent.bot")


async def serve_bot(core: Core, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Runs the bot until ``stop`` is set. With TELEGRAM_WEBHOOK_URL the API process receives the updates, and this
    process only sends the pending messages."""
    # The import is here because aiogram takes seconds, which other processes save.
    from televent.adapters.telegram.app import make_bot, make_dispatcher, register_commands
    from televent.adapters.telegram.call_trouble import CallTrouble
    from televent.adapters.telegram.dialogue_storage import DialogueStorage
    from televent.adapters.telegram.door import BotDoor
    from televent.adapters.telegram.receiving.kept_updates import KeptUpdates
    from televent.adapters.telegram.receiving.polling import Polling
    from televent.adapters.telegram.receiving.polling_alone import poll_alone

    settings = core.settings
    token = settings.telegram_bot_token
    if token is None:
        log.error("TELEGRAM_BOT_TOKEN is not set: the bot does nothing")
        ready()
        await stop.wait()
        return
    trouble = CallTrouble()
    bot = make_bot(token.get_secret_value(), settings.telegram_api_base, trouble)
    door = BotDoor(core.backend, core.run, partial(reach, settings))
    book = PostgresChatBook(core.pool)
    dispatcher = make_dispatcher(door, DialogueStorage(book, core.run))
    counts = PostgresBotTrouble(core.pool, bot.id)
    tasks = [
        asyncio.create_task(drain(core, chat_handlers(core, bot, door), stop)),
        asyncio.create_task(trouble.keep(counts.add, core.run, stop)),
    ]
    try:
        await _until_reachable(lambda: register_commands(bot), stop)
        if settings.telegram_webhook_url is not None:
            secret = settings.telegram_webhook_secret
            address = f"{settings.telegram_webhook_url}/telegram/webhook"
            token_of_ours = secret.get_secret_value() if secret is not None else None
            await _until_reachable(
                lambda: bot.set_webhook(
                    address, secret_token=token_of_ours, allowed_updates=dispatcher.resolve_used_update_types()
                ),
                stop,
            )
        else:
            await _until_reachable(bot.delete_webhook, stop)
            lease = PostgresBotLease(core.pool, bot.id, core.backend.ids())
            kept = KeptUpdates(PostgresBotUpdates(core.pool, bot.id), core.run)
            tasks.append(
                asyncio.create_task(poll_alone(lease, core.run, partial(Polling, bot, dispatcher, kept), stop))
            )
        ready()
        stopping = asyncio.create_task(stop.wait())
        # A task that fails ends the service, so that the supervisor starts it again.
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        failed = [error for task in tasks if task.done() and (error := task.exception()) is not None]
        if failed:
            raise failed[0]
        await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        for task in tasks:
            task.cancel()
        await bot.session.close()


def chat_handlers(core: Core, bot: Bot, door: BotDoor) -> list[Handler]:
    """The handlers of the outbox's messages to chats."""
    from televent.adapters.telegram.notices.delivery import TelegramNotices

    pace = PostgresChatPace(core.rate_limit, bot.id)
    return [TelegramNotices(bot, door, pace, core.outbox.enqueue)]


async def _until_reachable(step: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    """Retries ``step`` with growing pauses until Telegram, or the sandbox, can be reached, or ``stop`` is set.

    Raises OperatorError where Telegram does not know the token.
    """
    from aiogram.exceptions import (
        ClientDecodeError,
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
        except (TelegramNetworkError, TelegramServerError, ClientDecodeError) as error:
            log.warning("Telegram cannot be reached", error=str(error)[:200], in_seconds=round(delay, 1))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), delay)
            delay = min(delay * 2, 30.0)
