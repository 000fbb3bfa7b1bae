"""A request is found by its id, and a client that sends the same id for ever makes no write slower."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.event_store import Shop, open_shop
from televent.adapters.postgres.event_store.trace import STEPS, steps_of

pytestmark = pytest.mark.own_database

MANY = 20_000
FILL = """
    INSERT INTO event (tenant_id, stream_id, version, position, topic, state, chain, command_id, correlation_id, door,
        recorded_at)
    SELECT %s, gen_random_uuid(), 1, number, 'told/1', '', '', gen_random_uuid(), %s, 'rest', now()
    FROM generate_series(%s::bigint, %s::bigint) AS number"""


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


def pages(plan: list[tuple[Any, ...]]) -> int:
    """The pages that a statement touched."""
    whole = plan[0][0][0]["Plan"]
    return int(whole["Shared Hit Blocks"] + whole["Shared Read Blocks"])


def test_an_id_that_a_client_repeats_costs_no_more_pages_than_a_new_one(shop: Shop) -> None:
    shop.sql(FILL, (shop.tenant, "the-same-id", 1, MANY))
    explained = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)" + FILL
    new, same = (
        min(pages(shop.sql(explained, (shop.tenant, each, at, at))) for at in range(first, first + 5))
        for each, first in (("a-new-id", MANY + 1), ("the-same-id", MANY + 11))
    )
    assert same <= new + 5


def test_a_request_is_found_by_an_index(shop: Shop) -> None:
    shop.sql(FILL, (shop.tenant, "the-same-id", 1, MANY))
    shop.sql(FILL, (shop.tenant, "one-request", MANY + 1, MANY + 2))
    shop.sql("ANALYZE event")
    assert len(steps_of(shop.pool, "one-request")) == 2
    with shop.pool.connection() as connection:
        rows = connection.execute("EXPLAIN " + STEPS, {"id": "one-request", "limit": 10}).fetchall()
    assert "event_request" in "\n".join(row[0] for row in rows)
