"""Idempotency-Key: what must not use a key up, and who must not get the answer that it has."""

from typing import Any

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of
from televent.adapters.rest.app import BODY_LIMIT

EVENT: dict[str, Any] = {"summary": "Standup", "start": "2026-12-01T10:00:00"}


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def test_a_body_that_is_too_large_uses_no_key_up(api: Api) -> None:
    large = {**EVENT, "description": "x" * BODY_LIMIT}
    for _ in range(2):
        assert api.ask("POST", "/events", large, Idempotency_Key="one").status == 413
    assert api.ask("POST", "/events", EVENT, Idempotency_Key="one").status == 201


def test_an_api_key_that_may_only_read_gets_no_kept_answer(site: Site, api: Api) -> None:
    assert api.ask("POST", "/events", EVENT, Idempotency_Key="one").status == 201
    made = api.ask("POST", "/keys", {"name": "Reader", "scopes": ["calendars:read"]})
    assert made.status == 201, made.body
    reader = Api(site.port, made.json["key"])
    refused = reader.ask("POST", "/events", EVENT, Idempotency_Key="one")
    assert (refused.status, refused.problem()) == (403, "wrong-scope")


def test_a_session_that_ended_gets_no_kept_answer(api: Api) -> None:
    assert api.ask("POST", "/events", EVENT, Idempotency_Key="one").status == 201
    assert api.ask("POST", "/auth/logout", {}).status == 204
    assert api.ask("POST", "/events", EVENT, Idempotency_Key="one").problem() == "not-signed-in"
