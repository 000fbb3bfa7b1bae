"""Signing in at the REST door over real sockets: passwords, sessions, tokens, and those who attack them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.dav import Client, Site
from support.passwords import CHEAP_PASSWORDS
from support.rest import Reply, call, served
from support.waiting import wait_until
from televent.application.event_store.context import Context
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.application.use_cases.people.erasure import erase_due, request_erasure
from televent.application.use_cases.people.sign_in import set_password
from televent.domain.ids import AccountId
from televent.runtime.api import http_app
from televent.runtime.compose import Core, build_core
from televent.runtime.session_keys import session_keys
from televent.settings import Settings

EMAIL = "ann@example.com"
PASSWORD = "seven green bicycles"
OTHER = "eight grey bicycles"


@pytest.fixture
def password(site: Site, ann: Client) -> str:
    """Ann's password."""
    give(site.core, ann.tenant)
    return PASSWORD


def give(core: Core, tenant: AccountId) -> None:
    context = Context(tenant, str(tenant), "rest", core.backend.clock(), uuid4(), "test")
    set_password(core.backend, context, password=PASSWORD, code=None, keep=None)


def log_in(site: Site, password: str = PASSWORD, email: str = EMAIL) -> Reply:
    return call(site.port, "POST", "/api/auth/login", {"email": email, "password": password})


def refresh(site: Site, token: str) -> Reply:
    return call(site.port, "POST", "/api/auth/refresh-token", {"refresh_token": token})


def sessions(site: Site, access: str) -> Reply:
    return call(site.port, "GET", "/api/auth/sessions", Authorization=f"Bearer {access}")


def codes(site: Site) -> list[str]:
    """The codes for passwords in mails that were not sent yet, in the order of the requests."""
    with site.core.pool.connection() as connection:
        rows = connection.execute("SELECT payload FROM outbox WHERE kind = 'password_code/1' ORDER BY created_at")
        return [str(row[0]["code"]) for row in rows.fetchall()]


def test_the_journey_of_a_person_who_sets_a_password_and_signs_in(site: Site, ann: Client) -> None:
    assert log_in(site).problem() == "wrong-password"
    asked = call(site.port, "POST", "/api/auth/forgot-password", {"email": EMAIL})
    assert (asked.status, asked.json) == (202, {"expires_in": 3600})
    wait_until(lambda: codes(site), what="the mail with the code")
    (code,) = codes(site)
    wrong = "000000" if code != "000000" else "111111"
    body = {"email": EMAIL, "code": wrong, "password": PASSWORD}
    assert call(site.port, "POST", "/api/auth/reset-password", body).problem() == "wrong-code"
    short = call(site.port, "POST", "/api/auth/reset-password", {**body, "code": code, "password": "short"})
    assert short.problem() == "weak-password"
    assert call(site.port, "POST", "/api/auth/reset-password", {**body, "code": code}).status == 204
    assert call(site.port, "POST", "/api/auth/reset-password", {**body, "code": code}).problem() == "wrong-code"

    first = log_in(site, email=" Ann@Example.com ").json
    assert (first["token_type"], first["expires_in"]) == ("Bearer", 900)
    second = log_in(site).json
    listed = sessions(site, first["access_token"]).json
    assert [each["current"] for each in sorted(listed, key=lambda each: not each["current"])] == [True, False]
    (other,) = (each["id"] for each in listed if not each["current"])
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert call(site.port, "DELETE", f"/api/auth/sessions/{other}", **bearer).status == 204
    assert call(site.port, "DELETE", f"/api/auth/sessions/{other}", **bearer).problem() == "unknown-session"
    assert sessions(site, second["access_token"]).problem() == "not-signed-in"

    third = log_in(site).json
    words = {"old_password": "not this one", "new_password": OTHER}
    assert call(site.port, "POST", "/api/auth/change-password", words, **bearer).problem() == "wrong-password"
    words["old_password"] = PASSWORD
    assert call(site.port, "POST", "/api/auth/change-password", words, **bearer).status == 204
    assert sessions(site, third["access_token"]).problem() == "not-signed-in"
    assert sessions(site, first["access_token"]).status == 200
    assert log_in(site).problem() == "wrong-password"

    again = log_in(site, OTHER).json
    assert call(site.port, "POST", "/api/auth/logout", {"everywhere": True}, **bearer).status == 204
    for token in (first, again):
        assert sessions(site, token["access_token"]).problem() == "not-signed-in"
        assert refresh(site, token["refresh_token"]).problem() == "wrong-token"


@pytest.mark.usefixtures("password")
def test_logging_out_here_leaves_other_sessions(site: Site) -> None:
    one, other = log_in(site).json, log_in(site).json
    bearer = {"Authorization": f"Bearer {one['access_token']}"}
    assert call(site.port, "POST", "/api/auth/logout", {}, **bearer).status == 204
    assert sessions(site, one["access_token"]).problem() == "not-signed-in"
    assert sessions(site, other["access_token"]).status == 200


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def signed(header: dict[str, Any], claims: dict[str, Any], key: bytes, digest: str = "sha256") -> str:
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{base64.urlsafe_b64encode(hmac.digest(key, text.encode(), digest)).decode().rstrip('=')}"


@pytest.mark.usefixtures("password")
def test_a_token_that_this_server_did_not_sign_so_counts_for_nothing(site: Site) -> None:
    access = log_in(site).json["access_token"]
    encoded = access.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    key = session_keys(site.core).keys(site.core.backend.clock())[0].encode()
    good = {"alg": "HS256", "typ": "JWT"}
    assert sessions(site, signed(good, claims, key)).status == 200
    forged = [
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{encoded}.",
        f"{part({'alg': 'None'})}.{encoded}.{access.split('.')[2]}",
        signed({"alg": "HS512", "typ": "JWT"}, claims, key, "sha512"),
        signed({"alg": "RS256", "typ": "JWT"}, claims, key),
        signed(good, claims, b"x" * 32),
        signed(good, claims, hashlib.sha256(key).digest()),
        signed(good, {**claims, "sub": str(uuid4())}, key),
        signed(good, {**claims, "jti": str(uuid4())}, key),
        signed(good, {**claims, "aud": "elsewhere"}, key),
        signed(good, {**claims, "exp": 1}, key),
        signed(good, {name: value for name, value in claims.items() if name != "aud"}, key),
        signed(good, {name: value for name, value in claims.items() if name != "jti"}, key),
        access[:-4],
        "",
    ]
    for token in forged:
        reply = sessions(site, token)
        assert (reply.status, reply.problem()) == (401, "not-signed-in"), token
        assert reply.headers["www-authenticate"].startswith("Bearer")
    assert call(site.port, "GET", "/api/auth/sessions").problem() == "not-signed-in"


@pytest.mark.usefixtures("password")
def test_no_answer_tells_whether_an_address_has_an_account(site: Site) -> None:
    def same(path: str, body: dict[str, str]) -> None:
        known, unknown = (
            call(site.port, "POST", path, {**body, "email": email}, X_Request_ID="same-request")
            for email in (EMAIL, "nobody@example.com")
        )
        for reply in (known, unknown):
            del reply.headers["date"]
        assert known == unknown

    same("/api/auth/login", {"password": "a wrong password"})
    same("/api/auth/forgot-password", {})
    same("/api/auth/reset-password", {"code": "0000000", "password": PASSWORD})
    same("/api/auth/reset-password", {"code": "0000000", "password": "short"})


@pytest.mark.usefixtures("password")
def test_a_body_sets_nothing_that_it_may_not(site: Site) -> None:
    extra = {"email": EMAIL, "password": PASSWORD, "tenant": str(uuid4()), "expires_in": 10**9}
    assert call(site.port, "POST", "/api/auth/login", extra).problem() == "invalid-request"


def test_a_sign_in_revokes_a_requested_erasure_and_an_erasure_ends_sessions(site: Site, ann: Client) -> None:
    give(site.core, ann.tenant)
    backend = site.core.backend
    request_erasure(backend, site.context(ann.tenant))
    token = log_in(site).json
    assert backend.people.account(ann.tenant).erase_at is None
    final = request_erasure(backend, site.context(ann.tenant))
    later = site.context(ann.tenant)
    due = Context(later.tenant, "system", "cli", final + timedelta(days=1), uuid4(), "test")
    assert erase_due(backend, due)
    assert sessions(site, token["access_token"]).problem() == "not-signed-in"
    assert refresh(site, token["refresh_token"]).problem() == "wrong-token"
    assert log_in(site).problem() == "wrong-password"


@pytest.fixture
def nodes(database_url: str) -> Iterator[tuple[Core, int, int]]:
    """Two nodes with the product's limits and one database; one person."""
    given: dict[str, Any] = {"DATABASE_URL": database_url, "TELEVENT_POOL_SIZE": 4}
    cores = [build_core(Settings(**given), database_url, CHEAP_PASSWORDS) for _ in "ab"]
    try:
        tenant = AccountId(uuid4())
        context = Context(tenant, "operator", "cli", cores[0].backend.clock(), uuid4(), "test")
        open_account(cores[0].backend, context, telegram_id=None, name="Ann")
        made = Context(tenant, "operator", "cli", cores[0].backend.clock(), uuid4(), "test")
        verify_address(cores[0].backend, made, address=EMAIL, code=None)
        give(cores[0], tenant)
        with served(http_app(cores[0], None)) as one, served(http_app(cores[1], None)) as other:
            yield cores[0], one, other
    finally:
        for core in cores:
            core.close()


@pytest.mark.own_database
def test_every_node_takes_a_token_and_a_session_ends_on_all(nodes: tuple[Core, int, int]) -> None:
    _, one, other = nodes
    body = {"email": EMAIL, "password": PASSWORD}
    bearer = {"Authorization": f"Bearer {call(one, 'POST', '/api/auth/login', body).json['access_token']}"}
    assert call(other, "GET", "/api/auth/sessions", **bearer).status == 200
    assert call(other, "POST", "/api/auth/logout", {}, **bearer).status == 204
    assert call(one, "GET", "/api/auth/sessions", **bearer).problem() == "not-signed-in"


@pytest.mark.own_database
def test_those_who_guess_are_stopped_on_all_nodes_and_others_are_not(nodes: tuple[Core, int, int]) -> None:
    _, one, other = nodes
    wrong = {"email": EMAIL, "password": "a wrong password"}
    bearer = {
        "Authorization": "Bearer "
        + call(one, "POST", "/api/auth/login", {**wrong, "password": PASSWORD}).json["access_token"]
    }
    answers: list[Reply] = []
    while not answers or answers[-1].problem() == "wrong-password":
        answers.append(call((one, other)[len(answers) % 2], "POST", "/api/auth/login", wrong))
        assert len(answers) < 100
    assert len(answers) > 9
    assert answers[-1].problem() == "too-many-requests"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert call(one, "GET", "/api/auth/sessions", **bearer).status == 200
    elsewhere = call(other, "POST", "/api/auth/login", {**wrong, "email": "zed@example.com"})
    assert elsewhere.problem() == "wrong-password"


def test_a_new_password_ends_the_keys_that_a_thief_may_have_made(site: Site, ann: Client) -> None:
    give(site.core, ann.tenant)

    def key(access: str) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {access}"}
        made = call(site.port, "POST", "/api/keys", {"name": "CI", "scopes": ["calendars:read"]}, **bearer)
        return {"Authorization": f"Bearer {made.json['key']}"}

    def counts(program: dict[str, str]) -> bool:
        return call(site.port, "GET", "/api/calendars", **program).status == 200

    access = log_in(site).json["access_token"]
    one, two = key(access), key(access)
    bearer = {"Authorization": f"Bearer {access}"}
    words = {"old_password": PASSWORD, "new_password": OTHER}
    assert call(site.port, "POST", "/api/auth/change-password", words, **bearer).status == 204
    assert counts(one) and counts(two)  # noqa: PT018
    ending = {"old_password": OTHER, "new_password": PASSWORD, "revoke_keys": True}
    assert call(site.port, "POST", "/api/auth/change-password", ending, **bearer).status == 204
    assert not counts(one)
    assert not counts(two)
    three = key(access)
    assert counts(three)
    call(site.port, "POST", "/api/auth/forgot-password", {"email": EMAIL})
    wait_until(lambda: codes(site), what="the mail with the code")
    body = {"email": EMAIL, "code": codes(site)[-1], "password": OTHER}
    assert call(site.port, "POST", "/api/auth/reset-password", body).status == 204
    assert not counts(three)
