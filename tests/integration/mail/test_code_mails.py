"""Codes that verify an address: one a minute, five a day, to each address and for each person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from support.town import NOON, Person, Town
from televent.adapters.postgres.queues.mail.code_mails import PostgresCodeMails
from televent.application.accounts.code_mails import next_code
from televent.application.refusals import TooManyCodes
from televent.application.use_cases.people.accounts import claim_address
from televent.domain.ids import AccountId

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def claim(person: Person, address: str) -> datetime | None:
    """Asks for a code; returns when the next one may be asked for, None where a code was sent."""
    try:
        claim_address(person.town.core.backend, person.context(), address=address, code="123456")
    except TooManyCodes as refused:
        return refused.until
    return None


def test_fifteen_codes_in_nine_seconds_are_one(town: Town, ann: Person) -> None:
    for _ in range(15):
        claim(ann, "stranger@example.net")
        town.now += timedelta(seconds=0.6)
    assert [each["to"] for each in town.owed("email")] == ["stranger@example.net"]


def test_a_person_gets_one_code_a_minute_and_five_a_day(town: Town, ann: Person) -> None:
    assert claim(ann, "a0@example.net") is None
    assert claim(ann, "a1@example.net") == NOON + MINUTE
    for number in range(1, 5):
        town.now += MINUTE
        assert claim(ann, f"a{number}@example.net") is None
    town.now += HOUR
    assert claim(ann, "a6@example.net") == NOON + timedelta(days=1)
    town.now = NOON + timedelta(days=1)
    assert claim(ann, "a6@example.net") is None
    assert len(town.owed("email")) == 6


def test_an_address_gets_five_codes_a_day_from_all_people_together(town: Town) -> None:
    for number in range(5):
        assert claim(town.person(f"p{number}"), f"Stranger+{number}@example.net") is None
        town.now += MINUTE
    bob = town.person("bob")
    assert claim(bob, "stranger@example.net") == NOON + timedelta(days=1)
    # A refused code does not count for the person.
    assert claim(bob, "another@example.net") is None


def test_many_processes_at_once_admit_one(town: Town) -> None:
    books = [PostgresCodeMails(town.core.pool) for _ in range(4)]

    def admit(number: int) -> datetime | None:
        return books[number % 4].admit(AccountId(uuid4()), "stranger@example.net", uuid4(), NOON)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(admit, range(16)))
    assert found.count(None) == 1
    assert set(found) == {None, NOON + MINUTE}


def test_the_same_command_again_is_the_same_code(town: Town, ann: Person) -> None:
    book, command = PostgresCodeMails(town.core.pool), uuid4()
    assert [book.admit(ann.tenant, "a@example.net", command, NOON) for _ in range(3)] == [None] * 3


def test_old_codes_are_forgotten(town: Town, ann: Person) -> None:
    book = PostgresCodeMails(town.core.pool)
    book.admit(ann.tenant, "a@example.net", uuid4(), NOON)
    assert book.sweep(NOON + timedelta(hours=23)) == 0
    assert book.sweep(NOON + timedelta(hours=25)) == 1


def test_the_next_code_waits_for_the_later_of_both_limits() -> None:
    sent = [NOON - timedelta(hours=hours) for hours in (23, 5, 4, 3, 2)]
    assert next_code(sent[1:], NOON) is None
    assert next_code(sent, NOON) == NOON + HOUR
    assert next_code([*sent[1:], NOON], NOON) == NOON + timedelta(hours=19)
    assert next_code([NOON - timedelta(hours=25)] * 9, NOON) is None
