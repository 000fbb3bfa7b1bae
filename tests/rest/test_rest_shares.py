"""Sharing at the REST door: offered, accepted, changed, left, taken back."""

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of

EVENT = {"summary": "Party", "start": "2027-11-30"}


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def test_a_calendar_is_offered_accepted_left_and_taken_back(site: Site, api: Api) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    theirs = api_of(site, bob, "bob@example.com")
    (own,) = api.get("/calendars")
    event = api.made(**EVENT)
    path = f"/calendars/{own['id']}/shares"
    assert api.get(path) == []
    given = api.ask("POST", path, {"email": "Bob@example.com", "access": "read", "message": "Our plans"})
    assert [(each["email"], each["access"], each["status"]) for each in given.json] == [
        ("bob@example.com", "read", "noresponse")
    ]
    (offer,) = theirs.get("/shares")
    assert (offer["owner_name"], offer["access"], offer["message"]) == ("Ann", "read", "Our plans")
    assert theirs.ask("GET", f"/events/{event['id']}").problem() == "unknown-resource"
    assert theirs.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True}).json[0]["status"] == "accepted"
    assert theirs.get(f"/events/{event['id']}")["summary"] == "Party"
    assert api.get(path)[0]["status"] == "accepted"
    assert theirs.ask("GET", path).problem() == "unknown-calendar"
    assert theirs.ask("POST", path, {"email": "eve@example.com", "access": "read"}).problem() == "unknown-calendar"

    api.ask("POST", path, {"email": "bob@example.com", "access": "read-write"})
    assert theirs.ask("PATCH", f"/events/{event['id']}", {"summary": "Feast"}).status == 200
    assert api.get(f"/events/{event['id']}")["summary"] == "Feast"
    assert theirs.ask("POST", f"/shares/{offer['id']}/answer", {"accept": False}).json[0]["status"] == "declined"
    assert theirs.ask("GET", f"/events/{event['id']}").problem() == "unknown-resource"
    assert theirs.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True}).status == 200
    assert api.ask("DELETE", f"{path}/{bob.tenant}").status == 204
    assert api.get(path) == []
    assert theirs.ask("GET", f"/events/{event['id']}").problem() == "unknown-resource"
    assert theirs.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True}).problem() == "not-shared"


def test_nobody_can_be_given_access_who_is_not_here(site: Site, api: Api) -> None:
    (own,) = api.get("/calendars")
    path = f"/calendars/{own['id']}/shares"
    assert api.ask("POST", path, {"email": "nobody@example.com", "access": "read"}).problem() == "unknown-sharee"
    assert api.ask("POST", path, {"email": "ann@example.com", "access": "read"}).problem() == "unknown-sharee"
    assert api.ask("POST", path, {"email": "bob@example.com", "access": "all"}).problem() == "invalid-request"
    assert api.ask("POST", f"/shares/{own['id']}/answer", {"accept": True}).problem() == "not-shared"
