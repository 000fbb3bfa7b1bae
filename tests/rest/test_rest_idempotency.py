"""Idempotency-Key: a request that comes twice does one thing and has one answer."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of
from televent.adapters.postgres.keeping.retention import KEEP_ANSWERS, retain

EVENT: dict[str, Any] = {"summary": "Standup", "start": "2026-12-01T10:00:00"}
DECEMBER = "start=2026-12-01T00:00:00Z&end=2027-01-01T00:00:00Z"


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def events(api: Api) -> list[Any]:
    found: list[Any] = api.get(f"/events?{DECEMBER}")["events"]
    return found


def test_a_repeat_has_the_answer_of_the_first(api: Api) -> None:
    first = api.ask("POST", "/events", EVENT, Idempotency_Key="one")
    api.ask("PATCH", f"/events/{first.json['id']}", {"summary": "Changed"})
    again = api.ask("POST", "/events", EVENT, Idempotency_Key="one")
    assert (again.status, again.json) == (201, first.json)
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.headers["etag"], again.headers["location"]) == (first.headers["etag"], first.headers["location"])
    assert "idempotency-replayed" not in first.headers
    assert [each["summary"] for each in events(api)] == ["Changed"]


def test_another_request_with_the_key_is_refused(api: Api) -> None:
    event = api.ask("POST", "/events", EVENT, Idempotency_Key="one").json
    other = api.ask("POST", "/events", {**EVENT, "summary": "Other"}, Idempotency_Key="one")
    assert (other.status, other.problem()) == (422, "idempotency-key-reused")
    copy = api.ask("POST", f"/events/{event['id']}/duplicate", {}, Idempotency_Key="one")
    assert copy.problem() == "idempotency-key-reused"
    assert api.ask("POST", "/events", EVENT, Idempotency_Key="x" * 65).problem() == "invalid-request"
    assert len(events(api)) == 1


def test_a_refusal_is_not_kept(api: Api, ann: Client) -> None:
    body = {**EVENT, "uid": "same@example.com"}
    event = api.ask("POST", "/events", body).json
    assert api.ask("POST", "/events", body, Idempotency_Key="one").problem() == "uid-conflict"
    assert api.ask("DELETE", f"/events/{event['id']}").status == 204
    assert api.ask("POST", "/events", body, Idempotency_Key="one").status == 201


def test_a_repeat_after_a_crash_does_nothing_a_second_time(site: Site, api: Api) -> None:
    def crashed() -> None:
        """As where the process ended before it kept the answers."""
        with site.core.pool.connection() as connection:
            connection.execute("UPDATE idempotency_key SET status = 0")

    first = api.ask("POST", "/events", EVENT, Idempotency_Key="one")
    path = f"/events/{first.json['id']}/duplicate"
    copy = api.ask("POST", path, {}, Idempotency_Key="two")
    crashed()
    again = api.ask("POST", "/events", EVENT, Idempotency_Key="one")
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert "idempotency-replayed" not in again.headers
    assert api.ask("POST", path, {}, Idempotency_Key="two").json["id"] == copy.json["id"]
    assert len(events(api)) == 2


def test_keys_of_others_do_not_count(site: Site, api: Api) -> None:
    other = api_of(site, site.person(102, "Bob", "bob@example.com"), "bob@example.com")
    mine = api.ask("POST", "/events", EVENT, Idempotency_Key="one")
    theirs = other.ask("POST", "/events", EVENT, Idempotency_Key="one")
    assert mine.json["id"] != theirs.json["id"]
    assert len(events(api)) == len(events(other)) == 1


def test_the_same_request_after_its_day_is_another_one(site: Site, api: Api) -> None:
    first = api.ask("POST", "/events", EVENT, Idempotency_Key="weekly")
    calendar = api.ask("POST", "/calendars", {"name": "Week"}, Idempotency_Key="calendar")
    with site.core.pool.connection() as connection:
        connection.execute("UPDATE idempotency_key SET made_at = made_at - %s", (KEEP_ANSWERS,))
    again = api.ask("POST", "/events", EVENT, Idempotency_Key="weekly")
    assert again.status == 201
    assert again.json["id"] != first.json["id"]
    assert "idempotency-replayed" not in again.headers
    assert len(events(api)) == 2
    other = api.ask("POST", "/calendars", {"name": "Week"}, Idempotency_Key="calendar")
    assert other.json["id"] != calendar.json["id"]


@pytest.mark.own_database
def test_a_key_is_known_for_a_day(site: Site) -> None:
    ann = site.person(101, "Ann", "ann@example.com")
    kept, now = site.core.backend.kept_answers, site.core.backend.clock()
    assert kept.claim(ann.tenant, "one", b"a", uuid4(), now - KEEP_ANSWERS) is not None
    newer = kept.claim(ann.tenant, "one", b"b", uuid4(), now)
    assert newer is not None
    assert newer.kept.request == b"b"

    def keys() -> int:
        with site.core.pool.connection() as connection:
            row = connection.execute("SELECT count(*) FROM idempotency_key").fetchone()
        assert row is not None
        return int(row[0])

    retain(site.core.pool, now + KEEP_ANSWERS)
    assert keys() == 1
    retain(site.core.pool, now + KEEP_ANSWERS + timedelta(seconds=1))
    assert keys() == 0
