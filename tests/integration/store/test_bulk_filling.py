"""The bench's bulk filler: a calendar filled by SQL COPY is the same as one filled by PUTs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))  # The bench lies beside the package and is not installed.

from bench import bulk, events

from support.followers import catch_up
from televent.adapters.postgres.event_store.verify import broken_chains
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people import accounts
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.runtime.compose import Core, build_core, now
from televent.settings import load_settings

EVENTS = 30


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(), database_url)
    yield core
    core.close()


def person(core: Core, number: int) -> AccountRow:
    context = Context(AccountId(uuid4()), "operator", "cli", now(), uuid4(), "request")
    return accounts.open_account(core.backend, context, telegram_id=1000 + number, name=f"Person {number}")


def home(person: AccountRow) -> UUID:
    assert person.default_calendar is not None
    return person.default_calendar


def filled(core: Core) -> list[AccountRow]:
    """One calendar drafted event by event, and two with the same events under other UIDs."""
    people = [person(core, number) for number in range(3)]
    originals = [bulk.draft(core, people[0], home(people[0]), number) for number in range(EVENTS)]
    copies = (
        original.of(owner, home(owner), events.uid(number, prefix=prefix), events.name(number, prefix=prefix))
        for owner, prefix in ((people[1], "second"), (people[2], "third"))
        for number, original in enumerate(originals)
    )
    told: list[int] = []
    bulk.record(core, chain(originals, copies), told.append)
    assert sum(told) == 3 * EVENTS
    return people


def sql(core: Core, query: str, *parameters: object) -> list[tuple[object, ...]]:
    with psycopg.connect(core.conninfo, autocommit=True) as connection:
        return connection.execute(query, parameters or None).fetchall()


def test_a_rebuild_finds_no_difference_and_every_chain_is_whole(core: Core) -> None:
    filled(core)
    for name in ("dav_index", "directory"):
        assert rebuild(core.pool, core.store.facts, name, lambda done, total: None).differing == 0
    checked, broken = broken_chains(core.pool)
    assert (broken, checked) == ([], len(sql(core, "SELECT FROM event")))
    assert checked > 3 * EVENTS
    assert sql(core, "SELECT DISTINCT seq FROM calendar WHERE name = 'default'") == [(EVENTS,)]


def test_the_rows_are_those_of_a_put_but_for_identities_and_times(core: Core) -> None:
    owner, *_ = filled(core)
    context = Context(owner.tenant, str(owner.tenant), "caldav", now(), uuid4(), "request")
    create_calendar(core.backend, context, name="door")
    for number in range(EVENTS):
        name, text = events.name(number), events.event(number)
        put_object(core.backend, context, calendar="door", href=name, text=CalendarText(text))
    alike = """
        SELECT href, uid, etag, schedule_tag, component, ics, resource.seq, resource.deleted, recurs, span, firm,
            floats, loose, fbtype, days FROM resource JOIN calendar USING (tenant_id, calendar_id)
        WHERE tenant_id = %s AND name = %s ORDER BY resource.seq"""
    by_door = sql(core, alike, owner.tenant, "door")
    assert len(by_door) == EVENTS
    assert sql(core, alike, owner.tenant, "default") == by_door


def test_what_the_door_writes_afterwards_goes_on_from_there(core: Core) -> None:
    _, owner, _ = filled(core)
    context = Context(owner.tenant, str(owner.tenant), "caldav", now(), uuid4(), "request")
    before = core.recorder.max_notification_id()
    put_object(
        core.backend, context, calendar="default", href="new.ics", text=CalendarText(events.event(7, prefix="new"))
    )
    changed = events.event(3, prefix="second", revision=1)
    href = events.name(3, prefix="second")
    assert not put_object(core.backend, context, calendar="default", href=href, text=CalendarText(changed)).created
    read = core.reads.changes(owner.tenant, "default", EVENTS, 10)
    assert read is not None
    assert [(row.href, row.seq) for row in read[1]] == [("new.ics", EVENTS + 1), (href, EVENTS + 2)]
    assert before is not None
    assert all(each.id > before for each in core.recorder.select_notifications(before + 1, 10))
    assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 0


def test_a_settled_store_leaves_the_followers_nothing_to_do(core: Core) -> None:
    filled(core)
    bulk.settle_store(core)
    assert catch_up(core) == 0
    bulk.settle_store(core)


def test_an_event_whose_uid_is_not_on_one_line_cannot_be_copied(core: Core) -> None:
    owner = person(core, 1)
    original = bulk.draft(core, owner, home(owner), 1, prefix="x" * 60)
    with pytest.raises(ValueError, match="on one line"):
        original.of(owner, home(owner), "other@example.com", "other.ics")
