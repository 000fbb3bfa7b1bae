"""Long answers: a client that leaves stops the work, a slow one holds only a socket, a deleted calendar ends it."""

import base64
import http.client
import itertools
import socket
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from lxml import etree

from support.dav import DECLARED, NAMESPACES, Client, event
from support.waiting import wait_until

MEMBERS = 1500
"""Number of members, of 20 KB each: far more than the sockets' buffers between two programs hold."""

FIND = "SELECT calendar_id FROM calendar WHERE tenant_id = %s AND name = 'full'"

FILL = """
    INSERT INTO resource SELECT (jsonb_populate_record(resource, jsonb_build_object(
        'href', 'n' || number || '.ics', 'uid', 'n' || number, 'stream_id', gen_random_uuid(), 'seq', seq + number
    ))).* FROM resource, generate_series(1, %s) AS number WHERE calendar_id = %s"""


@pytest.fixture
def full(ann: Client) -> str:
    """The path of a calendar with ``MEMBERS`` members."""
    path = ann.calendar("full")
    assert ann.ask("MKCALENDAR", path).status == 201
    assert ann.put(f"{path}a.ics", event("a@example.com", f"DESCRIPTION:{'z' * 20_000}")).status == 201
    with psycopg.connect(ann.site.core.conninfo, autocommit=True) as connection:
        found = connection.execute(FIND, (ann.tenant,)).fetchone()
        assert found is not None
        connection.execute(FILL, (MEMBERS, found[0]))
        connection.execute("UPDATE calendar SET seq = seq + %s WHERE calendar_id = %s", (MEMBERS, found[0]))
    return path


@pytest.fixture
def pages(ann: Client, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many pages of changes have been read from the database."""
    reads, counted = ann.site.core.reads, itertools.count()
    seen = [0]
    changed = reads.changed

    def counting(*args: Any, **more: Any) -> Any:
        seen[0] = next(counted) + 1
        return changed(*args, **more)

    monkeypatch.setattr(reads, "changed", counting)
    return lambda: seen[0]


def asking(client: Client, path: str) -> socket.socket:
    """A connection on which a full sync was requested and nothing is read."""
    body = (
        f"<D:sync-collection {DECLARED}><D:sync-token/><D:sync-level>1</D:sync-level>"
        "<D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>"
    ).encode()
    pair = base64.b64encode(f"{client.user}:{client.password}".encode()).decode()
    head = f"REPORT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {pair}\r\nContent-Length: {len(body)}\r\n\r\n"
    connection = socket.create_connection(("127.0.0.1", client.site.port), timeout=60)
    connection.sendall(head.encode() + body)
    return connection


@pytest.fixture
def slow(ann: Client, full: str) -> Iterator[Callable[[], socket.socket]]:
    """Readers who have the beginning of an answer and read no further."""
    opened: list[socket.socket] = []

    def read_little() -> socket.socket:
        connection = asking(ann, full)
        opened.append(connection)
        assert connection.recv(1000).startswith(b"HTTP/1.1 207")
        return connection

    yield read_little
    for connection in opened:
        connection.close()


def test_who_goes_away_in_the_middle_stops_the_work(
    ann: Client, pages: Callable[[], int], slow: Callable[[], socket.socket]
) -> None:
    slow().close()
    wait_until(lambda: not ann.site.server.server_state.tasks, what="the request has ended")
    assert 0 < pages() < MEMBERS // 100


def test_slow_readers_hold_no_database_connection(ann: Client, full: str, slow: Callable[[], socket.socket]) -> None:
    pool = ann.site.core.pool
    for _ in range(pool.max_size + 4):
        slow()
    wait_until(lambda: pool.get_stats()["pool_available"] == pool.get_stats()["pool_size"], what="none is in use")
    assert len(ann.site.server.server_state.tasks) == pool.max_size + 4
    assert ann.propfind(full, "D:sync-token").status == 207
    assert ann.put(f"{ann.calendar()}b.ics", event("b@example.com")).status == 201


def test_a_calendar_that_goes_while_it_is_sent_ends_the_answer_properly(ann: Client, full: str) -> None:
    with asking(ann, full) as connection:
        response = http.client.HTTPResponse(connection, method="REPORT")
        response.begin()
        begun = response.read(1000)
        assert ann.ask("DELETE", full).status == 204
        answer = etree.fromstring(begun + response.read())
    statuses = {
        each.findtext("D:href", namespaces=NAMESPACES): each.findtext("D:status", namespaces=NAMESPACES)
        for each in answer.iterfind("D:response", NAMESPACES)
    }
    # The answer ends like any page (507): the client asks again and gets 404.
    assert statuses[full] == "HTTP/1.1 507 Insufficient Storage"
    assert len(statuses) < MEMBERS
    assert ann.sync(full, answer.findtext("D:sync-token", namespaces=NAMESPACES) or "").status == 404
