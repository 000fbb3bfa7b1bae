"""Televent's data made beforehand, with nobody at the door: one large calendar, or a town of accounts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID, uuid4

from bench import bulk, events
from bench.servers import Server, ServerError, data_of, home_of, start_televent
from bench.store import context, open_data
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.accounts import open_account
from televent.application.use_cases.calendars import create_calendar
from televent.application.use_cases.devices import add_device
from televent.domain.ids import AccountId
from televent.runtime.compose import Core

THREADS = 12
FIRST_TELEGRAM_ID = 7_000_001
TICKS = 50


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who can sign in, and the number under which his events are named."""

    number: int
    account: str
    user: str
    password: str

    @property
    def home(self) -> str:
        return home_of(self.account)

    @property
    def prefix(self) -> str:
        """Of the names and UIDs of his events."""
        return prefix(self.number)


class Halted(Exception):
    """The filling was told to end."""


class Meter:
    """Tells of progress, and ends the work of a thread that should go on no longer."""

    def __init__(self, tell: Callable[[str, int], None]) -> None:
        self._tell = tell
        self.halt = threading.Event()

    def told(self, what: str, more: int) -> None:
        """Raises Halted."""
        if self.halt.is_set():
            raise Halted
        self._tell(what, more)


def prefix(number: int) -> str:
    """Of the names and UIDs of a resident's events."""
    return f"town{number:05d}"


def start_filled(place: Path, resident: Resident) -> Server:
    """Televent on data made before, with that person's sign-in. Raises ServerError."""
    server = start_televent(place)
    server.login, server.home = (resident.user, resident.password), resident.home
    return server


def fill_calendars(place: Path, sizes: dict[str, int], meter: Meter) -> Resident:
    """One account with a calendar of each name and size; of data that stand already, whose it is."""
    known = place / "owner.json"
    if known.exists():
        return Resident(**json.loads(known.read_text()))
    place.mkdir(parents=True, exist_ok=True)
    with open_data(data_of(place)) as core:
        (owner,) = _opened(core, 1, meter)
        for name, size in sizes.items():
            calendar_id = create_calendar(core.backend, context(owner.tenant), name=name)
            drafts = (bulk.draft(core, owner, calendar_id, number) for number in range(size))
            bulk.record(core, drafts, lambda more: meter.told("events", more))
        bulk.settle_store(core)
        resident = _resident(core, 0, owner)
    known.write_text(json.dumps(asdict(resident)))
    return resident


def fill_town(place: Path, accounts: int, each: int, clients: int, meter: Meter) -> list[Resident]:
    """So many accounts with so many events each in their default calendars; those who can sign in, spread evenly."""
    place.mkdir(parents=True, exist_ok=True)
    with open_data(data_of(place)) as core:
        people = _opened(core, accounts, meter)
        bulk.record(core, _of_town(core, people, each), lambda more: meter.told("events", more))
        chosen = range(0, accounts, max(accounts // clients, 1))[:clients]
        residents = [_resident(core, number, people[number]) for number in chosen]
        bulk.settle_store(core)
    return residents


def _opened(core: Core, count: int, meter: Meter) -> list[AccountRow]:
    def one(number: int) -> AccountRow:
        row = open_account(
            core.backend,
            context(AccountId(uuid4())),
            telegram_id=FIRST_TELEGRAM_ID + number,
            name=f"Resident {number}",
        )
        if number % TICKS == TICKS - 1:
            meter.told("accounts", TICKS)
        return row

    with ThreadPoolExecutor(THREADS) as pool:
        try:
            return list(pool.map(one, range(count)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _of_town(core: Core, people: Sequence[AccountRow], each: int) -> Iterator[bulk.Draft]:
    originals = [bulk.draft(core, people[0], _home(people[0]), number) for number in range(each)]
    for number, owner in enumerate(people):
        for event, original in enumerate(originals):
            uid, href = events.uid(event, prefix=prefix(number)), events.name(event, prefix=prefix(number))
            yield original.of(owner, _home(owner), uid, href)


def _resident(core: Core, number: int, owner: AccountRow) -> Resident:
    device = add_device(core.backend, context(owner.tenant), name="bench")
    return Resident(number, str(owner.tenant), str(FIRST_TELEGRAM_ID + number), device.password)


def _home(owner: AccountRow) -> UUID:
    if owner.default_calendar is None:
        raise ServerError("an account has no default calendar")
    return owner.default_calendar
