"""The limiter by itself: requests of a busy account wait for their turn, bounded for each account and process."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from televent.adapters.caldav.door.limits import MAX_DELAYED, Limiter, RateLimits, longest_delay
from televent.adapters.caldav.errors import DavError
from televent.application.outage import DatabaseAway

T = TypeVar("T")


def at_once(function: Callable[..., T], *args: object) -> Awaitable[T]:
    async def call() -> T:
        return function(*args)

    return call()


class Waits:
    """A limit that gives the same wait to everybody."""

    def __init__(self, wait: float = 0.0, error: Exception | None = None) -> None:
        self.wait, self.error = wait, error

    def held(self, key: str) -> bool:
        return False

    def __call__(self, key: str, patience: float = 0.0) -> float:
        if self.error is not None:
            raise self.error
        return self.wait


def limiter(account: Waits, client: Waits | None = None, patience: float = 0.0) -> Limiter:
    return Limiter(RateLimits(client or Waits(), account, Waits(), patience), at_once)


def test_requests_are_delayed_at_most_five_seconds_and_eight_of_an_account_at_once() -> None:
    assert [longest_delay(rate) for rate in (10, 100, 1, 0.1)] == [0.8, 0.08, 5.0, 5.0]


def test_a_request_beyond_the_burst_waits_for_its_turn() -> None:
    busy = limiter(Waits(0.001), patience=0.8)
    assert asyncio.run(busy.count_request("ann")) is True
    assert asyncio.run(limiter(Waits()).count_request("ann")) is False


def test_a_request_beyond_the_patience_is_refused_with_the_time_to_come_again() -> None:
    with pytest.raises(DavError) as refusal:
        asyncio.run(limiter(Waits(3.2), patience=0.8).count_request("ann"))
    assert refusal.value.status == 429
    assert dict(refusal.value.headers)[b"retry-after"] == b"4"


def test_no_more_requests_wait_in_one_process_than_the_bound() -> None:
    busy = limiter(Waits(0.05), patience=0.8)

    async def crowd() -> list[bool | BaseException]:
        asked = (busy.count_request(f"person {number}") for number in range(MAX_DELAYED + 20))
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(crowd())
    assert [each for each in answers if each is True] == [True] * MAX_DELAYED
    assert [each.status for each in answers if isinstance(each, DavError)] == [429] * 20
    # Nothing stays behind.
    assert asyncio.run(busy.count_request("ann")) is True


def test_people_go_on_while_the_database_cannot_count() -> None:
    away = DatabaseAway("away")
    both = limiter(Waits(error=away), Waits(error=away))
    assert asyncio.run(both.count_request("ann")) is False
    asyncio.run(both.count_attempt("192.0.2.1"))
