"""Webhooks over real sockets: what happens in a calendar reaches a person's program, signed, once and safely."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from support.dav import event
from support.hook_post import HookPost, Owner, Program, open_hook_post, open_program, owner
from support.rest import call
from televent.application.messages.outbox import ATTEMPTS, DELAYS
from televent.application.use_cases.people.erasure import erase_due, request_erasure
from televent.application.webhooks.book import MAX_FAILING, MAX_WEBHOOKS, OVERLAP
from televent.application.webhooks.types import TYPES
from televent.runtime.compose import now

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def module_post(module_database_url: str) -> Iterator[HookPost]:
    with open_hook_post(module_database_url) as post:
        yield post


@pytest.fixture
def post(module_post: HookPost) -> HookPost:
    """The site of the module, whose worker's clock is right."""
    module_post.now = now()
    return module_post


@pytest.fixture
def program() -> Iterator[Program]:
    with open_program() as program:
        yield program


@pytest.fixture
def ann(post: HookPost) -> Owner:
    number = 1000 + int(post.sql("SELECT count(*) FROM account")[0][0])
    return owner(post.site, number, "Ann", f"ann{number}@example.com")


def put(ann: Owner, name: str = "a", **given: Any) -> None:
    path = f"{ann.client.calendar()}{name}.ics"
    text = event(f"{name}-{ann.client.tenant}@example.com", "SUMMARY:Planning", **given)
    assert ann.client.put(path, text).status in (201, 204)


def types(program: Program) -> list[str]:
    return [json.loads(each.body)["type"] for each in program.heard]


def test_the_journey_of_a_webhook(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(f"{program.url}/hook", types=["event.created", "event.rescheduled"], description="door sign")
    listed = ann.ask("GET", "/api/webhooks").json
    assert listed == [{name: value for name, value in made.items() if name not in ("secret", "old_secret_until")}]
    put(ann)
    put(ann, start="20261125T120000Z", end="20261125T130000Z")
    assert ann.client.ask("DELETE", f"{ann.client.calendar()}a.ics").status == 204
    post.work()
    first, second = program.heard
    body = Webhook(made["secret"]).verify(first.body, first.headers)
    assert (first.path, first.headers["content-type"]) == ("/hook", "application/json")
    assert (body["type"], body["id"]) == ("event.created", first.headers["webhook-id"])
    assert body["data"]["now"] == {
        "title": "Planning", "start_time": "2026-11-25T10:00:00Z", "end_time": "2026-11-25T11:00:00Z",
        "timezone": body["data"]["now"]["timezone"],
    }  # fmt: skip
    later = json.loads(second.body)
    assert later["data"]["event_id"] == body["data"]["event_id"]
    assert later["data"]["was"]["start_time"] == "2026-11-25T10:00:00Z"
    assert later["data"]["now"]["start_time"] == "2026-11-25T12:00:00Z"
    log = ann.log(made)
    assert [(each["type"], each["state"], each["status"]) for each in log] == [
        ("event.rescheduled", "delivered", 204),
        ("event.created", "delivered", 204),
    ]
    assert log[1]["event"] == body

    again = ann.ask("POST", f"/api/webhooks/{made['id']}/deliveries/{log[1]['id']}/replay")
    assert (again.status, again.json["state"], again.json["event_id"]) == (202, "pending", body["id"])
    post.work()
    assert (program.heard[2].body, program.heard[2].headers["webhook-id"]) == (first.body, body["id"])
    test = ann.ask("POST", f"/api/webhooks/{made['id']}/test")
    assert (test.status, test.json["type"]) == (202, "webhook.test")
    post.work()
    assert types(program)[3:] == ["webhook.test"]

    page = ann.ask("GET", f"/api/webhooks/{made['id']}/deliveries?limit=3").json
    rest = ann.ask("GET", f"/api/webhooks/{made['id']}/deliveries?limit=3&before={page['next']}").json
    assert [each["id"] for each in page["deliveries"] + rest["deliveries"]] == [each["id"] for each in ann.log(made)]
    assert rest["next"] is None
    off = ann.ask("PATCH", f"/api/webhooks/{made['id']}", {"enabled": False}).json
    assert (off["enabled"], off["disabled_because"]) == (False, "person")
    put(ann, "b")
    refused = ann.ask("POST", f"/api/webhooks/{made['id']}/deliveries/{log[1]['id']}/replay")
    assert (refused.status, refused.problem()) == (409, "webhook-is-off")
    assert ann.ask("PATCH", f"/api/webhooks/{made['id']}", {"enabled": True, "types": []}).json["enabled"]
    assert ann.ask("DELETE", f"/api/webhooks/{made['id']}").status == 204
    post.work()
    assert len(program.heard) == 4
    assert ann.ask("GET", f"/api/webhooks/{made['id']}").problem() == "unknown-webhook"


def test_both_secrets_sign_for_a_day_after_a_rotation(post: HookPost, ann: Owner, program: Program) -> None:
    old = ann.webhook(program.url)
    new = ann.ask("POST", f"/api/webhooks/{old['id']}/rotate").json
    assert (new["secret"] != old["secret"], new["old_secret_until"] is not None) == (True, True)
    ann.ask("POST", f"/api/webhooks/{old['id']}/test")
    post.work()
    for secret in (old["secret"], new["secret"]):
        assert Webhook(secret).verify(program.heard[0].body, program.heard[0].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(f"whsec_{base64.b64encode(b'x' * 32).decode()}").verify(program.heard[0].body, program.heard[0].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new["secret"]).verify(program.heard[0].body + b" ", program.heard[0].headers)
    ann.ask("POST", f"/api/webhooks/{old['id']}/test")
    post.work(OVERLAP + DAY)
    assert len(program.heard[1].headers["webhook-signature"].split()) == 1


def test_a_program_that_fails_is_asked_again_and_then_given_up(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(program.url)
    program.answers[:] = [(500, {}, b"broken \0" + b"x" * 5000)] * (1 + len(DELAYS))
    ann.ask("POST", f"/api/webhooks/{made['id']}/test")
    post.work()
    (first,) = ann.log(made)
    assert (first["state"], first["status"], first["attempts"]) == ("pending", 500, 1)
    assert first["answer"].startswith("broken x")
    assert len(first["answer"]) < 1100
    for delay in DELAYS:
        post.work(delay)
    (last,) = ann.log(made)
    assert (last["state"], last["attempts"], len(program.heard)) == ("failed", 6, 6)
    shown = ann.ask("GET", f"/api/webhooks/{made['id']}").json
    assert (shown["enabled"], shown["failing_since"] is not None) == (True, True)
    ann.ask("POST", f"/api/webhooks/{made['id']}/deliveries/{last['id']}/replay")
    post.work()
    assert ann.ask("GET", f"/api/webhooks/{made['id']}").json["failing_since"] is None


def mails(post: HookPost, ann: Owner) -> list[dict[str, Any]]:
    query = "SELECT payload FROM outbox WHERE tenant_id = %s AND kind = 'notice_mail/1'"
    return [row[0] for row in post.sql(query, ann.client.tenant)]


def test_days_of_failure_disable_a_webhook_with_one_mail(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(program.url)
    for wait in (timedelta(0), MAX_FAILING + DAY):
        program.answers[:] = [(500, {}, b"")] * 6
        ann.ask("POST", f"/api/webhooks/{made['id']}/test")
        post.work(wait)
        for delay in DELAYS:
            post.work(delay)
        enabled = ann.ask("GET", f"/api/webhooks/{made['id']}").json["enabled"]
        assert (enabled, len(mails(post, ann))) == ((True, 0) if not wait else (False, 1))
    assert mails(post, ann)[0] == {"text_key": "webhook-disabled", "values": {"host": "127.0.0.1", "why": "failing"}}
    put(ann)
    post.work()
    assert "event.created" not in types(program)


def test_a_program_that_is_gone_gets_no_more(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(program.url)
    program.answers[:] = [(410, {}, b"")]
    ann.ask("POST", f"/api/webhooks/{made['id']}/test")
    post.work()
    shown = ann.ask("GET", f"/api/webhooks/{made['id']}").json
    assert (shown["enabled"], shown["disabled_because"], len(mails(post, ann))) == (False, "gone", 1)


def test_a_redirect_is_not_followed(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(f"{program.url}/first")
    program.answers[:] = [(307, {"Location": f"{program.url}/second"}, b"")]
    ann.ask("POST", f"/api/webhooks/{made['id']}/test")
    post.work()
    assert [each.path for each in program.heard] == ["/first"]
    assert ann.log(made)[0]["status"] == 307


def test_a_program_that_asks_to_wait_is_waited_for(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(program.url)
    program.answers[:] = [(429, {"Retry-After": "120"}, b"")]
    ann.ask("POST", f"/api/webhooks/{made['id']}/test")
    post.work()
    post.work(timedelta(seconds=60))
    assert len(program.heard) == 1
    post.work(timedelta(seconds=70))
    assert (len(program.heard), ann.log(made)[0]["state"]) == (2, "delivered")


def test_a_program_that_asks_to_wait_for_ever_fails(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(program.url)
    program.answers[:] = [(429, {"Retry-After": "99999999"}, b"")] * 99
    ann.ask("POST", f"/api/webhooks/{made['id']}/test")
    for _ in range(ATTEMPTS + 1):
        post.work(DAY)
    assert (ann.log(made)[0]["state"], ann.log(made)[0]["status"]) == ("failed", 429)
    # Its owner is told, and no operator: the installation has not failed.
    query = "SELECT state FROM outbox WHERE kind = 'webhook/1' AND tenant_id = %s"
    assert post.sql(query, ann.client.tenant) == [("undeliverable",)]
    assert ann.ask("GET", f"/api/webhooks/{made['id']}").json["disabled_because"] == "failing"


@pytest.mark.own_database
def test_a_url_inside_this_network_is_refused_when_it_is_given_and_when_it_is_sent_to(
    database_url: str, program: Program
) -> None:
    with open_hook_post(database_url, TELEVENT_OUTWARD_HOSTS="public") as strict:
        ann = owner(strict.site)
        port = program.url.rpartition(":")[2]
        for host in ("169.254.169.254", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1"):
            for scheme in ("http", "https"):
                reply = ann.ask("POST", "/api/webhooks", {"url": f"{scheme}://{host}:{port}/"})
                assert (reply.status, reply.problem()) == (422, "invalid-url"), host
        made = ann.webhook("https://hooks.example.org/")
        assert ann.ask("PATCH", f"/api/webhooks/{made['id']}", {"url": program.url}).problem() == "invalid-url"
        strict.sql("UPDATE webhook SET url = convert_to(%s, 'UTF8') RETURNING 1", program.url)
        ann.ask("POST", f"/api/webhooks/{made['id']}/test")
        strict.work()
        assert program.heard == []
        assert ann.log(made)[0]["state"] == "failed"


def test_nobody_reaches_the_webhooks_of_another(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(program.url)
    ann.ask("POST", f"/api/webhooks/{made['id']}/test")
    delivery = ann.log(made)[0]["id"]
    number = 5000 + int(post.sql("SELECT count(*) FROM account")[0][0])
    eve = owner(post.site, number, "Eve", f"eve{number}@example.com")
    place = f"/api/webhooks/{made['id']}"
    assert eve.ask("GET", "/api/webhooks").json == []
    for method, path, body in (
        ("GET", place, None), ("PATCH", place, {"enabled": False}), ("DELETE", place, None),
        ("POST", f"{place}/rotate", None), ("POST", f"{place}/test", None), ("GET", f"{place}/deliveries", None),
        ("POST", f"{place}/deliveries/{delivery}/replay", None),
    ):  # fmt: skip
        assert eve.ask(method, path, body).problem() == "unknown-webhook", path
        assert call(post.site.port, method, path, body).problem() == "not-signed-in", path
    mine = eve.webhook(program.url)
    crossed = eve.ask("POST", f"/api/webhooks/{mine['id']}/deliveries/{delivery}/replay")
    assert crossed.problem() == "unknown-delivery"
    assert ann.ask("GET", place).json["enabled"]


def test_bad_values_are_refused(ann: Owner) -> None:
    good = {"url": "https://hooks.example.org/"}
    assert ann.ask("POST", "/api/webhooks", {**good, "types": ["event.exploded"]}).problem() == "unknown-event-type"
    assert ann.ask("POST", "/api/webhooks", {**good, "secret": "x"}).problem() == "invalid-request"
    assert ann.ask("POST", "/api/webhooks", {"url": "x" * 3000}).problem() == "invalid-request"
    assert ann.ask("POST", "/api/webhooks", {"url": "https://hooks.example.org/\0"}).problem() == "invalid-request"
    assert ann.ask("POST", "/api/webhooks", {**good, "description": "a\0b"}).problem() == "invalid-request"
    made = ann.webhook(**good)
    deliveries = f"/api/webhooks/{made['id']}/deliveries"
    assert ann.ask("GET", f"{deliveries}?limit=0").problem() == "invalid-request"
    assert ann.ask("GET", f"{deliveries}?before={uuid4()}").json == {"deliveries": [], "next": None}
    for _ in range(MAX_WEBHOOKS - 1):
        ann.webhook(**good)
    assert ann.ask("POST", "/api/webhooks", good).problem() == "too-many-webhooks"


def test_the_types_are_listed_with_their_schemas(post: HookPost) -> None:
    listed = call(post.site.port, "GET", "/api/webhooks/event-types").json
    assert [each["name"] for each in listed] == list(TYPES)
    assert all(each["schema"]["properties"]["type"] == {"const": each["name"]} for each in listed)


def test_secrets_are_sealed_and_an_erasure_deletes_all(post: HookPost, ann: Owner, program: Program) -> None:
    made = ann.webhook(program.url)
    ann.ask("POST", f"/api/webhooks/{made['id']}/test")
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    ((sealed,),) = post.sql("SELECT secrets FROM webhook WHERE tenant_id = %s", ann.client.tenant)
    assert key not in bytes(sealed)
    assert post.sql("SELECT count(*) FROM webhook_delivery WHERE tenant_id = %s", ann.client.tenant) == [(1,)]
    core = post.site.core
    final = request_erasure(core.backend, post.site.context(ann.client.tenant))
    context = post.site.context(ann.client.tenant)
    assert erase_due(core.backend, replace(context, now=final + DAY))
    for table in ("webhook", "webhook_delivery"):
        query = f"SELECT count(*) FROM {table} WHERE tenant_id = %s"  # noqa: S608
        assert post.sql(query, ann.client.tenant) == [(0,)]
    post.work()
    assert program.heard == []
