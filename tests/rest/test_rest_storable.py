"""Texts that the database cannot store: each has a problem, wherever it is in a request."""

import pytest

from support.dav import Client, Site
from support.rest import Reply, call
from support.rest_people import Api, api_of

TEXT = "a\x00b"
TOO_DEEP = b"[" * 100_000


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def named(reply: Reply) -> tuple[int, str, str]:
    """The status, the problem, and the value that it names."""
    problem = reply.problem()
    return reply.status, problem, reply.json["errors"][0]["name"]


def test_a_text_in_a_body_is_named_by_its_path(api: Api) -> None:
    guests = [{"email": "bob@example.com"}, {"email": f"{TEXT}@example.com"}]
    reply = api.ask("POST", "/events", {"start": "2027-11-30", "attendees": guests})
    assert named(reply) == (422, "invalid-request", "attendees.1.email")
    reply = api.ask("POST", "/calendars", {"name": TEXT})
    assert named(reply) == (422, "invalid-request", "name")
    assert TEXT not in reply.body
    assert api.ask("POST", "/calendars", {TEXT: "x"}).problem() == "invalid-request"


def test_an_escaped_backslash_is_no_such_text(api: Api) -> None:
    assert api.ask("POST", "/calendars", {"name": "\\u0000"}).json["name"] == "\\u0000"


def test_people_who_are_not_signed_in_get_the_same(site: Site) -> None:
    for path, body in (
        ("login", {"email": f"{TEXT}@example.com", "password": "seven green bicycles"}),
        ("forgot-password", {"email": f"{TEXT}@example.com"}),
        ("reset-password", {"email": "ann@example.com", "code": "12\x00456", "password": "x" * 12}),
        ("register", {"email": f"{TEXT}@example.com", "password": "seven green bicycles", "name": "Ann"}),
    ):
        assert call(site.port, "POST", f"/api/auth/{path}", body).problem() == "invalid-request", path
    assert call(site.port, "GET", "/api/problems/a%00b").problem() == "invalid-request"


@pytest.mark.parametrize(
    "path",
    [
        "/events?fields=%00",
        "/events?cursor=%00",
        "/events/search?q=a%00b",
        "/events?%00=1",
        "/changes?since=%00",
    ],
)
def test_a_text_in_a_query_is_refused(api: Api, path: str) -> None:
    assert api.ask("GET", path).problem() == "invalid-request"


def test_a_text_in_a_path_is_named(api: Api) -> None:
    event = api.made(summary="Tea", start="2027-11-30")
    path = f"/events/{event['id']}/attendees/%00@example.com"
    assert named(api.ask("DELETE", path)) == (422, "invalid-request", "email")


def test_strangers_learn_of_a_text_only_that_they_are_strangers(site: Site) -> None:
    assert call(site.port, "GET", "/api/events?cursor=%00").problem() == "not-signed-in"


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "\\ud800"}',
        b'{"name": "\\ud800\\u0041"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "\xff"}',
        b'{"name": "\x00"}',
        TOO_DEEP,
    ],
)
def test_what_is_no_json_is_malformed(api: Api, body: bytes) -> None:
    reply = api.ask("POST", "/calendars", body)
    assert (reply.status, reply.problem()) == (400, "malformed-request")
