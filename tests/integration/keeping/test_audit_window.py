"""The audit of a time reads the facts of that time, and finds all although times are not in the order of the log."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.event_store import NOON, Shop, open_shop
from televent.adapters.postgres.reports.audit_reading import WINDOW, AuditReading
from televent.application.accounts.audit_rows import AuditFilter

pytestmark = pytest.mark.own_database

MINUTES = st.integers(0, 20)
MANY = 60_000
HALF = MANY // 2
FILL = """
    INSERT INTO event (tenant_id, stream_id, version, position, topic, state, chain, command_id, correlation_id, door,
        recorded_at)
    SELECT %s, gen_random_uuid(), 1, number, 'told/1', '', '', gen_random_uuid(), 'request', 'rest',
        %s + number * interval '1 minute'
    FROM generate_series(1, %s) AS number"""


@pytest.fixture(scope="module")
def shop(module_database_url: str) -> Iterator[Shop]:
    with open_shop(module_database_url) as shop:
        yield shop


def moment(minutes: int | None) -> datetime | None:
    return None if minutes is None else NOON + timedelta(minutes=minutes)


@settings(max_examples=40)
@example([5, 1, 9, 3], 4, 6)
@example([5, 1, 9, 3], 10, None)
@given(st.lists(MINUTES, max_size=12), st.none() | MINUTES, st.none() | MINUTES)
def test_the_rows_are_those_of_the_time(shop: Shop, times: list[int], since: int | None, until: int | None) -> None:
    shop.sql("TRUNCATE event")
    for each in times:
        at = NOON + timedelta(minutes=each)
        shop.recorder.insert_events([shop.event(shop.key(), recorded_at=at)])
    start, end = moment(since), moment(until)
    found = [row.at for row in AuditReading(shop.pool).rows(AuditFilter(since=start, until=end))]
    whole = [row.at for row in AuditReading(shop.pool).rows(AuditFilter())]
    assert found == [at for at in whole if (start is None or at >= start) and (end is None or at < end)]


def scanned(node: dict[str, Any]) -> int:
    """The rows that the scans of a plan read, with those that their filters threw away."""
    own = 0
    if "Relation Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = int((node["Actual Rows"] + removed) * node["Actual Loops"])
    return own + sum(map(scanned, node.get("Plans", [])))


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [(HALF, None, HALF, MANY), (None, HALF, 1, HALF - 1), (HALF, HALF + 900, HALF, HALF + 899)],
)
def test_neither_the_part_before_nor_the_part_after_is_read(
    shop: Shop, since: int | None, until: int | None, first: int, last: int
) -> None:
    shop.sql("TRUNCATE event")
    shop.sql(FILL, (shop.tenant, NOON, MANY))
    shop.sql("VACUUM ANALYZE event")
    reading, wanted = AuditReading(shop.pool), AuditFilter(since=moment(since), until=moment(until), door="rest")
    assert [row.position for row in reading.rows(wanted)] == list(range(first, last + 1))
    statement, values = reading.page(wanted)
    with shop.pool.connection() as connection:

        def read(query: str, **others: int) -> int:
            explained = "EXPLAIN (ANALYZE, FORMAT JSON) " + query
            plan: Any = connection.execute(explained, {**values, **others}).fetchall()[0][0]
            return scanned(plan[0]["Plan"])

        # A range of pages of the index of times has some seven thousand of these facts.
        assert read(WINDOW) < last - first + MANY / 3
        assert read(statement) < 1_000
        assert read(statement, position=last - 100) < 1_000
