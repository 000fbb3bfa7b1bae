"""A PUT asks the database twice: the event loop's own connection reads the account and the rows that it may conflict
with, and one connection of the pool writes."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from support.dav import Client, Site, event
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.event_store.context import Context
from televent.application.read_models.resources import Found
from televent.application.refusals import PreconditionFailed
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.ical.objects.calendar_text import CalendarText

LONG = f"{'a-long-name-' * 12}@example.com"


def connections(site: Site, act: Callable[[], object]) -> int:
    """How many connections ``act`` takes from the pool: each is one round trip here, beside that of the event loop."""
    before = site.core.pool.get_stats().get("requests_num", 0)
    act()
    return site.core.pool.get_stats().get("requests_num", 0) - before


@pytest.fixture
def path(ann: Client) -> str:
    path = ann.calendar()
    # The first command of a day notes its origin, and makes the person's key.
    ann.put(path + "first.ics", event("first@example.com"))
    return path


@pytest.mark.parametrize("uid", ["short", LONG])
def test_a_new_event_takes_the_pool_once(site: Site, ann: Client, path: str, uid: str) -> None:
    # Whatever else uses the pool from time to time is not in all of these.
    taken = [
        connections(site, lambda n=n: ann.put(f"{path}{n}.ics", event(f"{n}-{uid}")))  # type: ignore[misc]
        for n in range(5)
    ]
    assert min(taken) == 1


def test_a_new_text_takes_it_twice(site: Site, ann: Client, path: str) -> None:
    """The first time it reads the stream."""
    ann.put(f"{path}one.ics", event(LONG))
    taken = [
        connections(site, lambda n=n: ann.put(f"{path}one.ics", event(LONG, f"SUMMARY:Take {n}")))  # type: ignore[misc]
        for n in range(5)
    ]
    assert min(taken) == 2
    assert b"Take 4" in ann.ask("GET", f"{path}one.ics").body


def found(site: Site, ann: Client, uid: str) -> Found:
    return site.core.backend.reads.find(ann.tenant, "default", "one.ics", uid)


def stored(site: Site, ann: Client, given: Found, uid: str, **headers: str) -> Stored:
    context = Context(ann.tenant, str(ann.tenant), "caldav", site.core.backend.clock(), uuid4(), "test")
    text = CalendarText(event(uid, "SUMMARY:Later"))
    asked = conditions({name.replace("_", "-"): value for name, value in headers.items()}, None)
    return put_object(
        site.core.backend, context, calendar="default", href="one.ics", text=text, conditions=asked, found=given
    )


def test_rows_that_were_read_too_early_are_read_again(site: Site, ann: Client, path: str) -> None:
    early = found(site, ann, "one@example.com")
    assert early.calendar is not None
    assert early.resource is None
    assert ann.put(f"{path}one.ics", event("one@example.com")).status == 201
    with pytest.raises(PreconditionFailed):
        stored(site, ann, early, "one@example.com", if_none_match="*")
    assert not stored(site, ann, early, "one@example.com").created
    assert b"Later" in ann.ask("GET", f"{path}one.ics").body


def test_rows_for_another_uid_are_read_again(site: Site, ann: Client, path: str) -> None:
    other = found(site, ann, "other@example.com")
    assert ann.put(f"{path}one.ics", event("one@example.com")).status == 201
    assert not stored(site, ann, other, "one@example.com").created
