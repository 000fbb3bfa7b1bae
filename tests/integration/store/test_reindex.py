"""Rows of an earlier edition of the index, or of a season that is over, are indexed again (ADR 0023)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from support.dav import event
from support.waiting import wait_until
from televent.adapters.postgres.dav_index.occurs_columns import indexed_to
from televent.adapters.postgres.followers import reindex
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people import accounts
from televent.application.use_cases.scheduling import meetings
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.occurs import season_of
from televent.runtime.compose import Core, build_core, now
from televent.runtime.workers.worker import keep_indexed
from televent.settings import load_settings

# The rows as the migration of the index left them, and as the migration of editions finds them.
RUNS = "SELECT run, began FROM calendar ORDER BY calendar_id"
OF_BEFORE = """
    UPDATE resource SET firm = '{}', floats = '{}', loose = tstzmultirange(span), fbtype = NULL, days = '[1,366]',
        indexed = 0 WHERE ics IS NOT NULL"""
DAILY = ("DURATION:PT30M", "RRULE:FREQ=DAILY", "SUMMARY:Stand-up")


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(), database_url)
    yield core
    core.close()


@pytest.fixture
def ann(core: Core) -> AccountRow:
    """Ann, with an old daily series, a single event, and an invitation to Bob that is also in Bob's inbox."""
    tenant, backend = AccountId(uuid4()), core.backend
    ann = accounts.open_account(backend, context(tenant), telegram_id=1001, name="Ann")
    bob = AccountId(uuid4())
    accounts.open_account(backend, context(bob), telegram_id=1002, name="Bob")
    daily = event("daily@example.com", *DAILY, start="20190304T090000Z").replace(b"DTEND:20261125T110000Z\r\n", b"")
    put_object(backend, context(ann.tenant), calendar="default", href="daily.ics", text=CalendarText(daily))
    put_object(
        backend, context(ann.tenant), calendar="default", href="tea.ics", text=CalendarText(event("tea@example.com"))
    )
    start = datetime(2027, 3, 1, 9, tzinfo=UTC)
    draft = meetings.Draft(
        "Plan", start, start + timedelta(hours=1), "UTC", attendees=(backend.people.internal_address(1002),)
    )
    meetings.schedule_meeting(backend, context(ann.tenant), draft=draft)
    return ann


def context(tenant: AccountId) -> Context:
    return Context(tenant, str(tenant), "bot", now(), uuid4(), "request")


def sql(core: Core, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(core.conninfo, autocommit=True) as connection:
        cursor = connection.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []


def rows(core: Core) -> list[tuple[Any, ...]]:
    return sql(core, "SELECT * FROM resource ORDER BY tenant_id, calendar_id, href")


def through(core: Core, season: int) -> int:
    """Runs all steps. Returns the number of rows that were indexed again."""
    done, after = 0, reindex.START
    while True:
        step = reindex.step(core.pool, core.store.facts, season, after)
        done += step.done
        if step.after is None:
            return done
        after = step.after


def texts_in(core: Core, ann: AccountRow, start: datetime) -> list[str]:
    """The members of a week whose text must be read."""
    assert ann.default_calendar is not None
    week = core.reads.overlapping(
        ann.tenant, ann.default_calendar, start, start + timedelta(days=7), "VEVENT", zone=UTC, with_text=False
    )
    return [row.href for row in week if not row.certain]


def test_rows_of_before_the_index_become_as_new_ones_are_and_no_client_sees_it(core: Core, ann: AccountRow) -> None:
    fresh, calendars = rows(core), sql(core, "SELECT seq, calendar_id FROM calendar ORDER BY calendar_id")
    runs = sql(core, RUNS)
    sql(core, OF_BEFORE)
    season = season_of(now())
    assert "daily.ics" in texts_in(core, ann, now())
    assert reindex.behind(core.pool, season)
    assert through(core, season) == len(fresh)
    assert rows(core) == fresh
    assert texts_in(core, ann, now()) == []
    assert sql(core, "SELECT seq, calendar_id FROM calendar ORDER BY calendar_id") == calendars
    assert sql(core, RUNS) == runs
    assert not reindex.behind(core.pool, season)
    assert through(core, season) == 0


def test_work_that_was_broken_off_goes_on_where_it_was(
    core: Core, ann: AccountRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = rows(core)
    assert len(fresh) > 3
    sql(core, OF_BEFORE)
    monkeypatch.setattr(reindex, "BATCH", 2)
    season = season_of(now())
    first = reindex.step(core.pool, core.store.facts, season)
    assert (first.done, first.after is None) == (2, False)
    assert reindex.behind(core.pool, season), "a start after a crash finds that there is work"
    assert through(core, season) == len(fresh) - 2
    assert rows(core) == fresh


def test_when_a_season_is_over_only_the_rows_that_depend_on_it_are_indexed_again(core: Core, ann: AccountRow) -> None:
    season = season_of(now())
    through(core, season)
    later = now() + timedelta(days=3 * 365)
    assert texts_in(core, ann, later) == ["daily.ics"]
    assert reindex.behind(core.pool, season + 12)
    assert through(core, season + 12) == 1
    assert texts_in(core, ann, later) == []
    assert sql(core, "SELECT href FROM resource WHERE indexed = %s", indexed_to(season + 12)) == [("daily.ics",)]
    # A rebuild from the facts for the same season gives the same row.
    before = rows(core)
    again = rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None, season=season + 12)
    assert again.differing == 0
    assert rows(core) == before


def test_a_text_that_changed_meanwhile_and_a_stream_that_is_not_there_are_left_alone(
    core: Core, ann: AccountRow
) -> None:
    sql(core, OF_BEFORE)
    sql(core, "UPDATE resource SET etag = 'of another text' WHERE href = 'tea.ics'")
    sql(core, "UPDATE resource SET stream_id = gen_random_uuid() WHERE href = 'daily.ics'")
    season = season_of(now())
    through(core, season)
    left = sql(core, "SELECT href FROM resource WHERE indexed = 0 AND ics IS NOT NULL ORDER BY href")
    assert left == [("daily.ics",), ("tea.ics",)]
    assert not reindex.behind(core.pool, season), "what cannot be made anew is not tried again and again"


def test_a_rebuild_mends_the_index_without_sending_clients_back_to_the_start(core: Core, ann: AccountRow) -> None:
    fresh, runs = rows(core), sql(core, RUNS)
    sql(core, OF_BEFORE)
    result = rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None)
    assert result.differing == len(fresh)
    assert rows(core) == fresh
    assert sql(core, RUNS) == runs


def test_the_worker_does_it_by_itself_and_says_so(core: Core, ann: AccountRow) -> None:
    fresh = rows(core)
    sql(core, OF_BEFORE)

    def ended(said: Sequence[Mapping[str, Any]]) -> bool:
        return any("rows" in each for each in said)

    async def run(said: Sequence[Mapping[str, Any]]) -> None:
        stop = asyncio.Event()
        working = asyncio.create_task(keep_indexed(core, stop))
        # The last row is up to date before the worker says so.
        await asyncio.to_thread(wait_until, lambda: ended(said), what="the index is up to date")
        stop.set()
        await working

    with capture_logs() as said:
        asyncio.run(run(said))
    assert not reindex.behind(core.pool, season_of(now()))
    assert rows(core) == fresh
    assert [each.get("rows") for each in said if "index" in each["event"]] == [None, len(fresh)]
