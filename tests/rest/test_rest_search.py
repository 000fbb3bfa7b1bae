"""The search at the REST door over real sockets: written by CalDAV, found at once, in pages, and only by its people."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from support.dav import Client, Site
from support.rest import Reply, call
from support.shares import mounted
from televent.application.event_store.context import Context
from televent.application.use_cases.people.sign_in import set_password

PASSWORD = "seven green bicycles"


class Program:
    """A program that is signed in as this person."""

    def __init__(self, client: Client, email: str) -> None:
        core, self.port = client.site.core, client.site.port
        context = Context(client.tenant, str(client.tenant), "rest", core.backend.clock(), uuid4(), "test")
        set_password(core.backend, context, password=PASSWORD, code=None, keep=None)
        pair = call(self.port, "POST", "/api/auth/login", {"email": email, "password": PASSWORD})
        self.token = pair.json["access_token"]

    def search(self, **question: Any) -> Reply:
        path = f"/api/events/search?{urlencode(question)}"
        return call(self.port, "GET", path, Authorization=f"Bearer {self.token}")

    def found(self, **question: Any) -> list[str]:
        reply = self.search(**question)
        assert reply.status == 200, reply.body
        return [each["summary"] for each in reply.json["events"]]


@pytest.fixture
def program(ann: Client) -> Program:
    return Program(ann, "ann@example.com")


def write(client: Client, title: str, *lines: str, start: str = "20301130T100000Z", calendar: str = "default") -> None:
    name = uuid4().hex
    text = "\r\n".join(
        (
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", f"UID:{name}",
            "DTSTAMP:20261101T000000Z", f"DTSTART:{start}", "DURATION:PT30M", f"SUMMARY:{title}", *lines, "END:VEVENT",
            "END:VCALENDAR", "",
        )
    )  # fmt: skip
    assert client.put(f"{client.calendar(calendar)}{name}.ics", text.encode()).status == 201


def test_a_program_finds_what_a_calendar_app_has_just_written(ann: Client, program: Program) -> None:
    write(ann, "Зубной врач", "LOCATION:5 Mill Lane", "DESCRIPTION:Bring the X-ray")
    reply = program.search(q="vrach mill ray")
    assert reply.status == 200, reply.body
    (event,) = reply.json["events"]
    assert (event["summary"], event["location"], event["description"]) == (
        "Зубной врач",
        "5 Mill Lane",
        "Bring the X-ray",
    )
    assert (event["start"], event["start_time"]) == ("2030-11-30T10:00:00", "2030-11-30T10:00:00Z")
    assert (event["role"], event["shared_by"], event["recurs"], event["all_day"]) == ("none", None, False, False)
    assert reply.json["next_cursor"] is None
    assert reply.json["understood"] == {"words": ["vrach", "mill", "ray"], "first": None, "last": None}
    assert program.found(q="зубной врак") == program.found(title="врач", location="lane") == ["Зубной врач"]
    assert program.found(q="врач 2030-11-30") == program.found(q="2030-11") == ["Зубной врач"]
    assert program.found(start="2030-11-30T10:15:00Z", end="2030-12-01T00:00:00Z", q="врач") == ["Зубной врач"]
    assert program.found(q="врач 2030-12") == program.found(q="blacksmith") == program.found(title="mill") == []


def test_pages_are_followed_by_their_cursor(ann: Client, program: Program) -> None:
    for day in range(1, 8):
        write(ann, f"Rowing {day}", start=f"203010{day:02}T100000Z")
    first = program.search(q="rowing", limit=3).json
    second = program.search(q="rowing", limit=3, cursor=first["next_cursor"]).json
    third = program.search(q="rowing", limit=3, cursor=second["next_cursor"]).json
    titles = [each["summary"] for page in (first, second, third) for each in page["events"]]
    assert titles == [f"Rowing {day}" for day in range(1, 8)]
    assert third["next_cursor"] is None


def test_a_sharee_finds_public_events_with_the_name_of_their_owner(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    mounted(ann, bob)
    write(ann, "Rehearsal", calendar="work")
    write(ann, "Rehearsal in secret", "CLASS:PRIVATE", calendar="work")
    (event,) = Program(bob, "bob@example.com").search(q="rehearsal").json["events"]
    assert (event["summary"], event["shared_by"], event["role"]) == ("Rehearsal", "Ann", "none")
    carol = site.person(103, "Carol", "carol@example.com")
    assert Program(carol, "carol@example.com").found(q="rehearsal") == []


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ({}, "q"),
        ({"q": "?!"}, "q"),
        ({"q": "x" * 257}, "q"),
        ({"q": "tea", "limit": 0}, "limit"),
        ({"q": "tea", "limit": 101}, "limit"),
        ({"q": "tea", "cursor": "nonsense"}, "cursor"),
        ({"q": "tea", "start": "2030-01-01T00:00:00"}, "start"),
        ({"q": "tea", "start": "2030-01-02T00:00:00Z", "end": "2030-01-01T00:00:00Z"}, "end"),
    ],
)
def test_a_question_that_is_not_valid_is_refused(program: Program, question: dict[str, Any], name: str) -> None:
    reply = program.search(**question)
    assert (reply.status, reply.problem()) == (422, "invalid-request"), reply.body
    assert [each["name"] for each in reply.json["errors"]] == [name]


def test_only_signed_in_people_search(site: Site) -> None:
    assert call(site.port, "GET", "/api/events/search?q=tea").problem() == "not-signed-in"
