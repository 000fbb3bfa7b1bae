"""The same URL again is the same subscription, and no answer with it is kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of
from televent.application.feeds.taken import MAX_SUBSCRIPTIONS

URL = "https://calendars.example.org/private-7f3c9a/basic.ics"


@pytest.fixture
def person(site: Site) -> Client:
    return site.person(101, "Ann", "ann@example.com")


@pytest.fixture
def ann(site: Site, person: Client) -> Api:
    return api_of(site, person, "ann@example.com")


def taken(ann: Api, url: str = URL, key: str | None = None) -> str:
    headers = {"Idempotency_Key": key} if key else {}
    reply = ann.ask("POST", "/subscriptions", {"url": url}, **headers)
    assert reply.status == 201, reply.body
    return str(reply.json["id"])


def test_the_same_url_again_is_the_same_subscription(ann: Api) -> None:
    first = taken(ann)
    assert taken(ann, URL.replace("https:", "webcal:")) == first
    assert taken(ann, f"{URL}?other") != first
    assert len(ann.get("/subscriptions")) == 2
    assert ann.ask("DELETE", f"/subscriptions/{first}").status == 204
    assert taken(ann) != first


def test_two_requests_at_once_make_one(ann: Api) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: taken(ann), range(4)))) == 1
    assert len(ann.get("/subscriptions")) == 1


def test_a_full_list_still_knows_its_own(ann: Api) -> None:
    made = [taken(ann, f"{URL}?{number}") for number in range(MAX_SUBSCRIPTIONS)]
    assert taken(ann, f"{URL}?3") == made[3]
    assert ann.ask("POST", "/subscriptions", {"url": URL}).problem() == "too-many-subscriptions"


def test_no_answer_with_the_url_is_kept(site: Site, ann: Api, person: Client) -> None:
    made = taken(ann, key="first")
    assert ann.ask("POST", f"/subscriptions/{made}/refresh", None, Idempotency_Key="second").status == 202
    with site.core.pool.connection() as connection:
        kept = connection.execute(
            "SELECT key, body FROM idempotency_key WHERE tenant_id = %s", (person.tenant,)
        ).fetchall()
    assert [key for key, body in kept if b"7f3c9a" in bytes(body)] == []
