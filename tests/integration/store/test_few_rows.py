"""A few members of a calendar, read on the event loop, are those that the reads in pages give; by their own indexes."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from support.event_store import Shop, open_shop
from support.waiting import NET
from televent.adapters.postgres.dav_index import few_rows
from televent.adapters.postgres.dav_index.loop_rows import PostgresRows
from televent.adapters.postgres.dav_index.marks import PostgresMarks
from televent.application.read_models.resources import FEW_FIELDS
from televent.application.rows import Read, few_changes, own_calendar, own_members
from televent.domain.ids import AccountId

LARGE = 5000
FILL = """
    INSERT INTO resource (tenant_id, calendar_id, href, stream_id, uid, etag, schedule_tag, component, ics, seq,
        deleted, modified_at)
    SELECT %s, %s, 'n"' || i || ',ü.ics', gen_random_uuid(), 'u' || i, 'e' || i, CASE WHEN i %% 3 = 0 THEN 's' || i END,
        'VEVENT', CASE WHEN i %% 7 > 0 THEN repeat('x', i)::bytea END, i, i %% 7 = 0, now()
    FROM generate_series(1, %s) AS i"""
SMALL = """
    INSERT INTO calendar (tenant_id, calendar_id, name, components)
    SELECT gen_random_uuid(), gen_random_uuid(), 'work', '{VEVENT}' FROM generate_series(1, 5000)"""


async def connected(rows: PostgresRows, shop: Shop) -> None:
    """Returns when the event loop reads rows over its own connection."""
    async with asyncio.timeout(NET):
        while True:
            if (await rows.read(own_calendar(shop.tenant, "work"))).mark is not None:
                return
            await asyncio.sleep(0)


def read_all(shop: Shop, reads: list[Read[Any]]) -> list[Any]:
    """The rows of all reads in one batch of the event loop's connection, which are those of a thread."""

    async def run() -> list[Any]:
        marks = PostgresMarks(shop.url)
        with ThreadPoolExecutor(2) as threads:
            rows = PostgresRows(marks, shop.pool, threads)
            try:
                await connected(rows, shop)
                found = await asyncio.gather(*[rows.read(read) for read in reads])
                by_thread = PostgresRows(None, shop.pool, threads)
                assert found == await asyncio.gather(*[by_thread.read(read) for read in reads])
                assert {each.mark for each in found} == {None}
                return [each.row for each in found]
            finally:
                await marks.close()

    return asyncio.run(run())


def name(number: int) -> str:
    return f'n"{number},ü.ics'


def test_named_members_are_given_with_their_texts(database_url: str) -> None:
    with open_shop(database_url) as shop:
        calendar, other = shop.calendar(), AccountId(uuid4())
        shop.sql(FILL, (shop.tenant, calendar, 40))
        asked = [name(1), name(7), name(9), "missing.ics", "{", ""]
        there, nowhere, foreign = read_all(
            shop,
            [
                own_members(shop.tenant, calendar, asked),
                own_members(shop.tenant, uuid4(), asked),
                own_members(other, calendar, asked),
            ],
        )
        rows = shop.reads.resources(shop.tenant, calendar, asked)
        assert {each.href for each in rows} == {name(1), name(9)}
        wanted = {(row.href, row.etag, row.schedule_tag, row.component, row.ics) for row in rows}
        assert set(there) == wanted
        assert nowhere == foreign == []


def test_long_texts_are_left_to_a_thread(database_url: str) -> None:
    with open_shop(database_url) as shop:
        calendar = shop.calendar()
        shop.sql(FILL, (shop.tenant, calendar, 2))
        for size, fits in ((few_rows.MAX_TEXTS - 2, True), (few_rows.MAX_TEXTS - 1, False)):
            shop.sql("UPDATE resource SET ics = repeat('x', %s)::bytea WHERE href = %s", (size, name(1)))
            asked = [
                own_members(shop.tenant, calendar, [name(1), name(2)]),
                own_members(shop.tenant, calendar, [name(2)]),
            ]
            both, short = read_all(shop, asked)
            assert (both is not None) == fits
            assert len(short) == 1


@pytest.mark.parametrize("count", [0, 5, few_rows.MAX_CHANGES - 1, few_rows.MAX_CHANGES, few_rows.MAX_CHANGES + 1])
def test_the_first_changes_are_those_of_a_page(database_url: str, count: int) -> None:
    with open_shop(database_url) as shop:
        calendar = shop.calendar()
        shop.sql(FILL, (shop.tenant, calendar, count))
        shop.sql("UPDATE calendar SET seq = %s WHERE calendar_id = %s", (count, calendar))
        places = [(since, begun) for since in (0, 3, count) for begun in (0, 20)]
        found = read_all(shop, [few_changes(shop.tenant, calendar, *place) for place in places])
        for changes, (since, begun) in zip(found, places, strict=True):
            page = shop.reads.changed(shop.tenant, calendar, FEW_FIELDS, since, few_rows.MAX_CHANGES, begun)
            assert changes == page
        assert read_all(shop, [few_changes(shop.tenant, uuid4(), 0, 0)]) == [None]


@pytest.mark.parametrize("known", ["nothing is known", "all others are small"])
def test_each_statement_uses_its_own_index(database_url: str, known: str) -> None:
    with open_shop(database_url) as shop, psycopg.connect(shop.url, autocommit=True) as connection:
        calendar = shop.calendar()
        connection.execute("ALTER TABLE resource SET (autovacuum_enabled = off)")
        connection.execute(FILL, (shop.tenant, calendar, LARGE))
        if known == "all others are small":
            connection.execute(SMALL)
            connection.execute("ANALYZE")
        connection.execute("SET plan_cache_mode = force_generic_plan")
        questions: list[tuple[str, tuple[Any, ...], set[str]]] = [
            (few_rows.MEMBERS, ([shop.tenant], [calendar], [f"{name(1)}/{name(2)}"]), {"resource_pkey"}),
            (few_rows.CHANGES, ([shop.tenant], [calendar], [LARGE - 5], [0]), {"resource_seq"}),
        ]
        for statement, parameters, indexes in questions:
            query = re.sub(r"\$\d", "%s", statement)
            lines = [row[0] for row in connection.execute("EXPLAIN " + query, parameters, prepare=True)]
            used = {word for line in lines if "Scan" in line for word in line.split() if word.startswith("resource_")}
            assert used == indexes, "\n".join(lines)
            assert not any("Seq Scan" in line for line in lines), "\n".join(lines)
