"""Messages that a person waits for are claimed before mass messages, which keep a fair share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from support.event_store import NOON, Shop, open_shop, owed
from support.town import Town, open_town
from support.waiting import wait_until
from televent.adapters.postgres.queues.outbox import BATCH, FAIR, PostgresOutbox
from televent.application.messages.chat import InvitationCard
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, OutboxMessage
from televent.application.messages.reminders import DigestDue, DigestMail
from televent.runtime.workers.worker import CONCURRENCY, MASS, drain

EIGHT = NOON - timedelta(hours=4)
DIGEST = DigestMail(date(2026, 11, 21))
SOON = timedelta(seconds=1)
PEOPLE = 8_000


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


@pytest.fixture
def outbox(shop: Shop) -> PostgresOutbox:
    return PostgresOutbox(shop.pool, shop.wakeups)


def queue(
    shop: Shop, outbox: PostgresOutbox, count: int, at: datetime, message: Message | None = None
) -> list[OutboxMessage]:
    """``count`` messages, a millisecond apart; without ``message`` mails with a code."""
    fields = {} if message is None else {"message": message}
    messages = [replace(owed(**fields), due_at=at + timedelta(milliseconds=number)) for number in range(count)]
    outbox.enqueue(messages, shop.tenant, "request", at)
    return messages


def ids(messages: Sequence[OutboxMessage | Claimed]) -> list[object]:
    return [each.outbox_id for each in messages]


def handle_all(outbox: PostgresOutbox, now: datetime, limit: int) -> list[Claimed]:
    """Every due message, in the order in which it is claimed."""
    done: list[Claimed] = []
    while claimed := outbox.claim(now, limit=limit):
        outbox.complete_all(claimed, now)
        done += claimed
    return done


def test_an_invitation_is_in_the_next_batch_before_eight_thousand_digests(shop: Shop, outbox: PostgresOutbox) -> None:
    digests = queue(shop, outbox, PEOPLE, EIGHT, DIGEST)
    assert {each.name for each in outbox.claim(NOON)} == {"digest_mail/1"}
    card = InvitationCard(uuid4(), "invited", 1)
    (mail,), (chat,) = queue(shop, outbox, 1, NOON), queue(shop, outbox, 1, NOON, card)
    batch = outbox.claim(NOON)
    assert set(ids([mail, chat])) < set(ids(batch))
    assert len(batch) == BATCH
    done = handle_all(outbox, NOON + SOON, 100)
    assert len(done) == len(digests) - BATCH - (BATCH - 2)
    assert outbox.counts() == {"completed": len(done), "processing": 2 * BATCH}


def test_the_claim_reads_few_rows_however_many_digests_are_due(shop: Shop, outbox: PostgresOutbox) -> None:
    queue(shop, outbox, PEOPLE, EIGHT, DIGEST)
    queue(shop, outbox, 1, NOON)
    with shop.pool.connection() as connection:
        connection.execute("ANALYZE outbox")
        connection.execute("SELECT pg_stat_reset_single_table_counters('outbox'::regclass)")
    assert len(outbox.claim(NOON)) == BATCH
    with shop.pool.connection() as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
    read = 0

    def counted() -> bool:
        nonlocal read
        with shop.pool.connection() as connection:
            row = connection.execute(
                "SELECT seq_tup_read, idx_tup_fetch, n_tup_upd FROM pg_stat_user_tables WHERE relname = 'outbox'"
            ).fetchone()
        assert row is not None
        read = row[0] + row[1]
        return bool(row[2] == BATCH)

    wait_until(counted, what="the statistics of the claim are there")
    assert read < 20 * BATCH


@pytest.mark.parametrize("limit", [1, 3, BATCH])
def test_digests_have_every_fifth_place_while_others_wait(shop: Shop, outbox: PostgresOutbox, limit: int) -> None:
    prompt, digests = queue(shop, outbox, 90, NOON), queue(shop, outbox, 30, NOON, DIGEST)
    names = [each.name for each in handle_all(outbox, NOON + SOON, limit)]
    assert len(names) == len(prompt) + len(digests)
    busy = 50
    assert abs(names[:busy].count("digest_mail/1") - busy / FAIR) <= 1 + BATCH / FAIR


def test_messages_of_one_chat_are_claimed_in_the_order_of_their_making(shop: Shop, outbox: PostgresOutbox) -> None:
    cards = queue(shop, outbox, 30, NOON, InvitationCard(uuid4(), "invited", 1))
    days = queue(shop, outbox, 30, NOON, DigestDue(date(2026, 11, 21)))
    done = ids(handle_all(outbox, NOON + SOON, 1))
    assert [each for each in done if each in ids(cards)] == ids(cards)
    assert [each for each in done if each in ids(days)] == ids(days)


def test_a_row_of_an_earlier_version_is_claimed_at_its_time(shop: Shop, outbox: PostgresOutbox) -> None:
    """It has no class: a digest of such a worker goes before a mail that is due later, as it did."""
    earlier = """
        INSERT INTO outbox (tenant_id, outbox_id, kind, key, payload, correlation_id, due_at, created_at)
        VALUES (%s, %s, 'digest_mail/1', 'digest', '{"day": "2026-11-21"}', 'request', %s, %s)"""
    with shop.pool.connection() as connection:
        connection.execute(earlier, (shop.tenant, digest := uuid4(), EIGHT, EIGHT))
    (mail,) = queue(shop, outbox, 1, NOON)
    assert ids(handle_all(outbox, NOON, 1)) == [digest, mail.outbox_id]


def test_a_claim_may_leave_mass_messages_out(shop: Shop, outbox: PostgresOutbox) -> None:
    queue(shop, outbox, 20, EIGHT, DIGEST)
    (mail,) = queue(shop, outbox, 1, NOON)
    assert ids(outbox.claim(NOON, mass=0)) == [mail.outbox_id]
    assert len(outbox.claim(NOON, mass=3)) == 3


class SlowDigests:
    """A handler whose digests end when they may. The others end at once."""

    kinds: tuple[type[Message], ...] = (DigestMail, InvitationCard)

    def __init__(self) -> None:
        self.may_end, self.full, self.cards = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.digests = 0

    async def handle(self, message: Claimed) -> None:
        if isinstance(message.message, InvitationCard):
            self.cards.set()
            return
        self.digests += 1
        if self.digests == MASS:
            self.full.set()
        await self.may_end.wait()


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with open_town(database_url) as town:
        yield town


def test_slow_digests_leave_room_for_an_invitation(town: Town) -> None:
    core = town.core
    core.backend.clock = lambda: town.now
    tenant = town.person("Ann").tenant

    def queued(message: Message, count: int) -> None:
        rows = [replace(owed(message=message), due_at=town.now) for _ in range(count)]
        core.outbox.enqueue(rows, tenant, "request", town.now)

    async def steps() -> None:
        stop, handler = asyncio.Event(), SlowDigests()
        await core.run(queued, DIGEST, 2 * CONCURRENCY)
        draining = asyncio.create_task(drain(core, [handler], stop))
        await handler.full.wait()
        await core.run(queued, InvitationCard(uuid4(), "invited", 1), 1)
        await handler.cards.wait()
        assert handler.digests == MASS
        handler.may_end.set()
        done = {"completed": 2 * CONCURRENCY + 1}
        await asyncio.to_thread(wait_until, lambda: core.outbox.counts() == done, what="every digest is done")
        stop.set()
        await draining

    asyncio.run(asyncio.wait_for(steps(), 60))
