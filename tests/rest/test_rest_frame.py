"""The frame of the REST door over real sockets: problems, documents, bounds, headers, other origins, limits."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest
from litestar import Controller, post
from litestar.params import JSONBody

from support.dav import Site
from support.passwords import CHEAP_PASSWORDS
from support.rest import call, served
from televent.adapters.rest.app import BODY_LIMIT, CONTROLLERS, rest_door
from televent.application.outage import DatabaseAway, DatabaseFull
from televent.application.refusals import TryAgain, UnknownCalendar
from televent.runtime.api import http_app, rest_auth
from televent.runtime.compose import build_core, now
from televent.settings import Settings

SECRET = "correct horse battery staple"
ORIGIN = "https://app.example.com"
RAISED = {
    "refusal": UnknownCalendar(name="work"),
    "again": TryAgain(),
    "away": DatabaseAway("no route"),
    "full": DatabaseFull("disk"),
    "defect": ZeroDivisionError(SECRET),
}


class Given(msgspec.Struct, forbid_unknown_fields=True):
    """A body with bounds."""

    reason: str
    times: Annotated[int, msgspec.Meta(ge=1)] = 1


class Failing(Controller):
    """A resource whose every request fails, as its body asks."""

    path = "/failing"

    @post("/", sync_to_thread=False)
    def fail(self, data: JSONBody[Given]) -> None:
        """Raises what the body names."""
        raise RAISED[data.reason]


async def admitted(_: object) -> float:
    return 0.0


@pytest.fixture(scope="module")
def port(module_site: Site) -> Iterator[int]:
    """A door with one more resource, which fails, and one origin whose pages may use it."""
    auth = rest_auth(module_site.core, admitted, limited=False)
    with served(rest_door(now, admitted, auth, origins=[ORIGIN], controllers=[*CONTROLLERS, Failing])) as port:
        yield port


def test_the_journey_of_a_program_that_learns_the_api(site: Site) -> None:
    document = call(site.port, "GET", "/api/openapi.json")
    assert document.status == 200
    assert document.json["openapi"].startswith("3.1")
    assert document.json["paths"]["/api/problems/{name}"]["get"]["operationId"] == "getProblem"
    for operations in document.json["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
            for answer in operation["responses"].values():
                assert all(each["examples"] for each in answer.get("content", {}).values())
    page = call(site.port, "GET", "/api/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "listProblems" in page.body
    assert "//" not in page.body.replace("<!doctype html>", "").partition("</head>")[0]
    assert "script" not in page.headers["content-security-policy"]
    assert call(site.port, "GET", "/api/docs/style.css").headers["content-type"].startswith("text/css")
    listed = call(site.port, "GET", "/api/problems").json
    assert [each["name"] for each in listed] == sorted(each["name"] for each in listed)
    shown = call(site.port, "GET", "/api/problems/unknown-calendar", Accept_Language="ru").json
    assert shown == {
        "name": "unknown-calendar",
        "type": "urn:televent:problem:unknown-calendar",
        "status": 404,
        "detail": "Такого календаря нет.",
    }


def test_a_problem_speaks_the_readers_language_and_names_the_request(site: Site) -> None:
    reply = call(site.port, "GET", "/api/nowhere", Accept_Language="ru-RU, en;q=0.5", X_Request_ID="abcdef-123456")
    assert (reply.status, reply.problem()) == (404, "no-such-path")
    assert reply.json["detail"] == "По этому адресу ничего нет."
    assert reply.json["request_id"] == reply.headers["x-request-id"] == "abcdef-123456"
    assert (reply.headers["content-language"], reply.headers["vary"]) == ("ru", "Accept-Language")
    assert call(site.port, "GET", "/api").problem() == "no-such-path"
    assert call(site.port, "GET", "/api/problems/none").problem() == "no-such-path"


def test_another_method_is_told_which_ones_there_are(site: Site) -> None:
    reply = call(site.port, "DELETE", "/api/problems")
    assert (reply.status, reply.problem()) == (405, "method-not-allowed")
    assert "GET" in reply.headers["allow"]


def test_every_answer_has_the_security_headers(site: Site) -> None:
    for path in ("/api/problems", "/api/docs", "/api/openapi.json", "/api/nowhere"):
        headers = call(site.port, "GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("reason", "status", "problem", "retry_after"),
    [
        ("refusal", 404, "unknown-calendar", None),
        ("again", 503, "try-again", "1"),
        ("away", 503, "unavailable", "5"),
        ("full", 507, "storage-full", "60"),
        ("defect", 500, "internal-error", None),
    ],
)
def test_each_kind_of_failure_is_a_problem(
    port: int, reason: str, status: int, problem: str, retry_after: str | None
) -> None:
    reply = call(port, "POST", "/api/failing", {"reason": reason})
    assert (reply.status, reply.problem(), reply.headers.get("retry-after")) == (status, problem, retry_after)
    assert SECRET not in reply.body


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"{", 400, "malformed-request"),
        ({"reason": 1}, 422, "invalid-request"),
        ({"reason": "refusal", "times": 0}, 422, "invalid-request"),
        ({"reason": "refusal", "admin": SECRET}, 422, "invalid-request"),
        (b'{"reason": "' + b"x" * BODY_LIMIT + b'"}', 413, "body-too-large"),
    ],
)
def test_a_body_that_is_not_valid_is_refused(port: int, body: object, status: int, problem: str) -> None:
    reply = call(port, "POST", "/api/failing", body)
    assert (reply.status, reply.problem()) == (status, problem), reply.body
    assert SECRET not in reply.body


def test_a_wrong_value_is_named(port: int) -> None:
    (wrong,) = call(port, "POST", "/api/failing", {"reason": "refusal", "times": 0}).json["errors"]
    assert wrong["name"] == "times"
    assert "1" in wrong["detail"]


def test_pages_of_a_listed_origin_may_use_the_door(port: int) -> None:
    asked = {"Access_Control_Request_Method": "PATCH", "Access_Control_Request_Headers": "authorization"}
    before = call(port, "OPTIONS", "/api/problems", Origin=ORIGIN, **asked)
    assert (before.status, before.headers["access-control-allow-origin"]) == (204, ORIGIN)
    after = call(port, "GET", "/api/problems", Origin=ORIGIN)
    assert after.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in after.headers
    assert "Retry-After" in after.headers["access-control-expose-headers"]
    assert call(port, "GET", "/api/nowhere", Origin=ORIGIN).headers["access-control-allow-origin"] == ORIGIN


def test_pages_of_other_origins_may_not(port: int, site: Site) -> None:
    for origin in ("https://evil.example.com", f"{ORIGIN}.evil.example.com", "null"):
        assert "access-control-allow-origin" not in call(port, "GET", "/api/problems", Origin=origin).headers
    assert "access-control-allow-origin" not in call(site.port, "GET", "/api/problems", Origin=ORIGIN).headers


@pytest.mark.own_database
def test_a_client_that_is_not_signed_in_is_limited_on_all_nodes(database_url: str) -> None:
    given: dict[str, Any] = {
        "DATABASE_URL": database_url,
        "TELEVENT_RATE_IP_PER_SECOND": "0.001",
        "TELEVENT_RATE_IP_BURST": "2",
        "TELEVENT_POOL_SIZE": 4,
    }
    cores = [build_core(Settings(**given), database_url, CHEAP_PASSWORDS) for _ in "ab"]
    try:
        with served(http_app(cores[0], None)) as one, served(http_app(cores[1], None)) as other:
            assert call(one, "GET", "/api/problems").status == 200
            assert call(other, "GET", "/api/problems").status == 200
            for port in (one, other):
                reply = call(port, "GET", "/api/problems")
                assert (reply.status, reply.problem()) == (429, "too-many-requests")
                assert int(reply.headers["retry-after"]) > 900
    finally:
        for core in cores:
            core.close()
