"""Pages of the log are bounded by bytes, and no reader takes a short page for the last one."""

import random
from collections.abc import Iterator, Sequence
from itertools import count
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.event_store import Shop, open_shop
from support.log_tree import grow_whole
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.event_store.pages import PAGE_BYTES
from televent.adapters.postgres.event_store.subscription import PAGE_SIZE
from televent.adapters.postgres.log_tree.audit import audit
from televent.adapters.postgres.replay.folding import events_of
from televent.adapters.postgres.replay.looking import snapshot
from televent.domain.ids import AccountId

pytestmark = pytest.mark.own_database

LARGE = 1_000_000
FEW = PAGE_BYTES // PAGE_SIZE
NOISE = random.Random(1).randbytes(2 * PAGE_BYTES)
"""Bytes that compression makes no smaller."""
HOUR = 3600.0


@pytest.fixture(scope="module")
def shop(module_database_url: str) -> Iterator[Shop]:
    with open_shop(module_database_url) as shop:
        yield shop


def filled(shop: Shop, sizes: Sequence[int]) -> list[int]:
    """The positions of new events, one account's, with states of these sizes. Those of more than ten bytes have the
    topic "large/1"."""
    shop.tenant = AccountId(UUID(int=shop.tenant.int + 1))
    key, versions, positions = shop.key(), count(1), list[int]()
    for start in range(0, len(sizes), 100):
        events = [
            shop.event(
                key if number % 3 else shop.key(),
                next(versions) if number % 3 else 1,
                state=NOISE[:size],
                topic="large/1" if size > 10 else "told/1",
            )
            for number, size in enumerate(sizes[start : start + 100], start)
        ]
        positions += shop.recorder.insert_events(events)
    return positions


SIZES = st.lists(st.sampled_from([5, FEW, FEW + 1, LARGE, PAGE_BYTES, PAGE_BYTES + 1]), max_size=14)


def test_a_page_ends_where_it_has_its_bytes(shop: Shop) -> None:
    before = shop.recorder.max_notification_id() or 0
    positions = filled(shop, [LARGE] * 20)
    page = PostgresLog(shop.pool).page(before, PAGE_SIZE, None, ())
    assert [each.id for each in page.notifications] == positions[:9]
    assert page.more
    rest = PostgresLog(shop.pool).page(positions[8], 11, None, ())
    assert sum(len(each.state) for each in rest.notifications) <= PAGE_BYTES + LARGE


def test_a_state_larger_than_a_page_comes_alone(shop: Shop) -> None:
    before = shop.recorder.max_notification_id() or 0
    positions = filled(shop, [PAGE_BYTES + 1, 5])
    page = PostgresLog(shop.pool).page(before, PAGE_SIZE, None, ())
    assert [each.id for each in page.notifications] == positions[:1]
    assert page.more


@settings(max_examples=6)
@example([LARGE] * 9 + [5] * 1_010 + [FEW + 1] * 3)
@example([PAGE_BYTES])
@example([])
@given(SIZES)
def test_every_reader_gives_each_event_once_and_in_order(shop: Shop, sizes: list[int]) -> None:
    shop.sql("TRUNCATE event, log_tile")
    shop.sql("UPDATE log_tree SET size = 0, position = 0")
    before = shop.recorder.max_notification_id() or 0
    positions = filled(shop, sizes)
    large = [position for position, size in zip(positions, sizes, strict=True) if size > 10]
    assert subscribed(shop, before, len(positions)) == positions
    assert subscribed(shop, before, len(large), "large/1") == large
    assert followed(shop, before) == positions
    own = sorted(places(shop, positions))
    assert [
        (UUID(str(each.originator_id).partition("/")[2]), each.originator_version)
        for each in shop.recorder.until(shop.tenant, 2**62)
    ] == own
    low = UUID(int=shop.tenant.int - 1)
    with shop.pool.connection() as connection, snapshot(connection):
        replayed = [(each.stream, each.version) for each in events_of(connection, low, shop.tenant)]
    assert replayed == own
    grow_whole(shop.pool)
    done = audit(shop.pool, [], Ed25519PrivateKey.generate().public_key())
    assert done.findings == []
    total = shop.sql("SELECT count(*) FROM event")[0][0]
    assert (done.events, done.leaves) == (total, total)


def subscribed(shop: Shop, after: int, expected: int, *topics: str) -> list[int]:
    """The positions that a follower gets that starts after ``after``; it must be at the end then."""
    subscription, found = shop.recorder.subscribe(after, topics), list[int]()
    while len(found) < expected:
        waiting = subscription.wait(HOUR)
        seen = subscription.seen
        page = [next(subscription) for _ in range(waiting)]
        assert sum(len(each.state) for each in page) <= PAGE_BYTES + max(len(each.state) for each in page)
        assert all(each.id > seen for each in page)
        found += [each.id for each in page]
    assert subscription.wait(0) == 0
    assert subscription.seen >= (shop.recorder.max_notification_id() or 0)
    subscription.stop()
    return found


def followed(shop: Shop, after: int) -> list[int]:
    """The positions that come page by page, while there may be more."""
    log, found, more = PostgresLog(shop.pool), list[int](), True
    while more:
        page = log.page(after, PAGE_SIZE, None, ())
        found += [each.id for each in page.notifications]
        after, more = found[-1] if found else after, page.more
    return found


def places(shop: Shop, positions: Sequence[int]) -> list[tuple[UUID, int]]:
    """The streams and versions of these events."""
    return shop.sql("SELECT stream_id, version FROM event WHERE position = ANY (%s)", [list(positions)])
