"""Accounts whose clients each ask once: their requests are first asks, as nearly all requests of real life are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from bench import bulk, events
from bench.filled import THREADS, home_calendar, login_of, opened
from bench.servers import Login, data_of, prefix
from bench.store import context, open_data
from bench.workloads import calendar_name
from televent.application.accounts.passwords import HashCost, Passwords
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.runtime.compose import Core

CHEAP = HashCost(passes=1, memory=64)
"""The cost of the passwords' hashes. The first check of a password is not what these rows measure."""


def populate(place: Path, accounts: int, turns: int) -> list[Login]:
    """Fills ``accounts`` accounts with a calendar of one event for each of ``turns`` rounds."""
    with open_data(data_of(place), Passwords(CHEAP)) as core:
        people = opened(core, accounts)
        homes: list[dict[str, UUID]] = [{} for _ in people]

        def calendars(number: int) -> None:
            for turn in range(turns):
                name, tenant = calendar_name(turn), people[number].tenant
                homes[number][name] = create_calendar(core.backend, context(tenant), name=name)

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(calendars, range(accounts)))
        bulk.record(core, _events(core, people, homes), lambda more: None)
        logins = [login_of(core, number, owner) for number, owner in enumerate(people)]
        bulk.settle_store(core)
    return logins


def _events(core: Core, people: Sequence[AccountRow], homes: Sequence[dict[str, UUID]]) -> Iterator[bulk.Draft]:
    original = bulk.draft(core, people[0], home_calendar(people[0]), 0)
    for number, owner in enumerate(people):
        for turn, calendar_id in enumerate(homes[number].values()):
            uid, href = events.uid(turn, prefix=prefix(number)), events.name(turn, prefix=prefix(number))
            yield original.of(owner, calendar_id, uid, href)
