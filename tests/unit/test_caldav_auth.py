"""The authenticator by itself: the number of hashes, the queues before them, its cache and its limits."""

import asyncio
import base64
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from televent.adapters.caldav.door.auth import MAX_WITHOUT_SELECTOR, Authenticator
from televent.adapters.caldav.door.hashing import MAX_GUESSES, MAX_WAITING_EACH
from televent.adapters.caldav.door.limits import Limiter, RateLimits
from televent.adapters.caldav.errors import DavError
from televent.application.accounts.passwords import selector
from televent.application.read_models.accounts import AccountRow, DeviceRow
from televent.application.rows import Read, Seen, account_with_address
from televent.domain.ids import AccountId

T = TypeVar("T")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass
class CountingPasswords:
    """Passwords in plain text, and a count of how often they were checked. A guess is checked after ``let``."""

    checks: int = 0
    let: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.let.set()

    def hash(self, password: str) -> str:
        return password

    def verify(self, stored: str, password: str) -> bool:
        self.checks += 1
        if password.startswith("guess"):
            self.let.wait()
        return stored == password


@dataclass
class Directory:
    """Accounts by Telegram id."""

    people: dict[int, AccountRow] = field(default_factory=dict)

    def read_of(self, address: str) -> Read[AccountRow]:
        return account_with_address(address)

    async def read(self, read: Read[AccountRow]) -> Seen[AccountRow]:
        by_tenant = {each.tenant: each for each in self.people.values()}
        known: dict[Any, AccountRow] = {**self.people, **by_tenant}
        return Seen(known.get(read.key[0]), (read.kind, *read.key))

    def fill_selector(self, tenant: UUID, device: DeviceRow, given: str) -> None:
        for number, person in self.people.items():
            filled = (replace(each, selector=given) if each is device else each for each in person.devices)
            self.people[number] = replace(person, devices=tuple(filled))


@dataclass
class Desk:
    """The part of a backend that an authenticator needs."""

    reads: Directory = field(default_factory=Directory)
    passwords: CountingPasswords = field(default_factory=CountingPasswords)

    @property
    def people(self) -> Directory:
        return self.reads

    def clock(self) -> datetime:
        return NOON


@dataclass
class Failures:
    """A limit of three failures for each key."""

    counted: Counter[str] = field(default_factory=Counter)

    def held(self, key: str) -> bool:
        return False

    def __call__(self, key: str, patience: float = 0.0) -> float:
        self.counted[key] += 1
        return 60.0 if self.counted[key] > 3 else 0.0


class Unlimited:
    """A limit that admits everything. ``asked``: the keys that it counted."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.asked: list[str] = []

    def held(self, key: str) -> bool:
        return False

    def __call__(self, key: str, patience: float = 0.0) -> float:
        self.asked.append(key)
        return 9.0 if key in self.refused else 0.0


def at_once(function: Callable[..., T], *args: object) -> Awaitable[T]:
    async def call() -> T:
        return function(*args)

    return call()


def person(*passwords: str, old: bool = False) -> AccountRow:
    """An account with a device for each password; ``old``: stored before there were selectors."""
    tenant = AccountId(uuid4())
    devices = tuple(
        DeviceRow(uuid4(), "Laptop", each, None if old else selector(tenant, each), NOON - timedelta(days=number), None)
        for number, each in enumerate(passwords)
    )
    return AccountRow(tenant, 101, "Ann", "UTC", "en", None, (), devices)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def sign_in(authenticator: Authenticator, user: str, password: str, client: str = "192.0.2.1") -> Any:
    return asyncio.run(authenticator.authenticate(basic(user, password), client))


def refused(authenticator: Authenticator, user: str, password: str, client: str = "192.0.2.1") -> int:
    """The status with which a sign-in is refused."""
    with pytest.raises(DavError) as refusal:
        sign_in(authenticator, user, password, client)
    return refusal.value.status


def authenticator(desk: Desk, failures: Failures | None = None, clients: Unlimited | None = None) -> Authenticator:
    limiter = None
    if failures is not None:
        limiter = Limiter(RateLimits(clients or Unlimited(), Unlimited(), failures), at_once)
    return Authenticator(desk, at_once, desk.reads, limiter)  # type: ignore[arg-type]


def cost(desk: Desk, door: Authenticator, user: str, password: str = "wrong") -> int:
    before = desk.passwords.checks
    assert refused(door, user, password) == 401
    return desk.passwords.checks - before


def test_a_failure_costs_one_hash_for_nobody_and_for_anybody() -> None:
    devices = [f"secret-{number}" for number in range(50)]
    desk = Desk(Directory({101: person(), 102: person("secret"), 103: person(*devices)}))
    door = authenticator(desk)
    assert [cost(desk, door, user) for user in ("101", "102", "103", "999", "nobody", "no@example.com")] == [1] * 6
    assert cost(desk, door, "103", "x" * 1500) == 1


def test_a_success_costs_one_hash_among_fifty_devices() -> None:
    account = person(*(f"secret-{number}" for number in range(50)))
    desk = Desk(Directory({101: account}))
    door = authenticator(desk)
    assert [sign_in(door, "101", f"secret-{number}") for number in range(50)] == [account] * 50
    assert desk.passwords.checks == 50


def test_a_password_that_fitted_is_not_checked_again_while_its_hash_stands() -> None:
    account = person("secret")
    desk = Desk(Directory({101: account}))
    door = authenticator(desk)
    assert [sign_in(door, name, "secret") for name in ("101", "0101", "00101", str(account.tenant))] == [account] * 4
    assert desk.passwords.checks == 1
    desk.reads.people[101] = replace(account, devices=person("changed").devices)
    assert cost(desk, door, "101", "secret") == 1


def test_what_fitted_for_one_user_does_not_fit_for_another() -> None:
    desk = Desk(Directory({101: person("secret"), 102: person("other")}))
    door = authenticator(desk)
    sign_in(door, "101", "secret")
    assert refused(door, "102", "secret") == 401


def test_a_device_without_a_selector_gets_it_by_its_first_use() -> None:
    account = person(*(f"secret-{number}" for number in range(30)), old=True)
    desk = Desk(Directory({101: account}))
    door = authenticator(desk)
    assert cost(desk, door, "101") == MAX_WITHOUT_SELECTOR
    assert sign_in(door, "101", "secret-4").tenant == account.tenant
    assert desk.reads.people[101].devices[4].selector == selector(account.tenant, "secret-4")
    another = authenticator(desk)
    before = desk.passwords.checks
    assert sign_in(another, "101", "secret-4").tenant == account.tenant
    assert desk.passwords.checks - before == 1
    # One more of the others has come within the bound.
    assert sign_in(another, "101", f"secret-{MAX_WITHOUT_SELECTOR}").tenant == account.tenant


def test_connections_that_come_at_once_with_one_password_share_its_hash() -> None:
    account = person("secret")
    desk = Desk(Directory({101: account}))
    door = authenticator(desk)

    async def all_at_once() -> list[AccountRow]:
        return await asyncio.gather(*(door.authenticate(basic("101", "secret"), "192.0.2.1") for _ in range(20)))

    assert asyncio.run(all_at_once()) == [account] * 20
    assert desk.passwords.checks == 1


def test_those_who_guess_wait_only_for_each_other() -> None:
    """While the first guess is hashed, others wait, then get 503; a right password is checked meanwhile."""
    account = person("secret")
    desk = Desk(Directory({101: account}))
    door = authenticator(desk)
    desk.passwords.let.clear()

    async def guess(number: int, user: str, client: str) -> DavError:
        with pytest.raises(DavError) as refusal:
            await door.authenticate(basic(user, f"guess {number}"), client)
        return refusal.value

    async def attack() -> list[DavError]:
        crowd = [
            asyncio.create_task(guess(number, user, client))
            for number, (user, client) in enumerate(
                [("101", f"192.0.2.{each}") for each in range(50)]
                + [(str(each), "198.51.100.1") for each in range(500, 550)]
                + [(str(each), f"203.0.113.{each % 250}") for each in range(1000, 1100)]
            )
        ]
        try:
            for refusal in islice(asyncio.as_completed(crowd), len(crowd) - MAX_GUESSES):
                assert (await refusal).status == 503
            assert await door.authenticate(basic("101", "secret"), "198.51.100.1") == account
        finally:
            desk.passwords.let.set()
        return list(await asyncio.gather(*crowd))

    answers = asyncio.run(attack())
    assert Counter(each.status for each in answers) == {401: MAX_GUESSES, 503: 200 - MAX_GUESSES}
    assert [each.status for each in answers[:50]] == [401] * MAX_WAITING_EACH + [503] * (50 - MAX_WAITING_EACH)
    assert [each.status for each in answers[50:100]] == [401] * MAX_WAITING_EACH + [503] * (50 - MAX_WAITING_EACH)
    assert all(int(dict(each.headers)[b"retry-after"]) > 0 for each in answers if each.status == 503)
    # Nothing stays behind: the next guess waits for nobody.
    assert refused(door, "101", "another guess") == 401


def test_failures_are_counted_by_account_and_by_client_however_they_are_spelled() -> None:
    account = person("secret")
    desk, failures = Desk(Directory({301: account})), Failures()
    door = authenticator(desk, failures)
    name = str(account.tenant)
    spelled = ["301", "0301", "00301", "000301", "0" * 14 + "301", "%30301"]
    spelled += [name, name.upper(), name.replace("-", ""), f"urn%3Auuid%3A{name}", f"{{{name}}}"]
    answers = [refused(door, each, f"guess {each}", f"192.0.2.{number}") for number, each in enumerate(spelled)]
    assert answers == [401] * 4 + [429] * 7
    assert failures.counted[f"account/{account.tenant}"] == 4
    nobody = [refused(door, each, "guess", "198.51.100.7") for each in ("999", "0999", "00999", "000999", "998")]
    assert nobody == [401] * 4 + [429]
    assert failures.counted["account/999"] == failures.counted["client/198.51.100.7"] == 4


def test_those_who_guess_lock_nobody_out() -> None:
    account = person("secret")
    door = authenticator(Desk(Directory({101: account})), Failures())
    assert [refused(door, "101", f"guess {number}") for number in range(6)] == [401] * 4 + [429] * 2
    assert sign_in(door, "101", "secret") == account


def test_only_passwords_that_may_be_guesses_count_for_their_address() -> None:
    account = person("secret", "older")
    assert account.devices[0].selector is not None
    account = replace(account, devices=(account.devices[0], replace(account.devices[1], selector=None)))
    desk, clients = Desk(Directory({101: account})), Unlimited()
    door = authenticator(desk, Failures(), clients)
    for _ in range(3):
        assert sign_in(door, "101", "secret") == account
    assert clients.asked == []
    with pytest.raises(DavError):
        asyncio.run(door.authenticate(None, "192.0.2.1"))
    assert refused(door, "101", "guess") == 401
    # The password of a device without a selector looks like a guess until it has been used.
    assert sign_in(door, "101", "older").tenant == account.tenant
    assert sign_in(door, "101", "older").tenant == account.tenant
    assert clients.asked == ["192.0.2.1"] * 2


def test_an_address_over_its_limit_gets_no_hash_and_right_passwords_go_on() -> None:
    account = person("secret")
    desk, clients = Desk(Directory({101: account})), Unlimited("192.0.2.1")
    door = authenticator(desk, Failures(), clients)
    assert refused(door, "101", "guess") == 429
    assert desk.passwords.checks == 0
    assert sign_in(door, "101", "secret") == account
