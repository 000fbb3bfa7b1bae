"""Sixteen writers on twenty hot calendars, followers behind them, and connections cut all the while.

The test has its own record: a trigger writes each change of each calendar with its transaction's id into a table. The
facts that a follower of the log read, and the changes that a client of sync tokens read, are compared with that table.
"""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import psycopg
import pytest

from support.event_store import Shop, open_shop
from support.waiting import wait_until
from televent.application.event_store.conflicts import Conflict
from televent.application.read_models.resources import PutResource
from televent.domain.ids import StreamKey

pytestmark = pytest.mark.long

WRITERS = 16
CALENDARS = 20
COMMANDS = 500
"""Number of commands of each writer: with the cuts, some seconds of work."""
PAGE = 7

BOOK = """
    CREATE TABLE book (calendar_id uuid, seq bigint, href text, etag text, deleted boolean, xid bigint);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO book VALUES (NEW.calendar_id, NEW.seq, NEW.href, NEW.etag, NEW.deleted,
            pg_current_xact_id()::text::bigint);
        RETURN NULL;
    END $$;
    CREATE TRIGGER noted AFTER INSERT OR UPDATE ON resource FOR EACH ROW EXECUTE FUNCTION note();"""
OURS = "datname = current_database() AND application_name LIKE 'televent%%'"
CUT = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS} ORDER BY random() LIMIT %s"  # noqa: S608


@dataclass
class Writer:
    """Makes, changes, moves and removes objects of its own, and contends for one that all share."""

    shop: Shop
    calendars: list[UUID]
    shared: StreamKey
    chance: random.Random
    mine: dict[StreamKey, tuple[int, PutResource]] = field(default_factory=dict)
    acknowledged: list[tuple[int, str, int]] = field(default_factory=list)
    conflicts: int = 0

    def work(self) -> None:
        for _ in range(COMMANDS):
            act = self.chance.choice((self.make, self.make, self.change, self.change, self.move, self.end, self.share))
            try:
                act()
            except Conflict:
                self.conflicts += 1

    def make(self) -> None:
        key = self.shop.key()
        self._record(key, 0, self.shop.put(self.chance.choice(self.calendars), key, fresh=True, etag=f"{key.stream}/1"))

    def change(self) -> None:
        if self.mine:
            key, (version, put) = self.chance.choice(list(self.mine.items()))
            self._record(key, version, replace(put, fresh=False, etag=f"{key.stream}/{version + 1}"))

    def move(self) -> None:
        if self.mine:
            key, (version, put) = self.chance.choice(list(self.mine.items()))
            there = self.chance.choice([calendar for calendar in self.calendars if calendar != put.calendar_id])
            moved = replace(put, calendar_id=there, fresh=True, etag=f"{key.stream}/{version + 1}")
            self._record(key, version, self.shop.bury(put), moved)

    def end(self) -> None:
        if self.mine:
            key, (version, put) = self.chance.choice(list(self.mine.items()))
            self._record(key, version, self.shop.bury(put))
            del self.mine[key]

    def share(self) -> None:
        version = len(self.shop.recorder.select_events(str(self.shared)))
        put = self.shop.put(self.calendars[0], self.shared, etag=f"{self.shared.stream}/{version + 1}")
        self._record(self.shared, version, put)

    def _record(self, key: StreamKey, version: int, *writes: object) -> None:
        event = self.shop.event(key, version + 1)
        (position,) = self.shop.recorder.insert_events([event], writes=writes)  # type: ignore[arg-type]
        self.acknowledged.append((position, str(key), version + 1))
        if key != self.shared and isinstance(writes[-1], PutResource):
            self.mine[key] = (version + 1, writes[-1])


@dataclass
class SyncClient:
    """Follows the sync tokens of all calendars, a few changes at a time (RFC 6578 §3.6)."""

    shop: Shop
    names: list[str]
    tokens: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    has: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    told: list[tuple[str, int, str, str, bool]] = field(default_factory=list)
    pictures: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)

    def sync(self, name: str) -> None:
        found = self.shop.reads.changes(self.shop.tenant, name, self.tokens[name], PAGE)
        assert found is not None
        calendar, changes = found
        for row in changes:
            self.told.append((name, row.seq, row.href, row.etag, row.deleted))
            if row.deleted:
                self.has[name].pop(row.href, None)
            else:
                self.has[name][row.href] = row.etag
        if len(changes) == PAGE:
            self.tokens[name] = changes[-1].seq
        else:
            self.tokens[name] = calendar.seq
            self.pictures.append((name, calendar.seq, dict(self.has[name])))

    def follow(self, until: threading.Event) -> None:
        while not until.is_set():
            for name in self.names:
                try:
                    self.sync(name)
                except psycopg.OperationalError:
                    # The connection was cut twice in one request: a real client asks again with the same token.
                    continue


def cut_connections(url: str, until: threading.Event) -> int:
    """Ends backends at random, and holds transactions open that never write, as any program on the server may."""
    cut, chance = 0, random.Random(4)
    with psycopg.connect(url, autocommit=True, application_name="cutter") as connection:
        while not until.wait(chance.uniform(0.01, 0.06)):
            cut += len(connection.execute(CUT, (chance.randint(1, 3),)).fetchall())
            with connection.transaction(force_rollback=True):
                connection.execute("SELECT pg_current_xact_id()")
                until.wait(chance.uniform(0, 0.05))
        cut += len(connection.execute(CUT, (1000,)).fetchall())
    return cut


def run(*acts: Callable[[], object]) -> Callable[[], list[object]]:
    """Starts each act in a thread. Returns a function that joins them and raises the error of any of them."""
    outcomes: list[object] = []

    def guarded(act: Callable[[], object]) -> None:
        try:
            outcomes.append(act())
        except BaseException as error:
            outcomes.append(error)

    threads = [threading.Thread(target=guarded, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()

    def join() -> list[object]:
        for thread in threads:
            thread.join(240)
            assert not thread.is_alive()
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return outcomes

    return join


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url, connections=WRITERS + 4) as shop:
        yield shop


def test_followers_and_clients_see_each_change_once_and_in_order(shop: Shop) -> None:
    shop.sql(BOOK)
    names = [f"calendar {number}" for number in range(CALENDARS)]
    calendars = [shop.calendar(name) for name in names]
    writers = [Writer(shop, calendars, shop.key(), random.Random(number)) for number in range(WRITERS)]
    for writer in writers:
        writer.shared = writers[0].shared
    client = SyncClient(shop, names)
    subscription = shop.recorder.subscribe()
    followed: list[tuple[int, str, int]] = []
    written, finished = threading.Event(), threading.Event()

    def follow() -> None:
        for note in subscription:
            followed.append((note.id, str(note.originator_id), note.originator_version))

    join_followers = run(follow, lambda: client.follow(finished))
    join_cutter = run(lambda: cut_connections(shop.url, written))
    try:
        run(*(writer.work for writer in writers))()
    finally:
        written.set()
    (cuts,) = join_cutter()
    stored = shop.sql("SELECT position, tenant_id || '/' || stream_id, version FROM event ORDER BY position")
    wait_until(lambda: len(followed) >= len(stored), what="the follower has seen as many events as are stored")
    subscription.stop()
    finished.set()
    join_followers()
    for name in names:
        while client.tokens[name] < shop.reads.changes(shop.tenant, name, 0, 1)[0].seq:  # type: ignore[index]
            client.sync(name)

    # The log has every acknowledged fact, and the follower read each fact once, in order.
    acknowledged = [entry for writer in writers for entry in writer.acknowledged]
    assert set(acknowledged) <= set(stored)
    assert len(set(acknowledged)) == len(acknowledged) == len(stored) - CALENDARS
    assert followed == stored
    versions: dict[str, int] = defaultdict(int)
    for _, stream, version in followed:
        versions[stream] += 1
        assert version == versions[stream]

    # The calendars have change numbers without gaps, in the order of the log.
    book = shop.sql(
        "SELECT name, book.seq, href, etag, book.deleted, xid FROM book JOIN calendar USING (calendar_id)"
        " ORDER BY name, book.seq"
    )
    lasts = dict.fromkeys(names, 0)
    transactions = dict.fromkeys(names, 0)
    pictures: dict[tuple[str, int], dict[str, str]] = {(name, 0): {} for name in names}
    for name, seq, href, etag, deleted, xid in book:
        assert seq == lasts[name] + 1
        assert xid >= transactions[name]
        before = pictures[name, lasts[name]]
        lasts[name], transactions[name] = seq, xid
        pictures[name, seq] = {**{other: tag for other, tag in before.items() if other != href}} | (
            {} if deleted else {href: etag}
        )

    # Each change that the client read had happened, and at the end of each sync the client had the calendar's content.
    assert set(client.told) <= {row[:5] for row in book}
    assert len(client.told) == len(set(client.told))
    for name, seq, picture in client.pictures:
        assert picture == pictures[name, seq]
    for name in names:
        assert client.has[name] == pictures[name, lasts[name]]

    # There were enough cuts and conflicts.
    assert isinstance(cuts, int)
    assert cuts > WRITERS
    assert sum(writer.conflicts for writer in writers) > 0
