"""The own account at the REST door: profile and preferences, leaving and staying, what is published."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from support.dav import Client, Site
from support.rest import call
from support.rest_person import RestPerson, signed_in
from televent.application.use_cases.people.accounts import erase_account
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.account.preferences import MAX_REMINDER

EMAIL = "ann@example.com"
DEFAULTS = {
    "reminder_minutes": [15],
    "daily_digest_time": "08:00",
    "notifications": True,
    "notify_on_invite": True,
    "quiet_hours": None,
    "remind_in_chat": True,
    "show_shared_calendars": True,
    "invitations_from_strangers": "ask",
    "uninvited_guests": "ask",
    "clock": None,
    "week_start": None,
    "free_busy": "known",
    "believed_senders": [],
    "published": False,
}
ALL: dict[str, Any] = {
    "reminder_minutes": [0, 10, MAX_REMINDER],
    "daily_digest_time": None,
    "notifications": False,
    "notify_on_invite": False,
    "quiet_hours": {"from": "22:30", "until": "06:00"},
    "remind_in_chat": False,
    "show_shared_calendars": False,
    "invitations_from_strangers": "never",
    "uninvited_guests": "allow",
    "clock": "24",
    "week_start": "sunday",
    "free_busy": "nobody",
    "believed_senders": ["bob@example.com", "zed@example.com"],
    "published": True,
}


@pytest.fixture
def me(site: Site, ann: Client) -> RestPerson:
    return signed_in(site.core, site.port, ann.tenant, EMAIL)


def test_the_journey_of_a_person_who_sets_everything(me: RestPerson) -> None:
    first = me.call("GET", "/users/me")
    assert (first.status, first.json) == (
        200,
        {
            "id": str(me.tenant),
            "telegram_id": 101,
            "addresses": [{"address": EMAIL, "primary": True}],
            "display_name": "Ann",
            "time_zone": "Europe/London",
            "locale": "en",
            "preferences": DEFAULTS,
            "erase_at": None,
        },
    )
    body = {"display_name": " Ann  Ross ", "time_zone": "Europe/Berlin", "locale": "ru", "preferences": ALL}
    second = me.call("PATCH", "/users/me", body, If_Match=first.headers["etag"])
    assert second.status == 200, second.body
    assert second.json == {
        **first.json,
        "display_name": "Ann Ross",
        "time_zone": "Europe/Berlin",
        "locale": "ru",
        "preferences": ALL,
    }
    read = me.call("GET", "/users/me")
    assert (read.json, read.headers["etag"]) == (second.json, second.headers["etag"])
    assert me.call("GET", "/users/me", If_None_Match=read.headers["etag"]).status == 304
    # The values of an answer can be sent back, and change nothing.
    again = me.call("PATCH", "/users/me", {"preferences": read.json["preferences"]})
    assert (again.status, again.headers["etag"]) == (200, read.headers["etag"])
    back = me.call("PATCH", "/users/me", {"preferences": DEFAULTS})
    assert back.json["preferences"] == DEFAULTS


def test_what_a_patch_does_not_name_stays(me: RestPerson) -> None:
    before = me.call("GET", "/users/me").json
    after = me.call("PATCH", "/users/me", {"preferences": {"clock": "12"}})
    assert after.json == {**before, "preferences": {**DEFAULTS, "clock": "12"}}
    assert me.call("PATCH", "/users/me", {}).headers["etag"] == after.headers["etag"]
    merged = me.call("PATCH", "/users/me", {"locale": "ru"}, Content_Type="application/merge-patch+json")
    assert merged.json["preferences"]["clock"] == "12"


def test_a_stale_tag_changes_nothing(me: RestPerson) -> None:
    stale = me.call("GET", "/users/me").headers["etag"]
    fresh = me.call("PATCH", "/users/me", {"display_name": "Anna"}).headers["etag"]
    for tag in (stale, f"W/{fresh}", '"other"', "nonsense"):
        reply = me.call("PATCH", "/users/me", {"display_name": "Nobody"}, If_Match=tag)
        assert (reply.status, reply.problem()) == (412, "precondition-failed"), tag
    assert me.call("GET", "/users/me").json["display_name"] == "Anna"
    for tag in (f'"other", {fresh}', "*"):
        assert me.call("PATCH", "/users/me", {"locale": "en"}, If_Match=tag).status == 200


def test_only_one_of_many_changes_at_once_keeps_to_its_tag(me: RestPerson) -> None:
    tag = me.call("GET", "/users/me").headers["etag"]

    def change(number: int) -> int:
        body = {"display_name": f"Ann {number}", "preferences": {"reminder_minutes": [number]}}
        return me.call("PATCH", "/users/me", body, If_Match=tag).status

    with ThreadPoolExecutor(6) as clients:
        assert sorted(clients.map(change, range(1, 7))) == [200, *[412] * 5]
    after = me.call("GET", "/users/me").json
    assert after["display_name"] == f"Ann {after['preferences']['reminder_minutes'][0]}"


def test_changes_of_other_fields_at_once_all_hold(me: RestPerson) -> None:
    bodies = [{"locale": "ru"}, {"display_name": "Anna"}, {"preferences": {"clock": "12"}}, {"time_zone": "Asia/Tokyo"}]
    with ThreadPoolExecutor(4) as clients:
        assert list(clients.map(lambda body: me.call("PATCH", "/users/me", body).status, bodies)) == [200] * 4
    after = me.call("GET", "/users/me").json
    assert (after["locale"], after["display_name"], after["preferences"]["clock"], after["time_zone"]) == (
        "ru", "Anna", "12", "Asia/Tokyo",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "name", "bound"),
    [
        ({"display_name": ""}, "display_name", "1"),
        ({"display_name": " \t"}, "display_name", "match"),
        ({"display_name": "Ann\u0000"}, "display_name", "U+0000"),
        ({"display_name": "x" * 257}, "display_name", "256"),
        ({"display_name": None}, "display_name", "null"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "IANA"),
        ({"time_zone": "../../etc/passwd"}, "time_zone", "IANA"),
        ({"time_zone": "Europe"}, "time_zone", "IANA"),
        ({"locale": "fr"}, "locale", "Invalid enum value"),
        ({"preferences": {"reminder_minutes": [MAX_REMINDER + 1]}}, "preferences.reminder_minutes[0]", "40320"),
        ({"preferences": {"reminder_minutes": [-1]}}, "preferences.reminder_minutes[0]", "0"),
        ({"preferences": {"reminder_minutes": [1, 2, 3, 4, 5, 6]}}, "preferences.reminder_minutes", "5"),
        ({"preferences": {"daily_digest_time": "24:00"}}, "preferences.daily_digest_time", "match"),
        ({"preferences": {"quiet_hours": {"from": "22:00"}}}, "preferences.quiet_hours", "until"),
        ({"preferences": {"quiet_hours": {"from": "22:00", "until": "22:00"}}}, "preferences.quiet_hours", "different"),
        ({"preferences": {"clock": "13"}}, "preferences.clock", "Invalid enum value"),
        ({"preferences": {"week_start": "someday"}}, "preferences.week_start", "Invalid enum value"),
        ({"preferences": {"notifications": "maybe"}}, "preferences.notifications", "bool"),
        ({"preferences": {"believed_senders": ["no address"]}}, "preferences.believed_senders[0]", "match"),
        ({"preferences": {"believed_senders": ["a@b"] * 101}}, "preferences.believed_senders", "100"),
        ({"preferences": {"colour": "red"}}, "preferences", "colour"),
    ],
)
def test_a_value_that_cannot_be_is_named_and_nothing_changes(
    me: RestPerson, body: dict[str, Any], name: str, bound: str
) -> None:
    before = me.call("GET", "/users/me").headers["etag"]
    reply = me.call("PATCH", "/users/me", {"locale": "ru", **body})
    assert (reply.status, reply.problem()) == (422, "invalid-request"), reply.body
    (wrong,) = reply.json["errors"]
    assert wrong["name"] == name
    assert bound in wrong["detail"]
    assert me.call("GET", "/users/me").headers["etag"] == before


@pytest.mark.parametrize("name", ["id", "telegram_id", "addresses", "erase_at", "tenant", "password", "devices"])
def test_no_body_sets_what_it_may_not(me: RestPerson, name: str) -> None:
    before = me.call("GET", "/users/me")
    reply = me.call("PATCH", "/users/me", {"display_name": "Zed", name: before.json.get(name)})
    assert reply.problem() == "invalid-request"
    assert name in reply.json["errors"][0]["detail"]
    assert me.call("GET", "/users/me").json == before.json


def test_leaving_says_until_when_and_staying_revokes_it(site: Site, me: RestPerson) -> None:
    backend = site.core.backend
    left = me.call("DELETE", "/users/me", Accept_Language="ru")
    final = backend.people.account(me.tenant).erase_at
    assert left.status == 202
    assert final is not None
    assert left.json["erase_at"] == final.isoformat().replace("+00:00", "Z")
    assert timedelta(days=29) < final - backend.clock() <= timedelta(days=30)
    assert f"{final.astimezone(ZoneInfo('Europe/London')):%H:%M}" in left.json["detail"]
    assert "удалён" in left.json["detail"]
    assert me.call("DELETE", "/users/me").json["erase_at"] == left.json["erase_at"]
    assert me.call("GET", "/users/me").json["erase_at"] == left.json["erase_at"]
    assert me.call("POST", "/users/me/keep").status == 204
    assert me.call("POST", "/users/me/keep").status == 204
    assert me.call("GET", "/users/me").json["erase_at"] is None


def test_only_signed_in_people_have_an_account_here(site: Site) -> None:
    for method, path in (
        ("GET", "/users/me"), ("PATCH", "/users/me"), ("DELETE", "/users/me"), ("POST", "/users/me/keep"),
    ):  # fmt: skip
        assert call(site.port, method, f"/api{path}", {}).problem() == "not-signed-in"


def test_a_profile_shows_only_what_is_published(site: Site, me: RestPerson) -> None:
    def public(account: object) -> tuple[int, dict[str, str], str]:
        reply = call(site.port, "GET", f"/api/users/{account}/public-profile", X_Request_ID="same-request")
        return reply.status, {name: value for name, value in reply.headers.items() if name != "date"}, reply.body

    nobody = public(uuid4())
    assert nobody[0] == 404
    assert public(me.tenant) == nobody
    assert me.call("PATCH", "/users/me", {"preferences": {"published": True}}).status == 200
    status, _, body = public(me.tenant)
    assert (status, body) == (200, f'{{"id":"{me.tenant}","display_name":"Ann"}}')
    assert me.call("PATCH", "/users/me", {"preferences": {"published": False}}).status == 200
    assert public(me.tenant) == nobody
    change_preferences(site.core.backend, site.context(me.tenant), {"published": True})
    assert public(me.tenant)[0] == 200
    erase_account(site.core.backend, site.context(me.tenant))
    assert public(me.tenant) == nobody
