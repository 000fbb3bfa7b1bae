"""Events at the REST door over real sockets: made, read, changed, deleted, and seen through the other doors."""

import re
from typing import Any
from uuid import uuid4

import pytest

from support.dav import Client, Site
from support.rest import call
from support.rest_people import Api, api_of

STANDUP: dict[str, Any] = {"summary": "Standup", "start": "2026-11-30T10:00:00", "end": "2026-11-30T10:15:00"}


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def hrefs(client: Client) -> list[str]:
    """The names of the members of a person's default calendar."""
    listed = client.propfind(client.calendar(), "D:getetag", depth="1").body.decode()
    return re.findall(r"<[^>]*href>([^<]+\.ics)<", listed)


def test_an_event_passes_from_door_to_door(api: Api, ann: Client) -> None:
    made = api.ask("POST", "/events", {**STANDUP, "location": "Room 1", "reminders": [5]})
    assert made.status == 201
    event = made.json
    assert made.headers["location"] == f"/api/events/{event['id']}"
    assert (event["time_zone"], event["start_time"]) == ("Europe/London", "2026-11-30T10:00:00Z")

    (href,) = hrefs(ann)
    text = ann.ask("GET", href)
    assert text.headers["etag"] == made.headers["etag"] == f'"{event["etag"]}"'
    assert api.ask("GET", f"/events/{event['id']}").headers["etag"] == text.headers["etag"]

    changed = text.body.replace(b"Room 1", b"Room 2").replace(b"STATUS:", b"X-PHONE;A=b:1\r\nSTATUS:")
    answer = ann.put(href, changed, If_Match=text.headers["etag"])
    assert answer.status == 204
    seen = api.ask("GET", f"/events/{event['id']}")
    assert (seen.json["location"], seen.headers["etag"]) == ("Room 2", answer.headers["etag"])
    assert seen.json["version"] > event["version"]

    stale = api.ask("PATCH", f"/events/{event['id']}", {"summary": "Late"}, If_Match=made.headers["etag"])
    assert (stale.status, stale.problem()) == (412, "precondition-failed")
    fresh = api.ask("PATCH", f"/events/{event['id']}", {"summary": "Late"}, If_Match=seen.headers["etag"])
    assert (fresh.status, fresh.json["summary"], fresh.json["location"]) == (200, "Late", "Room 2")
    after = ann.ask("GET", href)
    assert after.headers["etag"] == fresh.headers["etag"]
    kept = set(changed.splitlines()) - set(after.body.splitlines())
    assert b"SUMMARY:Standup" in kept
    assert {line.split(b":")[0] for line in kept} <= {b"DTSTAMP", b"SUMMARY"}

    assert api.ask("DELETE", f"/events/{event['id']}", If_Match='"other"').problem() == "precondition-failed"
    assert api.ask("DELETE", f"/events/{event['id']}").status == 204
    assert api.ask("GET", f"/events/{event['id']}").problem() == "unknown-resource"
    assert ann.ask("GET", href).status == 404


def test_an_answer_that_is_sent_back_changes_nothing(api: Api) -> None:
    event = api.made(**STANDUP, categories=["a, b"], recurrence={"rule": "FREQ=DAILY;COUNT=3"})
    again = api.ask("PUT", f"/events/{event['id']}", event)
    assert (again.status, again.json) == (200, event)


def test_a_client_that_has_the_event_is_not_sent_it_again(api: Api) -> None:
    event = api.made(**STANDUP)
    reply = api.ask("GET", f"/events/{event['id']}", If_None_Match=f'W/"x", "{event["etag"]}"')
    assert (reply.status, reply.body, reply.headers["etag"]) == (304, "", f'"{event["etag"]}"')
    assert api.ask("GET", f"/events/{event['id']}", If_None_Match="nonsense").problem() == "invalid-request"


def test_answers_are_as_short_as_the_client_wants_them(api: Api) -> None:
    event = api.made(**STANDUP)
    assert api.get(f"/events/{event['id']}?fields=id,summary") == {"id": event["id"], "summary": "Standup"}
    assert api.ask("GET", f"/events/{event['id']}?fields=secret").problem() == "invalid-request"
    brief = api.ask("PATCH", f"/events/{event['id']}", {"summary": "x"}, Prefer="return=minimal")
    assert (brief.status, brief.body, brief.headers["preference-applied"]) == (204, "", "return=minimal")
    assert brief.headers["etag"] == api.ask("GET", f"/events/{event['id']}").headers["etag"]
    made = api.ask("POST", "/events", STANDUP, Prefer="return=minimal")
    assert (made.status, made.body) == (201, "")
    assert api.get(made.headers["location"].removeprefix("/api"))["summary"] == "Standup"


@pytest.mark.parametrize(
    ("values", "problem", "field"),
    [
        ({"start": "soon"}, "invalid-request", "start"),
        ({"start": "2026-11-30T10:00:00", "time_zone": "Mars"}, "invalid-request", "time_zone"),
        ({"start": "2026-11-30", "end": "2026-11-29"}, "invalid-request", "end"),
        ({"start": "2026-11-30", "summary": "x" * 257}, "text-too-long", "summary"),
        ({"start": "2026-11-30", "description": "x" * 10_001}, "text-too-long", "description"),
        ({"start": "2026-11-30", "location": "x" * 1_025}, "text-too-long", "location"),
        ({"start": "2026-11-30", "recurrence": {"rule": "every day"}}, "invalid-object", None),
        ({"start": "2026-11-30", "attendees": [{"email": "nobody"}]}, "invalid-address", None),
        ({"start": "2026-11-30", "calendar_id": str(uuid4())}, "unknown-calendar", None),
    ],
)
def test_a_wrong_event_is_not_made(
    api: Api, ann: Client, values: dict[str, Any], problem: str, field: str | None
) -> None:
    reply = api.ask("POST", "/events", values)
    assert reply.problem() == problem
    assert "x" * 100 not in reply.body
    if field is not None:
        assert [each["name"] for each in reply.json["errors"]] == [field]
    assert hrefs(ann) == []


def test_guests_are_invited_and_taken_off_as_by_a_calendar_app(site: Site, api: Api, bob: Client) -> None:
    event = api.made(**STANDUP, attendees=[{"email": "bob@example.com"}, {"email": "eve@elsewhere.example"}])
    assert [each["email"] for each in event["attendees"]][1:] == ["bob@example.com", "eve@elsewhere.example"]
    theirs = api_of(site, bob, "bob@example.com")
    (href,) = hrefs(bob)
    assert b"PARTSTAT=NEEDS-ACTION" in bob.ask("GET", href).body
    assert theirs.ask("GET", f"/events/{event['id']}").problem() == "unknown-resource"
    with site.core.pool.connection() as connection:
        query = "SELECT payload::text FROM outbox WHERE payload::text LIKE '%eve@elsewhere.example%'"
        assert connection.execute(query).fetchall()
    stays = [{"email": "bob@example.com"}]
    left = api.ask("PATCH", f"/events/{event['id']}", {"attendees": stays})
    assert [each["email"] for each in left.json["attendees"]][1:] == ["bob@example.com"]
    assert api.ask("DELETE", f"/events/{event['id']}").status == 204
    assert b"STATUS:CANCELLED" in bob.ask("GET", href).body


def test_others_do_not_reach_an_event(site: Site, api: Api, bob: Client) -> None:
    event = api.made(**STANDUP)
    stranger = api_of(site, bob, "bob@example.com")
    path = f"/events/{event['id']}"
    for method, body in (("GET", None), ("PUT", {"summary": "x"}), ("PATCH", {"summary": "x"}), ("DELETE", None)):
        assert stranger.ask(method, path, body).problem() == "unknown-resource"
        assert call(site.port, method, f"/api{path}", body).problem() == "not-signed-in"
    assert api.get(path) == event
