"""Calls that Telegram did not carry out at once are counted, and told in the log without flooding it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from structlog.testing import capture_logs

from televent.adapters.telegram.call_trouble import EVERY, FAILED, WAIT, CallTrouble
from televent.application.outage import DatabaseAway


async def at_once(function: Callable[..., Any], *arguments: object) -> Any:
    return function(*arguments)


def test_one_line_tells_of_many_calls() -> None:
    now = 100.0
    trouble = CallTrouble(lambda: now)
    with capture_logs() as lines:
        for _ in range(500):
            trouble.note(WAIT, "sendMessage", Exception("retry after 1"))
        now += EVERY
        trouble.note(FAILED, "editMessageText", Exception("Bad Gateway"))
    told = [(line["method"], line["error"], line["waits"], line["failures"]) for line in lines]
    assert told == [("sendMessage", "retry after 1", 1, 0), ("editMessageText", "Bad Gateway", 499, 1)]


def test_counts_that_an_outage_keeps_back_are_written_later() -> None:
    trouble, written, away = CallTrouble(), Counter[str](), True

    def add(calls: Mapping[str, int]) -> None:
        if away:
            raise DatabaseAway
        written.update(calls)

    for reason in (WAIT, WAIT, FAILED):
        trouble.note(reason, "sendMessage", Exception("x"))
    asyncio.run(trouble.write(add, at_once))
    assert not written
    away = False
    trouble.note(WAIT, "sendMessage", Exception("x"))
    asyncio.run(trouble.write(add, at_once))
    asyncio.run(trouble.write(add, at_once))
    assert written == {WAIT: 3, FAILED: 1}


def test_the_last_counts_are_written_at_the_stop() -> None:
    trouble, written = CallTrouble(), Counter[str]()

    async def steps() -> None:
        stop = asyncio.Event()
        keeping = asyncio.create_task(trouble.keep(written.update, at_once, stop))
        trouble.note(WAIT, "sendMessage", Exception("x"))
        stop.set()
        await keeping

    asyncio.run(steps())
    assert written == {WAIT: 1}
