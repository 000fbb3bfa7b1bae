"""Pending outbox messages are handled at least once, by one worker at a time, and tried again by the schedule."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from support.event_store import NOON, Shop, open_shop, owed
from support.outages import read_only
from support.waiting import wait_until
from televent.adapters.postgres.queues.outbox import BATCH, RENEWING, PostgresOutbox
from televent.adapters.postgres.wakeup import OUTBOX
from televent.application.messages.outbox import ATTEMPTS, LEASE, Failed, OutboxMessage, TryAgainAt, after_failure
from televent.application.messages.push import PushDue
from televent.application.outage import Outage

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url, connections=8) as shop:
        yield shop


@pytest.fixture
def outbox(shop: Shop) -> PostgresOutbox:
    return PostgresOutbox(shop.pool, shop.wakeups)


def enqueue(shop: Shop, outbox: PostgresOutbox, count: int = 1, **fields: object) -> list[OutboxMessage]:
    """Messages of Ann's, one second apart."""
    messages = [replace(owed(**fields), due_at=NOON + timedelta(seconds=second)) for second in range(count)]
    outbox.enqueue(messages, shop.tenant, "request", NOON)
    return messages


def test_a_message_is_queued_with_the_facts_that_cause_it_and_only_once(shop: Shop, outbox: PostgresOutbox) -> None:
    message = owed()
    shop.recorder.insert_events([shop.event(shop.key())], outbox=[message])
    shop.recorder.insert_events([shop.event(shop.key())], outbox=[replace(message, outbox_id=uuid4())])
    (claimed,) = outbox.claim(NOON)
    assert (claimed.tenant, claimed.outbox_id, claimed.name) == (shop.tenant, message.outbox_id, "email/1")
    assert (claimed.message, claimed.attempts, claimed.correlation_id) == (message.message, 1, "request")
    assert (claimed.created_at, claimed.lease_until) == (NOON, NOON + LEASE)


def test_what_is_due_is_claimed_oldest_first_in_batches(shop: Shop, outbox: PostgresOutbox) -> None:
    messages = enqueue(shop, outbox, BATCH + 2)
    assert [claimed.outbox_id for claimed in outbox.claim(NOON + timedelta(seconds=1))] == [
        message.outbox_id for message in messages[:2]
    ]
    # Before the lease of the first ones ends.
    later = NOON + timedelta(seconds=BATCH + 2)
    assert {claimed.outbox_id for claimed in outbox.claim(later)} == {message.outbox_id for message in messages[2:]}
    assert outbox.claim(later) == []


def test_a_worker_may_ask_for_some_kinds(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox)
    (push,) = enqueue(shop, outbox, message=PushDue(uuid4()))
    assert [claimed.outbox_id for claimed in outbox.claim(NOON, kinds=[PushDue])] == [push.outbox_id]


def test_many_workers_share_the_work_and_none_is_given_twice(shop: Shop, outbox: PostgresOutbox) -> None:
    messages = enqueue(shop, outbox, 200)
    now = NOON + timedelta(hours=1)
    taken: list[list[object]] = [[] for _ in range(8)]

    def work(mine: list[object]) -> None:
        while batch := outbox.claim(now):
            for message in batch:
                mine.append(message.outbox_id)
                outbox.complete(message, now)

    workers = [threading.Thread(target=work, args=(mine,)) for mine in taken]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    # A worker that finds only locked rows stops early; that loses no message.
    work(taken[0])
    everything = [outbox_id for mine in taken for outbox_id in mine]
    assert len(everything) == len(set(everything)) == len(messages)
    assert outbox.counts() == {"completed": 200}


def test_a_failing_message_is_tried_after_1_2_4_8_16_minutes_and_then_fails(shop: Shop, outbox: PostgresOutbox) -> None:
    (message,) = enqueue(shop, outbox)
    now, waits = NOON, []
    for _ in range(ATTEMPTS):
        (claimed,) = outbox.claim(now)
        verdict = after_failure(claimed, OSError("no route"), now)
        outbox.settle_failure(claimed, verdict, now)
        if isinstance(verdict, TryAgainAt):
            assert outbox.claim(verdict.due_at - timedelta(seconds=1)) == []
            waits.append((verdict.due_at - now) // MINUTE)
            now = verdict.due_at
    assert waits == [1, 2, 4, 8, 16]
    assert outbox.claim(now + timedelta(days=9)) == []
    (failed,) = outbox.listed(["failed"])
    assert (failed["id"], failed["kind"], failed["error"]) == (message.outbox_id, "email/1", "OSError: no route")


def test_the_operator_requeues_what_failed(shop: Shop, outbox: PostgresOutbox) -> None:
    (message,) = enqueue(shop, outbox)
    assert not outbox.requeue(message.outbox_id, NOON)
    (claimed,) = outbox.claim(NOON)
    outbox.settle_failure(claimed, Failed("the mailbox is gone"), NOON)
    assert outbox.requeue(message.outbox_id, NOON + MINUTE)
    (again,) = outbox.claim(NOON + MINUTE)
    assert (again.outbox_id, again.attempts) == (message.outbox_id, 1)


def test_a_worker_that_died_gives_its_work_back(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox)
    (dead,) = outbox.claim(NOON)
    assert outbox.claim(NOON + LEASE - timedelta(seconds=1)) == []
    (living,) = outbox.claim(NOON + LEASE)
    assert (living.outbox_id, living.attempts) == (dead.outbox_id, 2)
    # The first worker was only slow: its result is ignored now.
    outbox.settle_failure(dead, Failed("late"), NOON + LEASE)
    outbox.complete(dead, NOON + LEASE)
    assert outbox.counts() == {"processing": 1}
    outbox.complete(living, NOON + LEASE)
    assert outbox.counts() == {"completed": 1}


def test_one_statement_completes_those_claims_that_are_still_held(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox, 3)
    first = outbox.claim(NOON + MINUTE)
    assert len(first) == 3
    again = outbox.claim(NOON + MINUTE + LEASE, limit=1)
    lost = {each.outbox_id for each in again}
    outbox.complete_claims(first, NOON + MINUTE + LEASE)
    assert outbox.counts() == {"completed": 2, "processing": 1}
    assert {row["id"] for row in outbox.listed(["processing"])} == lost
    outbox.complete_claims(again, NOON + MINUTE + LEASE)
    outbox.complete_claims([], NOON)
    assert outbox.counts() == {"completed": 3}


def test_a_claim_that_is_renewed_is_taken_by_nobody(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox)
    (claimed,) = outbox.claim(NOON)
    until = NOON + 2 * LEASE
    outbox.renew([claimed], until)
    assert outbox.claim(NOON + LEASE) == []
    outbox.complete(claimed, NOON)
    assert outbox.counts() == {"processing": 1}, "the lease tells claims apart"
    # The reply to a renewal may be lost: then the claim has one of two leases.
    outbox.complete(replace(claimed, renewed=(until,)), NOON)
    assert outbox.counts() == {"completed": 1}


def test_a_claim_that_was_lost_cannot_be_renewed(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox)
    (lost,) = outbox.claim(NOON)
    (claimed,) = outbox.claim(NOON + LEASE)
    outbox.renew([lost], NOON + 5 * LEASE)
    (again,) = outbox.claim(NOON + 2 * LEASE)
    assert (claimed.attempts, again.attempts) == (2, 3)


@pytest.mark.own_database
def test_a_worker_that_lives_keeps_its_claim_over_an_outage_that_is_longer_than_its_lease(
    shop: Shop, outbox: PostgresOutbox, database_url: str
) -> None:
    """Telegram may have taken the message meanwhile: a second worker would send it again."""
    others = PostgresOutbox(shop.pool, shop.wakeups)
    enqueue(shop, outbox)
    (claimed,) = outbox.claim(NOON)
    assert others.claim(NOON) == []
    with read_only(database_url):
        for worker in (outbox, others):
            with pytest.raises(Outage):
                worker.claim(NOON + LEASE)
    back = NOON + LEASE + MINUTE
    for seconds in range(int(RENEWING.total_seconds())):
        assert others.claim(back + timedelta(seconds=seconds)) == []
        assert others.reap(back + timedelta(seconds=seconds)) == 0
    outbox.complete(claimed, back)
    assert outbox.counts() == {"completed": 1}


@pytest.mark.own_database
def test_the_claim_of_a_worker_that_died_in_an_outage_is_taken_a_little_later(
    shop: Shop, outbox: PostgresOutbox, database_url: str
) -> None:
    enqueue(shop, outbox, 2)
    (dead,) = outbox.claim(NOON, limit=1)
    others = PostgresOutbox(shop.pool, shop.wakeups)
    with read_only(database_url), pytest.raises(Outage):
        others.claim(NOON + LEASE)
    back = NOON + LEASE + MINUTE
    (new,) = others.claim(back)
    assert new.outbox_id != dead.outbox_id, "what nobody has claimed is taken at once"
    others.complete(new, back)
    (again,) = others.claim(back + RENEWING)
    assert (again.outbox_id, again.attempts) == (dead.outbox_id, 2)


def test_a_worker_that_has_just_started_leaves_the_claims_of_others(shop: Shop, outbox: PostgresOutbox) -> None:
    """It does not know whether there was an outage."""
    enqueue(shop, outbox)
    assert outbox.claim(NOON)
    started = PostgresOutbox(shop.pool, shop.wakeups)
    assert started.claim(NOON + LEASE) == []
    assert len(started.claim(NOON + LEASE + RENEWING)) == 1


def test_a_message_that_takes_every_worker_down_is_failed(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox)
    now = NOON
    for _ in range(ATTEMPTS):
        assert outbox.reap(now) == 0
        assert len(outbox.claim(now)) == 1
        now += LEASE
    assert outbox.claim(now) == []
    assert outbox.reap(now) == 1
    assert outbox.counts() == {"failed": 1}


def test_what_the_door_has_delivered_is_completed_unless_a_worker_has_it(shop: Shop, outbox: PostgresOutbox) -> None:
    first, second, third = enqueue(shop, outbox, 3)
    (taken,) = outbox.claim(NOON, limit=1)
    ids = [each.outbox_id for each in (first, second, third)]
    outbox.delivered(shop.tenant, [*ids, uuid4()], NOON)
    assert outbox.counts() == {"completed": 2, "processing": 1}
    outbox.complete(taken, NOON)
    assert outbox.counts() == {"completed": 3}
    outbox.delivered(shop.tenant, [], NOON)


def test_what_the_door_could_not_deliver_is_due_at_once(shop: Shop, outbox: PostgresOutbox) -> None:
    (message,) = enqueue(shop, outbox)
    assert outbox.claim(NOON - MINUTE) == []
    outbox.hurry(shop.tenant, [message.outbox_id], NOON - MINUTE)
    (claimed,) = outbox.claim(NOON - MINUTE)
    assert claimed.attempts == 1
    # A worker has it now, so the door changes nothing.
    outbox.hurry(shop.tenant, [message.outbox_id], NOON - MINUTE)
    assert outbox.counts() == {"processing": 1}


def test_a_claim_is_completed_as_a_whole_without_what_was_lost_of_it(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox, 3)
    claimed = outbox.claim(NOON + MINUTE)
    (lost, *held) = outbox.claim(NOON + MINUTE + LEASE)
    assert (len(claimed), len(held)) == (3, 2)
    outbox.complete_all(claimed, NOON + LEASE)
    assert outbox.counts() == {"processing": 3}
    outbox.complete_all(held, NOON + LEASE)
    assert outbox.counts() == {"processing": 1, "completed": 2}
    outbox.complete_all([lost], NOON + LEASE)
    outbox.complete_all([], NOON + LEASE)
    assert outbox.counts() == {"completed": 3}


def test_what_is_released_is_due_at_once_and_has_lost_no_attempt(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox)
    (claimed,) = outbox.claim(NOON)
    outbox.release(claimed, NOON)
    (again,) = outbox.claim(NOON)
    assert again.attempts == 1


def test_old_completed_messages_are_forgotten_and_no_others(shop: Shop, outbox: PostgresOutbox) -> None:
    enqueue(shop, outbox, 3)
    done, failed, _ = outbox.claim(NOON + MINUTE)
    outbox.complete(done, NOON + MINUTE)
    outbox.settle_failure(failed, Failed("gone"), NOON + MINUTE)
    assert outbox.purge(NOON + MINUTE) == 0
    assert outbox.purge(NOON + 2 * MINUTE) == 1
    assert outbox.counts() == {"failed": 1, "processing": 1}


def test_workers_are_woken_when_something_is_owed(shop: Shop, outbox: PostgresOutbox) -> None:
    rung = threading.Event()
    end = shop.wakeups.listen(OUTBOX, rung.set)
    for owe in (
        lambda: enqueue(shop, outbox),
        lambda: shop.recorder.insert_events([shop.event(shop.key())], outbox=[owed()]),
    ):
        rung.clear()
        owe()
        wait_until(rung.is_set)
    end()


def test_a_message_with_a_later_time_is_not_due_before(shop: Shop, outbox: PostgresOutbox) -> None:
    later: datetime = NOON + timedelta(days=1)
    outbox.enqueue([owed(due_at=later)], shop.tenant, "request", NOON)
    assert outbox.claim(later - timedelta(seconds=1)) == []
    assert len(outbox.claim(later)) == 1
