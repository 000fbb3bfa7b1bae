"""A call of the Bot API that fails for a moment is made again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import GetUpdates, Response, SendMessage

from televent.adapters.telegram.call_trouble import CallTrouble
from televent.adapters.telegram.persistence import MAX_ASKED, PAUSES, WAITS, Persistence

METHOD = SendMessage(chat_id=1, text="x")
GATEWAY = TelegramServerError(METHOD, "Bad Gateway")
NETWORK = TelegramNetworkError(METHOD, "timeout")


def calls(method: Any, *errors: Exception) -> tuple[int, list[float], Exception | None]:
    """The number of calls, the pauses between them, and the error that is left."""
    left, pauses = list(errors), list[float]()
    made = 0

    async def request(_: Bot, __: Any) -> Response[Any]:
        nonlocal made
        made += 1
        if left:
            raise left.pop(0)
        return Response(ok=True, result=True)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def run() -> Exception | None:
        bot = Bot("1:abc")
        try:
            await Persistence(CallTrouble(), sleep, chance=lambda: 0.25)(request, bot, method)
        except Exception as error:
            return error
        finally:
            await bot.session.close()
        return None

    error = asyncio.run(run())
    return made, pauses, error


def test_a_call_is_made_again_after_errors_of_the_network_and_of_telegram() -> None:
    assert calls(METHOD, GATEWAY, NETWORK) == (3, list(PAUSES[:2]), None)


def test_it_is_given_up_after_the_last_attempt() -> None:
    assert calls(METHOD, *[GATEWAY] * 9) == (len(PAUSES) + 1, list(PAUSES), GATEWAY)


def test_a_wait_that_telegram_names_is_kept_and_a_little_more() -> None:
    assert calls(METHOD, TelegramRetryAfter(METHOD, "", retry_after=4)) == (2, [5.0], None)


def test_a_limit_that_many_calls_meet_is_waited_for_longer_than_a_failure() -> None:
    """An answer to a person does not fail because other chats are busy."""
    again = TelegramRetryAfter(METHOD, "", retry_after=1)
    assert calls(METHOD, *[again] * WAITS, GATEWAY) == (WAITS + 2, [1.25] * WAITS + [PAUSES[0]], None)
    assert calls(METHOD, *[again] * 99) == (WAITS + 1, [1.25] * WAITS, again)


@pytest.mark.parametrize(
    "error",
    [
        TelegramRetryAfter(METHOD, "", retry_after=int(MAX_ASKED) + 1),
        TelegramBadRequest(METHOD, "chat not found"),
        TelegramForbiddenError(METHOD, "bot was blocked by the user"),
    ],
)
def test_another_error_and_a_long_wait_are_the_callers(error: Exception) -> None:
    assert calls(METHOD, error) == (1, [], error)


def test_the_request_for_updates_is_made_once() -> None:
    assert calls(GetUpdates(), NETWORK) == (1, [], NETWORK)
