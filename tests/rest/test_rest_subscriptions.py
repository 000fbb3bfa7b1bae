"""Subscriptions over real sockets: a calendar of others at a URL is here, for reading only, and invites nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest

from support.dav import Client
from support.followers import catch_up
from support.hook_post import HookPost, Owner, open_hook_post, owner
from televent.adapters.rest.controllers.outward.subscriptions import SubscriptionView
from televent.application.feeds.taken import LONGEST, MAX_SUBSCRIPTIONS, SHORTEST, after_failure, bounded
from televent.application.refusals import ReadOnlyShare
from televent.application.use_cases.events.remove_event import remove_event
from televent.application.use_cases.events.which import Which
from televent.application.use_cases.people.erasure import erase_due, request_erasure
from televent.domain.ids import AccountId
from televent.ical.mending.files import MAX_FILE
from televent.runtime.compose import now
from televent.runtime.workers.subscriptions import read_due
from televent.runtime.workers.webhooks import outward_of

HOUR = timedelta(hours=1)
WHO = ("ORGANIZER:mailto:boss@example.org", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{guest}")


@dataclass
class Publisher:
    """A server that publishes one calendar. ``refused``: the status that it answers instead."""

    url: str
    events: dict[str, tuple[str, ...]] = field(default_factory=dict)
    head: tuple[str, ...] = ("X-WR-CALNAME:Holidays\\, all",)
    text: bytes | None = None
    stamp: str = "20261101T000000Z"
    tagged: bool = True
    refused: tuple[int, dict[str, str]] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def body(self) -> bytes:
        if self.text is not None:
            return self.text
        rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Others//EN", *self.head]
        for uid, lines in self.events.items():
            rows += ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{self.stamp}", "DTSTART:20261225T100000Z"]
            rows += ["DTEND:20261225T110000Z", *lines, "END:VEVENT"]
        return ("\r\n".join([*rows, "END:VCALENDAR"]) + "\r\n").encode()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append({name.lower(): value for name, value in self.headers.items()})
            body = made.body()
            etag = f'"{hash(body)}"'
            status, headers = made.refused or (200, {})
            if made.refused is None and made.tagged:
                headers = {"ETag": etag}
                if self.headers.get("If-None-Match") == etag:
                    status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Publisher(f"http://127.0.0.1:{server.server_address[1]}/holidays.ics")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def module_post(module_database_url: str) -> Iterator[HookPost]:
    with open_hook_post(module_database_url) as post:
        yield post


@pytest.fixture
def post(module_post: HookPost) -> HookPost:
    """The site of the module, without the subscriptions of earlier tests; its worker's clock is right."""
    module_post.sql("DELETE FROM subscription RETURNING 1")
    module_post.now = now()
    return module_post


@pytest.fixture
def ann(post: HookPost) -> Owner:
    number = 1000 + int(post.sql("SELECT count(*) FROM account")[0][0])
    return owner(post.site, number, "Ann", f"ann{number}@example.com")


def work(post: HookPost, after: timedelta = timedelta(0)) -> None:
    """Reads what is due once ``after`` has passed."""
    post.now = max(post.now + after, now())
    core = post.site.core

    async def read() -> None:
        outward = outward_of(core)
        try:
            while await read_due(core, outward, lambda: post.now):
                continue
        finally:
            await outward.close()

    asyncio.run(read())


def subscribe(ann: Owner, url: str, **more: Any) -> dict[str, Any]:
    reply = ann.ask("POST", "/api/subscriptions", {"url": url, **more})
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json
    return made


def listed(ann: Owner) -> dict[str, Any]:
    (found,) = ann.ask("GET", "/api/subscriptions").json
    return dict(found)


def path_of(ann: Owner) -> str:
    """The path of the calendar in Ann's home."""
    (mount,) = ann.site.core.reads.mounts(ann.client.tenant)
    return ann.client.calendar(mount.name)


def seen(ann: Owner) -> dict[str, str]:
    """The texts of the calendar, by name, as Ann's calendar app gets them."""
    path = path_of(ann)
    hrefs = [each for each in ann.client.propfind(path, "D:getetag", depth="1").responses() if each.endswith(".ics")]
    return {each: ann.client.ask("GET", each).text for each in hrefs}


def facts(post: HookPost, keeper: str, name: str = "event-%") -> list[str]:
    query = "SELECT topic FROM event WHERE tenant_id = %s AND topic LIKE %s ORDER BY position"
    return [row[0] for row in post.sql(query, UUID(keeper), name)]


def test_the_journey_of_a_subscription(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    publisher.events = {"a@x": ("SUMMARY:Christmas",), "b@x": ("SUMMARY:Boxing Day",)}
    made = subscribe(ann, publisher.url)
    assert (made["last_read_at"], made["events"]) == (None, 0)
    work(post)
    first = listed(ann)
    assert (first["title"], first["events"], first["last_error"]) == ("Holidays, all", 2, None)
    assert {text.partition("SUMMARY:")[2].partition("\r")[0] for text in seen(ann).values()} == {
        "Christmas",
        "Boxing Day",
    }
    shown = ann.client.propfind(path_of(ann), "D:displayname", "D:current-user-privilege-set").only()
    assert shown.text("{DAV:}displayname") == "Holidays, all"
    assert made["calendar_id"] == str(post.site.core.reads.mounts(ann.client.tenant)[0].calendar_id)
    created = ["event-created/1"] * 2
    assert facts(post, made["id"]) == created

    publisher.events["a@x"] = ("SUMMARY:Christmas Day",)
    del publisher.events["b@x"]
    work(post, HOUR)
    assert facts(post, made["id"]) == [*created, "event-revised/1", "event-deleted/1"]
    (text,) = seen(ann).values()
    assert "SUMMARY:Christmas Day" in text

    path = path_of(ann)
    assert ann.ask("DELETE", f"/api/subscriptions/{made['id']}").status == 204
    assert ann.client.propfind(path, "D:getetag").status == 404
    assert ann.ask("GET", "/api/subscriptions").json == []
    assert post.sql("SELECT count(*) FROM resource WHERE tenant_id = %s", UUID(made["id"])) == [(0,)]
    assert post.sql("SELECT count(*) FROM account WHERE tenant_id = %s", UUID(made["id"])) == [(0,)]


def test_only_what_changed_is_written_and_a_known_file_is_not_sent_again(
    post: HookPost, ann: Owner, publisher: Publisher
) -> None:
    publisher.events = {"a@x": ("SUMMARY:Christmas",)}
    made = subscribe(ann, publisher.url)
    work(post)
    work(post, HOUR)
    assert "if-none-match" in publisher.asked[1]
    assert "if-none-match" not in publisher.asked[0]
    # Many servers write the time of the request into DTSTAMP.
    publisher.stamp = "20261102T000000Z"
    work(post, HOUR)
    assert facts(post, made["id"]) == ["event-created/1"]
    assert len(publisher.asked) == 3


BROKEN = [
    b"<html>not found</html>",
    b"",
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a@x\r\n",
    b"BEGIN:VCALENDAR\r\n" + b"X:" + b"x" * MAX_FILE + b"\r\nEND:VCALENDAR\r\n",
]


@pytest.mark.parametrize("text", BROKEN, ids=["html", "empty", "torn", "large"])
def test_a_broken_file_changes_nothing(post: HookPost, ann: Owner, publisher: Publisher, text: bytes) -> None:
    publisher.events = {"a@x": ("SUMMARY:Christmas",), "b@x": ("SUMMARY:Boxing Day",)}
    made = subscribe(ann, publisher.url)
    work(post)
    publisher.text = text
    work(post, HOUR)
    broken = listed(ann)
    assert broken["last_error"] in ("not-a-calendar", "too-large")
    assert (broken["failures"], broken["events"]) == (1, 2)
    assert broken["last_success_at"] < broken["last_read_at"]
    assert facts(post, made["id"]) == ["event-created/1"] * 2
    publisher.text = None
    work(post, HOUR)
    assert (listed(ann)["last_error"], listed(ann)["failures"]) == (None, 0)


def test_an_event_that_cannot_be_read_deletes_none(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    publisher.events = {"a@x": ("SUMMARY:Christmas",), "b@x": ("SUMMARY:Boxing Day",)}
    made = subscribe(ann, publisher.url)
    work(post)
    publisher.events = {"a@x": ("SUMMARY:Christmas Day",), "b@x": ("RRULE:FREQ=SOMETIMES",)}
    work(post, HOUR)
    assert listed(ann)["last_error"] == "partly-unreadable"
    assert facts(post, made["id"])[2:] == ["event-revised/1"]


@pytest.mark.parametrize(
    ("refused", "code"),
    [((404, {}), "http-404"), ((302, {"Location": "ftp://example.org/"}), "forbidden-address")],
)
def test_failures_back_off_and_are_shown(
    post: HookPost, ann: Owner, publisher: Publisher, refused: tuple[int, dict[str, str]], code: str
) -> None:
    subscribe(ann, publisher.url)
    publisher.refused = refused
    for failures in (1, 2, 3):
        work(post, HOUR * 24)
        found = listed(ann)
        waits = datetime.fromisoformat(found["next_read_at"]) - datetime.fromisoformat(found["last_read_at"])
        assert (found["last_error"], found["failures"], waits) == (code, failures, SHORTEST * 2 ** (failures - 1))
    assert len(publisher.asked) == 3


def test_redirects_are_followed_a_few_times(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    subscribe(ann, publisher.url)
    publisher.refused = (302, {"Location": publisher.url})
    work(post)
    assert (listed(ann)["last_error"], len(publisher.asked)) == ("too-many-redirects", 6)


def test_the_interval_of_the_calendar_counts_within_bounds(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    publisher.head = ("REFRESH-INTERVAL;VALUE=DURATION:PT3H", "X-PUBLISHED-TTL:PT5H")
    subscribe(ann, publisher.url, title="Mine")
    work(post)
    found = listed(ann)
    assert found["title"] == "Mine"
    assert datetime.fromisoformat(found["next_read_at"]) - datetime.fromisoformat(found["last_read_at"]) == 3 * HOUR
    assert (bounded(timedelta(seconds=1)), bounded(timedelta(days=9)), bounded(None)) == (SHORTEST, LONGEST, HOUR)
    assert (after_failure(50), after_failure(1, 2 * HOUR), after_failure(1, 90 * HOUR)) == (LONGEST, 2 * HOUR, LONGEST)


def test_a_refresh_reads_at_once_but_not_twice_in_a_minute(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    made = subscribe(ann, publisher.url)
    work(post)
    again = ann.ask("POST", f"/api/subscriptions/{made['id']}/refresh")
    assert again.status == 202
    work(post)
    assert len(publisher.asked) == 1
    work(post, timedelta(seconds=61))
    assert len(publisher.asked) == 2


def test_nobody_may_write_into_it(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    publisher.events = {"a@x": ("SUMMARY:Christmas",)}
    made = subscribe(ann, publisher.url)
    work(post)
    ((href, text),) = seen(ann).items()
    path, client = path_of(ann), ann.client
    privileges = client.propfind(path, "D:current-user-privilege-set").only()
    assert "{DAV:}write-content" not in privileges.inside("{DAV:}current-user-privilege-set")
    assert client.put(href, text.replace("Christmas", "Easter").encode()).status == 403
    assert client.put(f"{path}new.ics", text.replace("a@x", "new@x").encode()).status == 403
    assert client.ask("DELETE", href).status == 403
    assert client.ask("MOVE", href, Destination=client.calendar() + "a.ics").status == 403
    (event,) = post.site.core.reads.by_uid(AccountId(UUID(made["id"])), "a@x")
    with pytest.raises(ReadOnlyShare):
        remove_event(post.site.core.backend, post.site.context(client.tenant), which=Which(event.stream_id))
    assert "SUMMARY:Christmas" in client.ask("GET", href).text


def test_a_subscribed_event_invites_reminds_and_answers_nobody(
    post: HookPost, ann: Owner, publisher: Publisher
) -> None:
    number = 7000 + int(post.sql("SELECT count(*) FROM account")[0][0])
    bob: Client = post.site.person(number, "Bob", f"bob{number}@example.com")
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "DESCRIPTION:x", "END:VALARM")
    made = subscribe(ann, publisher.url)
    account = post.site.core.reads.account(AccountId(UUID(made["id"])))
    assert account is not None
    keeper = post.site.core.backend.people.addresses_of(account)[0]
    mine = post.site.core.backend.people.account(ann.client.tenant).addresses[0]
    guests = tuple(
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{each}"
        for each in (f"bob{number}@example.com", mine, "x@example.org")
    )
    publisher.events = {
        "a@x": ("SUMMARY:One", "ORGANIZER:mailto:boss@example.org", *guests, *alarm),
        # The worst case: the file names the account of the calendar itself as the organizer.
        "b@x": ("SUMMARY:Two", f"ORGANIZER:mailto:{keeper}", *guests, *alarm),
        "c@x": ("SUMMARY:Three", f"ORGANIZER:mailto:{mine}", *guests, "CLASS:PRIVATE"),
    }
    outbox = post.sql("SELECT outbox_id FROM outbox ORDER BY 1")
    work(post)
    publisher.events = {uid: (*lines[:-5], "LOCATION:moved") for uid, lines in list(publisher.events.items())[:2]}
    work(post, HOUR)
    catch_up(post.site.core)
    queued = post.sql("SELECT kind, payload FROM outbox WHERE NOT outbox_id = ANY (%s)", [row[0] for row in outbox])
    # The password with which the test signs in is news of its own.
    about = [row for row in queued if not str(row[1].get("text_key", "")).startswith("account-")]
    assert [row for row in about if "webhook" not in row[0]] == []
    assert bob.site.core.reads.by_uid(bob.tenant, "a@x") == []
    assert post.site.core.reads.by_uid(ann.client.tenant, "a@x") == []
    post.site.core.reminders.begin(now())
    while post.site.core.reminders.step(now()):
        continue
    fires = "SELECT count(*) FROM reminder WHERE tenant_id = %s AND fires_at IS NOT NULL"
    assert post.sql(fires, UUID(made["id"])) == [(0,)]
    assert all("VALARM" not in text for text in seen(ann).values())


def test_private_events_of_the_file_are_shown(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    publisher.events = {"a@x": ("SUMMARY:Dentist", "CLASS:PRIVATE")}
    subscribe(ann, publisher.url)
    work(post)
    (text,) = seen(ann).values()
    assert "SUMMARY:Dentist" in text


def test_who_removes_the_calendar_in_an_app_gives_it_up(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    subscribe(ann, publisher.url)
    work(post)
    assert ann.client.ask("DELETE", path_of(ann)).status == 204
    work(post, HOUR)
    assert ann.ask("GET", "/api/subscriptions").json == []


def test_an_erasure_ends_the_calendar_too(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    publisher.events = {"a@x": ("SUMMARY:Christmas",)}
    made = subscribe(ann, publisher.url)
    work(post)
    core = post.site.core
    final = request_erasure(core.backend, post.site.context(ann.client.tenant))
    assert erase_due(core.backend, replace(post.site.context(ann.client.tenant), now=final + timedelta(days=1)))
    work(post)
    keeper = AccountId(UUID(made["id"]))
    assert (core.reads.account(keeper), core.reads.by_uid(keeper, "a@x")) == (None, [])
    assert post.sql("SELECT count(*) FROM keeper WHERE subscriber = %s", ann.client.tenant) == [(0,)]


def test_bad_values_and_strangers_are_refused(post: HookPost, ann: Owner, publisher: Publisher) -> None:
    for url in ("ftp://example.org/", "webcal://", "x"):
        assert ann.ask("POST", "/api/subscriptions", {"url": url}).problem() == "invalid-url"
    assert subscribe(ann, "webcal://calendar.example.org/x.ics")["url"] == "https://calendar.example.org/x.ics"
    made = subscribe(ann, publisher.url)
    number = 8000 + int(post.sql("SELECT count(*) FROM account")[0][0])
    eve = owner(post.site, number, "Eve", f"eve{number}@example.com")
    assert eve.ask("GET", "/api/subscriptions").json == []
    for method, path in (("POST", "/refresh"), ("DELETE", "")):
        refused = eve.ask(method, f"/api/subscriptions/{made['id']}{path}")
        assert refused.problem() == "unknown-subscription"
    for number in range(MAX_SUBSCRIPTIONS - 2):
        subscribe(ann, f"{publisher.url}?{number}")
    assert ann.ask("POST", "/api/subscriptions", {"url": f"{publisher.url}?new"}).problem() == "too-many-subscriptions"
    assert set(listed_fields()) == set(made)


def listed_fields() -> list[str]:
    return list(SubscriptionView.__struct_fields__)


@pytest.mark.own_database
def test_a_calendar_inside_this_network_is_refused_and_never_read(database_url: str, publisher: Publisher) -> None:
    with open_hook_post(database_url, TELEVENT_OUTWARD_HOSTS="public") as strict:
        ann = owner(strict.site)
        for url in (publisher.url, publisher.url.replace("http:", "webcal:"), "https://169.254.169.254/x.ics"):
            assert ann.ask("POST", "/api/subscriptions", {"url": url}).problem() == "invalid-url"
        subscribe(ann, "https://calendar.example.org/x.ics")
        strict.sql("UPDATE subscription SET url = convert_to(%s, 'UTF8') RETURNING 1", publisher.url)
        work(strict)
        assert (listed(ann)["last_error"], publisher.asked) == ("forbidden-address", [])
