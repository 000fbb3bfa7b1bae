"""Sync tokens and followers where PostgreSQL itself starts again, with its data or with older ones (ADR 6).

The processes of Televent go on meanwhile, and nobody tells them.
"""

import asyncio
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from support.dav import Client, Site, dav, event, open_site
from support.replicas import Server, single
from support.sync_clients import sync
from support.waiting import wait_until
from televent.adapters.caldav.door.door import Door
from televent.adapters.postgres.dav_index import few_rows
from televent.adapters.postgres.embedded.processes import read_pid_file, send, servers_of

pytestmark = pytest.mark.long


@pytest.fixture
def server() -> Iterator[Server]:
    with single() as server:
        yield server


@pytest.fixture
def site(server: Server) -> Iterator[Site]:
    with open_site(server.url()) as site:
        yield site


class Follower:
    """A client that keeps each of its tokens, with the members that it had then."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.path = client.calendar()
        self.tokens: list[tuple[str, str, dict[str, str]]] = []

    def put(self, *names: str) -> None:
        """Stores events, and keeps the tokens of the calendar and of the home after each of them."""
        # A server that has just started may say 503 for a moment, and stores nothing then.
        wait_until(lambda: sync(self.client, self.path, "").status != 503, what="the database is back")
        for name in names:
            assert self.client.put(f"{self.path}{name}.ics", event(f"{name}@example.com")).status == 201
            stored = {
                href: entry.text(dav("getetag")) for href, entry in sync(self.client, self.path, "").responses().items()
            }
            for path in (self.path, self.client.home):
                # Asked for three times, so that the answer is remembered.
                token = sync(self.client, path, "").token()
                assert [sync(self.client, path, token).status for _ in range(3)] == [207] * 3
                self.tokens.append((path, token, stored))

    def refused(self) -> list[bool]:
        """Whether each of its tokens is refused. The answers to all others must lead to what is stored."""
        whole = sync(self.client, self.path, "").responses()
        stored = {href: entry.text(dav("getetag")) for href, entry in whole.items()}
        found = []
        for path, token, had in self.tokens:
            answer = sync(self.client, path, token)
            found.append(answer.status == 403)
            if answer.status == 207 and path == self.path:
                for href, entry in answer.responses().items():
                    had = {**had, href: entry.text(dav("getetag"))}
                assert had == stored
        return found


def test_a_restart_and_a_crash_refuse_no_token(server: Server, site: Site) -> None:
    follower = Follower(site.person(101, "Ann"))
    follower.put("a", "b")
    for number, end in enumerate([server.stop, server.kill] * 2):
        end()
        server.start()
        assert not any(follower.refused())
        follower.put(f"c{number}", f"d{number}")
        assert not any(follower.refused())


def test_files_that_were_put_back_refuse_what_they_do_not_have(server: Server, site: Site, tmp_path: Path) -> None:
    follower = Follower(site.person(101, "Ann"))
    follower.put("a", "b")
    good = len(follower.tokens)
    server.stop()
    shutil.copytree(server.cluster, tmp_path / "backup")
    server.start()
    follower.put("c", "d", "e")
    tail = len(follower.tokens) - good
    server.stop()
    put_back(server, tmp_path / "backup")
    server.start()
    refused = [False] * good + [True] * tail
    assert follower.refused() == refused
    for number in range(5):
        follower.put(f"f{number}")
        refused += [False, False]
        assert follower.refused() == refused


def test_a_crash_of_one_connection_refuses_what_was_not_on_the_disk_yet(server: Server, site: Site) -> None:
    """PostgreSQL recovers and keeps its process: only synchronous_commit = off loses something then."""
    follower = Follower(site.person(101, "Ann"))
    follower.put("a", "b")
    good = len(follower.tokens)
    server.sql("ALTER SYSTEM SET synchronous_commit = off")
    server.sql("ALTER SYSTEM SET wal_writer_delay = '10s'")
    server.sql("SELECT pg_reload_conf()")
    server.sql("CHECKPOINT")
    wait_until(lambda: server.sql("SHOW synchronous_commit") == [("off",)], what="the setting is read")
    follower.put("c", "d", "e")
    tail = len(follower.tokens) - good
    postmaster = read_pid_file(server.cluster)
    ((backend,),) = server.sql("SELECT max(pid) FROM pg_stat_activity WHERE application_name = 'televent'")
    assert isinstance(backend, int)
    send(backend, signal.SIGKILL)
    wait_until(lambda: backend not in servers_of(server.cluster, server.account), what="it is gone")
    wait_until(server.answers, what="PostgreSQL has recovered")
    assert read_pid_file(server.cluster) == postmaster
    lost = Follower(follower.client)
    lost.tokens = follower.tokens[good:]
    assert lost.refused()[-2:] == [True, True], "the last change was lost, or this test shows nothing"
    first = follower.refused()
    for number in range(tail):
        follower.put(f"f{number}")
        assert follower.refused()[: len(first)] == first
    assert not any(first[:good])


@pytest.mark.parametrize("page", [1, 2])
def test_an_answer_that_meets_another_start_of_the_server_is_cut(
    server: Server, site: Site, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """Before its first page, which the event loop reads here, or before the second, which a thread reads."""
    ann = site.person(101, "Ann")
    names = [f"event{number}" for number in range(few_rows.MAX_CHANGES + 5)]
    for name in names:
        assert ann.put(f"{ann.calendar()}{name}.ics", event(f"{name}@example.com")).status == 201
    read, few = site.core.reads.changed, Door.few_changed

    def start_again() -> None:
        monkeypatch.undo()
        server.kill()
        server.start()

    def changed(*asked: Any) -> Any:
        start_again()
        return read(*asked)

    async def few_changed(door: Door, *asked: Any) -> Any:
        await asyncio.to_thread(start_again)
        return await few(door, *asked)

    if page == 1:
        monkeypatch.setattr(Door, "few_changed", few_changed)
    else:
        monkeypatch.setattr(site.core.reads, "changed", changed)
    answer = sync(ann, ann.calendar(), "")
    seen = answer.responses()
    assert seen.pop(ann.calendar()).status == "HTTP/1.1 507 Insufficient Storage"
    assert len(seen) == (0 if page == 1 else few_rows.MAX_CHANGES)
    # Nothing was undone, so the client goes on.
    rest = sync(ann, ann.calendar(), answer.token()).responses()
    assert {*seen, *rest} == {f"{ann.calendar()}{name}.ics" for name in names}


def test_followers_process_what_takes_the_place_of_undone_facts(server: Server, site: Site, tmp_path: Path) -> None:
    """A follower that waits for facts knows positions that do not exist any more; new facts get them again."""
    ann = site.person(101, "Ann")
    follower = Follower(ann)
    (search,) = [each for each in site.core.runners() if each._consumer.name == "search"]
    thread = threading.Thread(target=search.run)

    def all_done() -> bool:
        missed = """
            SELECT topic FROM event WHERE topic LIKE 'event-created/%'
                AND NOT EXISTS (SELECT FROM search_mark WHERE search_mark.marked = event.position)"""
        return not server.sql(missed, "televent")

    thread.start()
    try:
        follower.put("a")
        wait_until(all_done, what="the follower has all facts, and leads")
        server.stop()
        shutil.copytree(server.cluster, tmp_path / "backup")
        server.start()
        follower.put(*"bcdefghij")
        wait_until(all_done, what="the follower has all facts")
        server.stop()
        put_back(server, tmp_path / "backup")
        server.start()
        follower.put("k")
        wait_until(all_done, what="the follower has all facts of the other history")
    finally:
        search.stop()
        thread.join()


def test_a_key_that_was_undone_seals_nothing(server: Server, site: Site, tmp_path: Path) -> None:
    """A key that only the process still knows would make what it seals unreadable for ever."""
    ann, bob = site.person(101, "Ann"), uuid4()
    server.stop()
    shutil.copytree(server.cluster, tmp_path / "backup")
    server.start()
    wait_until(lambda: ann.put(f"{ann.calendar()}a.ics", event("a")).status == 201, what="the server is back")
    undone = site.core.keys.key(bob)
    server.stop()
    put_back(server, tmp_path / "backup")
    server.start()
    wait_until(lambda: ann.put(f"{ann.calendar()}b.ics", event("b")).status == 201, what="the older server is there")
    key = site.core.keys.key(bob)
    assert key != undone
    assert server.sql(f"SELECT key FROM subject_key WHERE subject_id = '{bob}'", "televent") == [(key,)]  # noqa: S608


def test_positions_go_on_above_those_of_a_log_that_was_put_back(server: Server, site: Site) -> None:
    ann = site.person(101, "Ann")
    assert ann.put(f"{ann.calendar()}a.ics", event("a")).status == 201
    # The log of a cluster that had counted a billion transactions more.
    server.sql("UPDATE event SET position = position + (1000000000::bigint << 20)", "televent")
    ((last,),) = server.sql("SELECT max(position) FROM event", "televent")
    server.stop()
    server.start()
    wait_until(lambda: ann.put(f"{ann.calendar()}b.ics", event("b")).status == 201, what="the server is back")
    ((count,),) = server.sql(f"SELECT count(*) FROM event WHERE position > {last}", "televent")  # noqa: S608
    assert count


def put_back(server: Server, backup: Path) -> None:
    """Replaces the files of a stopped server."""
    shutil.rmtree(server.cluster)
    shutil.copytree(backup, server.cluster)
    for place in (server.cluster, *server.cluster.rglob("*")):
        shutil.chown(place, server.account.uid, server.account.gid)
