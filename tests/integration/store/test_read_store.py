"""The reads of CalDAV and of the use cases, each in one statement."""

import tracemalloc
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.event_store import NOON, Shop, open_shop
from televent.adapters.postgres.dav_index import listing_reads, read_store
from televent.application.read_models.accounts import DropDevice, PutAccount, PutAddress, PutDevice
from televent.domain.ids import AccountId, StreamKey
from televent.ical.queries.occurs import Occurs

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


def test_a_calendar_is_found_by_name_with_its_properties(shop: Shop) -> None:
    calendar = shop.calendar()
    row = shop.reads.calendar(shop.tenant, "work")
    assert row is not None
    assert (row.calendar_id, row.seq, row.components) == (calendar, 0, ("VEVENT",))
    assert row.props == {"{DAV:}displayname": "work"}
    assert shop.reads.calendar(shop.tenant, "home") is None
    assert shop.reads.calendar(AccountId(uuid4()), "work") is None


def test_a_resource_comes_with_the_bytes_that_were_stored(shop: Shop) -> None:
    text = bytes(range(256)) * 8
    put = shop.stored(shop.calendar(), ics=text, schedule_tag="tag", recurs=True)
    row = shop.reads.resource(shop.tenant, "work", put.href)
    assert row is not None
    assert (row.ics, row.size, row.etag, row.schedule_tag) == (text, len(text), put.etag, "tag")
    assert (row.recurs, row.modified_at, row.component) == (True, NOON, "VEVENT")
    assert shop.reads.resource(shop.tenant, "home", put.href) is None
    assert shop.reads.by_stream(shop.tenant, put.stream_id) == row
    assert shop.reads.resources(shop.tenant, put.calendar_id, [put.href, "none.ics"]) == [row]


def test_a_put_learns_what_stands_under_its_name_and_where_its_uid_is(shop: Shop) -> None:
    work, home = shop.calendar(), shop.calendar("home")
    named, same = shop.stored(work, href="a.ics"), shop.stored(home)
    found = shop.reads.find(shop.tenant, "work", "a.ics", same.uid)
    assert found.calendar is not None
    assert found.calendar.calendar_id == work
    assert found.resource is not None
    assert found.resource.stream_id == named.stream_id
    assert [row.calendar_id for row in found.same_uid] == [home]
    itself = shop.reads.find(shop.tenant, "work", "a.ics", named.uid)
    assert itself.resource is not None
    assert itself.same_uid == (itself.resource,)
    nothing = shop.reads.find(shop.tenant, "work", "b.ics", "new@example.com")
    assert (nothing.resource, nothing.same_uid) == (None, ())
    nowhere = shop.reads.find(shop.tenant, "none", "a.ics", named.uid)
    assert (nowhere.calendar, nowhere.resource, len(nowhere.same_uid)) == (None, None, 1)


def test_a_tombstone_is_not_found_by_name_uid_or_stream(shop: Shop) -> None:
    put = shop.stored(shop.calendar())
    key = StreamKey(shop.tenant, put.stream_id)
    shop.recorder.insert_events([shop.event(key, 2)], writes=[shop.bury(put)])
    found = shop.reads.find(shop.tenant, "work", put.href, put.uid)
    assert (found.resource, found.same_uid) == (None, ())
    assert shop.reads.by_uid(shop.tenant, put.uid) == []
    assert shop.reads.by_stream(shop.tenant, put.stream_id) is None
    assert list(shop.reads.members(shop.tenant, put.calendar_id, with_text=True)) == []


def test_changes_come_oldest_first_up_to_a_limit_with_the_counter_of_the_same_moment(shop: Shop) -> None:
    calendar = shop.calendar()
    puts = [shop.stored(calendar) for _ in range(5)]
    found = shop.reads.changes(shop.tenant, "work", 1, 3)
    assert found is not None
    row, changes = found
    assert row.seq == 5
    assert [(change.seq, change.href, change.ics) for change in changes] == [
        (place + 1, puts[place].href, None) for place in (1, 2, 3)
    ]
    last = shop.reads.changes(shop.tenant, "work", 5, 3)
    assert last is not None
    assert last[1] == []
    assert shop.reads.changes(shop.tenant, "none", 0, 3) is None


def test_members_come_in_pages_bounded_by_rows_and_by_bytes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = shop.calendar()
    texts = {f"{number:02}.ics": b"x" * (100 * number + 1) for number in range(23)}
    for href, text in texts.items():
        shop.stored(calendar, href=href, ics=text)
    for rows, page_bytes in ((5, 10**6), (500, 1500), (500, 1), (23, 10**6)):
        monkeypatch.setattr(listing_reads, "PAGE_ROWS", rows)
        monkeypatch.setattr(listing_reads, "BARE_ROWS", rows)
        monkeypatch.setattr(listing_reads, "PAGE_BYTES", page_bytes)
        whole = list(shop.reads.members(shop.tenant, calendar, with_text=True))
        assert {row.href: row.ics for row in whole} == texts
        assert len(whole) == len(texts)
        bare = list(shop.reads.members(shop.tenant, calendar, with_text=False))
        assert [(row.href, row.size, row.ics) for row in bare] == [(row.href, row.size, None) for row in whole]


@pytest.mark.parametrize(("limit", "page_bytes"), [(3, 10**6), (500, 400), (500, 1), (4, 300)])
def test_pages_of_changes_leave_nothing_out_however_they_are_cut(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, limit: int, page_bytes: int
) -> None:
    calendar = shop.calendar()
    monkeypatch.setattr(listing_reads, "PAGE_BYTES", page_bytes)
    puts = [shop.stored(calendar, href=f"{number:02}.ics", ics=b"x" * (100 * number)) for number in range(1, 8)]
    # Tombstones have no bytes, but they must count for the end of a page.
    for put in puts[1::2]:
        key = StreamKey(shop.tenant, put.stream_id)
        shop.recorder.insert_events([shop.event(key, 2)], writes=[shop.bury(put)])
    puts.append(shop.stored(calendar, href="last.ics", ics=b"y" * 350))
    seen: list[Any] = []
    since, more = 0, True
    while more:
        page = shop.reads.changed(shop.tenant, calendar, ("etag", "ics"), since, limit)
        assert page is not None
        rows, more = page.rows, page.more
        seen, since = seen + rows, rows[-1][0] if rows else since
    assert [(row[0], row[1], row[2]) for row in seen] == [
        *((number + 1, False, put.href) for number, put in enumerate(puts[:7]) if not number % 2),
        *((number + 8, True, put.href) for number, put in enumerate(puts[1:7:2])),
        (11, False, "last.ics"),
    ]
    nothing = shop.reads.changed(shop.tenant, calendar, ("etag",), 11, limit)
    assert nothing is not None
    assert (nothing.at.seq, nothing.rows, nothing.more) == (11, [], False)
    assert shop.reads.changed(shop.tenant, uuid4(), ("etag",), 0, limit) is None


def test_a_slow_reader_holds_no_connection(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_reads, "PAGE_ROWS", 2)
    monkeypatch.setattr(listing_reads, "BARE_ROWS", 2)
    with open_shop(database_url, connections=1) as shop:
        calendar = shop.calendar()
        hrefs = [shop.stored(calendar).href for _ in range(5)]
        # The pool has one connection. If the reader held it, each of these writes would wait for ever.
        read = [
            (row.href, shop.stored(shop.calendar(row.href)).href)
            for row in shop.reads.members(shop.tenant, calendar, with_text=True)
        ]
        assert sorted(href for href, _ in read) == sorted(hrefs)


SPANS: list[tuple[str, Any, Any, bool]] = [
    ("within", NOON, NOON + HOUR, True),
    ("ends as it starts", NOON - HOUR, NOON, False),
    ("starts as it ends", NOON + 2 * HOUR, NOON + 3 * HOUR, False),
    ("reaches in", NOON - HOUR, NOON + timedelta(minutes=1), True),
    ("never ends", NOON - 100 * HOUR, None, True),
    ("an instant at the start", NOON, NOON, True),
    ("an instant at the end", NOON + 2 * HOUR, NOON + 2 * HOUR, False),
]


@pytest.mark.parametrize(("what", "start", "end", "found"), SPANS, ids=[row[0] for row in SPANS])
def test_a_span_is_found_where_it_touches_the_range(shop: Shop, what: str, start: Any, end: Any, found: bool) -> None:
    put = shop.stored(shop.calendar(), occurs=Occurs(firm=((start, end),)))
    rows = list(shop.reads.overlapping(shop.tenant, put.calendar_id, NOON, NOON + 2 * HOUR, None))
    assert [row.ics for row in rows] == ([put.ics] if found else [])


def test_a_range_may_be_open_and_ask_for_one_component(shop: Shop) -> None:
    calendar = shop.calendar()
    event, todo = shop.stored(calendar), shop.stored(calendar, component="VTODO")

    def hrefs(*asked: Any) -> set[str]:
        return {row.href for row in shop.reads.overlapping(shop.tenant, calendar, *asked)}

    assert hrefs(None, None, None) == {event.href, todo.href}
    assert hrefs(None, None, "VTODO") == {todo.href}
    assert hrefs(NOON, None, "VEVENT") == {event.href}
    assert hrefs(None, NOON, None) == set()
    assert hrefs(NOON + HOUR, None, None) == set()


def test_an_account_comes_with_its_verified_addresses_and_its_devices(shop: Shop) -> None:
    ann, bob = shop.tenant, AccountId(uuid4())
    for tenant, name, number in ((ann, "Ann", 7), (bob, "Bob", 8)):
        account = PutAccount(tenant, number, name, "UTC", "en", None, NOON + HOUR * number)
        shop.recorder.insert_events([shop.event(StreamKey(tenant, tenant))], writes=[account])
    phone, laptop = uuid4(), uuid4()
    writes = (
        PutAddress(ann, "a@example.com", True, False, None, None),
        PutAddress(ann, "ann@example.com", True, True, None, None),
        PutAddress(ann, "claimed@example.com", False, False, "hash", NOON),
        PutDevice(ann, phone, "phone", "hash", "5e1ec702", NOON),
        PutDevice(ann, laptop, "laptop", "hash", None, NOON + HOUR),
    )
    shop.recorder.insert_events([shop.event(StreamKey(ann, ann), 2)], writes=writes)
    row = shop.reads.account(ann)
    assert row is not None
    assert (row.name, row.telegram_id) == ("Ann", 7)
    assert row.addresses == ("ann@example.com", "a@example.com")
    assert [(device.device_id, device.name) for device in row.devices] == [(phone, "phone"), (laptop, "laptop")]
    assert shop.reads.account_by_telegram(7) == row
    assert shop.reads.account_by_address("a@example.com") == row
    assert shop.reads.account_by_address("claimed@example.com") is None
    assert [account.name for account in shop.reads.accounts()] == ["Ann", "Bob"]
    shop.recorder.insert_events([shop.event(StreamKey(ann, ann), 3)], writes=[DropDevice(ann, phone)])
    after = shop.reads.account(ann)
    assert after is not None
    assert [device.name for device in after.devices] == ["laptop"]


def test_the_use_of_a_device_is_noted_once_in_five_minutes(shop: Shop) -> None:
    device = uuid4()
    key = StreamKey(shop.tenant, shop.tenant)
    shop.recorder.insert_events(
        [shop.event(key)], writes=[PutDevice(shop.tenant, device, "phone", "hash", "5e1ec702", NOON)]
    )
    times = []
    for minutes in (0, 4, 5, 9, 11):
        for reads in (shop.reads, read_store.PostgresReads(shop.pool)):
            reads.note_devices_used([(shop.tenant, device), (shop.tenant, uuid4())], NOON + timedelta(minutes=minutes))
        times += shop.sql("SELECT last_used_at FROM device")
    assert [(time - NOON) // timedelta(minutes=1) for (time,) in times] == [0, 0, 5, 5, 11]


def test_of_a_long_answer_one_page_is_held_and_not_two(shop: Shop) -> None:
    calendar, text = shop.calendar(), b"x" * 200_000
    for number in range(60):
        shop.stored(calendar, href=f"{number:02}.ics", ics=text)
    span = (NOON - HOUR, NOON + HOUR)
    deque(shop.reads.overlapping(shop.tenant, calendar, *span, None), maxlen=0)
    tracemalloc.start()
    try:
        found = sum(row.size for row in shop.reads.overlapping(shop.tenant, calendar, *span, None))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 60 * len(text) > 2.5 * listing_reads.PAGE_BYTES
    assert peak < 1.5 * listing_reads.PAGE_BYTES
