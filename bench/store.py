"""Measures the event store alone: the appends of one process, without HTTP. Each append writes its index row too."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from bench import events
from bench.servers import Server
from bench.site import Scale
from bench.workloads import CROWD
from televent.application.accounts.passwords import Passwords
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.store import Change
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.domain.calendar_object.details import Details, WhatChanged, When
from televent.domain.calendar_object.events import EventCreated, Outline, Splice
from televent.domain.ids import AccountId, StreamKey
from televent.runtime.compose import Core, build_core
from televent.runtime.database import migrated_database
from televent.runtime.person_keys import with_keys
from televent.settings import load_settings


def open_store(server: Server) -> contextlib.AbstractContextManager[Core]:
    """Opens the database of a running server in this process."""
    return open_data(Path(server.facts["environment"]["TELEVENT_DATA_DIR"]))


@contextlib.contextmanager
def open_data(data: Path, passwords: Passwords | None = None) -> Iterator[Core]:
    """Opens the database of a data directory in this process, with or without a server on it. ``passwords`` None: they
    are hashed at the product's cost."""
    settings = with_keys(load_settings(data_dir=data))
    with migrated_database(settings) as url:
        core = build_core(settings, url, passwords)
        try:
            yield core
        finally:
            core.close()


def postgres_version(server: Server) -> str:
    """The version of the server's PostgreSQL, such as ``17.2``."""
    with open_store(server) as core, core.pool.connection() as connection:
        row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]).split()[0] if row else ""


def context(tenant: AccountId) -> Context:
    """The context of one append."""
    return Context(tenant, "operator", "cli", datetime.now(UTC), uuid4(), uuid4().hex)


def created(calendar_id: UUID, number: int) -> EventCreated:
    """The fact of a new event."""
    start = events.FIRST
    outline = Outline("VEVENT", start, start, False, 0, "none", None, None, "CONFIRMED", f"Meeting {number}")
    text = events.event(number, prefix="append")
    when = When(f"{start:%Y%m%dT%H%M%S}", "UTC", start)
    what = WhatChanged(None, Details(when, when, None, outline.summary, "", outline.status))
    uid = f"append-{number:06d}@bench.example.com"
    return EventCreated(calendar_id, events.name(number, prefix="append"), uid, outline, Splice(0, 0, text), what)


def append_rates(server: Server, scale: Scale) -> list[str]:
    """Measures the appends per second with one thread and with CROWD threads; returns a line for each."""
    with open_store(server) as core:
        tenant = AccountId(UUID(server.facts["account"]["account"]))
        calendar_id = create_calendar(core.backend, context(tenant), name="append")

        def append(number: int) -> None:
            loaded = core.store.empty(CALENDAR_OBJECT, StreamKey(tenant, uuid4()))
            core.store.append(context(tenant), [Change(loaded, [created(calendar_id, number)])])

        lines, first = [], 0
        for threads in (1, CROWD):
            count = scale.items * (1 if threads == 1 else 2)
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(append, range(first, first + 2 * threads)))
                first += 2 * threads
                began = time.perf_counter()
                list(pool.map(append, range(first, first + count)))
                rate = count / (time.perf_counter() - began)
            first += count
            lines.append(
                f"Store: {rate:,.0f} appends/s with {threads} thread{'s' if threads > 1 else ''}, the fact, its index"
                " and the calendar's counter in one transaction"
            )
        return lines
