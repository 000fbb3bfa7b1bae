"""Repeats calls of the Bot API that failed for a moment, so that the answer to a person is not lost.

Telegram has no idempotency key. A call that Telegram carried out, and whose answer was lost, is made a second time: the
person gets the message twice. That is better than not at all.
"""

from __future__ import annotations

import asyncio
import random
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
WAITS: Final = 8
"""Max waits of one call for which Telegram names the time. It has not carried out such a call, so nothing comes twice;
and when many chats are busy at once, the first attempts of all meet the same limit."""
_FAILED = (TelegramNetworkError, TelegramServerError, RestartingTelegram, ClientDecodeError, TimeoutError)

Sleep = Callable[[float], Awaitable[object]]


class Persistence(BaseRequestMiddleware):
    """Makes a failed call again, all but getUpdates, whose caller does it. ``sleep``: waits so many seconds.

    ``chance``: gives numbers from 0 to 1, by which waits are longer than asked for: calls that were refused together
    would be refused together again.
    """

    def __init__(
        self, trouble: CallTrouble, sleep: Sleep = asyncio.sleep, chance: Callable[[], float] = random.random
    ) -> None:
        self._trouble = trouble
        self._sleep, self._chance = sleep, chance

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        name = method.__api_method__
        if name == GetUpdates.__api_method__:
            return await make_request(bot, method)
        pauses, waits = iter(PAUSES), WAITS
        while True:
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as error:
                self._trouble.note(WAIT, name, error)
                waits -= 1
                if waits < 0 or error.retry_after > MAX_ASKED:
                    raise
                pause = error.retry_after * (1.0 + self._chance())
            except _FAILED as error:
                self._trouble.note(FAILED, name, error)
                longer = next(pauses, None)
                if longer is None:
                    raise
                pause = longer
            await self._sleep(pause)
