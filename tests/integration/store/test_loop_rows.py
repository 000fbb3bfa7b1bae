"""The reader of rows of an event loop gives what a read in a thread gives, and the mark that belongs to the row."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from support.event_store import Shop, open_shop
from support.waiting import NET
from televent.adapters.postgres.dav_index.loop_rows import PostgresRows
from televent.adapters.postgres.dav_index.marks import PostgresMarks
from televent.adapters.postgres.dav_index.read_store import PostgresReads
from televent.application.marks import Mark
from televent.application.outage import DatabaseAway
from televent.application.rows import (
    Read,
    Seen,
    account_of_telegram,
    account_with_address,
    account_with_id,
    own_calendar,
    own_event,
    own_resource,
)
from televent.domain.ids import AccountId

TENANT, OTHER, CALENDAR, DEVICE, EVENT = (AccountId(uuid4()) for _ in range(5))
NAME, HREF, ADDRESS = 'a "b\\ ü', "x,{y}.ics", 'o"dd\\{}@example.com'
FILL: list[tuple[str, tuple[Any, ...]]] = [
    (
        "INSERT INTO account (tenant_id, telegram_id, name, opened_at)"
        " VALUES (%s, 7, 'Ann', now()), (%s, 8, 'B', now())",
        (TENANT, OTHER),
    ),
    (
        "INSERT INTO address (tenant_id, address, verified) VALUES (%s, %s, true), (%s, 'b@example.com', true)",
        (TENANT, ADDRESS, TENANT),
    ),
    (
        "INSERT INTO device (tenant_id, device_id, name, hash, created_at) VALUES (%s, %s, 'x', 'y', now()),"
        " (%s, gen_random_uuid(), 'z', 'z', now())",
        (TENANT, DEVICE, TENANT),
    ),
    (
        "INSERT INTO calendar (tenant_id, calendar_id, name, components) VALUES (%s, %s, %s, '{VEVENT}')",
        (TENANT, CALENDAR, NAME),
    ),
    (
        "INSERT INTO resource (tenant_id, calendar_id, href, stream_id, uid, etag, component, ics, seq, modified_at)"
        " VALUES (%s, %s, %s, %s, 'u', 'e', 'VEVENT', 'text', 1, now())",
        (TENANT, CALENDAR, HREF, EVENT),
    ),
]
CUT = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE application_name = 'televent-marks' AND datname = current_database()"
)
READS: list[tuple[Read[Any], Callable[[PostgresReads], object]]] = [
    (account_with_id(TENANT), lambda reads: reads.account(TENANT)),
    (account_of_telegram(7), lambda reads: reads.account_by_telegram(7)),
    (account_with_address(ADDRESS), lambda reads: reads.account_by_address(ADDRESS)),
    (account_with_id(OTHER), lambda reads: reads.account(OTHER)),
    (own_calendar(TENANT, NAME), lambda reads: reads.calendar(TENANT, NAME)),
    (own_resource(TENANT, NAME, HREF), lambda reads: reads.resource(TENANT, NAME, HREF)),
    (own_event(TENANT, EVENT), lambda reads: reads.glance(TENANT, EVENT)),
    (account_of_telegram(9), lambda reads: None),
    (account_with_address("nobody@example.com"), lambda reads: None),
    (own_calendar(OTHER, NAME), lambda reads: None),
    (own_resource(TENANT, NAME, "other.ics"), lambda reads: None),
    (own_event(OTHER, EVENT), lambda reads: None),
]


def with_rows(shop: Shop, act: Callable[[PostgresMarks, PostgresRows], Awaitable[None]]) -> None:
    async def run() -> None:
        marks = PostgresMarks(shop.url)
        with ThreadPoolExecutor(2) as threads:
            try:
                await act(marks, PostgresRows(marks, shop.pool, threads))
            finally:
                await marks.close()

    asyncio.run(run())


async def marked(rows: PostgresRows, read: Read[Any], other_than: Mark | None = None) -> Seen[Any]:
    """The row with another mark; the first reads find no connection, and are read in a thread."""
    async with asyncio.timeout(NET):
        while True:
            seen = await rows.read(read)
            if seen.mark not in (None, other_than):
                return seen
            await asyncio.sleep(0)


def filled(shop: Shop) -> None:
    with psycopg.connect(shop.url, autocommit=True) as connection:
        for statement, values in FILL:
            connection.execute(statement, values)


def test_every_way_gives_the_same_row_and_the_loop_gives_its_mark(database_url: str) -> None:
    with open_shop(database_url) as shop:
        filled(shop)

        async def act(marks: PostgresMarks, rows: PostgresRows) -> None:
            alone = [await rows.read(read) for read, _ in READS[:1]]
            assert [each.mark for each in alone] == [None]
            await marked(rows, READS[0][0])
            with ThreadPoolExecutor(1) as threads:
                by_thread = PostgresRows(None, shop.pool, threads)
                for read, plainly in READS:
                    seen, other = await rows.read(read), await by_thread.read(read)
                    assert seen.row == other.row == plainly(shop.reads), read
                    assert seen.key == other.key
                    assert other.mark is None
                    if seen.row is None:
                        assert seen.mark is None
                    else:
                        assert seen.mark is not None
                        assert await marks.ask([seen.key]) == seen.mark

        with_rows(shop, act)


def test_rows_of_one_moment_are_given_apart(database_url: str) -> None:
    with open_shop(database_url) as shop:
        filled(shop)

        async def act(marks: PostgresMarks, rows: PostgresRows) -> None:
            await marked(rows, READS[0][0])
            alone = [await rows.read(read) for read, _ in READS]
            hasty = asyncio.ensure_future(rows.read(READS[0][0]))
            await asyncio.sleep(0)
            hasty.cancel()
            together = await asyncio.gather(*[rows.read(read) for read, _ in READS * 60], marks.ask([alone[4].key]))
            assert list(together[:-1]) == alone * 60
            assert together[-1] == alone[4].mark

        with_rows(shop, act)


@pytest.mark.parametrize("under_way", [0, 3])
def test_a_lost_connection_is_made_up_for_by_a_thread(database_url: str, under_way: int) -> None:
    with open_shop(database_url) as shop, psycopg.connect(shop.url, autocommit=True) as connection:
        filled(shop)

        async def act(marks: PostgresMarks, rows: PostgresRows) -> None:
            read = READS[4][0]
            before = await marked(rows, read)
            begun = [rows.read(each) for each, _ in READS[:under_way]]
            assert connection.execute(CUT).fetchone() == (1,)
            for answer, (_, plainly) in zip(begun, READS, strict=False):
                assert (await answer).row == plainly(shop.reads)
            assert (await rows.read(read)).row == before.row
            after = await marked(rows, read, before.mark)
            # The row is the same at the same place, but the data may be older.
            assert before.mark is not None
            assert after.mark is not None
            assert after.mark[1:] == before.mark[1:]

        with_rows(shop, act)


def test_an_outage_is_named(database_url: str) -> None:
    with open_shop(database_url) as shop:

        async def act(marks: PostgresMarks, rows: PostgresRows) -> None:
            await marks.close()
            shop.pool.outage = DatabaseAway("it is away")  # type: ignore[attr-defined]
            with pytest.raises(DatabaseAway):
                await rows.read(account_with_id(AccountId(UUID(int=1))))
            rows.read(account_with_id(AccountId(UUID(int=2))))

        with_rows(shop, act)


def test_a_row_that_cannot_be_decoded_lets_nobody_wait(database_url: str) -> None:
    with open_shop(database_url) as shop, psycopg.connect(shop.url, autocommit=True) as connection:
        filled(shop)

        async def act(marks: PostgresMarks, rows: PostgresRows) -> None:
            broken, whole = READS[0][0], READS[4][0]
            await marked(rows, broken)
            # Python has no such time.
            connection.execute("UPDATE device SET last_used_at = 'infinity' WHERE device_id = %s", (DEVICE,))
            async with asyncio.timeout(NET):
                answers = await asyncio.gather(rows.read(broken), marks.ask([]), return_exceptions=True)
                assert isinstance(answers[0], psycopg.DataError)
                assert (await rows.read(whole)).row == shop.reads.calendar(TENANT, NAME)

        with_rows(shop, act)
