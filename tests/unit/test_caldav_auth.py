"""The authenticator by itself: the cost of a failure, and its cache."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from televent.adapters.caldav.door.auth import MAX_DECOY_CHECKS, Authenticator
from televent.adapters.caldav.errors import DavError
from televent.application.read_models.accounts import AccountRow, DeviceRow
from televent.domain.ids import AccountId

T = TypeVar("T")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass
class CountingPasswords:
    """Passwords in plain text, and a count of how often they were checked."""

    checks: int = 0

    def hash(self, password: str) -> str:
        return password

    def verify(self, stored: str, password: str) -> bool:
        self.checks += 1
        return stored == password


@dataclass
class Directory:
    """Accounts by Telegram id."""

    people: dict[int, AccountRow] = field(default_factory=dict)

    def account_by_telegram(self, telegram_id: int) -> AccountRow | None:
        return self.people.get(telegram_id)

    def note_device_used(self, tenant: UUID, device_id: UUID, now: datetime) -> None:
        return None


@dataclass
class Desk:
    """The part of a backend that an authenticator needs."""

    reads: Directory = field(default_factory=Directory)
    passwords: CountingPasswords = field(default_factory=CountingPasswords)

    def clock(self) -> datetime:
        return NOON


def at_once(function: Callable[..., T], *args: object) -> Awaitable[T]:
    async def call() -> T:
        return function(*args)

    return call()


def person(*hashes: str) -> AccountRow:
    devices = tuple(DeviceRow(uuid4(), "Laptop", each, NOON, None) for each in hashes)
    return AccountRow(AccountId(uuid4()), 101, "Ann", "UTC", "en", None, (), devices)


def sign_in(authenticator: Authenticator, user: str, password: str) -> Any:
    header = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return asyncio.run(authenticator.authenticate(header, "192.0.2.1"))


def authenticator(desk: Desk) -> Authenticator:
    return Authenticator(desk, at_once)  # type: ignore[arg-type]


def cost(desk: Desk, door: Authenticator, user: str) -> int:
    before = desk.passwords.checks
    with pytest.raises(DavError) as refused:
        sign_in(door, user, "wrong")
    assert refused.value.status == 401
    return desk.passwords.checks - before


def test_nobody_costs_what_people_cost_and_always_the_same() -> None:
    desk = Desk()
    door = authenticator(desk)
    costs = {user: cost(desk, door, str(user)) for user in range(200, 260)}
    assert set(costs.values()) == set(range(1, MAX_DECOY_CHECKS + 1))
    assert {user: cost(desk, door, str(user)) for user in costs} == costs


def test_a_person_costs_a_check_for_each_device() -> None:
    desk = Desk(Directory({101: person("a", "b")}))
    assert cost(desk, authenticator(desk), "101") == 2


def test_a_password_that_fitted_is_not_checked_again_while_its_hash_stands() -> None:
    account = person("secret")
    desk = Desk(Directory({101: account}))
    door = authenticator(desk)
    assert [sign_in(door, "101", "secret") for _ in range(3)] == [account] * 3
    assert desk.passwords.checks == 1
    desk.reads.people[101] = person("changed")
    assert cost(desk, door, "101") == 1
    with pytest.raises(DavError):
        sign_in(door, "101", "secret")


def test_what_fitted_for_one_user_does_not_fit_for_another() -> None:
    desk = Desk(Directory({101: person("secret"), 102: person("other")}))
    door = authenticator(desk)
    sign_in(door, "101", "secret")
    with pytest.raises(DavError):
        sign_in(door, "102", "secret")
