"""Sessions in cookies at the REST door over real sockets, and pages of other sites that use them."""

from collections.abc import Iterator
from dataclasses import replace
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest

from rest.test_rest_sign_in import EMAIL, PASSWORD, give
from support.dav import Client, Site
from support.rest import Reply, call, served
from televent.runtime.api import http_app

ELSEWHERE = ("https://evil.example.com", "null", "http://127.0.0.1", "http://127.0.0.1:1")


@pytest.fixture
def login(site: Site, ann: Client) -> dict[str, Any]:
    give(site.core, ann.tenant)
    return {"email": EMAIL, "password": PASSWORD, "cookies": True}


def own(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def jar(reply: Reply) -> dict[str, Morsel[str]]:
    """The cookies of an answer."""
    return {name: value for text in reply.cookies for name, value in SimpleCookie(text).items()}


def sent(port: int, cookies: dict[str, Morsel[str]], method: str, path: str, body: object = None, **more: str) -> Reply:
    """A request as a browser sends it: with the cookies whose path fits."""
    fitting = [each for each in cookies.values() if path.startswith(each["path"])]
    return call(port, method, path, body, Cookie="; ".join(f"{each.key}={each.value}" for each in fitting), **more)


def test_the_journey_of_a_browser(site: Site, login: dict[str, Any]) -> None:
    origin = own(site.port)
    begun = call(site.port, "POST", "/api/auth/login", login, Origin=origin)
    assert begun.json == {"access_token": "", "refresh_token": "", "expires_in": 900, "token_type": "Cookie"}
    assert begun.headers["cache-control"] == "no-store"
    cookies = jar(begun)
    access, refresh = cookies["televent-access"], cookies["televent-refresh"]
    assert [each["httponly"] for each in (access, refresh)] == [True, True]
    assert [each["samesite"] for each in (access, refresh)] == ["lax", "strict"]
    assert [each["path"] for each in (access, refresh)] == ["/api", "/api/auth/refresh-token"]
    assert [each["secure"] for each in (access, refresh)] == ["", ""]
    assert len(sent(site.port, cookies, "GET", "/api/auth/sessions").json) == 1
    going = sent(site.port, cookies, "POST", "/api/auth/refresh-token", {}, Origin=origin)
    assert going.json["token_type"] == "Cookie"
    fresh = jar(going)
    assert fresh["televent-refresh"].value != refresh.value
    ended = sent(site.port, fresh, "POST", "/api/auth/logout", {}, Origin=origin)
    assert ended.status == 204
    assert {each.value for each in jar(ended).values()} == {""}
    assert {each["max-age"] for each in jar(ended).values()} == {"0"}
    assert sent(site.port, fresh, "GET", "/api/auth/sessions").problem() == "not-signed-in"


@pytest.mark.parametrize("elsewhere", [*ELSEWHERE, None])
def test_a_page_of_another_site_changes_nothing_with_the_cookies(
    site: Site, login: dict[str, Any], elsewhere: str | None
) -> None:
    cookies = jar(call(site.port, "POST", "/api/auth/login", login, Origin=own(site.port)))
    origin = {} if elsewhere is None else {"Origin": elsewhere}
    for path, body in (
        ("/api/auth/logout", {"everywhere": True}),
        ("/api/auth/refresh-token", {}),
        ("/api/keys", {"name": "Key", "scopes": ["calendars:read"]}),
    ):
        reply = sent(site.port, cookies, "POST", path, body, **origin)
        assert (reply.status, reply.problem()) == (403, "cross-site"), path
    assert call(site.port, "POST", "/api/auth/login", login, **origin).problem() == "cross-site"
    assert sent(site.port, cookies, "POST", "/api/auth/logout", {}, Origin=own(site.port)).status == 204


def test_a_bearer_token_needs_no_origin_and_goes_before_cookies(site: Site, login: dict[str, Any]) -> None:
    cookies = jar(call(site.port, "POST", "/api/auth/login", login, Origin=own(site.port)))
    token = call(site.port, "POST", "/api/auth/login", {**login, "cookies": False}).json["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert sent(site.port, cookies, "GET", "/api/auth/sessions", Authorization="Bearer x").problem() == "not-signed-in"
    ended = sent(site.port, cookies, "POST", "/api/auth/logout", {}, Origin=ELSEWHERE[0], **bearer)
    assert ended.status == 204
    assert len(sent(site.port, cookies, "GET", "/api/auth/sessions").json) == 1


@pytest.fixture
def behind_tls(site: Site) -> Iterator[int]:
    """A server whose public URL is https, with a path."""
    changed = {"public_url": "https://example.com/cal", "rate_limits": "off"}
    settings = site.core.settings.model_copy(update=changed)
    with served(http_app(replace(site.core, settings=settings), None)) as port:
        yield port


def test_cookies_of_a_server_with_tls_leave_by_tls_only(behind_tls: int, login: dict[str, Any]) -> None:
    assert call(behind_tls, "POST", "/api/auth/login", login, Origin=own(behind_tls)).problem() == "cross-site"
    cookies = jar(call(behind_tls, "POST", "/api/auth/login", login, Origin="https://example.com"))
    assert {each.key for each in cookies.values()} == {"__Secure-televent-access", "__Secure-televent-refresh"}
    assert all(each["secure"] for each in cookies.values())
    assert {each["path"] for each in cookies.values()} == {"/cal/api", "/cal/api/auth/refresh-token"}
