"""The addresses of a person at the REST door over real sockets."""

from typing import Any

import pytest

from rest.test_rest_sign_in import EMAIL, PASSWORD, give
from support.dav import Client, Site
from support.rest import Reply, call

NEW = "ann@work.test"
PATH = "/api/users/me/addresses"


@pytest.fixture
def bearer(site: Site, ann: Client) -> dict[str, str]:
    """Ann's session."""
    give(site.core, ann.tenant)
    reply = call(site.port, "POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD})
    return {"Authorization": f"Bearer {reply.json['access_token']}"}


def sent(site: Site) -> list[dict[str, Any]]:
    with site.core.pool.connection() as connection:
        rows = connection.execute("SELECT payload FROM outbox WHERE kind = 'email/1' ORDER BY created_at")
        return [row[0] for row in rows.fetchall()]


def add(site: Site, bearer: dict[str, str], email: str = NEW) -> Reply:
    return call(site.port, "POST", PATH, {"email": email}, X_Request_ID="same-request", **bearer)


def verify(site: Site, bearer: dict[str, str], code: str, email: str = NEW) -> Reply:
    return call(site.port, "POST", f"{PATH}/{email}/verify", {"code": code}, **bearer)


def test_the_journey_of_an_address(site: Site, bearer: dict[str, str]) -> None:
    assert call(site.port, "GET", PATH, **bearer).json == [{"email": EMAIL, "primary": True}]
    assert add(site, bearer, " Ann@Work.Test").status == 202
    (mail,) = sent(site)
    assert mail["to"] == NEW
    code = mail["content"]["code"]
    assert verify(site, bearer, "000000" if code != "000000" else "111111").problem() == "wrong-code"
    two = [{"email": EMAIL, "primary": True}, {"email": NEW, "primary": False}]
    assert verify(site, bearer, code).json == two
    assert verify(site, bearer, code).json == two
    preferred = call(site.port, "POST", f"{PATH}/{NEW.replace('@', '%40')}/primary", **bearer)
    assert [each["email"] for each in preferred.json] == [NEW, EMAIL]
    assert call(site.port, "DELETE", f"{PATH}/{EMAIL}", **bearer).status == 204
    assert call(site.port, "GET", PATH, **bearer).json == [{"email": NEW, "primary": True}]
    assert call(site.port, "POST", f"{PATH}/{EMAIL}/primary", **bearer).problem() == "unknown-address"
    assert call(site.port, "POST", "/api/auth/login", {"email": NEW, "password": PASSWORD}).status == 200
    assert call(site.port, "POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD}).status == 401


def test_an_address_of_another_account_shows_only_with_its_code(site: Site, bearer: dict[str, str]) -> None:
    bob = site.person(202, "Bob", "bob@example.com")
    taken = add(site, bearer, "bob@example.com")
    with site.core.pool.connection() as connection:
        connection.execute("DELETE FROM code_mail")
    free = add(site, bearer)
    for reply in (taken, free):
        del reply.headers["date"]
    assert taken == free
    codes = {mail["to"]: mail["content"]["code"] for mail in sent(site)}
    assert verify(site, bearer, codes["bob@example.com"], "bob@example.com").problem() == "address-taken"
    owner = site.core.reads.account_by_address("bob@example.com")
    assert owner is not None
    assert owner.tenant == bob.tenant


def test_codes_come_once_a_minute(site: Site, bearer: dict[str, str]) -> None:
    assert add(site, bearer).status == 202
    again = add(site, bearer)
    assert again.problem() == "too-many-codes"
    assert 1 <= int(again.headers["retry-after"]) <= 60


@pytest.mark.parametrize("email", ["ann", "tg_101@televent.internal", "x@televent.app", "a@b@example.com"])
def test_an_address_that_cannot_be_one_is_refused(site: Site, bearer: dict[str, str], email: str) -> None:
    assert add(site, bearer, email).problem() == "invalid-address"


def test_a_body_sets_nothing_else(site: Site, bearer: dict[str, str]) -> None:
    extra = {"email": NEW, "verified": True, "primary": True}
    assert call(site.port, "POST", PATH, extra, **bearer).problem() == "invalid-request"
    assert call(site.port, "GET", PATH).problem() == "not-signed-in"
