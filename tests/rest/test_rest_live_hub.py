"""The hub of live streams on a real database: slow clients, the watermark, and work only while somebody listens."""

import asyncio
import secrets
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from support.dav import Client, Site, event
from support.live import work
from support.live_tokens import begin_session
from support.shares import mounted
from support.waiting import NET, wait_until
from televent.adapters.postgres.live import change_reads
from televent.adapters.postgres.rows import Row, fetch
from televent.adapters.rest.live.frames import Item
from televent.adapters.rest.live.hub import Hub
from televent.adapters.rest.live.stream import MAX_QUEUE, Stream
from televent.adapters.rest.signing_in.auth import Person
from televent.runtime.api import live_hub


def followed(site: Site, client: Client, test: Callable[[Hub, Person], Awaitable[None]]) -> None:
    """Runs a test with a hub in an event loop of its own."""
    person = Person(client.tenant, begin_session(site.core, client.tenant).session_id)

    async def run() -> None:
        hub = live_hub(site.core)
        async with asyncio.timeout(NET):
            await test(hub, person)
        assert hub.at > 0

    asyncio.run(run())


async def more(stream: Stream, number: int) -> list[Item]:
    """The next frames, that many."""
    found: list[Item] = []
    while len(found) < number:
        found += await stream.next()
        assert stream.ended is None
    assert len(found) == number
    return found


def test_a_slow_client_gets_each_frame_once_with_a_bounded_queue(site: Site, ann: Client) -> None:
    path, many = work(ann), MAX_QUEUE * 2

    def change(first: int, last: int) -> None:
        for number in range(first, last):
            assert ann.put(f"{path}{number % 7}.ics", event(str(number % 7), f"SUMMARY:{number}")).status in (201, 204)

    async def test(hub: Hub, person: Person) -> None:
        slow, _, _ = await hub.open(person, None)
        quick, _, _ = await hub.open(person, None)
        await asyncio.to_thread(change, 0, 1)
        first = [await more(slow, 1), await more(quick, 1)]
        changing = asyncio.create_task(asyncio.to_thread(change, 1, many))
        seen = first[1] + await more(quick, many - 1)
        await changing
        # It was read by nobody meanwhile, and let its frames go.
        assert len(slow._queue) <= MAX_QUEUE
        assert slow._behind
        late = first[0] + await more(slow, many - 1)
        # The ETags are those of the moment in which each was read.
        assert [each.cursor for each in late] == [each.cursor for each in seen]
        assert len({each.cursor for each in seen}) == many
        await asyncio.to_thread(change, many, many + 1)
        assert [each.cursor for each in await more(slow, 1)] == [each.cursor for each in await more(quick, 1)]
        slow.close()
        quick.close()

    followed(site, ann, test)


def test_nothing_is_told_above_a_transaction_that_still_runs(site: Site, ann: Client) -> None:
    path, reads = work(ann), site.core.backend.changes

    async def test(hub: Hub, person: Person) -> None:
        stream, _, _ = await hub.open(person, None)
        with site.core.pool.connection() as connection, connection.transaction():
            connection.execute("SELECT pg_current_xact_id()")
            await asyncio.to_thread(ann.put, path + "tea.ics", event("tea"))
            page = await asyncio.to_thread(reads.logged, hub.at, 500)
            assert (page.changes, page.held_back) == ([], True)
            new = await asyncio.to_thread(reads.logged_of, [ann.tenant], hub.at, page.upto, 500)
            assert new.changes == []
        assert len(await more(stream, 1)) == 1
        stream.close()

    followed(site, ann, test)


def test_a_hub_without_streams_reads_nothing(site: Site, ann: Client) -> None:
    async def test(hub: Hub, person: Person) -> None:
        for _ in range(3):
            stream, place, reset = await hub.open(person, None)
            assert not reset
            other, again, reset = await hub.open(person, place)
            assert (again, reset) == (place, False)
            tasks = list(hub._tasks)
            assert len(tasks) == 2
            other.close()
            assert hub._tasks == tasks
            stream.close()
            await asyncio.wait(tasks)
            assert hub._tasks == []
            assert hub._channels == {}

    followed(site, ann, test)


def test_a_fact_that_cannot_be_told_holds_nobody_else_up(
    site: Site, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    paths = work(ann), work(bob)
    present = site.core.backend.changes.present
    broken = uuid4()

    def failing(events: object) -> object:
        found = present(events)  # type: ignore[arg-type]
        if any(tenant == ann.tenant for tenant, _ in found):
            raise ZeroDivisionError(broken)
        return found

    async def test(hub: Hub, person: Person) -> None:
        session = begin_session(site.core, bob.tenant)
        other, _, _ = await hub.open(Person(bob.tenant, session.session_id), None)
        hers, _, _ = await hub.open(person, None)
        monkeypatch.setattr(site.core.backend.changes, "present", failing)
        await asyncio.to_thread(ann.put, paths[0] + "tea.ics", event("tea"))
        await asyncio.to_thread(bob.put, paths[1] + "tea.ics", event("tea"))
        assert len(await more(other, 1)) == 1
        with pytest.raises(ZeroDivisionError):
            await hers.next()
        monkeypatch.undo()
        assert len(await more(hers, 1)) == 1
        other.close()
        hers.close()

    followed(site, ann, test)


def test_a_stream_that_opens_while_a_page_is_read_misses_nothing(
    site: Site, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, path, logged = site.person(102, "Bob", "bob@example.com"), work(ann), site.core.backend.changes.logged
    mounted(ann, bob)
    changes = site.core.backend.changes
    place = changes.newest()[1]
    read, told = threading.Event(), threading.Event()

    def late(after: int, limit: int) -> object:
        page = logged(after, limit)
        if page.changes:
            read.set()
            assert told.wait(NET)
        return page

    async def test(hub: Hub, person: Person) -> None:
        sharee = Person(bob.tenant, begin_session(site.core, bob.tenant).session_id)
        other = site.person(103, "Eve", "eve@example.com")
        hers, _, _ = await hub.open(Person(other.tenant, begin_session(site.core, other.tenant).session_id), None)
        first, _, _ = await hub.open(sharee, None)
        monkeypatch.setattr(changes, "logged", late)
        await asyncio.to_thread(ann.put, path + "tea.ics", event("tea"))
        assert await asyncio.to_thread(read.wait, NET)
        # The page is read, and told to nobody yet. One tab opens, and another one comes back.
        first.close()
        streams = [(await hub.open(each, place))[0] for each in (person, sharee)]
        waiting = [asyncio.create_task(more(each, 1)) for each in streams]
        await asyncio.to_thread(wait_until, lambda: not any(each._behind for each in streams))
        told.set()
        for each in waiting:
            assert len(await each) == 1
        for stream in (hers, *streams):
            stream.close()

    followed(site, ann, test)


def test_large_events_do_not_come_with_a_page_of_changes(
    site: Site, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other, reads = work(ann), work(ann, "other"), site.core.backend.changes
    start = reads.newest()[0]
    lengths: list[int] = []

    def counted(*asked: Any) -> list[Row]:
        found = fetch(*asked)
        if asked[1] != change_reads.STATE:
            lengths.extend(len(value) for row in found for value in row if isinstance(value, bytes | memoryview))
        return found

    for name, size in (("small", 10), ("large", 40_000)):
        # Nothing makes these lines shorter.
        lines = [f"DESCRIPTION:{secrets.token_urlsafe(size)}"]
        assert ann.put(f"{path}{name}.ics", event(name, *lines)).status == 201
        assert ann.ask("MOVE", f"{path}{name}.ics", Destination=f"{other}{name}.ics").status == 201
    monkeypatch.setattr(change_reads, "fetch", counted)
    page = reads.logged(start, 500)
    found = {kind: [each for each in page.changes if each.kind == kind] for kind in ("event-created", "event-moved")}
    assert [len(each) for each in found.values()] == [2, 2]
    (came,) = set(reads.came_from(found["event-moved"]).values())
    assert set(reads.were_in(found["event-created"]).values()) == {came}
    (went,) = {each.fields["calendar_id"] for each in found["event-moved"]}
    assert str(came) != went
    # The small states came; the large ones were read alone.
    assert len(lengths) == 2
    assert max(lengths) <= change_reads.SHARE
