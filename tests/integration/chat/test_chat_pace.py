"""Telegram's limits, kept by several processes together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.event_store import Shop, open_shop
from televent.adapters.postgres.queues.chats.chat_pace import AHEAD, ALL, CHAT, PostgresChatPace
from televent.adapters.postgres.rate_limit import PostgresRateLimit, Rate

PATIENCE = 3.0
SLOW = Rate(1, 3600.0, 1)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url, connections=4) as shop:
        yield shop


def pace(shop: Shop, *, ahead: float = AHEAD, **rates: Rate) -> PostgresChatPace:
    return PostgresChatPace(PostgresRateLimit(shop.pool), 7, ahead=ahead, **rates)


def test_the_documented_limits_hold() -> None:
    # One more at once than a burst allows comes after an interval: 29 in the first second, 28 in each one after.
    assert (ALL.count, ALL.burst, CHAT.interval, CHAT.burst) == (28, 1, 1.0, 1)


def test_two_processes_share_the_turns_of_a_chat(shop: Shop) -> None:
    first, second = pace(shop), pace(shop)
    assert first.admit(1, PATIENCE) == 0
    assert 0 < second.admit(1, PATIENCE) <= 1
    assert 1 < first.admit(1, PATIENCE) <= 2
    assert 2 < second.admit(1, PATIENCE) <= PATIENCE
    assert first.admit(1, PATIENCE) > PATIENCE
    assert first.admit(2, PATIENCE) < 1


def test_all_chats_share_one_rate(shop: Shop) -> None:
    first, second = pace(shop, everybody=SLOW), pace(shop, everybody=SLOW)
    assert first.admit(1, PATIENCE) == 0
    assert second.admit(2, PATIENCE) > 3000


def test_a_chat_that_telegram_slows_down_waits_and_no_other(shop: Shop) -> None:
    first, second = pace(shop), pace(shop)
    first.postpone(1, 600)
    assert second.admit(1, PATIENCE) > 590
    assert second.admit(2, PATIENCE) == 0


def test_a_bot_that_telegram_slows_down_waits_in_all_chats(shop: Shop) -> None:
    first, second = pace(shop), pace(shop)
    first.postpone(None, 600)
    first.postpone(None, 1)
    assert second.admit(1, PATIENCE) > 590


def test_a_prompt_message_waits_for_few_mass_messages(shop: Shop) -> None:
    # A turn each 100 seconds: the time that the statements themselves take changes nothing.
    first, second = (pace(shop, everybody=Rate(10, 1000.0, 1), ahead=250.0) for _ in range(2))
    patience = 1000.0
    taken = [chat for chat in range(100, 120) if first.admit(chat, patience, mass=True) <= patience]
    # Three turns within the next 250 seconds, and the sure one of those that wait. The other digests wait.
    assert taken == [100, 101, 102, 103]
    assert second.admit(1, patience) <= 400.0


def test_mass_messages_get_one_turn_in_five_while_prompt_ones_take_all(shop: Shop) -> None:
    bot = pace(shop, everybody=Rate(10, 3600.0, 1))
    hour = 3600.0
    answered = [bot.admit(chat, hour) <= hour for chat in range(8)]
    assert all(answered)
    assert bot.admit(100, hour, mass=True) <= hour
    # The next sure turn of a mass message is half an hour later; prompt ones take what is left.
    assert bot.admit(101, hour, mass=True) > hour
    assert bot.admit(50, hour) <= hour


def test_a_refused_mass_message_does_not_use_up_the_turn_of_its_chat(shop: Shop) -> None:
    bot = pace(shop, everybody=SLOW)
    assert bot.admit(1, PATIENCE) == 0
    assert bot.admit(2, PATIENCE, mass=True) > PATIENCE
    with shop.pool.connection() as connection:
        keys = connection.execute("SELECT key FROM rate_limit WHERE key LIKE 'telegram/7/_'").fetchall()
    assert keys == [("telegram/7/1",)]


def test_two_bots_do_not_slow_each_other_down(shop: Shop) -> None:
    pace(shop).postpone(None, 600)
    assert PostgresChatPace(PostgresRateLimit(shop.pool), 8).admit(1, PATIENCE) == 0
