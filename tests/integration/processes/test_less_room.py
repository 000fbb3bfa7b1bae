"""A database of an earlier program gives the same answers after the migrations that make it smaller (ADR 105)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from support.followers import catch_up
from support.town import Town, meeting, open_town
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.event_store.verify import broken_chains
from televent.adapters.postgres.reports.audit_reading import AuditReading
from televent.adapters.postgres.schema import migrate
from televent.application.accounts.audit_rows import AuditFilter
from televent.application.messages.catalogue import CATALOGUE
from televent.application.messages.reminders import ReminderDue
from televent.application.use_cases.calendars.search_events import search_events
from televent.application.use_cases.calendars.search_query import Question
from televent.domain.ids import AccountId

FIRST = "20261125001200"
"""The first of these migrations."""
EARLIER = """
    INSERT INTO audit SELECT tenant_id, position, stream_id, version, topic, actor, door, command_id, correlation_id,
        recorded_at, origin FROM event"""


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with open_town(database_url) as town:
        yield town


ASKED = (Question("tea"), Question("plan"), Question("te plan"), Question("paln"), Question(location="quay"))


def answers(town: Town, tenant: AccountId) -> tuple[Any, ...]:
    core = town.core
    audited = [(row.position, row.actor, row.door, row.topic) for row in AuditReading(core.pool).rows(AuditFilter())]
    own = [row.position for row in AuditReading(core.pool).rows(AuditFilter(person=tenant))]
    logged = PostgresLog(core.pool).page(0, 1000, None, ()).notifications
    facts = [(each.id, each.actor, each.subject_id) for each in logged]
    return audited, own, facts, [titles(town, tenant, each) for each in ASKED], broken_chains(core.pool)


def titles(town: Town, tenant: AccountId, question: Question) -> list[str]:
    answer = search_events(town.core.backend, tenant, question, now=town.now, after=None, limit=9)
    return sorted(hit.entry.summary for hit in answer.hits)


def earlier(town: Town) -> None:
    """The database as an earlier program left it."""
    mine = [each for each in migrate.status(town.url) if each.version >= FIRST]
    migrate.down(town.url, steps=len(mine))
    with psycopg.connect(town.url) as connection:
        connection.execute(EARLIER)


def test_the_answers_are_the_same_and_it_can_be_taken_back(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    people = (ann.address, bob.address)
    ann.put(meeting("SUMMARY:Tea and a plan", "LOCATION:Old quay", people=people, uid="tea"), "t.ics")
    town.carry()
    bob.put(meeting("SUMMARY:Plan", people=(), organizer="X-NOBODY:x", uid="plan"), "p.ics")
    catch_up(town.core)
    while town.core.search.step():
        pass
    before = [answers(town, each.tenant) for each in (ann, bob)]
    assert before[0][0]
    assert before[0][3][0] == ["Tea and a plan"]
    earlier(town)
    with psycopg.connect(town.url) as connection:
        columns = connection.execute("SELECT count(*), count(actor), count(subject_id) FROM event").fetchone()
        assert connection.execute("SELECT count(*) FROM search_entry WHERE words::text LIKE '%!%'").fetchone() == (0,)
    assert columns is not None
    assert columns[0] == columns[1] == columns[2] > 0
    assert next(iter(migrate.up(town.url))).version == FIRST
    assert migrate.up(town.url) == []
    assert [answers(town, each.tenant) for each in (ann, bob)] == before
    # Facts and words of both forms stand side by side.
    bob.put(meeting("SUMMARY:Plan", "LOCATION:quay", people=(), organizer="X-NOBODY:x", uid="plan"), "p.ics")
    catch_up(town.core)
    while town.core.search.step():
        pass
    after = answers(town, bob.tenant)
    assert after[0][: len(before[1][0])] == before[1][0]
    assert {actor for _, actor, _, _ in after[0][len(before[1][0]) :]} == {str(bob.tenant)}
    assert after[3][-1] == ["Plan", "Tea and a plan"]
    assert after[4][1] == []


def test_a_planned_reminder_is_whole_for_an_earlier_program(town: Town) -> None:
    ann = town.person("ann")
    town.core.reminders.begin(town.now)
    ann.put(meeting(people=(), organizer="X-NOBODY:x"))
    catch_up(town.core)
    while town.core.reminders.step(town.now):
        pass
    with psycopg.connect(town.url) as connection:
        assert connection.execute("SELECT count(message), count(message -> 'at') FROM reminder").fetchone() == (1, 0)
    earlier(town)
    with psycopg.connect(town.url) as connection:
        rows = connection.execute("SELECT message::text, stream_id, fires_at FROM reminder").fetchall()
    ((text, stream, at),) = rows
    due = CATALOGUE.decode(CATALOGUE.name_of(ReminderDue), text)
    assert isinstance(due, ReminderDue)
    assert (due.stream_id, due.at) == (stream, at)
