"""API keys at the REST door over real sockets: scopes, expiry, revocation, and where their commands came from."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from litestar import Controller, Litestar, get, post
from litestar.di import NamedDependency
from litestar.routes import HTTPRoute

from rest.test_rest_sign_in import EMAIL, PASSWORD, give
from support.dav import Client, Site
from support.passwords import CHEAP_PASSWORDS
from support.rest import Reply, call, served
from televent.adapters.rest.app import CONTROLLERS, rest_door
from televent.adapters.rest.signing_in.auth import Person
from televent.adapters.rest.signing_in.scopes import SCOPE, SIGNED_IN, Scope, needs
from televent.runtime.api import http_app, rest_auth
from televent.runtime.compose import build_core, now
from televent.settings import Settings

Row = Annotated[tuple[Any, ...], "a row"]


class Scoped(Controller):
    """A resource of calendars, and a handler that forgot to name its scope."""

    path = "/scoped"

    @get("/", opt=needs(Scope.CALENDARS_READ), sync_to_thread=False)
    def read(self, signed_in: NamedDependency[Person]) -> str:
        """The account."""
        return str(signed_in.tenant)

    @post("/", opt=needs(Scope.CALENDARS_WRITE), sync_to_thread=False, status_code=200)
    def write(self, signed_in: NamedDependency[Person]) -> str:
        """The account."""
        return str(signed_in.tenant)

    @get("/forgotten", opt={SIGNED_IN: True}, sync_to_thread=False)
    def forgotten(self, signed_in: NamedDependency[Person]) -> str:
        """The account."""
        return str(signed_in.tenant)

    @get("/open", sync_to_thread=False)
    def open(self, signed_in: NamedDependency[Person]) -> str:
        """A handler that forgot to say that it is for signed-in people."""
        return str(signed_in.tenant)


async def admitted(_: object) -> float:
    return 0.0


@pytest.fixture(scope="module")
def app(module_site: Site) -> Litestar:
    auth = rest_auth(module_site.core, admitted, limited=False)
    return rest_door(now, admitted, auth, controllers=[*CONTROLLERS, Scoped])


@pytest.fixture(scope="module")
def scoped(app: Litestar) -> Iterator[int]:
    """A door with one more resource, which has scopes."""
    with served(app) as port:
        yield port


@pytest.fixture
def bearer(site: Site, ann: Client) -> dict[str, str]:
    """Ann's session."""
    give(site.core, ann.tenant)
    reply = call(site.port, "POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD})
    return {"Authorization": f"Bearer {reply.json['access_token']}", "User-Agent": "Script/1.0"}


def made(site: Site, bearer: dict[str, str], *scopes: Scope, **more: object) -> Any:
    body = {"name": "Backup script", "scopes": list(scopes), **more}
    reply = call(site.port, "POST", "/api/keys", body, **bearer)
    assert reply.status == 201, reply.body
    return reply.json


def by(port: int, key: str, method: str = "GET", path: str = "/api/scoped") -> Reply:
    return call(port, method, path, Authorization=f"Bearer {key}")


def rows(site: Site, query: str, *values: object) -> list[Row]:
    with site.core.pool.connection() as connection:
        return connection.execute(query.encode(), values).fetchall()


def test_the_journey_of_a_key(site: Site, ann: Client, bearer: dict[str, str], scoped: int) -> None:
    key = made(site, bearer, Scope.CALENDARS_READ, Scope.CALENDARS_READ)
    assert key["key"].startswith("tvk_")
    assert (key["scopes"], key["expires_at"], key["last_used_at"]) == (["calendars:read"], None, None)
    (row,) = rows(site, "SELECT row_to_json(api_key)::text FROM api_key WHERE tenant_id = %s", ann.tenant)
    assert key["key"] not in row[0]
    assert by(scoped, key["key"]).body == str(ann.tenant)
    assert by(scoped, key["key"], "POST").problem() == "wrong-scope"
    (listed,) = call(site.port, "GET", "/api/keys", **bearer).json
    assert listed["last_used_at"] is not None
    assert "key" not in listed
    path = f"/api/keys/{key['id']}"
    assert by(site.port, key["key"], "DELETE", path).problem() == "wrong-scope"
    assert call(site.port, "DELETE", path, **bearer).status == 204
    assert call(site.port, "DELETE", path, **bearer).problem() == "unknown-api-key"
    assert by(scoped, key["key"]).problem() == "not-signed-in"
    assert call(site.port, "GET", "/api/keys", **bearer).json == []


def test_a_key_that_expires_counts_until_then(site: Site, bearer: dict[str, str], scoped: int) -> None:
    start = now()
    key = made(site, bearer, Scope.CALENDARS_READ, expires_at=(start + timedelta(hours=1)).isoformat())
    assert by(scoped, key["key"]).status == 200
    site.core.backend.clock = lambda: start + timedelta(hours=1, seconds=1)
    assert by(scoped, key["key"]).problem() == "not-signed-in"
    site.core.backend.clock = now
    for wrong in (start - timedelta(seconds=1), start + timedelta(days=4000)):
        body = {"name": "Key", "scopes": ["calendars:read"], "expires_at": wrong.isoformat()}
        assert call(site.port, "POST", "/api/keys", body, **bearer).problem() == "invalid-expiry"
    body = {"name": "Key", "scopes": ["calendars:read"], "expires_at": "2027-01-01T00:00:00"}
    assert call(site.port, "POST", "/api/keys", body, **bearer).problem() == "invalid-request"


@pytest.mark.parametrize("scopes", [["session"], [], ["everything"], ["calendars:read", 1]])
def test_a_key_has_only_the_scopes_of_keys(site: Site, bearer: dict[str, str], scopes: list[object]) -> None:
    reply = call(site.port, "POST", "/api/keys", {"name": "Key", "scopes": scopes}, **bearer)
    assert reply.problem() == "invalid-request"


def test_every_operation_refuses_a_key_of_another_scope(
    site: Site, bearer: dict[str, str], app: Litestar, scoped: int
) -> None:
    tried = 0
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            if not handler.opt.get(SIGNED_IN):
                continue
            others = [each for each in Scope if each not in (Scope.SESSION, handler.opt.get(SCOPE))]
            key = made(site, bearer, *others)
            path = "".join(f"/{part if isinstance(part, str) else uuid4()}" for part in route.path_components)
            for method in sorted(handler.http_methods):
                tried += 1
                assert by(scoped, key["key"], method, path).problem() == "wrong-scope", (method, path)
            call(site.port, "DELETE", f"/api/keys/{key['id']}", **bearer)
    assert tried > 6


def test_a_handler_that_does_not_say_who_may_ask_is_closed(
    site: Site, ann: Client, bearer: dict[str, str], scoped: int
) -> None:
    every = made(site, bearer, *(each for each in Scope if each is not Scope.SESSION))
    assert by(scoped, every["key"], path="/api/scoped/forgotten").problem() == "wrong-scope"
    assert call(scoped, "GET", "/api/scoped/forgotten", **bearer).body == str(ann.tenant)
    assert call(scoped, "GET", "/api/scoped/open", **bearer).problem() == "not-signed-in"


def test_a_key_that_is_not_whole_counts_for_nothing(site: Site, bearer: dict[str, str], scoped: int) -> None:
    key = made(site, bearer, Scope.CALENDARS_READ)["key"]
    other = made(site, bearer, Scope.CALENDARS_READ)["key"]
    middle = len(key) // 2
    for wrong in (key[:-1], key + "A", key[:middle] + other[middle:], "tvk_", "tvk_" + "A" * 86, key[4:], "tvk_ё"):
        assert (
            call(scoped, "GET", "/api/scoped", Authorization=f"Bearer {wrong}".encode().decode("latin-1")).status == 401
        )


def test_an_account_has_fifty_keys(site: Site, bearer: dict[str, str]) -> None:
    for _ in range(50):
        made(site, bearer, Scope.CALENDARS_READ)
    body = {"name": "Key", "scopes": ["calendars:read"]}
    assert call(site.port, "POST", "/api/keys", body, **bearer).problem() == "too-many-api-keys"


def test_a_fact_of_this_door_has_its_origin_and_its_request(site: Site, ann: Client, bearer: dict[str, str]) -> None:
    made(site, {**bearer, "X-Request-ID": "request-of-ann"}, Scope.CALENDARS_READ)
    ((door, actor, correlation, program, ip, device),) = rows(
        site,
        """SELECT event.door, coalesce(event.actor, event.tenant_id::text), event.correlation_id, origin.user_agent,
            origin.ip, origin.device_id
        FROM event JOIN origin ON origin.tenant_id = event.tenant_id AND origin.origin_id = event.origin
        WHERE event.tenant_id = %s AND event.topic LIKE 'api-key-added%%'""",
        ann.tenant,
    )
    assert (door, actor, correlation) == ("rest", str(ann.tenant), "request-of-ann")
    assert (program, ip) == ("Script/1.0", "127.0.0.1")
    (session,) = call(site.port, "GET", "/api/auth/sessions", **bearer).json
    assert device == UUID(session["id"])


@pytest.mark.own_database
def test_a_key_that_is_revoked_ends_on_every_node(site: Site, ann: Client, bearer: dict[str, str]) -> None:
    given: dict[str, Any] = {"DATABASE_URL": site.core.conninfo, "TELEVENT_POOL_SIZE": 4}
    core = build_core(Settings(**given), site.core.conninfo, CHEAP_PASSWORDS)
    try:
        auth = rest_auth(core, admitted, limited=False)
        with (
            served(rest_door(now, admitted, auth, controllers=[Scoped])) as other,
            served(http_app(core, None)) as third,
        ):
            key = made(site, bearer, Scope.CALENDARS_READ)
            assert by(other, key["key"]).body == str(ann.tenant)
            assert call(third, "DELETE", f"/api/keys/{key['id']}", **bearer).status == 204
            assert by(other, key["key"]).problem() == "not-signed-in"
    finally:
        core.close()
