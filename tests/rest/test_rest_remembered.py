"""Answers of the REST door that a process remembers are never stale, and a sign-in that ended never counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.dav import Client, Site, event
from support.rest import call
from support.rest_people import PASSWORD, Api, api_of
from support.waiting import wait_until
from televent.adapters.rest.events.event_answers import Answer
from televent.adapters.rest.events.remembered import OVERHEAD, RememberedAnswers
from televent.adapters.rest.signing_in.auth import Person
from televent.adapters.rest.signing_in.verified_tokens import VerifiedTokens
from televent.application.use_cases.people.accounts import verify_address
from televent.domain.ids import AccountId

DECEMBER = "start=2026-12-01T00:00:00Z&end=2027-01-01T00:00:00Z"
TIMES = {"start": "20261205T100000Z", "end": "20261205T110000Z"}


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def kept(site: Site) -> dict[Any, Any]:
    """The answers that the process behind the site remembers."""
    front: Any = site.server.config.app
    return dict(front._mounts["/api"].state["answers"]._kept)


def warm(site: Site, api: Api, path: str) -> Any:
    """The answer, asked until the process remembers it: its connection for marks opens with the first requests."""
    before = kept(site)

    def remembers() -> bool:
        api.get(path)
        return any(before.get(key) is not value for key, value in kept(site).items())

    wait_until(remembers)
    return api.get(path)


def summaries(api: Api) -> list[str]:
    return [each["summary"] for each in api.get(f"/events?{DECEMBER}")["events"]]


def test_a_write_of_a_calendar_app_is_in_the_next_answer(site: Site, ann: Client, api: Api) -> None:
    path = f"/caldav/{ann.tenant}/default/one.ics"
    assert ann.put(path, event("one@example.com", "SUMMARY:First", **TIMES)).status == 201
    (listed,) = warm(site, api, f"/events?{DECEMBER}")["events"]
    one = f"/events/{listed['id']}"
    assert warm(site, api, one)["summary"] == "First"
    for name in ("Second", "Third"):
        assert ann.put(path, event("one@example.com", f"SUMMARY:{name}", **TIMES)).status == 204
        assert api.get(one)["summary"] == name
        assert summaries(api) == [name]
    tag = api.ask("GET", one).headers["etag"]
    assert api.ask("GET", one, If_None_Match=tag).status == 304
    assert api.get(f"{one}?fields=summary") == {"summary": "Third"}
    assert ann.put(path, event("one@example.com", "SUMMARY:Fourth", **TIMES)).status == 204
    assert api.ask("GET", one, If_None_Match=tag).status == 200
    assert ann.ask("DELETE", path).status == 204
    assert api.ask("GET", one).problem() == "unknown-resource"
    assert summaries(api) == []


def test_a_new_address_of_the_person_is_in_the_next_answer(site: Site, ann: Client, api: Api) -> None:
    path, other = f"/caldav/{ann.tenant}/default/two.ics", f"{uuid4().hex}@example.com"
    guest = (f"ORGANIZER:mailto:{other}", "ATTENDEE:mailto:somebody@example.org", "SUMMARY:Meeting")
    assert ann.put(path, event("two@example.com", *guest, **TIMES)).status == 201
    (listed,) = warm(site, api, f"/events?{DECEMBER}")["events"]
    assert warm(site, api, f"/events/{listed['id']}")["role"] == "none"
    verify_address(site.core.backend, site.context(ann.tenant), address=other, code=None)
    assert api.get(f"/events/{listed['id']}")["role"] == "organizer"
    assert api.get(f"/events?{DECEMBER}")["events"][0]["role"] == "organizer"


def test_a_change_in_a_shared_calendar_is_in_the_next_answer(site: Site, ann: Client, api: Api) -> None:
    sharee = api_of(site, site.person(102, "Bob", "bob@example.com"), "bob@example.com")
    assert warm(site, sharee, f"/events?{DECEMBER}")["events"] == []
    path = f"/events/{api.made(summary='First', start='2026-12-05T10:00:00Z')['id']}"
    (own,) = api.get("/calendars")
    api.ask("POST", f"/calendars/{own['id']}/shares", {"email": "bob@example.com", "access": "read"})
    (offer,) = sharee.get("/shares")
    assert sharee.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True}).status == 200
    assert summaries(sharee) == ["First"]
    for name in ("Second", "Third"):
        assert api.ask("PATCH", path, {"summary": name}).status == 200
        assert (summaries(sharee), sharee.get(path)["summary"]) == ([name], name)
    assert sharee.ask("POST", f"/shares/{offer['id']}/answer", {"accept": False}).status == 200
    assert summaries(sharee) == []
    assert sharee.ask("GET", path).problem() == "unknown-resource"


def test_a_new_address_of_an_owner_is_in_the_next_answer_to_others(site: Site, ann: Client, api: Api) -> None:
    """A shared event is shown by its owner's addresses, and no mark of the person who asks knows of these."""
    sharee = api_of(site, site.person(102, "Bob", "bob@example.com"), "bob@example.com")
    path, other = f"/caldav/{ann.tenant}/default/two.ics", f"{uuid4().hex}@example.com"
    guest = (f"ORGANIZER:mailto:{other}", "ATTENDEE:mailto:somebody@example.org", "SUMMARY:Meeting")
    assert ann.put(path, event("two@example.com", *guest, **TIMES)).status == 201
    (own,) = api.get("/calendars")
    api.ask("POST", f"/calendars/{own['id']}/shares", {"email": "bob@example.com", "access": "read"})
    (offer,) = sharee.get("/shares")
    assert sharee.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True}).status == 200

    def roles() -> list[str]:
        return [each["role"] for each in sharee.get(f"/events?{DECEMBER}")["events"]]

    assert [roles() for _ in range(3)] == [["none"]] * 3
    verify_address(site.core.backend, site.context(ann.tenant), address=other, code=None)
    assert roles() == ["organizer"]


def test_a_session_that_ended_is_refused_at_once(site: Site, ann: Client, api: Api) -> None:
    login = {"email": "ann@example.com", "password": PASSWORD}
    other = Api(site.port, call(site.port, "POST", "/api/auth/login", login).json["access_token"])
    path = f"/events/{api.made(summary='Tea', start='2026-12-05T10:00:00Z')['id']}"
    assert warm(site, other, path)["summary"] == "Tea"
    assert other.ask("POST", "/auth/logout", {}).status == 204
    for again in (path, f"/events?{DECEMBER}", "/auth/sessions"):
        assert other.ask("GET", again).problem() == "not-signed-in"
    assert other.ask("POST", "/events", {"summary": "x", "start": "2026-12-05"}).problem() == "not-signed-in"
    assert api.get(path)["summary"] == "Tea"


def test_a_session_that_expired_is_refused_at_once(site: Site, ann: Client, api: Api) -> None:
    path = f"/events/{api.made(summary='Tea', start='2026-12-05T10:00:00Z')['id']}"
    warm(site, api, path)
    with site.core.pool.connection() as connection:
        connection.execute("UPDATE session SET expires_at = now() WHERE tenant_id = %s", (ann.tenant,))
    assert api.ask("GET", path).problem() == "not-signed-in"


def test_nobody_gets_what_is_remembered_for_another(site: Site, api: Api) -> None:
    path = f"/events/{api.made(summary='Tea', start='2026-12-05T10:00:00Z')['id']}"
    warm(site, api, path)
    stranger = api_of(site, site.person(102, "Bob", "bob@example.com"), "bob@example.com")
    assert stranger.ask("GET", path).problem() == "unknown-resource"
    assert stranger.get(f"/events?{DECEMBER}")["events"] == []


def test_answers_are_kept_within_a_bound_and_by_their_marks() -> None:
    answers = RememberedAnswers(3 * (OVERHEAD + 10))
    for number in range(5):
        answers.keep(number, (0, b"a"), Answer(200, b"0123456789"))
    assert [answers.known(number, (0, b"a")) is not None for number in range(5)] == [False, False, True, True, True]
    assert answers.known(4, (0, b"b")) is None
    assert answers.known(4, (1, b"a")) is None
    answers.keep(4, (0, b"b"), Answer(200, b"other"))
    assert answers.known(4, (0, b"a")) is None
    assert answers.known(4, (0, b"b")) == Answer(200, b"other")


def test_a_token_is_verified_again_with_other_keys_and_after_its_time() -> None:
    person = Person(AccountId(uuid4()), uuid4(), expires=datetime.now(UTC) + timedelta(minutes=5))
    asked: list[tuple[str, tuple[str, ...]]] = []

    def verify(token: str, keys: tuple[str, ...]) -> Person | None:
        asked.append((token, keys))
        return {"good": person, "old": replace(person, expires=datetime.now(UTC))}.get(token)

    tokens: VerifiedTokens[Person] = VerifiedTokens(most=2)
    assert [tokens.read("good", ("k",), verify) for _ in "ab"] == [person, person]
    assert len(asked) == 1
    assert tokens.read("good", ("new", "k"), verify) == person
    assert tokens.read("bad", ("new", "k"), verify) is tokens.read("bad", ("new", "k"), verify) is None
    tokens.read("old", ("new", "k"), verify)
    tokens.read("old", ("new", "k"), verify)
    assert [token for token, _ in asked] == ["good", "good", "bad", "bad", "old", "old"]
