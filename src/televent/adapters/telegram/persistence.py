"""Repeats calls of the Bot API that failed for a moment, so that the answer to a person is not lost.

Telegram has no idempotency key. A call that Telegram carried out, and whose answer was lost, is made a second time: the
person gets the message twice. That is better than not at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import (
    ClientDecodeError,
    RestartingTelegram,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import GetUpdates, Response, TelegramMethod
from aiogram.methods.base import TelegramType

from televent.adapters.telegram.call_trouble import FAILED, WAIT, CallTrouble

PAUSES: Final = (0.3, 1.0, 3.0)
"""Seconds before the second, third and fourth attempt after an error of the network or of Telegram."""
MAX_ASKED: Final = 5.0
"""Max seconds that a call waits where Telegram names the time. A longer wait is the caller's: it holds up a chat."""
_FAILED = (TelegramNetworkError, TelegramServerError, RestartingTelegram, ClientDecodeError, TimeoutError)

Sleep = Callable[[float], Awaitable[object]]


class Persistence(BaseRequestMiddleware):
    """Makes a failed call again, all but getUpdates, whose caller does it. ``sleep``: waits so many seconds."""

    def __init__(self, trouble: CallTrouble, sleep: Sleep = asyncio.sleep) -> None:
        self._trouble = trouble
        self._sleep = sleep

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        name = method.__api_method__
        if name == GetUpdates.__api_method__:
            return await make_request(bot, method)
        for pause in (*PAUSES, None):
            wait = pause
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                self._trouble.note(WAIT, name, error)
                if pause is None or error.retry_after > MAX_ASKED:
                    raise
                wait = max(pause, float(error.retry_after))
            except _FAILED as error:
                self._trouble.note(FAILED, name, error)
                if pause is None:
                    raise
            await self._sleep(wait or 0.0)
        raise AssertionError("unreachable")
