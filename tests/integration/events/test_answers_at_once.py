"""Many people answer one meeting at the same moment: none is lost, and their answers share transactions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from support.outages import failing
from support.parses import counted_parses
from support.town import Person, Town, meeting
from support.waiting import wait_until
from televent.adapters.postgres.event_store.verify import broken_chains
from televent.application.event_store.context import Context
from televent.application.messages.itip_local import ItipLocal
from televent.application.messages.outbox import Claimed
from televent.application.outage import Outage
from televent.application.use_cases.scheduling.answer_invitation import Answered
from televent.ical.text.errors import InvalidCalendarData
from televent.policies.courier import Delivery, deliver_all
from televent.runtime.workers.worker import Courier, carry, lots_of

GUESTS = 12
ANSWERS = """
    SELECT count(*), count(DISTINCT command_id), count(DISTINCT position >> 20)
    FROM event WHERE tenant_id = %s AND stream_id = %s AND topic = 'rsvp-given/1'"""


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def people(town: Town, count: int = GUESTS) -> list[Person]:
    return [town.person(f"guest{number}") for number in range(count)]


def invite(ann: Person, guests: Sequence[Person], *lines: str) -> None:
    ann.put(meeting(*lines, people=tuple(each.address for each in guests)))
    ann.town.carry()


def answers(town: Town, ann: Person) -> tuple[int, int, int]:
    """The answers in the organizer's history, the commands that gave them, and the transactions that recorded them."""
    with psycopg.connect(town.url) as connection:
        found = connection.execute(ANSWERS, (ann.tenant, ann.row().stream_id)).fetchone()
    assert found is not None
    return found


def owed(town: Town) -> list[Claimed]:
    """The pending messages between accounts here, claimed, in the order of their making."""
    claimed = town.core.outbox.claim(town.now + timedelta(minutes=1), kinds=(ItipLocal,), limit=1000)
    return sorted(claimed, key=lambda each: each.created_at)


def deliveries(town: Town, claimed: Sequence[Claimed]) -> list[Delivery]:
    return [
        Delivery(
            Context(each.tenant, "system", "courier", town.now, uuid4(), each.correlation_id),
            each.outbox_id,
            each.message,
        )
        for each in claimed
    ]


def at_once(acts: Sequence[Callable[[], object]]) -> None:
    """Runs every act in a thread of its own, all from the same moment."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run, act) for act in acts]:
            done.result()


@pytest.mark.own_database
def test_all_answers_of_one_moment_are_there_when_the_last_is_given(town: Town, ann: Person) -> None:
    guests = people(town, 25)
    invite(ann, guests)

    def rename(number: int) -> Callable[[], object]:
        return lambda: ann.put(meeting(f"SUMMARY:Sync {number}", people=tuple(each.address for each in guests)))

    def accept(guest: Person) -> Callable[[], Answered]:
        return lambda: guest.answer("ACCEPTED")

    at_once([*map(accept, guests), rename(1), rename(2)])
    # The organizer looks at once; no worker has run.
    assert [each.address for each in guests if ann.says(each) != "ACCEPTED"] == []
    count, commands, transactions = answers(town, ann)
    assert (count, commands) == (25, 25)
    assert transactions <= 25
    assert b"SUMMARY:Sync 1" in ann.text() or b"SUMMARY:Sync 2" in ann.text()
    late = [each for each in owed(town) if isinstance(each.message, ItipLocal) and each.message.method == "REPLY"]
    assert late == []
    assert broken_chains(town.core.pool)[1] == []


def waiting_answers(town: Town, ann: Person, guests: Sequence[Person]) -> list[Claimed]:
    """The replies of all guests, which no door has delivered."""
    town.core.backend.courier, courier = None, town.core.backend.courier
    try:
        for guest in guests:
            guest.answer("ACCEPTED")
    finally:
        town.core.backend.courier = courier
    claimed = owed(town)
    assert len(claimed) == len(guests)
    return claimed


def test_waiting_answers_share_one_transaction_and_each_text_is_read_once(town: Town, ann: Person) -> None:
    guests = people(town)
    invite(ann, guests)
    claimed = waiting_answers(town, ann, guests)
    with counted_parses() as parses, parses.request(most=GUESTS + 1):
        assert deliver_all(town.core.backend, deliveries(town, claimed)) == [None] * GUESTS
    assert answers(town, ann) == (GUESTS, GUESTS, 1)
    assert {ann.says(each) for each in guests} == {"ACCEPTED"}
    assert {ann.says(each, name="SCHEDULE-STATUS") for each in guests} == {"2.0"}
    with psycopg.connect(town.url) as connection:
        query = "SELECT count(*) FROM event WHERE tenant_id = %s AND topic = 'message-delivered/1'"
        assert connection.execute(query, (ann.tenant,)).fetchone() == (GUESTS,)
    # Each guest is told once about all the others.
    told = [each.message for each in owed(town)]
    assert sorted(each.recipient for each in told if isinstance(each, ItipLocal)) == sorted(
        each.address for each in guests
    )


def test_a_second_delivery_changes_nothing_alone_or_together(town: Town, ann: Person) -> None:
    guests = people(town, 5)
    invite(ann, guests)
    claimed = waiting_answers(town, ann, guests)
    both = deliveries(town, claimed)
    assert deliver_all(town.core.backend, both[:2]) == [None] * 2
    before = ann.row().seq
    # Two of the five were applied before: the group is refused as a whole, and each gets its own result.
    assert deliver_all(town.core.backend, both) == [None] * 5
    assert answers(town, ann)[:2] == (5, 5)
    assert ann.row().seq > before
    after = ann.row().seq
    assert deliver_all(town.core.backend, both) == [None] * 5
    assert (answers(town, ann)[:2], ann.row().seq) == ((5, 5), after)


def test_a_message_that_cannot_be_read_does_not_hold_up_the_others(town: Town, ann: Person) -> None:
    guests = people(town, 3)
    invite(ann, guests)
    first, second, third = deliveries(town, waiting_answers(town, ann, guests))
    assert isinstance(second.message, ItipLocal)
    spoilt = replace(
        second,
        message=ItipLocal(**{**{f: getattr(second.message, f) for f in second.message.__struct_fields__}, "text": "x"}),
    )
    results = deliver_all(town.core.backend, [first, spoilt, third])
    assert [type(each) for each in results] == [type(None), InvalidCalendarData, type(None)]
    assert answers(town, ann)[:2] == (2, 2)


@pytest.mark.own_database
@pytest.mark.parametrize("code", ["57014", "53200", "08006"])
def test_a_message_whose_own_statement_is_ended_does_not_hold_up_the_others(town: Town, ann: Person, code: str) -> None:
    guests = people(town, 3)
    invite(ann, guests)
    first, second, third = deliveries(town, waiting_answers(town, ann, guests))
    its_own = sql.SQL("NEW.message_key = {}").format(f"itip/{second.outbox_id}")
    with failing(town.url, "inbox", "INSERT", code, only=its_own):
        results = deliver_all(town.core.backend, [first, second, third])
    assert [isinstance(each, Outage) for each in results] == [False, True, False]
    assert answers(town, ann)[:2] == (2, 2)


@pytest.mark.own_database
@pytest.mark.parametrize("code", ["25006", "53100"])
def test_a_database_that_takes_no_writes_is_asked_once(town: Town, ann: Person, code: str) -> None:
    guests = people(town, 3)
    invite(ann, guests)
    both = deliveries(town, waiting_answers(town, ann, guests))
    with failing(town.url, "inbox", "INSERT", code):
        results = deliver_all(town.core.backend, both)
    assert results[0] is results[1] is results[2]
    assert isinstance(results[0], Outage)


def test_news_of_others_answers_waits_a_moment_and_the_newest_counts(town: Town, ann: Person) -> None:
    guests = people(town, 4)
    invite(ann, guests)
    for guest in guests:
        guest.answer("ACCEPTED")
    assert town.core.outbox.claim(town.now, kinds=(ItipLocal,), limit=1000) == []
    claimed = owed(town)
    # Each of four answers was told to the three others; each of them applies only the last news.
    assert len(claimed) == 4 * 3
    results = deliver_all(town.core.backend, deliveries(town, claimed))
    assert results == [None] * len(claimed)
    for guest in guests:
        assert {guest.says(each) for each in guests} == {"ACCEPTED"}
        assert town.topics(guest).count("invitation-received/1") == 2


def test_a_worker_delivers_an_invitation_of_many_in_lots(town: Town, ann: Person) -> None:
    guests = people(town, 30)
    # The worker's clock is the town's.
    town.core.backend.clock, clock = (lambda: town.now + timedelta(minutes=1)), town.core.backend.clock
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(carry(town.core, Courier(town.core), stop)))
    thread.start()
    try:
        ann.put(meeting(people=tuple(each.address for each in guests)))
        wait_until(lambda: all(each.rows() for each in guests), what="every guest has a copy")
        wait_until(lambda: town.core.outbox.counts().get("processing", 0) == 0, what="the messages are settled")
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        loop.close()
        town.core.backend.clock = clock
    assert not thread.is_alive()
    with psycopg.connect(town.url) as connection:
        query = """SELECT count(*), count(DISTINCT position >> 20) FROM event
            WHERE tenant_id = ANY (%s) AND topic IN ('invitation-received/1', 'message-delivered/1')"""
        found = connection.execute(query, ([each.tenant for each in guests],)).fetchone()
    # One transaction for each guest: the copy and the message in the inbox.
    assert found == (2 * 30, 30)


def test_lots_keep_the_messages_for_one_account_together_and_in_order(town: Town) -> None:
    def message(recipient: int, second: int) -> Claimed:
        when = town.now + timedelta(seconds=second)
        text = ItipLocal(UUID(int=recipient), "bob@example.com", "", "REPLY", False, False, "Bob")
        return Claimed(UUID(int=9), uuid4(), "itip_local/1", "key", text, 1, "test", when, when)  # type: ignore[arg-type]

    claimed = [message(recipient, second) for second in (3, 1, 2) for recipient in range(10)]
    lots = lots_of(claimed)
    assert sorted(map(len, lots)) == [6, 6, 9, 9]
    assert sorted(each.outbox_id for lot in lots for each in lot) == sorted(each.outbox_id for each in claimed)
    for recipient in range(10):
        holding = [lot for lot in lots if any(_recipient(each) == UUID(int=recipient) for each in lot)]
        assert len(holding) == 1
        times = [each.created_at for each in holding[0] if _recipient(each) == UUID(int=recipient)]
        assert times == sorted(times)
    assert lots_of([]) == []


def _recipient(message: Claimed) -> UUID:
    assert isinstance(message.message, ItipLocal)
    return message.message.recipient_tenant
