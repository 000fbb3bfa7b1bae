"""A row that was read before a request had to wait for its turn is not what the request answers with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

import pytest

from support.dav import Client, dav, event, open_site
from support.waiting import NET
from televent.adapters.caldav.app import CaldavDoor
from televent.adapters.caldav.door.limits import RateLimits
from televent.application.rows import Read, Rows
from televent.application.use_cases.calendars.calendars import change_calendar
from televent.application.use_cases.objects.delete_object import delete_object

pytestmark = pytest.mark.own_database


class Free:
    """A limit that lets everybody in."""

    def held(self, key: str) -> bool:
        return True

    def __call__(self, key: str, patience: float = 0.0) -> float:
        return 0.0


class Busy(Free):
    """A limit of requests. The next one waits, and something happens meanwhile."""

    def __init__(self) -> None:
        self.meanwhile: list[Callable[[], None]] = []

    def held(self, key: str) -> bool:
        return not self.meanwhile

    def __call__(self, key: str, patience: float = 0.0) -> float:
        self.meanwhile.pop()()
        return 0.001


def test_what_changes_while_a_request_waits_is_in_its_answer(database_url: str) -> None:
    busy = Busy()
    with open_site(database_url, RateLimits(Free(), busy, Free(), patience=1.0)) as site:
        ann = site.person(101)
        path = ann.calendar()
        name = path + "a.ics"
        assert ann.put(name, event("a@example.com")).status == 201
        backend, rows = site.core.backend, cast(CaldavDoor, site.door._door)._door.rows

        def renamed() -> None:
            change_calendar(backend, site.context(ann.tenant), name="default", set={"{DAV:}displayname": "Tea"})

        def deleted() -> None:
            delete_object(backend, site.context(ann.tenant), calendar="default", href="a.ics")

        assert during(rows, busy, "calendar", ann, renamed, "PROPFIND", path).text(dav("displayname")) == "Tea"
        assert during(rows, busy, "resource", ann, deleted, "GET", name).status == 404


def during(rows: Rows, busy: Busy, kind: str, ann: Client, change: Callable[[], None], method: str, path: str) -> Any:
    """The answer to a request that reads a row of this kind early, and waits while ``change`` happens."""
    plain, read_early = rows.read, threading.Event()

    def read(wanted: Read[Any]) -> Any:
        found = plain(wanted)
        if wanted.kind == kind:
            found.add_done_callback(lambda _: read_early.set())  # type: ignore[attr-defined]
        return found

    def then() -> None:
        assert read_early.wait(NET), "the row is read before the request waits"
        change()

    changing: Any = rows
    changing.read = read
    busy.meanwhile.append(then)
    try:
        if method == "PROPFIND":
            return ann.propfind(path, "D:displayname").only()
        return ann.ask(method, path)
    finally:
        changing.read = plain
