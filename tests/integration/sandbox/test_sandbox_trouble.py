"""Telegram's limits and faults on request: how the bot meets them, and that hidden deliveries are counted."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramRetryAfter

from support.sandbox import ANN, BOB, bot_of, sandbox_control
from televent.adapters.sandbox.botapi.errors import BotApiError
from televent.adapters.sandbox.botapi.trouble.limits import Pace
from televent.adapters.sandbox.config import Limits


def sent(pace: Pace, chat: int, now: float) -> float:
    """Seconds to wait for a message at this time; 0 where it is taken."""
    try:
        pace.check("sendMessage", chat, now)
    except BotApiError as error:
        refused = error.payload()
    else:
        return 0
    seconds: float = refused["parameters"]["retry_after"]
    assert refused["description"] == f"Too Many Requests: retry after {seconds}"
    return seconds


def test_a_chat_takes_a_short_burst_and_then_one_a_second() -> None:
    pace = Pace(Limits(burst=3))
    assert [sent(pace, 1, 100.0) for _ in range(4)] == [0, 0, 0, 1]
    assert [sent(pace, 1, 100.9), sent(pace, 1, 101.0), sent(pace, 1, 101.1)] == [1, 0, 1]
    assert [sent(pace, 1, 200.0) for _ in range(4)] == [0, 0, 0, 1]
    assert pace.report()["refused"] == {"chat": 4}
    for free in ("sendChatAction", "answerCallbackQuery", "deleteMessage", "getUpdates"):
        pace.check(free, 1, 200.0)


def test_all_chats_take_thirty_a_second_together() -> None:
    pace = Pace(Limits())
    assert sum(sent(pace, chat, 10.0) == 0 for chat in range(1, 41)) == 30
    assert sum(sent(pace, chat, 11.0) == 0 for chat in range(1, 41)) == 30
    assert pace.report()["refused"] == {"all": 20}


def test_a_group_takes_twenty_a_minute() -> None:
    pace = Pace(Limits())
    assert [sent(pace, -5, 10.0 + 2 * each) for each in range(20)] == [0] * 20
    assert sent(pace, -5, 50.0) == 20
    assert sent(pace, -5, 70.0) == 0


def test_limits_are_off_until_a_test_asks_for_them() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.phone(ANN).says("/start")
            for number in range(6):
                await bot.send_message(ANN, f"{number}")
            await control.post("/sandbox/limits", burst=2, per_chat=0.01)
            await bot.send_message(ANN, "6")
            await bot.send_message(ANN, "7")
            with pytest.raises(TelegramRetryAfter) as refused:
                await bot.send_message(ANN, "8")
            assert 90 <= refused.value.retry_after <= 100
            report = await control.get("/sandbox/limits")
            assert (report["counted"], report["refused"]) == (2, {"chat": 1})
            assert (await control.http.delete("/sandbox/limits")).is_success
            await bot.send_message(ANN, "9")
        async with sandbox_control(limits=Limits(burst=1, per_chat=0.01)) as control, bot_of(control) as bot:
            await control.phone(ANN).says("/start")
            await bot.send_message(ANN, "1")
            with pytest.raises(TelegramRetryAfter):
                await bot.send_message(ANN, "2")

    asyncio.run(steps())


def test_a_lost_answer_hides_whether_the_message_is_there() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            ann = control.phone(ANN)
            await ann.says("/start")
            await control.fault("timeout_before", method="sendMessage")
            with pytest.raises(TelegramNetworkError):
                await bot.send_message(ANN, "never came")
            await control.fault("timeout_after", method="sendMessage", chat_id=ANN)
            with pytest.raises(TelegramNetworkError):
                await bot.send_message(ANN, "came unheard")
            await control.fault("slow", delay=0.01)
            await bot.send_message(ANN, "slow")
            assert [each["text"] for each in await ann.sees() if each["from"] == "bot"] == ["came unheard", "slow"]
            (hidden,) = await control.hidden()
            heard = await ann.hears("came unheard")
            assert hidden == {"method": "sendMessage", "chat_id": ANN, "message_id": heard["message_id"]}
            report = await control.get("/sandbox/faults")
            assert report["met"] == {"timeout_before": 1, "timeout_after": 1, "slow": 1}

    asyncio.run(steps())


async def storm(share: float, seed: int) -> tuple[list[str], list[str], int]:
    """The result of each of 200 calls, the messages that arrived, and the number of hidden ones."""
    async with sandbox_control() as control, bot_of(control) as bot:
        ann = control.phone(ANN)
        await ann.says("/start")
        await control.fault("storm", share=share, seed=seed)
        results = []
        for number in range(200):
            try:
                await bot.send_message(ANN, f"{number}")
                results.append("sent")
            except TelegramAPIError as error:
                results.append(type(error).__name__)
        arrived = [each["text"] for each in await ann.sees() if each["from"] == "bot"]
        return results, arrived, len(await control.hidden())


def test_a_storm_fails_a_seeded_share_of_calls_and_counts_duplicates_exactly() -> None:
    results, arrived, hidden = asyncio.run(storm(0.2, 7))
    again, _, _ = asyncio.run(storm(0.2, 7))
    other, _, _ = asyncio.run(storm(0.2, 8))
    assert results == again != other
    counts = Counter(results)
    assert set(counts) == {"sent", "TelegramRetryAfter", "TelegramServerError", "TelegramNetworkError"}
    assert 20 <= 200 - counts["sent"] <= 60
    assert len(arrived) == len(set(arrived)) == counts["sent"] + hidden
    assert 0 < hidden < counts["TelegramNetworkError"]


def test_faults_by_name_are_telegrams_own_words() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            await control.phone(ANN).says("/start")
            await control.phone(BOB).says("/start")
            for kind, words in {
                "blocked": "Forbidden: bot was blocked by the user",
                "deactivated": "Forbidden: user is deactivated",
                "kicked": "Forbidden: bot was kicked from the supergroup chat",
                "bad_gateway": "Bad Gateway",
            }.items():
                await control.fault(kind, chat_id=ANN)
                await bot.send_message(BOB, "for another chat")
                with pytest.raises(TelegramAPIError, match=words):
                    await bot.send_message(ANN, kind)
            await control.fault("too_old")
            with pytest.raises(TelegramAPIError, match="query is too old and response timeout expired"):
                await bot.answer_callback_query("1")
            sent = await bot.send_message(ANN, "one")
            await control.fault("gone")
            with pytest.raises(TelegramAPIError, match="message to edit not found"):
                await bot.edit_message_text("two", chat_id=ANN, message_id=sent.message_id)
            for fields in ({"kind": "x"}, {"status": 0}, {"status": 502, "share": 0}, {"status": 502, "times": 0}):
                assert (await control.http.post("/sandbox/faults", json=fields)).status_code == 400

    asyncio.run(steps())
