"""Signing in with Telegram at the REST door over real sockets."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from rest.test_rest_sign_in import sessions
from support.dav import Client, Site
from support.rest import Reply, call, served
from televent.application.use_cases.people.erasure import request_erasure
from televent.runtime.api import http_app
from televent.runtime.compose import now
from unit.test_telegram_proof import TOKEN, fields, init_data, widget


@pytest.fixture(scope="module")
def port(module_site: Site) -> Iterator[int]:
    """The whole HTTP application of a server with a bot."""
    given = {"telegram_bot_token": SecretStr(TOKEN), "rate_limits": "off"}
    core = replace(module_site.core, settings=module_site.core.settings.model_copy(update=given))
    with served(http_app(core, None)) as port:
        yield port


def log_in(port: int, text: str) -> Reply:
    return call(port, "POST", "/api/auth/telegram", {"init_data": text})


def person(telegram_id: int, seconds: int = 0) -> str:
    """Init data of that person, made so many seconds ago."""
    user = f'{{"id": {telegram_id}, "first_name": "Zed", "language_code": "ru"}}'
    return init_data(fields(now() - timedelta(seconds=seconds), user=user))


def test_the_first_contact_opens_an_account_and_the_next_finds_it(site: Site, port: int) -> None:
    first = log_in(port, person(5005)).json
    row = site.core.reads.account_by_telegram(5005)
    assert row is not None
    assert (row.name, row.locale, row.addresses) == ("Zed", "ru", ())
    assert row.default_calendar is not None
    second = log_in(port, person(5005, seconds=1)).json
    for tokens in (first, second):
        assert len(sessions(site, tokens["access_token"]).json) == 2
    said = {"id": "5005", "first_name": "Zed", "auth_date": str(int(now().timestamp()))}
    third = call(port, "POST", "/api/auth/telegram", {"widget": widget(said)})
    assert len(sessions(site, third.json["access_token"]).json) == 3


def test_a_proof_begins_one_session_only(site: Site, port: int, ann: Client) -> None:
    text = person(101)
    assert log_in(port, text).status == 200
    assert log_in(port, text).problem() == "used-proof"
    assert log_in(port, "&".join(reversed(text.split("&")))).problem() == "used-proof"
    # Another person's proof of the same moment is another proof.
    assert log_in(port, person(5006)).status == 200
    later = now() + timedelta(hours=25)
    site.core.backend.clock = lambda: later
    assert log_in(port, text).problem() == "not-signed-in"
    site.core.backend.sessions.sweep(later)
    with site.core.pool.connection() as connection:
        assert connection.execute("SELECT 1 FROM used_proof").fetchall() == []


def test_a_forged_or_old_proof_begins_no_session(site: Site, port: int) -> None:
    for text in (
        person(101).replace("101", "102"),
        person(101, seconds=24 * 3600 + 60),
        person(101, seconds=-600),
        init_data(fields(now()), "1:other"),
        "hash=",
    ):
        reply = log_in(port, text)
        assert (reply.status, reply.problem()) == (401, "not-signed-in")
    assert call(port, "POST", "/api/auth/telegram", {}).problem() == "not-signed-in"
    assert log_in(port, "x" * 5000).problem() == "invalid-request"
    # A server without a bot takes no proof.
    assert log_in(site.port, person(101)).problem() == "not-signed-in"


def test_the_header_signs_a_mini_app_in_but_not_for_sessions(site: Site, port: int, ann: Client) -> None:
    path, text = "/api/users/me/addresses", person(101)
    for _ in "ab":
        assert call(port, "GET", path, X_Telegram_Init_Data=text).json == [
            {"email": "ann@example.com", "primary": True}
        ]
    assert call(port, "GET", path, X_Telegram_Init_Data=text[:-1]).problem() == "not-signed-in"
    old = person(101, seconds=24 * 3600 + 60)
    assert call(port, "GET", path, X_Telegram_Init_Data=old).problem() == "not-signed-in"
    assert call(port, "GET", path, X_Telegram_Init_Data=text, Authorization="Bearer x").problem() == "not-signed-in"
    body = {"name": "Key", "scopes": ["calendars:read"]}
    assert call(port, "POST", "/api/keys", body, X_Telegram_Init_Data=text).problem() == "wrong-scope"
    assert call(port, "GET", path, X_Telegram_Init_Data=person(5007)).json == []
    assert site.core.reads.account_by_telegram(5007) is not None


def test_signing_in_keeps_an_account_that_waits_for_its_erasure(site: Site, port: int, ann: Client) -> None:
    request_erasure(site.core.backend, site.context(ann.tenant))
    assert call(port, "GET", "/api/users/me/addresses", X_Telegram_Init_Data=person(101)).status == 200
    assert site.core.backend.people.account(ann.tenant).erase_at is not None
    assert log_in(port, person(101)).status == 200
    assert site.core.backend.people.account(ann.tenant).erase_at is None
