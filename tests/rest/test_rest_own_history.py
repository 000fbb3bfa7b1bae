"""The history of the own account: the audit of what a person and others did, without what is theirs alone."""

from typing import Any

import pytest

from support.dav import Client, Site, event
from support.rest import call
from support.rest_person import RestPerson, signed_in
from support.shares import mounted


@pytest.fixture
def me(site: Site, ann: Client) -> RestPerson:
    return signed_in(site.core, site.port, ann.tenant, "ann@example.com")


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def history(site: Site, who: RestPerson, query: str = "") -> Any:
    reply = who.call("GET", f"/users/me/history{query}")
    assert reply.status == 200, reply.body
    return reply.json


def test_the_journey_through_every_change_page_by_page(site: Site, ann: Client, me: RestPerson) -> None:
    assert ann.put(f"{ann.calendar()}tea.ics", event("tea"), User_Agent="Phone/1.0").status == 201
    assert me.call("PATCH", "/users/me", {"display_name": "Anna"}, X_Request_ID="request-of-ann").status == 200
    whole = history(site, me, "?limit=200")
    assert whole["next"] is None
    newest, before, *_ = whole["items"]
    assert (newest["action"], newest["actor"], newest["door"]) == ("profile-changed", "you", "rest")
    assert (newest["request_id"], newest["subject"], newest["own_account"]) == (
        "request-of-ann", str(me.tenant), True,
    )  # fmt: skip
    assert (before["action"], before["door"], before["device"], before["user_agent"]) == (
        "event-created", "caldav", "Laptop", "Phone/1.0",
    )  # fmt: skip
    opened = next(each for each in whole["items"] if each["action"] == "account-opened")
    assert opened["actor"] == "operator"
    paged, cursor = [], ""
    while cursor is not None:
        page = history(site, me, f"?limit=2{cursor and '&cursor=' + cursor}")
        assert len(page["items"]) <= 2
        paged += page["items"]
        cursor = page["next"]
    assert paged == whole["items"]


def test_each_sees_their_own_devices_and_not_those_of_others(
    site: Site, ann: Client, bob: Client, me: RestPerson
) -> None:
    assert bob.ask("MKCALENDAR", bob.calendar("work")).status == 201
    path = mounted(bob, ann, "read-write")
    assert ann.put(f"{path}secret.ics", event("secret"), User_Agent="Ann's phone/1.0").status == 201
    mine = next(each for each in history(site, me)["items"] if each["action"] == "event-created")
    assert (mine["actor"], mine["own_account"], mine["subject"]) == ("you", False, None)
    assert mine["user_agent"] == "Ann's phone/1.0"
    bobs = signed_in(site.core, site.port, bob.tenant, "bob@example.com")
    seen = next(each for each in history(site, bobs)["items"] if each["action"] == "event-created")
    assert (seen["actor"], seen["own_account"]) == ("another person", True)
    assert (seen["device"], seen["ip"], seen["user_agent"], seen["request_id"]) == (None, None, None, None)
    assert str(ann.tenant) not in str(seen)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=1.1.1", "cursor=" + "9" * 41])
def test_what_cannot_be_is_refused(me: RestPerson, query: str) -> None:
    reply = me.call("GET", f"/users/me/history?{query}")
    assert (reply.status, reply.problem()) == (422, "invalid-request")
    assert reply.json["errors"][0]["name"] == query.partition("=")[0]


def test_the_largest_cursor_is_one(me: RestPerson) -> None:
    assert me.call("GET", f"/users/me/history?cursor={'9' * 16}.{'9' * 18}").status == 200
    assert me.call("GET", "/users/me/history?cursor=0.0").json == {"items": [], "next": None}


def test_only_signed_in_people_have_a_history(site: Site) -> None:
    assert call(site.port, "GET", "/api/users/me/history").problem() == "not-signed-in"
