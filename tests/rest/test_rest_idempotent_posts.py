"""Idempotency-Key at every POST of the OpenAPI document: a repeat has the answer of the first, and does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.contract import the_contract
from support.contract_stage import OTHER, Stage, staged
from support.dav import Client, Site
from support.rest import Reply
from support.rest_people import Api, api_of
from televent.adapters.rest.contract.document import operations
from televent.adapters.rest.contract.request_examples import REQUESTS
from televent.adapters.rest.idempotency import EXCEPTIONS, HEADER

EVENT = {"summary": "Standup", "start": "2027-03-01T10:00:00"}
NEED_A_PROOF = {
    "linkTelegram": "not-signed-in",
}
"""Operations whose proof the stage does not have, with their refusal: it is not kept."""


def posts() -> dict[str, tuple[str, Any]]:
    """The path of each POST with the operation, by the operation's id."""
    return {each["operationId"]: (path, each) for path, method, each in operations(the_contract()) if method == "post"}


def has_key(operation: Any) -> bool:
    return any(each["name"] == HEADER for each in operation.get("parameters", ()))


def test_every_post_takes_a_key_or_has_a_reason() -> None:
    without = {name: each for name, (_, each) in posts().items() if not has_key(each)}
    assert without.keys() == EXCEPTIONS.keys()
    for name, operation in without.items():
        assert EXCEPTIONS[name] in operation["description"], name
    # Nobody's key: an account is known by its sign-in.
    for name, (_, operation) in posts().items():
        assert operation["security"] or name in EXCEPTIONS, name
    for _, method, operation in operations(the_contract()):
        assert method == "post" or not has_key(operation), operation["operationId"]


def test_an_answer_with_a_secret_is_never_kept() -> None:
    for name, (_, operation) in posts().items():
        for status, answer in operation["responses"].items():
            shown = str(answer.get("content", {}).get("application/json", {}).get("examples", "")).lower()
            secret = any(word in shown for word in ("'secret'", "'password'", "'key': 'tvk_", "/feeds/", "_token'"))
            assert not (int(status) < 300 and secret and has_key(operation)), name


def prepared(stage: Stage, name: str) -> tuple[dict[str, str], Any]:
    """The ids of a request that can succeed, and its body."""
    ann, bob, ids, body = stage.api, stage.other, dict(stage.ids), REQUESTS.get(name)

    def invited() -> str:
        event = bob.made(summary="Lunch", start="2027-02-01T12:00:00", attendees=[{"email": "ann@example.com"}])
        found = ann.get("/events?start=2027-02-01T00:00:00Z&end=2027-02-02T00:00:00Z")["events"]
        return str(next(each["id"] for each in found if each["uid"] == event["uid"]))

    if name in ("answerInvitation", "proposeTime"):
        ids["event_id"] = invited()
        body = {"start": "2027-02-02T10:00:00"} if name == "proposeTime" else body
    if name == "moveEvent":
        ids["event_id"] = ann.made(**EVENT)["id"]
        body = {"calendar_id": ids["calendar_id"]}
    if name == "restoreEvent":
        ids["event_id"] = ann.made(**EVENT)["id"]
        assert ann.ask("DELETE", f"/events/{ids['event_id']}").status == 204
    if name == "undoChange":
        ids["event_id"] = ann.made(**EVENT)["id"]
        assert ann.ask("PATCH", f"/events/{ids['event_id']}", {"summary": "Late"}).status == 200
    if name in ("acceptProposal", "declineProposal"):
        event = ann.made(**EVENT, attendees=[{"email": OTHER}])
        found = bob.get("/events?start=2027-03-01T00:00:00Z&end=2027-03-02T00:00:00Z")["events"]
        theirs = next(each["id"] for each in found if each["uid"] == event["uid"])
        assert bob.ask("POST", f"/events/{theirs}/proposals", {"start": "2027-03-01T14:00:00"}).status < 300
        ids["event_id"], ids["proposal"] = event["id"], ann.get(f"/events/{event['id']}/proposals")[0]["id"]
    if name == "importFile":
        body = {**REQUESTS[name], "preview": False}
    return ids, body


def counted(site: Site) -> dict[str, int]:
    """The rows of everything that a request can do."""
    tables = ("event", "outbox", "webhook_delivery", "subscription", "archive_request", "code_mail")
    with site.core.pool.connection() as connection:
        names = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        found = {}
        for table in names.intersection(tables):
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            assert row is not None
            found[table] = int(row[0])
    return found


def repeated(stage: Stage, name: str) -> Iterator[str]:
    """The defects of a repeat of this operation."""
    ids, body = prepared(stage, name)
    path = posts()[name][0].removeprefix("/api")
    for key, value in ids.items():
        path = path.replace(f"{{{key}}}", value)

    def ask(query: str = "") -> Reply:
        return stage.api.ask("POST", path + query, body, Idempotency_Key=name)

    first = ask()
    if name in NEED_A_PROOF:
        again = ask()
        if {first.problem(), again.problem()} != {NEED_A_PROOF[name]} or "idempotency-replayed" in again.headers:
            yield f"{name}: {first.body} and {again.body}"
        return
    if first.status >= 300 or "idempotency-replayed" in first.headers:
        yield f"{name}: {path} has {first.status} {first.body}"
        return
    before = counted(stage.site)
    again, other = ask(), ask("?other=1")
    if (again.status, again.body, again.headers.get("idempotency-replayed")) != (first.status, first.body, "true"):
        yield f"{name}: {first.status} {first.body} and then {again.status} {again.body}"
    for header in ("etag", "location", "cache-control", "content-type", "preference-applied"):
        if again.headers.get(header) != first.headers.get(header):
            yield f"{name}: another {header}"
    if (other.status, other.problem()) != (422, "idempotency-key-reused"):
        yield f"{name}: another request has {other.status}"
    if counted(stage.site) != before:
        yield f"{name}: something was done twice"


def test_a_repeat_of_any_post_does_nothing(site: Site) -> None:
    stage = staged(site)
    wrong = [each for name in sorted(posts().keys() - EXCEPTIONS.keys()) for each in repeated(stage, name)]
    assert wrong == [], "\n".join(wrong)


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def at_once(ask: Callable[[], Reply]) -> list[Reply]:
    with ThreadPoolExecutor(8) as threads:
        return [each.result() for each in [threads.submit(ask) for _ in range(8)]]


def test_parallel_requests_with_one_key_do_one_thing(api: Api) -> None:
    webhook = api.ask("POST", "/webhooks", {"url": "https://example.com/hook"}).json["id"]
    requests: list[tuple[str, Any]] = [("/events", EVENT), (f"/webhooks/{webhook}/test", None)]
    for path, body in requests:
        replies = at_once(lambda path=path, body=body: api.ask("POST", path, body, Idempotency_Key=path[:20]))  # type: ignore[misc]
        done = [each for each in replies if each.status < 300]
        assert done
        assert len({each.body for each in done}) == 1
        busy = [each for each in replies if each.status >= 300]
        assert {(each.status, each.problem()) for each in busy} <= {(409, "idempotency-key-busy")}
        assert {each.headers["retry-after"] for each in busy} <= {"1"}
    assert len(api.get("/events?start=2027-03-01T00:00:00Z&end=2027-03-02T00:00:00Z")["events"]) == 1
    assert len(api.get(f"/webhooks/{webhook}/deliveries")["deliveries"]) == 1


def test_a_key_is_free_again_after_its_process_died(site: Site, api: Api, ann: Client) -> None:
    first = api.ask("POST", "/events", EVENT, Idempotency_Key="one")

    def dies(until: timedelta) -> None:
        """As where the process is killed at work: the holder never comes back."""
        values = (uuid4(), site.core.backend.clock() + until, ann.tenant)
        with site.core.pool.connection() as connection:
            connection.execute(
                "UPDATE idempotency_key SET status = 0, holder = %s, busy_until = %s WHERE tenant_id = %s", values
            )

    dies(timedelta(minutes=1))
    assert api.ask("POST", "/events", EVENT, Idempotency_Key="one").problem() == "idempotency-key-busy"
    assert api.ask("POST", "/events", {**EVENT, "summary": "B"}, Idempotency_Key="one").status == 422
    dies(timedelta(0))
    again = api.ask("POST", "/events", EVENT, Idempotency_Key="one")
    assert (again.status, again.json["id"]) == (201, first.json["id"])


def test_the_key_of_a_request_that_is_not_signed_in_is_not_taken(api: Api) -> None:
    assert Api(api.port, "none").ask("POST", "/events", EVENT, Idempotency_Key="one").problem() == "not-signed-in"
    assert api.ask("POST", "/events", EVENT, Idempotency_Key="one").status == 201
    assert api.ask("POST", "/events", EVENT, Idempotency_Key="a b").problem() == "invalid-request"
