"""Feeds over real sockets: a calendar for everybody who knows its address, and nothing that they may not see."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest

from support.dav import Site, event
from support.hook_post import Owner, owner
from support.passwords import CHEAP_PASSWORDS
from support.rest import Reply, call, served
from televent.application.feeds.given import MAX_FEEDS
from televent.application.use_cases.feeds import read_feed
from televent.runtime.api import http_app
from televent.runtime.compose import build_core, now
from televent.settings import Settings

ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "DESCRIPTION:wake up", "END:VALARM")
WHO = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")


@pytest.fixture
def ann(site: Site) -> Owner:
    return owner(site)


def calendar_of(ann: Owner) -> str:
    (row,) = ann.site.core.reads.calendars(ann.client.tenant)
    return str(row.calendar_id)


def give(ann: Owner, content: str = "full") -> tuple[str, str]:
    """The path of a new feed, and its id."""
    made = ann.ask("POST", f"/api/calendars/{calendar_of(ann)}/feeds", {"content": content})
    assert made.status == 201, made.body
    place = urlsplit(made.json["url"])
    assert place.netloc == f"127.0.0.1:{ann.site.port}"
    return place.path, made.json["id"]


def read(ann: Owner, path: str, method: str = "GET", **headers: str) -> Reply:
    return call(ann.site.port, method, path, **headers)


def put(ann: Owner, name: str, *lines: str) -> None:
    assert ann.client.put(f"{ann.client.calendar()}{name}.ics", event(f"{name}@clinic.example", *lines)).status == 201


def test_the_journey_of_a_feed(ann: Owner) -> None:
    put(ann, "open", "SUMMARY:Planning", "LOCATION:Room 4", *ALARM)
    path, feed_id = give(ann)
    first = read(ann, path)
    assert (first.status, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert first.headers["cache-control"] == "private, no-cache"
    file = icalendar.Calendar.from_ical(first.body)
    (shown,) = file.walk("VEVENT")
    assert (str(shown["SUMMARY"]), str(shown["UID"])) == ("Planning", "open@clinic.example")
    assert file.walk("VALARM") == []
    assert str(file["X-PUBLISHED-TTL"]) == "PT1H"
    etag = first.headers["etag"]
    assert read(ann, path, If_None_Match=etag).status == 304
    assert read(ann, path, If_None_Match=f'W/{etag}, "x"').body == ""
    put(ann, "more", "SUMMARY:More")
    again = read(ann, path, If_None_Match=etag)
    assert (again.status, again.body.count("BEGIN:VEVENT")) == (200, 2)
    head = read(ann, path, "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, "", str(len(again.body.encode())))
    assert read(ann, path, "POST").status == 405

    place = f"/api/calendars/{calendar_of(ann)}/feeds"
    (listed,) = ann.ask("GET", place).json
    assert (listed["id"], listed["last_read_at"] is not None, "url" in listed) == (feed_id, True, False)
    assert ann.ask("DELETE", f"{place}/{feed_id}").status == 204
    gone = read(ann, path, If_None_Match=again.headers["etag"])
    assert gone.status == 404
    assert gone.body == read(ann, f"/feeds/{'x' * 43}.ics").body
    assert ann.ask("DELETE", f"{place}/{feed_id}").problem() == "unknown-feed"


def test_dates_of_requests_are_compared(ann: Owner) -> None:
    put(ann, "a", "SUMMARY:Planning")
    path, _ = give(ann)
    at = parsedate_to_datetime(read(ann, path).headers["last-modified"])

    def since(moment: datetime, **more: str) -> int:
        return read(ann, path, If_Modified_Since=format_datetime(moment, usegmt=True), **more).status

    assert since(at + timedelta(minutes=1)) == 304
    assert since(at) == 200, "the second of a change may have another change"
    assert since(at - timedelta(minutes=1)) == 200
    assert since(at + timedelta(minutes=1), If_None_Match='"other"') == 200
    assert read(ann, path, If_Modified_Since="yesterday").status == 200


def test_private_events_are_left_out_and_of_confidential_ones_only_the_time_is_shown(ann: Owner) -> None:
    put(ann, "private", "SUMMARY:Surgery", "CLASS:PRIVATE")
    put(ann, "odd", "SUMMARY:Surgery", "CLASS:X-SECRET")
    put(ann, "half", "SUMMARY:Surgery", "LOCATION:Ward 3", "DESCRIPTION:bring it", "CLASS:CONFIDENTIAL", *WHO)
    path, _ = give(ann)
    body = read(ann, path).body
    assert body.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Busy" in body
    for word in ("Surgery", "Ward", "bring it", "bob@example.com"):
        assert word not in body


def test_a_busy_feed_says_when_and_nothing_else(ann: Owner) -> None:
    put(ann, "open", "SUMMARY:Surgery", "LOCATION:Ward 3", "DESCRIPTION:bring it", "X-NOTE:it", *WHO, *ALARM)
    put(ann, "private", "SUMMARY:Surgery", "CLASS:PRIVATE")
    path, _ = give(ann, "busy")
    body = read(ann, path).body
    file = icalendar.Calendar.from_ical(body)
    names = {name for each in file.walk("VEVENT") for name in each}
    assert len(file.walk("VEVENT")) == 2
    assert names <= {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "TRANSP"}
    for word in ("Surgery", "Ward", "bring", "bob", "clinic", "PRIVATE", "X-NOTE", "X-WR-CALNAME", "wake"):
        assert word not in body


def test_only_the_owner_gives_and_ends_feeds(ann: Owner) -> None:
    path, feed_id = give(ann)
    eve = owner(ann.site, 102, "Eve", "eve@example.com")
    place = f"/api/calendars/{calendar_of(ann)}/feeds"
    assert eve.ask("POST", place, {}).problem() == "unknown-calendar"
    assert eve.ask("GET", place).problem() == "unknown-calendar"
    assert eve.ask("DELETE", f"{place}/{feed_id}").problem() == "unknown-feed"
    assert call(ann.site.port, "GET", place).problem() == "not-signed-in"
    assert ann.ask("POST", place, {"content": "everything"}).problem() == "invalid-request"
    assert read(ann, path).status == 200
    for _ in range(MAX_FEEDS - 1):
        give(ann)
    assert ann.ask("POST", place, {}).problem() == "too-many-feeds"


def test_a_feed_ends_with_its_calendar(ann: Owner) -> None:
    client = ann.client
    assert client.ask("MKCALENDAR", client.calendar("work")).status == 201
    (work,) = (each for each in ann.site.core.reads.calendars(client.tenant) if each.name == "work")
    made = ann.ask("POST", f"/api/calendars/{work.calendar_id}/feeds", {})
    path = urlsplit(made.json["url"]).path
    assert read(ann, path).status == 200
    assert client.ask("DELETE", client.calendar("work")).status == 204
    assert read(ann, path).status == 404


def test_a_calendar_that_is_too_large_is_given_without_its_past(ann: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = now() + timedelta(days=1)
    times = {"start": f"{soon:%Y%m%dT%H%M%SZ}", "end": f"{soon + timedelta(hours=1):%Y%m%dT%H%M%SZ}"}
    near = event("now@clinic.example", "SUMMARY:Now", **times)
    assert ann.client.put(f"{ann.client.calendar()}now.ics", near).status == 201
    far = event("past@clinic.example", "SUMMARY:Past", start="20100101T100000Z", end="20100101T110000Z")
    assert ann.client.put(f"{ann.client.calendar()}past.ics", far).status == 201
    path, _ = give(ann)
    monkeypatch.setattr(read_feed, "MAX_BYTES", len(near))
    assert "Past" not in (body := read(ann, path).body)
    assert "SUMMARY:Now" in body
    monkeypatch.setattr(read_feed, "MAX_BYTES", 10)
    put(ann, "new", "SUMMARY:New")
    assert read(ann, path).status == 507


@pytest.mark.own_database
def test_those_who_guess_addresses_are_limited(database_url: str) -> None:
    given: dict[str, Any] = {
        "DATABASE_URL": database_url,
        "TELEVENT_RATE_IP_PER_SECOND": "0.001",
        "TELEVENT_RATE_IP_BURST": "2",
        "TELEVENT_POOL_SIZE": 4,
    }
    core = build_core(Settings(**given), database_url, CHEAP_PASSWORDS)
    try:
        with served(http_app(core, None)) as port:
            answers = [call(port, "GET", f"/feeds/{'x' * 43}.ics").status for _ in range(3)]
        assert answers == [404, 404, 429]
    finally:
        core.close()
