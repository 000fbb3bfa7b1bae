"""SCHEDULE-STATUS says what became of each message, also where a worker delivers it: RFC 6638 §3.2.9."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from support.town import Person, Town, meeting
from support.waiting import wait_until
from televent.application.backend import INLINE_RECIPIENTS
from televent.runtime.workers.worker import Courier, carry

MANY = INLINE_RECIPIENTS + 5


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def people(town: Town, count: int) -> list[Person]:
    return [town.person(f"guest{number}") for number in range(count)]


def statuses(ann: Person, guests: Sequence[Person]) -> set[str | None]:
    return {ann.says(each, name="SCHEDULE-STATUS") for each in guests}


def work(town: Town) -> None:
    """A real worker delivers everything that is pending."""
    core = town.core
    clock, core.backend.clock = core.backend.clock, lambda: town.now

    async def run() -> None:
        stop = asyncio.Event()
        worker = asyncio.create_task(carry(core, Courier(core), stop))
        await asyncio.to_thread(wait_until, lambda: not town.owed("itip_local") and not processing(town))
        stop.set()
        await worker

    try:
        asyncio.run(run())
    finally:
        core.backend.clock = clock


def processing(town: Town) -> int:
    return town.core.outbox.counts().get("processing", 0)


@pytest.mark.own_database
def test_a_large_meeting_is_pending_until_a_worker_has_delivered_it(town: Town, ann: Person) -> None:
    guests = people(town, MANY)
    ann.put(meeting(people=tuple(each.address for each in guests)))
    assert statuses(ann, guests) == {"1.0"}
    tag = ann.row().schedule_tag
    work(town)
    assert statuses(ann, guests) == {"1.2"}
    # One change for all of them, and none of the Schedule-Tag.
    assert town.topics(ann).count("delivery-noted/1") == 2
    assert ann.row().schedule_tag == tag


@pytest.mark.own_database
def test_what_an_outage_left_is_noted_when_it_is_delivered(town: Town, ann: Person) -> None:
    (bob,) = people(town, 1)
    town.core.backend.courier, courier = None, town.core.backend.courier
    try:
        ann.put(meeting(people=(bob.address,)))
    finally:
        town.core.backend.courier = courier
    assert statuses(ann, [bob]) == {None}
    work(town)
    assert statuses(ann, [bob]) == {"1.2"}
    bob.answer("ACCEPTED")
    assert statuses(ann, [bob]) == {"2.0"}


@pytest.mark.own_database
def test_what_a_recipient_refuses_is_noted_by_the_worker_too(town: Town, ann: Person) -> None:
    carol = town.person("carol")
    guests = people(town, MANY)
    ann.put(meeting(people=(guests[0].address,)))
    carol.put(meeting(people=tuple(each.address for each in guests), organizer=carol.address))
    work(town)
    assert statuses(carol, guests[1:]) == {"1.2"}
    assert statuses(carol, guests[:1]) == {"5.3"}
    assert town.core.outbox.counts()["undeliverable"] == 1
