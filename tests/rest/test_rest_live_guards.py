"""The live stream shows only what a person may see, and ends when it has to. Each guard has its test."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.dav import Client, Site, event
from support.live import Events, following, work
from support.live_tokens import access_of, bearer, begin_session, token
from support.passwords import CHEAP_PASSWORDS
from support.rest import call, served
from support.shares import mounted, unshare
from televent.adapters.rest.live.hub import PER_ACCOUNT
from televent.application.event_store.context import Context
from televent.application.use_cases.people.accounts import open_account
from televent.domain.ids import AccountId
from televent.runtime.api import http_app, live_hub
from televent.runtime.compose import Core, build_core, now
from televent.settings import Settings


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def kinds(frames: list[dict[str, Any]]) -> list[str]:
    return [each["type"] for each in frames]


def test_nobody_reads_changes_without_a_token_that_counts(site: Site, ann: Client) -> None:
    for path in ("/api/changes", "/api/stream", "/api/changes?since=0", "/api/stream?since=0"):
        for header in ({}, bearer("x"), bearer(token(site, ann)[:-3])):
            assert call(site.port, "GET", path, **header).problem() == "not-signed-in"


def test_the_calendars_of_others_are_never_seen(site: Site, ann: Client, bob: Client) -> None:
    mine, theirs = work(ann), work(bob)
    with following(site, token(site, bob)) as events:
        events.next()
        ann.put(mine + "tea.ics", event("tea"))
        bob.put(theirs + "sentinel.ics", event("sentinel"))
        (only,) = events.until(lambda frame: frame["type"] == "event.created")
        assert only["actor"] == str(bob.tenant)
    page = call(site.port, "GET", "/api/changes?since=0&limit=500", **bearer(token(site, bob))).json
    assert {each["actor"] for each in page["changes"]} == {"operator", str(bob.tenant)}


def test_a_sharee_sees_the_changes_that_the_share_shows(site: Site, ann: Client, bob: Client) -> None:
    path = work(ann)
    ann.put(path + "before.ics", event("before"))
    with following(site, token(site, bob)) as events:
        start = events.next()[1]["id"]
        home = mounted(ann, bob)
        share = home.rstrip("/").rpartition("shared-")[2]
        begun = events.until(lambda frame: frame["type"] == "share.began")
        assert kinds(begun) == ["share.offered", "share.began"]
        assert {each["calendar"] for each in begun} == {share}

        ann.put(path + "public.ics", event("public"))
        (public,) = events.until(lambda frame: True)
        assert (public["type"], public["calendar"], public["actor"]) == ("event.created", share, str(ann.tenant))
        assert public["door"] is None
        assert public["etag"] == bob.ask("GET", home + "public.ics").headers["etag"]

        ann.put(path + "secret.ics", event("secret", "SUMMARY:Surgery", "CLASS:PRIVATE"))
        ann.put(path + "busy.ics", event("busy", "SUMMARY:Interview", "CLASS:CONFIDENTIAL"))
        (busy,) = events.until(lambda frame: True)
        assert busy["etag"] == bob.ask("GET", home + "busy.ics").headers["etag"]
        assert busy["etag"] != ann.ask("GET", path + "busy.ics").headers["etag"]

        ann.put(path + "public.ics", event("public", "SUMMARY:Surgery", "CLASS:PRIVATE"))
        (hidden,) = events.until(lambda frame: True)
        assert (hidden["type"], hidden["event"], hidden["etag"]) == ("event.deleted", public["event"], None)

        other = work(ann, "unshared")
        ann.put(other + "own.ics", event("own"))
        ann.ask("MOVE", path + "busy.ics", Destination=other + "busy.ics")
        (left,) = events.until(lambda frame: True)
        assert (left["type"], left["event"], left["calendar"]) == ("event.deleted", busy["event"], share)
        ann.ask("MOVE", other + "own.ics", Destination=path + "own.ics")
        (came,) = events.until(lambda frame: True)
        assert (came["type"], came["from_calendar"]) == ("event.created", None)
    page = call(site.port, "GET", f"/api/changes?since={start}", **bearer(token(site, bob))).json["changes"]
    assert [each["id"] for each in page if each["event"] == came["event"]] == [came["id"]]
    assert kinds(page)[:2] == ["share.offered", "share.began"]
    # The calendar's past is not told; the client reads the calendar when the share begins.
    whole = kinds(call(site.port, "GET", "/api/changes?since=0&limit=500", **bearer(token(site, bob))).json["changes"])
    assert [each for each in whole[: whole.index("share.began")] if each.startswith("event.")] == []


def test_a_hidden_event_leaves_no_trace_in_the_stream(site: Site, ann: Client, bob: Client) -> None:
    path, other = work(ann), work(ann, "unshared")
    hidden = ("SUMMARY:Surgery", "CLASS:PRIVATE")
    ann.put(path + "old.ics", event("old", *hidden))
    home = mounted(ann, bob)
    with following(site, token(site, bob)) as events:
        start = events.next()[1]["id"]
        ann.put(path + "new.ics", event("new", *hidden))
        ann.put(path + "new.ics", event("new", *hidden, "LOCATION:Clinic"))
        ann.put(path + "old.ics", event("old", *hidden, "LOCATION:Clinic"))
        ann.ask("MOVE", path + "old.ics", Destination=path + "older.ics")
        ann.ask("MOVE", path + "older.ics", Destination=other + "old.ics")
        ann.ask("MOVE", other + "old.ics", Destination=path + "old.ics")
        ann.ask("DELETE", path + "old.ics")
        ann.put(other + "came.ics", event("came"))
        ann.put(other + "came.ics", event("came", *hidden))
        ann.ask("MOVE", other + "came.ics", Destination=path + "came.ics")
        ann.put(path + "sentinel.ics", event("sentinel"))
        (sentinel,) = events.until(lambda frame: True)
        assert sentinel["type"] == "event.created"
        assert sentinel["etag"] is not None

        ann.put(path + "new.ics", event("new"))
        (shown,) = events.until(lambda frame: True)
        assert shown["etag"] == bob.ask("GET", home + "new.ics").headers["etag"]
        ann.put(path + "new.ics", event("new", *hidden))
        ann.put(path + "new.ics", event("new", *hidden, "LOCATION:Clinic"))
        ann.ask("DELETE", path + "new.ics")
        ann.ask("DELETE", path + "sentinel.ics")
        first, second = events.until(lambda frame: frame["event"] == sentinel["event"])
        assert (first["type"], first["event"]) == ("event.deleted", shown["event"])
        assert second["type"] == "event.deleted"
    page = call(site.port, "GET", f"/api/changes?since={start}", **bearer(token(site, bob))).json["changes"]
    told = [(each["type"], each["event"]) for each in page if each["event"] is not None]
    assert told == [("event.deleted", shown["event"]), ("event.deleted", sentinel["event"])]


def test_an_ended_share_cuts_its_calendar_off(site: Site, ann: Client, bob: Client) -> None:
    path, own = work(ann), work(bob)
    mounted(ann, bob)
    with following(site, token(site, bob)) as events:
        start = events.next()[1]["id"]
        ann.put(path + "1.ics", event("1"))
        (shown,) = events.until(lambda frame: True)
        unshare(ann, "mailto:bob@example.com")
        ann.put(path + "2.ics", event("2"))
        ann.put(path + "1.ics", event("1", "SUMMARY:Later"))
        bob.put(own + "sentinel.ics", event("sentinel"))
        rest = events.until(lambda frame: frame["door"] == "caldav" and frame["type"] == "event.created")
    assert [each for each in rest if each["type"].startswith("event.")] == rest[-1:]
    assert "share.ended" in kinds(rest)
    # The past of the share is no longer theirs to read.
    page = call(site.port, "GET", f"/api/changes?since={start}", **bearer(token(site, bob))).json["changes"]
    assert shown["event"] not in [each["event"] for each in page]


def test_the_end_of_a_session_ends_its_stream_and_no_other(site: Site, ann: Client) -> None:
    begun = begin_session(site.core, ann.tenant)
    access = access_of(site.core, begun)
    with following(site, access) as events, following(site, token(site, ann)) as other:
        events.next(), other.next()
        assert call(site.port, "POST", "/api/auth/logout", {}, **bearer(access)).status == 204
        assert events.rest() == [("end", {"reason": "session-ended", "type": "end"})]
        work(ann)
        assert other.until(lambda frame: True)[0]["type"] == "calendar.created"


def test_a_stream_ends_with_its_token(site: Site, ann: Client) -> None:
    path = work(ann)
    with following(site, token(site, ann)) as events:
        events.next()
        site.core.backend.clock = lambda: now() + timedelta(minutes=16)
        ann.put(path + "1.ics", event("1"))
        assert events.rest() == [("end", {"reason": "token-expired", "type": "end"})]


def test_one_stream_too_many_ends_the_oldest(site: Site, ann: Client) -> None:
    access = token(site, ann)
    opened = []
    try:
        for _ in range(PER_ACCOUNT + 1):
            opened.append(Events(site.port, access))
            assert opened[-1].next()[0] == "ready"
        assert opened[0].rest() == [("end", {"reason": "too-many-connections", "type": "end"})]
        work(ann)
        for each in opened[1:]:
            assert each.until(lambda frame: True)[0]["type"] == "calendar.created"
    finally:
        for each in opened:
            each.close()


def test_another_start_of_the_database_ends_all_streams(site: Site, ann: Client) -> None:
    with following(site, token(site, ann)) as events:
        events.next()
        with site.core.pool.connection() as connection:
            for hook in list(site.core.pool.on_other_server):
                hook(connection)
        assert events.rest() == [("end", {"reason": "restart", "type": "end"})]


@pytest.fixture
def nodes(database_url: str) -> Iterator[tuple[list[Core], list[int], AccountId]]:
    """Two nodes with one database; one person."""
    given: dict[str, Any] = {"DATABASE_URL": database_url, "TELEVENT_POOL_SIZE": 4}
    cores = [build_core(Settings(**given), database_url, CHEAP_PASSWORDS) for _ in "ab"]
    try:
        tenant = AccountId(uuid4())
        context = Context(tenant, "operator", "cli", now(), uuid4(), "test")
        open_account(cores[0].backend, context, telegram_id=None, name="Ann")
        with served(http_app(cores[0], None)) as one, served(http_app(cores[1], None)) as other:
            yield cores, [one, other], tenant
    finally:
        for core in cores:
            core.close()


@pytest.mark.own_database
def test_a_session_that_ends_on_one_node_ends_its_streams_on_the_other(
    nodes: tuple[list[Core], list[int], AccountId],
) -> None:
    cores, ports, tenant = nodes
    begun = begin_session(cores[0], tenant)
    access = access_of(cores[0], begun)
    streams = [Events(port, access) for port in ports]
    for each in streams:
        assert each.next()[0] == "ready"
    assert call(ports[0], "POST", "/api/auth/logout", {"everywhere": True}, **bearer(access)).status == 204
    for each in streams:
        assert each.rest() == [("end", {"reason": "session-ended", "type": "end"})]
        each.close()


@pytest.mark.own_database
def test_a_node_that_stops_ends_its_streams_and_another_goes_on(database_url: str) -> None:
    given: dict[str, Any] = {"DATABASE_URL": database_url, "TELEVENT_POOL_SIZE": 4}
    core = build_core(Settings(**given), database_url, CHEAP_PASSWORDS)
    try:
        tenant = AccountId(uuid4())
        open_account(
            core.backend, Context(tenant, "operator", "cli", now(), uuid4(), "t"), telegram_id=None, name="Ann"
        )
        access = access_of(core, begin_session(core, tenant))
        hub = live_hub(core)
        with served(http_app(core, None, hub)) as port, served(http_app(core, None)) as other:
            events = Events(port, access)
            place = events.next()[1]["id"]
            hub.close()
            assert events.rest() == [("end", {"reason": "restart", "type": "end"})]
            assert call(port, "GET", "/api/stream", **bearer(access)).problem() == "too-many-requests"
            again = Events(other, access, place)
            assert again.next()[1]["id"] == place
            again.close()
            events.close()
    finally:
        core.close()
