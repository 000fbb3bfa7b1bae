"""Each query of resources uses its own index, whatever the calendar's size and its statistics.

Without statistics, or with those of many small calendars, a planner expects one row for (tenant, calendar). A query by
name through another index than the key would then read all of a large calendar.
"""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from support.event_store import NOON, Shop, open_shop
from televent.adapters.postgres.dav_index import (
    glance_reads,
    inline_rows,
    listing_reads,
    read_store,
    row_statements,
    time_reads,
)
from televent.adapters.postgres.dav_index.listing_reads import changed_statement, listed_statement
from televent.adapters.postgres.reminders import statements
from televent.adapters.postgres.search import statements as words

LARGE = 5000
FILL = """
    INSERT INTO resource (tenant_id, calendar_id, href, stream_id, uid, etag, component, ics, seq, span, modified_at,
        days)
    SELECT %s, %s, 'h' || i, gen_random_uuid(), 'u' || i, 'e', 'VEVENT', 'x', i,
        tstzrange(%s + i * interval '1h', %s + (i + 1) * interval '1h'), now(), '[1,366]'
    FROM generate_series(1, %s) AS i"""
SMALL = """
    INSERT INTO resource (tenant_id, calendar_id, href, stream_id, uid, etag, component, ics, seq, span, modified_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'h1', gen_random_uuid(), 'u1', 'e', 'VEVENT', 'x', 1,
        tstzrange(now(), now()), now()
    FROM generate_series(1, 20000)"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


@pytest.mark.parametrize("known", ["nothing is known", "all others are small"])
@pytest.mark.parametrize("plan", ["force_generic_plan", "force_custom_plan"])
def test_each_question_uses_its_own_index(shop: Shop, known: str, plan: str) -> None:
    calendar = shop.calendar()
    with psycopg.connect(shop.url, autocommit=True) as connection:
        connection.execute("ALTER TABLE resource SET (autovacuum_enabled = off)")
        connection.execute(FILL, (shop.tenant, calendar, NOON, NOON, LARGE))
        if known == "all others are small":
            connection.execute(SMALL)
            connection.execute("ANALYZE")
        connection.execute(f"SET plan_cache_mode = {plan}")
        place = (shop.tenant, calendar)
        named = {"named": read_store._NAMED, "columns": read_store.BARE_COLUMNS}
        page = {"outer": read_store.WHOLE_COLUMNS, "rows": 500}
        hour = (NOON, NOON + timedelta(hours=1))
        glance = row_statements.KINDS["event"].statement.replace("$1", "%s").replace("$2", "%s")
        questions: list[tuple[str, tuple[Any, ...] | dict[str, Any], set[str]]] = [
            (read_store.RESOURCE, (shop.tenant, "h7", shop.tenant, "work"), {"resource_pkey"}),
            (
                read_store.FIND,
                (shop.tenant, "work", shop.tenant, "h7", "u9", shop.tenant, "u9"),
                {"resource_pkey", "resource_uid"},
            ),
            (read_store.CHANGES.format(**named), (shop.tenant, "work", shop.tenant, 5, 0, 10), {"resource_seq"}),
            (read_store.SURPLUS, (*place, 10, 10), {"resource_message"}),
            (read_store.SOME, (*place, ["h7"]), {"resource_pkey"}),
            (read_store.BY_UID, (shop.tenant, "u9"), {"resource_uid"}),
            (
                read_store.LATEST_BY_UID,
                (shop.tenant, "u9", shop.tenant, "u9"),
                {"resource_uid", "resource_buried_uid"},
            ),
            (read_store.BY_STREAM, (shop.tenant, uuid4()), {"resource_stream"}),
            (glance_reads.GLANCE, (shop.tenant, uuid4()), {"resource_stream"}),
            (glance, ([shop.tenant], [uuid4()]), {"resource_stream"}),
            (words.TEXTS, ([shop.tenant] * 9, [uuid4()] * 9, list(range(9)), 10**6), {"resource_stream"}),
            (words.NOW, ([shop.tenant] * 9, [uuid4()] * 9), {"resource_stream"}),
            (statements.TEXT, (uuid4(), shop.tenant), {"resource_stream"}),
            (statements.TEXTS, {"streams": [uuid4()] * 9, "small": 9}, {"resource_stream"}),
            (listed_statement(["etag"]), (*place, "", 2000), {"resource_pkey"}),
            (listed_statement(["etag"], listing_reads.OF_KIND), (*place, "", "VEVENT", 2000), {"resource_pkey"}),
            (listed_statement(["etag", "ics"]), (*place, "", 500, 10**6), {"resource_pkey"}),
            (changed_statement(["etag"]), (*place, *place, 5, 0, 10), {"resource_seq"}),
            (changed_statement(["etag", "ics"]), (*place, *place, 5, 0, 10, 10**6), {"resource_seq"}),
            (
                read_store.IN_TIME.format(filter="", **page),
                (*time_reads.asked(*hour, UTC), *place, "", *time_reads.touched(*hour), 10**6),
                {"resource_span"},
            ),
            (
                time_reads.BUSY_TIME,
                (*time_reads.asked(*hour, UTC), *place, *time_reads.touched(*hour), None),
                {"resource_span"},
            ),
        ]
        for query, parameters, indexes in questions:
            lines = [row[0] for row in connection.execute("EXPLAIN " + query, parameters, prepare=True)]
            scans = [line for line in lines if "Scan" in line and "resource" in line]
            used = {word for line in scans for word in line.replace("(", " ").split() if word.startswith("resource_")}
            assert used - {"resource_1"} == indexes, "\n".join(lines)
        # Here the name and the stream each find one row.
        bury = (*place, NOON, *place, "h7", uuid4())
        rows = connection.execute("EXPLAIN " + inline_rows.BURY_RESOURCE, bury, prepare=True)
        assert any("using resource_pkey" in row[0] or "using resource_stream" in row[0] for row in rows)


TOMBSTONES = """
    INSERT INTO resource (tenant_id, calendar_id, href, stream_id, uid, etag, component, ics, seq, deleted, modified_at)
    SELECT %s, %s, 'g' || i, gen_random_uuid(), 'g' || i, 'e', 'VEVENT', NULL, i, true, now()
    FROM generate_series(1, %s) AS i"""


def test_a_first_sync_in_small_pages_does_not_read_the_tombstones_page_by_page(shop: Shop) -> None:
    calendar, tombstones = shop.calendar(), 3000
    shop.sql(TOMBSTONES, (shop.tenant, calendar, tombstones))
    shop.sql("UPDATE calendar SET seq = %s WHERE calendar_id = %s", (tombstones, calendar))
    live = [shop.stored(calendar).href for _ in range(5)]

    def page(since: int, begun: int) -> list[tuple[int, str]]:
        found = shop.reads.changed(shop.tenant, calendar, ("etag",), since, 3, begun)
        whole = shop.reads.changes(shop.tenant, "work", since, 3, begun=begun)
        assert found is not None
        assert whole is not None
        names = [(seq, href) for seq, _, href, _ in found.rows]
        assert [(row.seq, row.href) for row in whole[1]] == names
        return names

    first = page(0, tombstones + 5)
    assert [href for _, href in first] == live[:3]
    assert [href for _, href in page(first[-1][0], tombstones + 5)] == live[3:]
    # A client with an older token gets the newer tombstones.
    assert [href for _, href in page(0, tombstones - 2)] == [f"g{tombstones - 1}", f"g{tombstones}", live[0]]


def test_surplus_messages_of_an_inbox_are_found_without_reading_the_tombstones(shop: Shop) -> None:
    calendar, tombstones = shop.calendar(), 5000
    shop.sql(TOMBSTONES, (shop.tenant, calendar, tombstones))
    shop.sql("UPDATE calendar SET seq = %s WHERE calendar_id = %s", (tombstones, calendar))
    messages = [shop.key() for _ in range(6)]
    for key in messages:
        put = shop.put(calendar, key, uid=str(key.stream), fresh=True)
        shop.recorder.insert_events([shop.event(key)], writes=[put])
    oldest = [messages[1].stream, messages[0].stream]
    assert shop.reads.surplus(shop.tenant, calendar, keep=4, limit=10) == oldest
    with psycopg.connect(shop.url, autocommit=True) as connection:
        for known in ("", "ANALYZE"):
            if known:
                connection.execute(known)
            asked = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + read_store.SURPLUS
            ((((plan,),),),) = [connection.execute(asked, (shop.tenant, calendar, 4, 10)).fetchall()]
            touched = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
            assert touched < 30, plan
