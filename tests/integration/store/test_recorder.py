"""One call is one transaction: facts, inline rows and outbox messages are stored together or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from support.event_store import NOON, Shop, open_shop, owed
from support.waiting import await_settled
from televent.adapters.postgres.event_store.transaction import TwoTenants, batch_of, send
from televent.application.event_store.conflicts import AlreadyApplied, HrefTaken, NameTaken, StaleStream, UidTaken
from televent.application.event_store.recorded import StoredSnapshot
from televent.application.read_models.accounts import PutAccount, PutAddress
from televent.application.read_models.calendars import ExpectCalendar, RemoveCalendar
from televent.application.read_models.counters import NOTHING, Moment
from televent.domain.ids import AccountId, StreamKey


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url) as shop:
        yield shop


def test_events_come_back_as_they_were_recorded(shop: Shop) -> None:
    key = shop.key()
    events = [shop.event(key, version, state=bytes([version])) for version in (1, 2, 3)]
    positions = shop.recorder.insert_events(events)
    assert positions == sorted(set(positions))
    assert shop.recorder.select_events(str(key)) == events
    assert shop.recorder.select_events(str(key), gt=1, lte=2) == events[1:2]
    assert shop.recorder.select_events(str(key), desc=True, limit=1) == events[2:]
    await_settled(shop.recorder)
    told = shop.recorder.select_notifications(None, 10)
    assert [(note.id, note.originator_version) for note in told] == list(zip(positions, (1, 2, 3), strict=True))
    assert shop.recorder.max_notification_id() == positions[-1]


def test_the_log_is_read_between_bounds_and_by_topic(shop: Shop) -> None:
    events = [shop.event(shop.key(), topic=topic) for topic in ("a/1", "b/1", "a/1")]
    first, second, third = shop.recorder.insert_events(events)
    await_settled(shop.recorder)
    select = shop.recorder.select_notifications
    assert [note.id for note in select(second, 10)] == [second, third]
    assert [note.id for note in select(second, 10, inclusive_of_start=False)] == [third]
    assert [note.id for note in select(None, 10, stop=second)] == [first, second]
    assert [note.id for note in select(None, 10, topics=["a/1"])] == [first, third]
    assert [note.id for note in select(None, 1)] == [first]


def test_the_log_ends_before_a_transaction_that_still_runs(shop: Shop) -> None:
    before = shop.recorder.insert_events([shop.event(shop.key())])
    await_settled(shop.recorder)
    with shop.pool.connection() as connection, connection.transaction(force_rollback=True):
        connection.execute("SELECT pg_current_xact_id()")
        after = shop.recorder.insert_events([shop.event(shop.key())])
        assert [note.id for note in shop.recorder.select_notifications(None, 10)] == before
        assert shop.recorder.max_notification_id() == after[0]
    await_settled(shop.recorder)
    assert [note.id for note in shop.recorder.select_notifications(None, 10)] == before + after


def test_a_stream_that_has_grown_refuses_the_late_one_and_all_its_rows(shop: Shop) -> None:
    calendar, key = shop.calendar(), shop.key()
    shop.recorder.insert_events([shop.event(key)])
    with pytest.raises(StaleStream):
        shop.recorder.insert_events([shop.event(key)], writes=[shop.put(calendar, key)], outbox=[owed()])
    assert list(shop.reads.members(shop.tenant, calendar, with_text=False)) == []
    assert shop.sql("SELECT count(*) FROM outbox") == [(0,)]
    assert shop.reads.calendars(shop.tenant)[0].seq == 0


def test_the_same_command_recorded_twice_is_once(shop: Shop) -> None:
    calendar, key = shop.calendar(), shop.key()
    events, writes = [shop.event(key, 1), shop.event(key, 2)], [shop.put(calendar, key, fresh=True)]
    positions = shop.recorder.insert_events(events, writes=writes, outbox=[owed()], inbox_keys=["message/1"])
    assert shop.recorder.insert_events(events, writes=writes, outbox=[owed()], inbox_keys=["message/1"]) == positions
    assert shop.reads.calendars(shop.tenant)[0].seq == 1
    assert shop.sql("SELECT count(*) FROM outbox") == [(1,)]


def test_the_same_command_with_more_to_say_is_stale(shop: Shop) -> None:
    key = shop.key()
    first = shop.event(key)
    shop.recorder.insert_events([first])
    with pytest.raises(StaleStream):
        shop.recorder.insert_events([first, replace(first, originator_version=2)])


def test_each_change_of_a_calendar_has_a_number_of_its_own(shop: Shop) -> None:
    calendar, key, other = shop.calendar(), shop.key(), shop.key()
    one, two = shop.put(calendar, key, fresh=True), shop.put(calendar, other, fresh=True)
    shop.recorder.insert_events([shop.event(key), shop.event(other)], writes=[one, two])
    shop.recorder.insert_events([shop.event(key, 2)], writes=[shop.bury(one)])
    found = shop.reads.changes(shop.tenant, "work", 0, 10, with_text=True)
    assert found is not None
    row, changes = found
    assert row.seq == 3
    assert [(change.href, change.seq, change.deleted, change.ics) for change in changes] == [
        (two.href, 2, False, two.ics),
        (one.href, 3, True, None),
    ]


def test_a_name_where_something_stands_is_taken_and_a_tombstone_gives_way(shop: Shop) -> None:
    calendar = shop.calendar()
    standing = shop.stored(calendar)
    key = shop.key()
    newcomer = shop.put(calendar, key, href=standing.href, fresh=True)
    with pytest.raises(HrefTaken):
        shop.recorder.insert_events([shop.event(key)], writes=[newcomer])
    old = StreamKey(shop.tenant, standing.stream_id)
    shop.recorder.insert_events([shop.event(old, 2)], writes=[shop.bury(standing)])
    shop.recorder.insert_events([shop.event(key)], writes=[newcomer])
    row = shop.reads.resource(shop.tenant, "work", standing.href)
    assert row is not None
    assert (row.stream_id, row.etag, row.seq, row.deleted) == (key.stream, newcomer.etag, 3, False)


def test_a_uid_stands_once_in_a_calendar_and_once_in_another(shop: Shop) -> None:
    calendar, second = shop.calendar(), shop.calendar("home")
    standing, key = shop.stored(calendar), shop.key()
    with pytest.raises(UidTaken):
        shop.recorder.insert_events([shop.event(key)], writes=[shop.put(calendar, key, uid=standing.uid, fresh=True)])
    shop.recorder.insert_events([shop.event(key)], writes=[shop.put(second, key, uid=standing.uid, fresh=True)])
    assert len(shop.reads.by_uid(shop.tenant, standing.uid)) == 2


def test_an_object_moves_between_calendars_in_one_transaction(shop: Shop) -> None:
    work, home = shop.calendar(), shop.calendar("home")
    put = shop.stored(work)
    key = StreamKey(shop.tenant, put.stream_id)
    there = replace(put, calendar_id=home)
    shop.recorder.insert_events([shop.event(key, 2)], writes=[shop.bury(put), there])
    assert shop.reads.resource(shop.tenant, "work", put.href) is None
    assert shop.reads.resource(shop.tenant, "home", put.href) is not None
    assert [row.seq for row in shop.reads.calendars(shop.tenant)] == [1, 2]


def test_nothing_enters_a_calendar_that_is_not_there_any_more(shop: Shop) -> None:
    calendar = shop.calendar()
    standing = shop.stored(calendar)
    shop.recorder.insert_events([shop.event(shop.key())], writes=[RemoveCalendar(shop.tenant, calendar)])
    for gone in (calendar, uuid4()):
        key = shop.key()
        with pytest.raises(StaleStream):
            shop.recorder.insert_events([shop.event(key)], writes=[shop.put(gone, key, fresh=True)])
        again = replace(standing, calendar_id=gone)
        with pytest.raises(StaleStream):
            shop.recorder.insert_events([shop.event(key)], writes=[again])
    assert shop.sql("SELECT count(*) FROM resource") == [(0,)]
    assert shop.reads.calendar(shop.tenant, "work") is None
    assert shop.calendar("work") != calendar


def test_names_that_belong_to_another_are_taken(shop: Shop) -> None:
    shop.calendar()
    with pytest.raises(NameTaken):
        shop.calendar()
    ann, bob = shop.tenant, AccountId(uuid4())
    account = PutAccount(ann, 7, "Ann", "UTC", "en", None, NOON)
    address = PutAddress(ann, "ann@example.com", True, True, None, None)
    shop.recorder.insert_events([shop.event(StreamKey(ann, ann))], writes=[account, address])
    for write in (replace(account, tenant=bob), replace(address, tenant=bob)):
        with pytest.raises(NameTaken):
            shop.recorder.insert_events([shop.event(StreamKey(bob, bob))], writes=[write])
    claim = replace(address, tenant=bob, verified=False)
    shop.recorder.insert_events([shop.event(StreamKey(bob, bob))], writes=[claim])


def test_an_account_keeps_the_day_it_was_opened(shop: Shop) -> None:
    account = PutAccount(shop.tenant, 7, "Ann", "UTC", "en", None, NOON)
    key = StreamKey(shop.tenant, shop.tenant)
    shop.recorder.insert_events([shop.event(key)], writes=[account])
    later = replace(account, name="Anna", opened_at=NOON + timedelta(days=1))
    shop.recorder.insert_events([shop.event(key, 2)], writes=[later])
    assert shop.sql("SELECT name, opened_at FROM account") == [("Anna", NOON)]


def test_a_message_applied_before_changes_nothing(shop: Shop) -> None:
    shop.recorder.insert_events([shop.event(shop.key())], inbox_keys=["message/1"])
    key = shop.key()
    with pytest.raises(AlreadyApplied):
        shop.recorder.insert_events([shop.event(key)], inbox_keys=["message/1"])
    assert shop.recorder.select_events(str(key)) == []


def test_a_refused_transaction_leaves_its_connection_usable(database_url: str) -> None:
    with open_shop(database_url, connections=1) as shop:
        key = shop.key()
        shop.recorder.insert_events([shop.event(key)])
        with shop.pool.connection() as connection:
            before = connection.info.backend_pid
        for _ in range(20):
            with pytest.raises(StaleStream):
                shop.recorder.insert_events([shop.event(key)])
        assert shop.recorder.insert_events([shop.event(key, 2)])
        with shop.pool.connection() as connection:
            assert connection.info.backend_pid == before


def test_a_stream_is_loaded_from_its_snapshot_on(shop: Shop) -> None:
    key = shop.key()
    events = [shop.event(key, version) for version in range(1, 6)]
    shop.recorder.insert_events(events)
    assert shop.recorder.load(key) == (None, events)
    snapshot = StoredSnapshot(key, 3, "told/1", shop.tenant, b"picture", b"chain")
    shop.recorder.put_snapshot(snapshot)
    assert shop.recorder.load(key) == (snapshot, events[3:])
    shop.recorder.put_snapshot(replace(snapshot, version=2))
    assert shop.recorder.load(key) == (snapshot, events[3:])
    assert shop.recorder.load(shop.key()) == (None, [])


def test_rows_without_facts_are_refused(shop: Shop) -> None:
    with pytest.raises(ValueError, match="facts"):
        shop.recorder.insert_events([], outbox=[owed()])
    assert shop.recorder.insert_events([]) == []


def test_a_calendar_that_has_changed_since_it_was_read_refuses_all(shop: Shop) -> None:
    calendar = shop.calendar()
    shop.stored(calendar)
    with pytest.raises(StaleStream):
        shop.recorder.insert_events(
            [shop.event(shop.key())],
            writes=[ExpectCalendar(shop.tenant, calendar, NOTHING), RemoveCalendar(shop.tenant, calendar)],
        )
    with pytest.raises(StaleStream):
        # The same number in another run is another state.
        shop.recorder.insert_events(
            [shop.event(shop.key())],
            writes=[ExpectCalendar(shop.tenant, calendar, Moment("0" * 12, 1)), RemoveCalendar(shop.tenant, calendar)],
        )
    assert shop.sql("SELECT seq, deleted FROM calendar") == [(1, False)]
    shop.recorder.insert_events(
        [shop.event(shop.key())],
        writes=[ExpectCalendar(shop.tenant, calendar, shop.moment(calendar)), RemoveCalendar(shop.tenant, calendar)],
    )
    assert shop.sql("SELECT seq, deleted FROM calendar") == [(1, True)]


def test_facts_and_rows_of_two_tenants_are_refused_before_anything_is_sent(shop: Shop) -> None:
    calendar, key, bob = shop.calendar(), shop.key(), AccountId(uuid4())
    before = shop.sql("SELECT count(*) FROM event")
    theirs = shop.event(StreamKey(bob, uuid4()))
    with pytest.raises(TwoTenants, match=f"one transaction writes to one tenant, not to .*{bob}"):
        shop.recorder.insert_events([shop.event(key), theirs])
    with pytest.raises(TwoTenants):
        shop.recorder.insert_events([theirs], writes=[shop.put(calendar, key)])
    with pytest.raises(TwoTenants):
        shop.recorder.insert_events([shop.event(key)], writes=[shop.put(calendar, key, tenant=bob)])
    assert shop.sql("SELECT count(*) FROM event") == before


def test_what_is_gathered_is_one_tenants(shop: Shop) -> None:
    batches = [batch_of([shop.event(StreamKey(AccountId(uuid4()), uuid4()))], (), ()) for _ in range(2)]
    with shop.pool.connection() as connection:
        with pytest.raises(TwoTenants):
            send(connection, batches)
        assert connection.info.transaction_status == 0
    assert shop.sql("SELECT count(*) FROM event") == [(0,)]
