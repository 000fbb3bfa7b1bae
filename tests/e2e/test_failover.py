"""Two API nodes while their primary dies and its standby takes its place: what clients stored, and their sync tokens.

Nobody tells the nodes, and no process of theirs starts again.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from support.dav import Answer, Client, Site, event, open_site
from support.replicas import pair
from support.running import free_ports
from support.sync_clients import Copy, sync
from support.sync_clients import refused as refusal
from support.waiting import NET, wait_until

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("e2e")]


class Node:
    """``televent api`` in a process of its own."""

    def __init__(self, database_url: str, folder: Path, name: str) -> None:
        (self.port,) = free_ports(1)
        self.connections: list[http.client.HTTPConnection] = []
        self.log = folder / f"{name}.log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "TELEVENT_DATA_DIR": str(folder / name),
            "API_HOST": "127.0.0.1",
            "API_PORT": str(self.port),
            "TELEVENT_RATE_LIMITS": "off",
            "LOG_FORMAT": "json",
        }
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            before = log.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "televent", "api"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

        def settled() -> bool:
            return b"ready" in self.log.read_bytes()[before:] or self.process.poll() is not None

        wait_until(settled, what="the API is ready")
        assert self.process.poll() is None, self.log.read_text(errors="replace")

    def end(self) -> None:
        self.process.kill()
        self.process.wait(NET)

    def client(self, person: Client) -> Client:
        """The person's calendar app on this node. It needs no more of a site than its port."""
        return Client(cast(Site, self), person.tenant, person.user, person.password)


@dataclass
class Seen:
    """All that clients were told."""

    stored: dict[str, str] = field(default_factory=dict)
    """The entity tag of each event whose storing was acknowledged."""
    statuses: list[int] = field(default_factory=list)
    tokens: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """The path, the token, and the members that the client has."""
    broken: list[BaseException] = field(default_factory=list)
    """The errors by which clients ended."""


class Working(threading.Thread):
    """A client at work. Its end by an error is the test's error, which a thread alone would only print."""

    def __init__(self, seen: Seen, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._seen, self._work = seen, work

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._seen.broken.append(error)


def write(client: Client, number: int, seen: Seen, stop: threading.Event) -> None:
    """Stores one event after the other; each again until it is acknowledged."""
    count = 0
    while not stop.wait(0.01):
        name = f"{client.calendar()}{number}-{count}.ics"
        answer = asked(seen, partial(client.put, name, event(f"{number}-{count}@example.com")))
        if answer is not None:
            seen.stored[name] = answer.headers["etag"]
            count += 1


def follow(client: Client, seen: Seen, stop: threading.Event) -> None:
    """Keeps a copy of the calendar by sync tokens, and every token on the way."""
    copy, path = Copy(), client.calendar()
    while not stop.wait(0.02):
        answer = asked(seen, partial(sync, client, path, copy.token))
        if answer is not None:
            # A page ends early, with a 507 for the calendar, where another server answers in the middle of it.
            copy.take(answer, path)
            seen.tokens.append((path, copy.token, dict(copy.has)))
        home = asked(seen, partial(sync, client, client.home, ""))
        if home is not None:
            seen.tokens.append((client.home, home.token(), {}))


def asked(seen: Seen, ask: Callable[[], Answer]) -> Answer | None:
    """The answer, if it is a success."""
    try:
        answer = ask()
    except http.client.IncompleteRead:
        # The database died when a part of a long answer was sent already. The client sees that the rest is missing.
        return None
    seen.statuses.append(answer.status)
    return answer if answer.status < 300 else None


def refused(client: Client, seen: Seen) -> list[bool]:
    """Whether the node refuses each of the tokens. All others must lead to what the server has."""
    whole = wait_until(lambda: answered(client), what="the node answers")
    found = []
    for path, token, had in seen.tokens:
        copy = Copy(token, dict(had))
        if path == client.calendar():
            found.append(not completed(client, copy))
            assert found[-1] or copy.has == whole
        else:
            found.append(refusal(sync(client, path, token)))
    return found


def completed(client: Client, copy: Copy) -> bool:
    """Asks for page after page until the copy is whole. False: the token is refused."""
    while not copy.whole:
        answer = sync(client, client.calendar(), copy.token)
        if refusal(answer):
            return False
        copy.take(answer, client.calendar())
    return True


def answered(client: Client) -> dict[str, str] | None:
    """All members with their entity tags; None while the node cannot answer."""
    copy = Copy()
    answer = sync(client, client.calendar(), "")
    if answer.status != 207:
        return None
    copy.take(answer, client.calendar())
    return copy.has if copy.whole else None


def more(seen: Seen, stored: int, tokens: int) -> bool:
    """Whether clients were told much more than these numbers, or one has ended."""
    return bool(seen.broken) or (len(seen.stored) > stored + 60 and len(seen.tokens) > tokens + 20)


@dataclass
class Failover:
    """A synchronous failover in the middle of writes, and what the clients of both nodes were told."""

    ann: Client
    nodes: list[Node]
    seen: Seen


@pytest.fixture(scope="module")
def failover(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failover]:
    with pair() as replicas:
        with open_site(replicas.url) as site:
            ann = site.person(101, "Ann")
        replicas.synchronous()
        folder = tmp_path_factory.mktemp("nodes")
        nodes = [Node(replicas.url, folder, name) for name in ("first", "second")]
        try:
            seen, stop = Seen(), threading.Event()
            threads = [
                *(Working(seen, partial(write, nodes[i % 2].client(ann), i, seen, stop)) for i in range(4)),
                *(Working(seen, partial(follow, node.client(ann), seen, stop)) for node in nodes),
            ]
            for thread in threads:
                thread.start()
            try:
                wait_until(partial(more, seen, 0, 0), what="all clients are busy")
                replicas.fail_over()
                wait_until(partial(more, seen, len(seen.stored), len(seen.tokens)), what="the clients go on")
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            if seen.broken:
                raise seen.broken[0]
            yield Failover(ann, nodes, seen)
        finally:
            for node in nodes:
                node.end()


def test_a_synchronous_failover_loses_nothing_that_was_acknowledged(failover: Failover) -> None:
    for node in failover.nodes:
        found = answered(node.client(failover.ann))
        assert found is not None
        assert {name: found.get(name) for name in failover.seen.stored} == failover.seen.stored


def test_a_synchronous_failover_refuses_no_token(failover: Failover) -> None:
    assert 403 not in failover.seen.statuses
    for node in failover.nodes:
        assert not any(refused(node.client(failover.ann), failover.seen))
        node.end()
        node.start()
        assert not any(refused(node.client(failover.ann), failover.seen))


def test_clients_are_told_to_try_again_and_nothing_else(failover: Failover) -> None:
    assert set(failover.seen.statuses) <= {201, 204, 207, 503}


def test_an_asynchronous_failover_refuses_every_token_of_the_lost_tail_and_no_other(tmp_path: Path) -> None:
    with pair() as replicas:
        with open_site(replicas.url) as site:
            ann = site.person(101, "Ann")
        nodes = [Node(replicas.url, tmp_path, name) for name in ("first", "second")]
        try:
            clients = [node.client(ann) for node in nodes]
            good, tail = Seen(), Seen()

            def put(name: str, seen: Seen) -> None:
                """Both nodes give tokens for each state, and remember the answers."""
                path = f"{ann.calendar()}{name}.ics"
                text = event(f"{name}@example.com")
                wait_until(lambda: clients[0].put(path, text).status in (201, 204), what=f"{name} is stored")
                for client in clients:
                    answer = sync(client, client.calendar(), "")
                    assert [sync(client, client.calendar(), answer.token()).status for _ in range(3)] == [207] * 3
                    copy = Copy()
                    copy.take(answer, client.calendar())
                    assert copy.whole
                    seen.tokens.append((client.calendar(), copy.token, copy.has))
                    seen.tokens.append((client.home, sync(client, client.home, "").token(), {}))

            for number in range(5):
                put(f"good-{number}", good)
            replicas.cut()
            for number in range(5):
                put(f"tail-{number}", tail)
            replicas.fail_over()
            for number in range(8):
                for client in clients:
                    assert refused(client, tail) == [True] * len(tail.tokens)
                    assert refused(client, good) == [False] * len(good.tokens)
                put(f"after-{number}", good)
            for node in nodes:
                node.end()
                node.start()
                assert refused(node.client(ann), tail) == [True] * len(tail.tokens)
                assert refused(node.client(ann), good) == [False] * len(good.tokens)
        finally:
            for node in nodes:
                node.end()
