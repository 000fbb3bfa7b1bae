"""Fills Televent's data before a server runs on it: one large calendar, or many accounts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from uuid import UUID, uuid4

from bench import bulk, events
from bench.servers import SHIPPED, Server, ServerError, data_of, start_televent
from bench.servers import Login as Login
from bench.servers import prefix as prefix
from bench.store import context, open_data
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.application.use_cases.people.accounts import open_account
from televent.application.use_cases.people.devices import add_device
from televent.domain.ids import AccountId
from televent.runtime.compose import Core

THREADS = 12
"""Number of threads that open accounts."""
FIRST_TELEGRAM_ID = 7_000_001
TICKS = 50
"""Number of accounts between two reports of progress."""


class Stopped(Exception):
    """The filling was stopped."""


class Meter:
    """Reports the progress of a filling thread, and stops the thread once ``stop`` is set."""

    def __init__(self, report: Callable[[str, int], None]) -> None:
        self._report = report
        self.stop = threading.Event()

    def add(self, what: str, more: int) -> None:
        """Reports ``more`` finished accounts or events. Raises Stopped."""
        if self.stop.is_set():
            raise Stopped
        self._report(what, more)


def start_filled(place: Path, login: Login, *, log_level: str = SHIPPED) -> Server:
    """Starts Televent on filled data, with that login. Raises ServerError."""
    server = start_televent(place, log_level)
    server.login, server.home = (login.user, login.password), login.home
    return server


def fill_calendars(place: Path, sizes: dict[str, int], meter: Meter) -> Login:
    """Fills one account with a calendar of each name and size; reads the login where the data exist already.

    Raises Stopped.
    """
    known = place / "owner.json"
    if known.exists():
        return Login(**json.loads(known.read_text()))
    place.mkdir(parents=True, exist_ok=True)
    with open_data(data_of(place)) as core:
        (owner,) = _opened(core, 1, meter)
        for name, size in sizes.items():
            calendar_id = create_calendar(core.backend, context(owner.tenant), name=name)
            drafts = (bulk.draft(core, owner, calendar_id, number) for number in range(size))
            bulk.record(core, drafts, lambda more: meter.add("events", more))
        bulk.settle_store(core)
        login = login_of(core, 0, owner)
    known.write_text(json.dumps(asdict(login)))
    return login


def fill_town(place: Path, accounts: int, each: int, clients: int, meter: Meter) -> list[Login]:
    """Fills ``accounts`` accounts with ``each`` events in their default calendars.

    Returns ``clients`` logins, spread evenly over the accounts. Raises Stopped.
    """
    place.mkdir(parents=True, exist_ok=True)
    with open_data(data_of(place)) as core:
        people = _opened(core, accounts, meter)
        bulk.record(core, _of_town(core, people, each), lambda more: meter.add("events", more))
        chosen = range(0, accounts, max(accounts // clients, 1))[:clients]
        logins = [login_of(core, number, people[number]) for number in chosen]
        bulk.settle_store(core)
    return logins


def opened(core: Core, count: int) -> list[AccountRow]:
    """New accounts, with a default calendar each."""
    return _opened(core, count, Meter(lambda what, more: None))


def _opened(core: Core, count: int, meter: Meter) -> list[AccountRow]:
    def one(number: int) -> AccountRow:
        row = open_account(
            core.backend,
            context(AccountId(uuid4())),
            telegram_id=FIRST_TELEGRAM_ID + number,
            name=f"Login {number}",
        )
        if number % TICKS == TICKS - 1:
            meter.add("accounts", TICKS)
        return row

    with ThreadPoolExecutor(THREADS) as pool:
        try:
            return list(pool.map(one, range(count)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _of_town(core: Core, people: Sequence[AccountRow], each: int) -> Iterator[bulk.Draft]:
    originals = [bulk.draft(core, people[0], home_calendar(people[0]), number) for number in range(each)]
    for number, owner in enumerate(people):
        for event, original in enumerate(originals):
            uid, href = events.uid(event, prefix=prefix(number)), events.name(event, prefix=prefix(number))
            yield original.of(owner, home_calendar(owner), uid, href)


def login_of(core: Core, number: int, owner: AccountRow) -> Login:
    """A login of an account, with a new device password."""
    device = add_device(core.backend, context(owner.tenant), name="bench")
    return Login(number, str(owner.tenant), str(FIRST_TELEGRAM_ID + number), device.password)


def home_calendar(owner: AccountRow) -> UUID:
    """The default calendar of an account. Raises ServerError."""
    if owner.default_calendar is None:
        raise ServerError("an account has no default calendar")
    return owner.default_calendar
