"""The account behind a subscribed calendar is nobody: it is in no list of people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.dav import dav
from support.hook_post import HookPost, Owner, open_hook_post, owner
from support.shares import mounted


@pytest.fixture(scope="module")
def post(module_database_url: str) -> Iterator[HookPost]:
    with open_hook_post(module_database_url) as post:
        yield post


@pytest.fixture(scope="module")
def ann(post: HookPost) -> Owner:
    return owner(post.site, 1001, "Ann", "ann@example.com")


@pytest.fixture(scope="module")
def keeper(ann: Owner) -> str:
    reply = ann.ask("POST", "/api/subscriptions", {"url": "https://calendars.example.org/a.ics", "title": "Holidays"})
    assert reply.status == 201, reply.body
    return str(reply.json["id"])


def test_calendar_apps_find_people_and_no_subscription(post: HookPost, ann: Owner, keeper: str) -> None:
    bob = post.site.person(1002, "Bob", "bob@example.com")
    assert bob.ask("MKCALENDAR", bob.calendar("work")).status == 201
    mounted(bob, ann.client)
    inner = "<D:prop><D:displayname/></D:prop>"
    found = ann.client.report("/principals/", "D:principal-property-search", inner, Depth="0").responses()
    assert {each.text(dav("displayname")) for each in found.values()} == {"Ann", "Bob"}


def test_operators_see_people_and_no_subscription(post: HookPost, ann: Owner, keeper: str) -> None:
    listed = {str(each.tenant) for each in post.site.core.reads.accounts()}
    assert (str(ann.client.tenant) in listed, keeper in listed) == (True, False)
