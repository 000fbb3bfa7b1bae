"""WebDAV-Push: push services that refuse, delay or do not answer; subscriptions that end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from support.dav import Client
from support.push import subscribe
from support.push_post import SOON, Post, open_post, put, token
from televent.application.messages.outbox import ATTEMPTS, LEASE
from televent.application.messages.push import PushDue
from televent.application.push import MAX_FAILING_TIME, SPACING
from televent.application.use_cases.people.devices import revoke_device
from televent.runtime.workers.push import Push


@pytest.fixture
def post(database_url: str) -> Iterator[Post]:
    with open_post(database_url, TELEVENT_PUSH_HOSTS="any") as post:
        yield post


@pytest.fixture
def ann(post: Post) -> Client:
    return post.site.person(101)


# ---- Invalid subscriptions, and push services that fail --------------------------------------------------------------
@pytest.mark.parametrize("status", [404, 410])
def test_a_push_service_that_knows_no_such_subscription_ends_it(post: Post, ann: Client, status: int) -> None:
    post.device(ann, ann.calendar())
    post.service.answers.append((status, {}))
    put(ann)
    post.work()
    assert (post.subscriptions(), post.owed()) == (0, [])


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_push_service_that_names_a_time_is_asked_again_then(post: Post, ann: Client, status: int) -> None:
    phone = post.device(ann, ann.calendar())
    post.service.answers.append((status, {"Retry-After": "300"}))
    put(ann)
    post.work()
    ((state, attempts, reason),) = post.owed()
    assert (state, attempts, reason) == ("pending", 0, f"the push service answered {status}")
    put(ann, "b")
    post.work(timedelta(seconds=290))
    assert len(phone.arrived()) == 1
    post.work(timedelta(seconds=20))
    assert phone.heard()[1].token == token(ann)
    assert post.owed() == []


@pytest.mark.parametrize("status", [400, 401, 403, 413, 500, 302])
def test_a_refusal_is_tried_again_by_the_schedule(post: Post, ann: Client, status: int) -> None:
    phone = post.device(ann, ann.calendar())
    post.service.answers.append((status, {"Location": f"{post.service.url}/elsewhere"}))
    put(ann)
    post.work()
    assert [row[:2] for row in post.owed()] == [("pending", 1)]
    post.work(timedelta(minutes=2))
    assert len(phone.heard()) == 2
    assert {each.path for each in post.service.arrived} == {phone.arrived()[0].path}
    assert post.owed() == []


def test_after_the_last_attempt_the_next_change_is_pushed_again(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    post.service.answers += [(500, {})] * ATTEMPTS
    put(ann)
    for _ in range(ATTEMPTS):
        post.work(timedelta(minutes=30))
    assert [row[:2] for row in post.owed()] == [("undeliverable", ATTEMPTS)]
    assert post.subscriptions() == 1
    put(ann, "b")
    post.work()
    assert phone.heard()[-1].token == token(ann)


def test_where_nothing_has_arrived_for_days_the_subscription_ends(post: Post, ann: Client) -> None:
    post.device(ann, ann.calendar())
    post.sql("UPDATE push_subscription SET expires_at = expires_at + interval '20 days' RETURNING 1")
    post.now += MAX_FAILING_TIME + timedelta(hours=1)
    post.service.answers += [(500, {})] * ATTEMPTS
    put(ann)
    for _ in range(ATTEMPTS):
        post.work(timedelta(minutes=30))
    assert post.subscriptions() == 0


def test_a_push_service_that_is_not_there_costs_an_attempt_and_nothing_else(post: Post, ann: Client) -> None:
    url = "http://127.0.0.1:1/up/secret"
    assert subscribe(ann, ann.calendar(), url).status == 204
    put(ann)
    post.work()
    ((state, attempts, reason),) = post.owed()
    assert (state, attempts) == ("pending", 1)
    assert "secret" not in reason


def test_rules_that_have_become_stricter_end_a_subscription_before_it_leads_inside(database_url: str) -> None:
    with open_post(database_url, TELEVENT_PUSH_HOSTS="any") as lax:
        ann = lax.site.person(101)
        phone = lax.device(ann, ann.calendar())
        put(ann)
        lax.notice()
        strict = Push(lax.site.core)
        strict._anywhere = False
        lax.push = strict
        lax.work()
        assert (phone.arrived(), lax.subscriptions()) == ([], 0)


def test_a_dead_workers_message_is_taken_by_another(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann)
    post.notice()
    post.now += SOON
    assert len(post.site.core.outbox.claim(post.now, kinds=(PushDue,))) == 1
    post.work(LEASE + timedelta(seconds=1))
    assert len(phone.heard()) == 1


def test_an_outbox_row_that_failed_for_good_does_not_silence_who_renews(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann)
    post.notice()
    post.sql("UPDATE outbox SET state = 'failed', attempts = 6 WHERE kind = 'push/1' RETURNING 1")
    assert subscribe(ann, ann.calendar(), phone.url, device=phone.device).status == 204
    put(ann, "b")
    post.work()
    assert [message.token for message in phone.heard()] == [token(ann)]


# ---- The end of a subscription ---------------------------------------------------------------------------------------
def test_an_expired_subscription_is_told_nothing(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann)
    post.notice()
    post.sql("UPDATE push_subscription SET expires_at = now() - interval '1 second' RETURNING 1")
    post.work()
    put(ann, "b")
    post.work(SPACING)
    assert (phone.arrived(), post.owed()) == ([], [])
    post.push.book.sweep(post.now)
    assert post.subscriptions() == 0


def test_a_message_queued_for_a_revoked_device_is_not_sent(post: Post, ann: Client) -> None:
    phone_password = post.site.device(ann.tenant)
    there = Client(post.site, ann.tenant, ann.user, phone_password.password)
    phone = post.device(there, there.calendar())
    put(ann)
    post.notice()
    revoke_device(post.site.core.backend, post.site.context(ann.tenant), device_id=phone_password.device_id)
    post.work()
    assert phone.arrived() == []


def test_who_has_taken_it_back_is_told_nothing(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann)
    post.notice()
    assert ann.ask("DELETE", phone.location.removeprefix(f"http://127.0.0.1:{post.site.port}")).status == 204
    post.work()
    assert phone.arrived() == []
