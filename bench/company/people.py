"""The people of the company: their accounts, events and sign-ins, written through the store in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from bench import bulk, events, filled, store
from bench.company.sizes import ZONES, Size
from bench.company.texts import SENDER, own_event
from bench.servers import data_of, home_of
from televent.application.accounts.passwords import HashCost, Passwords
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.mail.believed import believe_sender
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.application.use_cases.people.devices import add_device
from televent.domain.ids import AccountId
from televent.runtime.compose import Core

FIRST_CHAT = 6_000_000
CHEAP = HashCost(passes=1, memory=8, lanes=1)
"""Ten thousand sign-ins within a quarter of an hour cost a fifth of a core; the bench has them in seconds."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person. ``chat``: their Telegram id; None where mail reaches them. ``address`` is that of invitations."""

    number: int
    account: str
    password: str
    chat: int | None
    address: str

    @property
    def calendar(self) -> str:
        """The path of their calendar."""
        return f"{home_of(self.account)}default/"

    @property
    def prefix(self) -> str:
        """The prefix of the names and UIDs of their events."""
        return prefix(self.number)

    @property
    def zone(self) -> str:
        """Their time zone."""
        return zone(self.number)


def prefix(number: int) -> str:
    """The prefix of the names and UIDs of a person's events."""
    return f"staff{number:05d}"


def zone(number: int) -> str:
    """The time zone of a person."""
    return ZONES[number % len(ZONES)]


def today() -> datetime:
    """The start of this day in UTC."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def fill_company(place: Path, size: Size, meter: filled.Meter) -> list[Person]:
    """Opens all accounts, with a device password each, and fills their calendars. Raises Stopped."""
    place.mkdir(parents=True, exist_ok=True)
    with store.open_data(data_of(place), Passwords(CHEAP)) as core:
        with ThreadPoolExecutor(filled.THREADS) as pool:
            try:
                opened = list(pool.map(partial(_opened, core, size, meter), range(size.accounts)))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        rows = [row for row, _ in opened]
        bulk.record(core, _events(core, rows, size.each), lambda more: meter.add("events", more))
        bulk.settle_store(core)
    return [person for _, person in opened]


def _opened(core: Core, size: Size, meter: filled.Meter, number: int) -> tuple[AccountRow, Person]:
    tenant = AccountId(uuid4())
    chat = FIRST_CHAT + number if number < size.chats else None
    backend, context = core.backend, partial(store.context, tenant)
    row = open_account(backend, context(), telegram_id=chat, name=f"Person {number}", timezone=zone(number))
    address = f"tg_{chat}@{core.settings.internal_domain}"
    if chat is None:
        address = f"person{number}@example.com"
        verify_address(backend, context(), address=address, code=None)
        if number - size.chats < size.mailed:
            # Else each is asked about the sender once, and no mail is applied.
            believe_sender(backend, context(), SENDER)
    device = add_device(backend, context(), name="bench")
    if number % filled.TICKS == filled.TICKS - 1:
        meter.add("accounts", filled.TICKS)
    return row, Person(number, str(tenant), device.password, chat, address)


def _events(core: Core, people: Sequence[AccountRow], each: int) -> Iterator[bulk.Draft]:
    day, first = today(), people[0]
    originals = [
        bulk.draft(core, first, filled.home_calendar(first), number, text=own_event(number, day, prefix="bench"))
        for number in range(each)
    ]
    for number, owner in enumerate(people):
        for event, original in enumerate(originals):
            uid, href = events.uid(event, prefix=prefix(number)), events.name(event, prefix=prefix(number))
            yield original.of(owner, filled.home_calendar(owner), uid, href)
