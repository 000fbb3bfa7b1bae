"""Calendars at the REST door: made, read, changed, deleted, shared ones, and as calendar apps see them."""

from uuid import UUID, uuid4

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar
from televent.domain.sharing.access import READ, READ_WRITE, share_id


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def test_a_calendar_is_made_and_seen_by_calendar_apps(api: Api, ann: Client) -> None:
    values = {"name": "R&D <x>", "colour": "#112233", "description": "a & b", "time_zone": "Europe/Paris", "order": 3}
    made = api.ask("POST", "/calendars", values)
    assert made.status == 201
    assert {name: made.json[name] for name in values} == values
    assert (made.json["default"], made.json["access"]) == (False, "owner")
    path = made.headers["location"].removeprefix("/api")
    assert api.get(path) == made.json
    listed = ann.propfind(ann.home, "D:displayname", depth="1").body
    assert b"R&amp;D &lt;x&gt;" in listed
    assert {each["name"] for each in api.get("/calendars")} == {"Televent", "R&D <x>"}

    changed = api.ask("PATCH", path, {"name": "Lab", "description": None}, If_Match=made.headers["etag"])
    assert (changed.json["name"], changed.json["description"], changed.json["order"]) == ("Lab", "", 3)
    stale = api.ask("PATCH", path, {"name": "x"}, If_Match=made.headers["etag"])
    assert stale.problem() == "precondition-failed"
    assert api.ask("GET", path, If_None_Match=changed.headers["etag"]).status == 304
    assert api.ask("PATCH", path, {"order": 1}, Prefer="return=minimal").status == 204

    event = api.made(summary="x", start="2026-12-01", calendar_id=made.json["id"])
    assert event["calendar_id"] == made.json["id"]
    assert api.ask("DELETE", path).status == 204
    assert api.ask("GET", path).problem() == "unknown-calendar"
    assert api.ask("GET", f"/events/{event['id']}").problem() == "unknown-resource"


def test_the_default_calendar_is_chosen_and_stays(api: Api) -> None:
    (first,) = api.get("/calendars")
    assert first["default"] is True
    other = api.ask("POST", "/calendars", {"name": "New", "default": True}).json
    assert other["default"] is True
    assert api.made(summary="x", start="2026-12-01")["calendar_id"] == other["id"]
    assert api.ask("DELETE", f"/calendars/{other['id']}").problem() == "default-calendar-stays"
    assert api.ask("PATCH", f"/calendars/{first['id']}", {"default": True}).json["default"] is True
    assert api.ask("DELETE", f"/calendars/{other['id']}").status == 204


@pytest.mark.parametrize(
    "values", [{"name": " "}, {"colour": "red"}, {"time_zone": "Mars"}, {"order": 10**9}, {"name": "x" * 257}]
)
def test_a_wrong_value_changes_nothing(api: Api, values: dict[str, object]) -> None:
    (before,) = api.get("/calendars")
    reply = api.ask("PATCH", f"/calendars/{before['id']}", values)
    assert reply.problem() == "invalid-request"
    assert api.get(f"/calendars/{before['id']}") == before


def test_a_shared_calendar_is_used_and_left(site: Site, api: Api, ann: Client) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    theirs = api_of(site, bob, "bob@example.com")
    backend = site.core.backend
    (own,) = api.get("/calendars")
    event = api.made(summary="Secret party", start="2026-12-01")
    path = f"/calendars/{own['id']}"
    assert theirs.ask("GET", path).problem() == "unknown-calendar"
    assert theirs.ask("PATCH", path, {"name": "x"}).problem() == "unknown-calendar"
    assert theirs.ask("DELETE", path).problem() == "unknown-calendar"

    def share(access: str) -> None:
        sharee = backend.people.account(bob.tenant)
        share_calendar(backend, site.context(ann.tenant), name="default", sharee=sharee, access=access)

    share(READ)
    answer_share(backend, site.context(bob.tenant), share_id=share_id(UUID(own["id"]), bob.tenant), accept=True)
    shared = theirs.get(path)
    assert (shared["access"], shared["owner_name"]) == ("read", "Ann")
    assert theirs.get(f"/events/{event['id']}")["summary"] == "Secret party"
    assert theirs.ask("PATCH", f"/events/{event['id']}", {"summary": "x"}).problem() == "read-only-share"
    new = {"summary": "Mine", "start": "2026-12-02", "calendar_id": own["id"]}
    assert theirs.ask("POST", "/events", new).problem() == "read-only-share"
    share(READ_WRITE)
    assert theirs.ask("PATCH", f"/events/{event['id']}", {"summary": "Party"}).status == 200
    made = theirs.ask("POST", "/events", new)
    assert made.status == 201
    december = "start=2026-12-01T00:00:00Z&end=2027-01-01T00:00:00Z"
    for each in (api, theirs):
        assert [one["summary"] for one in each.get(f"/events?{december}")["events"]] == ["Party", "Mine"]
    assert theirs.ask("PATCH", path, {"colour": "#000000"}).json["colour"] == "#000000"
    assert api.get(path)["colour"] == own["colour"]
    assert theirs.ask("DELETE", path).status == 204
    assert theirs.ask("GET", path).problem() == "unknown-calendar"
    assert theirs.ask("GET", f"/events/{event['id']}").problem() == "unknown-resource"
    assert api.get(path) == own


def test_no_id_of_nobody_is_known(api: Api) -> None:
    assert api.ask("GET", f"/calendars/{uuid4()}").problem() == "unknown-calendar"
