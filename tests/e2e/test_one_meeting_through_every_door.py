"""One meeting through every door: made by REST, read by python-caldav, answered by a tap, moved by Thunderbird. Each
change is in the live stream, in order and with the ETag that all doors show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from caldav.davclient import DAVClient

from support.chat import Chats, Someone, open_chats
from support.dav import Client, Entry, Site, dav
from support.live import Events
from support.passwords import CHEAP_PASSWORDS
from support.rest import Reply, served
from support.rest_person import RestPerson, signed_in
from televent.runtime.api import http_app
from televent.runtime.compose import build_core

pytestmark = pytest.mark.xdist_group("e2e")
ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve@elsewhere.example"
THUNDERBIRD = {
    "User_Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0",
    "Accept": "text/xml",
    "Accept_Encoding": "gzip, deflate, br, zstd",
    "Accept_Charset": "utf-8,*;q=0.1",
}
PUBLIC = "https://calendar.example.com"


@dataclass
class World:
    """A bot with its worker, and an API on the same database."""

    chats: Chats
    site: Site

    def catch_up(self) -> None:
        """Sets the clock of the bot, which a test moves, to the real one of the API: what is due there is due here."""
        self.chats.now = datetime.now(UTC) + timedelta(seconds=1)

    def stream(self, person: RestPerson) -> Events:
        """The live stream of a person; its first event has been read."""
        events = Events(self.site.port, person.access)
        assert events.next()[0] == "ready"
        return events


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_chats(database_url, public_url=PUBLIC) as chats, api(chats) as site:
        yield World(chats, site)


@contextmanager
def api(chats: Chats) -> Iterator[Site]:
    """An API on the bot's database. Its clock is the real one, which access tokens need."""
    core = build_core(chats.core.settings, chats.core.conninfo, CHEAP_PASSWORDS)
    try:
        with served(http_app(core, None)) as port:
            site = Site(core, port, None, None)  # type: ignore[arg-type]
            yield site
            site.disconnect()
    finally:
        core.close()


def the_card(guest: Someone) -> Any:
    return guest.hears("Ann invited you")


def told(events: Events, person: RestPerson, event: str, kind: str) -> tuple[dict[str, Any], Reply]:
    """The change of this type of that event, and the event once its ETag is that of the newest change in the stream. A
    note of delivery may come between; the stream tells of it, too."""
    wanted: dict[str, Any] | None = None
    while True:
        newest = events.until(lambda each: each["event"] == event)[-1]
        if newest["type"] == kind and wanted is None:
            wanted = newest
        shown = person.call("GET", f"/events/{event}")
        if wanted is not None and newest["etag"] == shown.headers["etag"]:
            return wanted, shown


def moved_by_thunderbird(stored: str, start: datetime) -> bytes:
    """The event as Thunderbird writes it after a drag: every line by its own rules, and times in UTC."""
    lines = stored.replace("\r\n ", "").split("\r\n")
    people = [each for each in lines if each.startswith(("ORGANIZER", "ATTENDEE"))]
    kept = [each for each in lines if each.startswith(("UID:", "SUMMARY:", "SEQUENCE:"))]
    rows = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        f"LAST-MODIFIED:{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTAMP:{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        *kept,
        *people,
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        "X-MOZ-SEND-INVITATIONS:TRUE",
        "X-MOZ-GENERATION:1",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(each if len(each) <= 75 else each[:75] + "\r\n " + each[75:] for each in rows).encode()


def test_a_meeting_goes_through_every_door_in_order(world: World) -> None:
    chats, site = world.chats, world.site
    ann, bob = chats.person("Ann", address=ANN), chats.person("Bob", address=BOB)
    me, guest = (signed_in(site.core, site.port, each.account.tenant, of) for each, of in ((ann, ANN), (bob, BOB)))
    app = Client(site, ann.account.tenant, ANN, site.device(ann.account.tenant).password)
    start = (datetime.now(UTC) + timedelta(days=30)).replace(hour=10, minute=0, second=0, microsecond=0)
    later = start + timedelta(hours=4)
    with closing(world.stream(me)) as events, closing(world.stream(guest)) as theirs:
        # Made by REST, with a guest here and one elsewhere.
        made = me.call(
            "POST",
            "/events",
            {
                "summary": "Planning",
                "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
                "end": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
                "attendees": [{"email": BOB}, {"email": EVE}],
            },
        )
        assert made.status == 201, made.body
        event_id = made.json["id"]
        world.catch_up()
        first, shown = told(events, me, event_id, "event.created")
        assert (first["door"], first["actor"]) == ("rest", str(me.tenant))
        mine_of_bob = theirs.until(lambda each: each["type"].startswith("event."))[-1]["event"]

        # Read by python-caldav, with the same ETag.
        with DAVClient(url=f"http://127.0.0.1:{site.port}/", username=ANN, password=app.password) as client:
            (found,) = client.principal().calendars()[0].search(start=start, end=later, event=True)
            assert found.icalendar_component["SUMMARY"] == "Planning"
            href = found.url.path
        assert entry(app, href).text(dav("getetag")) == shown.headers["etag"]
        (mail,) = chats.do(chats.control.get("/sandbox/mails", to=EVE, wait=30), moving=True)
        assert "Planning" in mail["subject"]

        # Answered by a tap.
        bob.taps("✅ Accept", the_card(bob))
        bob.hears("You accepted this invitation")
        ann.hears("Bob accepted your meeting")
        second, answered = told(events, me, event_id, "event.answered")
        assert second["door"] == "courier"
        assert theirs.until(lambda each: each["type"] == "event.answered")[-1]["door"] == "bot"
        assert answered.headers["etag"] == entry(app, href).text(dav("getetag"))
        assert {each["email"]: each["answer"] for each in answered.json["attendees"]}[BOB] == "ACCEPTED"

        # Moved by Thunderbird: with the ETag of REST, and not with the one of before the answer.
        moved = moved_by_thunderbird(app.ask("GET", href).text, later)
        assert app.put(href, moved, If_Match=shown.headers["etag"], **THUNDERBIRD).status == 412
        assert app.put(href, moved, If_Match=answered.headers["etag"], **THUNDERBIRD).status == 204
        world.catch_up()
        third, after = told(events, me, event_id, "event.rescheduled")
        assert third["door"] == "caldav"
        assert after.headers["etag"] == entry(app, href).text(dav("getetag"))
        assert datetime.fromisoformat(after.json["start_time"]) == later
        stale = answered.headers["etag"]
        assert me.call("PATCH", f"/events/{event_id}", {"summary": "x"}, If_Match=stale).status == 412

        # The guest has the new time in the chat and in their calendar.
        bob.hears("changed this meeting")
        copy = guest.call("GET", f"/events/{mine_of_bob}").json
        assert (copy["start_time"], copy["answer"]) == (after.json["start_time"], "NEEDS-ACTION")
        places = [int(each["position"]) for each in (first, second, third)]
        assert places == sorted(set(places))
    words = [each["door"] for each in me.call("GET", f"/events/{event_id}/history").json]
    assert {"rest", "courier", "caldav"} <= {*words}


def entry(app: Client, href: str) -> Entry:
    """The ETag of a resource, as a calendar app asks for it."""
    return app.propfind(href, "D:getetag").only()
