"""Bodies of strangers that are no JSON, or have what no text of the database may have: each is refused."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from support.dav import Client, Site
from support.live_tokens import bearer, token
from support.rest import call
from support.waiting import NET

PASSWORD = "seven green bicycles"
NEW: dict[str, Any] = {"email": "new@example.com", "password": PASSWORD}
DEEP = b'{"start":"2027-11-30","x":' + b"[" * 50_000 + b"]" * 50_000 + b"}"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("register", {**NEW, "name": "a\x00b"}),
        ("register", {**NEW, "email": "a\x00b@example.com"}),
        ("register", {**NEW, "timezone": "a\x00b"}),
        ("login", {**NEW, "email": "a\x00b@example.com"}),
        ("forgot-password", {"email": "a\x00b@example.com"}),
        ("reset-password", {**NEW, "email": "a\x00b@example.com", "code": "123456"}),
    ],
)
def test_a_text_with_a_nul_is_refused(site: Site, path: str, body: dict[str, Any]) -> None:
    reply = call(site.port, "POST", f"/api/auth/{path}", body)
    assert (reply.status, reply.problem()) in {(422, "invalid-request"), (422, "invalid-name")}


@pytest.mark.parametrize("body", [b'{"start":"2027-11-30","summary":"\xff"}', b"[" * 100_000, DEEP, b"{"])
def test_a_body_that_is_no_json_is_refused(site: Site, ann: Client, body: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=NET)
    try:
        headers = {"Content-Type": "application/json", **bearer(token(site, ann))}
        connection.request("POST", "/api/events", body, headers)
        reply = connection.getresponse()
        problem = json.loads(reply.read())
    finally:
        connection.close()
    assert (reply.status, problem["type"]) == (400, "urn:televent:problem:malformed-request")
