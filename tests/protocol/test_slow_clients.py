"""Clients that keep a server waiting: their requests never come whole, or they never read the answers."""

import contextlib
import http.client
import re
import socket
from collections.abc import Callable, Iterator

import psycopg
import pytest

from support.attachments import add, login_of, path, put
from support.dav import DECLARED, Client, Site, event, open_site, prop_body
from support.waiting import wait_until
from televent.adapters.http.connection import MAX_HEAD, Connection

SHORT = "0.3"
LONG = "600"
PATIENT = {
    **dict.fromkeys(("TELEVENT_HEAD_SECONDS", "TELEVENT_BODY_IDLE_SECONDS", "TELEVENT_ANSWER_SECONDS"), LONG),
    "TELEVENT_POOL_SIZE": "2",
}
Open = Callable[..., socket.socket]


@pytest.fixture
def limits(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings; a test replaces some by ``pytest.mark.parametrize`` with ``indirect``."""
    return {**PATIENT, **getattr(request, "param", {})}


@pytest.fixture
def site(database_url: str, limits: dict[str, str]) -> Iterator[Site]:
    with open_site(database_url, None, **limits) as site:
        yield site


@pytest.fixture
def connect(site: Site) -> Iterator[Open]:
    """Opens connections and sends something on each."""
    with contextlib.ExitStack() as opened:

        def connect(raw: bytes = b"", receiving: int | None = None) -> socket.socket:
            connection = socket.socket()
            if receiving is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receiving)
            connection.settimeout(60)
            connection.connect(("127.0.0.1", site.port))
            opened.enter_context(connection)
            connection.sendall(raw)
            return connection

        yield connect


def limited(**settings: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("limits", [settings], indirect=True, ids=["limited"])


def head(client: Client, method: str, where: str, *headers: str) -> bytes:
    lines = [f"{method} {where} HTTP/1.1", "Host: x", f"Authorization: {login_of(client)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def rest(connection: socket.socket) -> bytes:
    """Everything until the server ends the connection."""
    return connection.makefile("rb").read()


def status(raw: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d\d\d) ", raw)
    return int(found[1]) if found else 0


def answered(connection: socket.socket) -> int:
    """The status of the next answer, which is read to its end."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    response.read()
    return response.status


# ---- heads
@limited(TELEVENT_HEAD_SECONDS=SHORT)
@pytest.mark.parametrize("begun", [b"GET /cald", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_come_is_a_408_and_the_end(connect: Open, begun: bytes) -> None:
    answer = rest(connect(begun))
    assert status(answer) == 408
    assert b"\r\nconnection: close\r\n" in answer


@limited(TELEVENT_HEAD_SECONDS=SHORT)
def test_a_connection_on_which_nothing_comes_is_ended_without_an_answer(connect: Open) -> None:
    assert rest(connect()) == b""


@limited(TELEVENT_HEAD_SECONDS=SHORT)
def test_a_byte_does_not_restart_the_timeout_of_a_head(connect: Open) -> None:
    connection = connect(b"GET / HTTP/1.1\r\nX-Slow: ")
    connection.settimeout(0.02)

    def had_enough() -> bytes:
        with contextlib.suppress(TimeoutError):
            connection.send(b"x")
            return connection.recv(1000)
        return b""

    assert status(wait_until(had_enough, what="the server has enough")) == 408


@limited(TELEVENT_HEAD_SECONDS=SHORT, KEEP_ALIVE="1")
@pytest.mark.parametrize("more", [b"GET / HT", b"\r\n", b"\r\n\r\n"])
def test_a_connection_that_was_good_once_is_held_to_the_same(connect: Open, more: bytes) -> None:
    raw = rest(connect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + more))
    assert status(raw) == 200
    assert status(raw[raw.index(b"app.\n") + 5 :] if b"app.\n" in raw else b"") in (408, 0)


def test_a_head_without_end_is_refused_before_it_fills_the_memory(connect: Open) -> None:
    connection = connect(b"GET / HTTP/1.1\r\n")
    answer = b""
    with contextlib.suppress(ConnectionError):
        # Many times the size of one read from a socket.
        for number in range(40 * MAX_HEAD // 1000):
            connection.sendall(f"X-{number}: {'y' * 990}\r\n".encode())
    with contextlib.suppress(ConnectionError):
        answer = connection.recv(1000)
    assert status(answer) == 431


def test_what_stands_behind_a_chunked_body_is_not_kept(site: Site, ann: Client, connect: Open) -> None:
    body = prop_body("D:displayname").encode()
    sent = head(ann, "PROPFIND", ann.home, "Depth: 0", "Transfer-Encoding: chunked")
    trailers = b"".join(b"Authorization: %d\r\n" % number for number in range(1000))
    connection = connect(sent + b"%x\r\n%b\r\n0\r\n" % (len(body), body) + trailers)
    there = site.server.server_state.connections

    def busy() -> Connection | None:
        return next((each for each in tuple(there) if isinstance(each, Connection) and each.cycle), None)

    held = wait_until(busy, what="the head is there")
    connection.sendall(trailers + b"\r\n")
    assert answered(connection) == 207
    assert list(held.headers) == []
    assert len([*held.cycle.scope["headers"]]) == 4


def test_a_request_behind_a_body_that_nobody_wanted_is_read(ann: Client, connect: Open) -> None:
    """The heads are read correctly wherever the socket cuts them."""
    unwanted = head(ann, "PUT", path(ann), f"Content-Length: {6 * 1024 * 1024}") + b"x" * (6 * 1024 * 1024)
    connection = connect()
    next_head = head(ann, "GET", path(ann), "Connection: close")
    with contextlib.suppress(ConnectionError):
        connection.sendall(unwanted + next_head[:40])
    assert answered(connection) == 403
    connection.sendall(next_head[40:])
    assert answered(connection) == 404


# ---- bodies
BODIES = [
    ("PUT", "Content-Length: 100000", b"BEGIN:VCALENDAR\r\n"),
    ("PUT", "Transfer-Encoding: chunked", b"400\r\nBEGIN:"),
    ("REPORT", "Content-Length: 10", b""),
    ("POST", "Content-Length: 5000000", b"x" * 300_000),
]


@limited(TELEVENT_BODY_IDLE_SECONDS=SHORT)
@pytest.mark.parametrize(("method", "length", "some"), BODIES, ids=["put", "chunked", "report", "attachment"])
def test_a_body_that_does_not_come_is_a_408_and_leaves_nothing(
    site: Site, ann: Client, connect: Open, method: str, length: str, some: bytes
) -> None:
    put(ann)
    before = ann.ask("GET", path(ann)).body
    where = path(ann, "action=attachment-add") if method == "POST" else path(ann)
    assert status(rest(connect(head(ann, method, where, length) + some))) == 408
    wait_until(lambda: not site.server.server_state.tasks, what="the request has ended")
    assert ann.ask("GET", path(ann)).body == before
    with site.core.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM attachment").fetchone() == (0,)


@limited(TELEVENT_BODY_IDLE_SECONDS="2", TELEVENT_BODY_RATE="1000000")
def test_a_body_that_never_rests_and_never_ends_is_ended(ann: Client, connect: Open) -> None:
    connection = connect(head(ann, "PUT", path(ann), "Content-Length: 900000"))
    connection.settimeout(0.02)

    def had_enough() -> bytes:
        with contextlib.suppress(TimeoutError):
            connection.send(b"x")
            return connection.recv(1000)
        return b""

    assert status(wait_until(had_enough, what="the server has enough")) == 408


@limited(TELEVENT_BODY_IDLE_SECONDS=SHORT, TELEVENT_HEAD_SECONDS=SHORT)
def test_who_waits_for_the_server_is_not_ended(site: Site, ann: Client, connect: Open) -> None:
    """A request runs for longer than all limits. The next request, which has begun meanwhile, is answered after it."""
    put(ann)
    text = event("a@example.com", "SUMMARY:Locked")
    with psycopg.connect(site.core.conninfo) as other:
        other.execute("LOCK TABLE event")
        connection = connect(head(ann, "PUT", path(ann), f"Content-Length: {len(text)}") + text + b"GET / HT")
        # The limit has passed three times when another slow client was ended three times.
        for _ in range(3):
            assert status(rest(connect(b"GET / HT"))) == 408
        other.rollback()
    answers = rest(connection)
    assert status(answers) == 204
    assert b"HTTP/1.1 408 " in answers[10:]


def test_many_unfinished_bodies_hold_no_database_connection(site: Site, ann: Client, connect: Open) -> None:
    put(ann)
    pool = site.core.pool
    for number in range(3 * pool.max_size):
        method, length, some = BODIES[number % len(BODIES)][:3]
        where = path(ann, "action=attachment-add") if method == "POST" else path(ann)
        connect(head(ann, method, where, length) + some)
    wait_until(lambda: len(site.server.server_state.tasks) == 3 * pool.max_size, what="all are under way")
    wait_until(lambda: pool.get_stats()["pool_available"] == pool.get_stats()["pool_size"], what="none is in use")
    assert ann.put(f"{ann.calendar()}b.ics", event("b@example.com")).status == 201
    assert ann.propfind(ann.calendar(), "D:sync-token").status == 207


# ---- answers
def unread(client: Client, connect: Open, where: str) -> socket.socket:
    """Asks for something large and reads not one byte."""
    return connect(head(client, "GET", where), receiving=4096)


@pytest.fixture
def large(ann: Client) -> str:
    """The path of an attachment that is larger than the sockets' buffers."""
    put(ann)
    return re.sub(r"^https?://[^/]+", "", add(ann, b"z" * 12_000_000).headers["location"])


@limited(TELEVENT_ANSWER_SECONDS=SHORT)
def test_an_answer_that_nobody_reads_is_given_up(site: Site, ann: Client, connect: Open, large: str) -> None:
    connections = site.server.server_state.connections
    before = set(connections)
    connection = unread(ann, connect, large)
    wait_until(lambda: connections - before, what="it is there")
    wait_until(lambda: not connections - before, what="it is gone")
    wait_until(lambda: not site.server.server_state.tasks, what="the request has ended")
    with pytest.raises(ConnectionResetError):
        rest(connection)


@limited(TELEVENT_ANSWER_SECONDS=SHORT)
def test_what_was_asked_for_behind_an_answer_that_nobody_reads_ends_with_it(
    site: Site, ann: Client, connect: Open, large: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Requests sent without waiting for answers (RFC 9112 §9.3.2)."""
    connections = site.server.server_state.connections
    before = set(connections)
    connect(head(ann, "GET", large) * 5, receiving=4096)
    wait_until(lambda: connections - before, what="it is there")
    wait_until(lambda: not connections - before, what="it is gone")
    wait_until(lambda: not site.server.server_state.tasks, what="the request has ended")
    assert not [each for each in caplog.records if each.levelname == "ERROR"]


def test_answers_that_nobody_reads_hold_no_database_connection(
    site: Site, ann: Client, connect: Open, large: str
) -> None:
    pool = site.core.pool
    unreads = 3 * pool.max_size
    for _ in range(unreads):
        unread(ann, connect, large)
    wait_until(lambda: len(site.server.server_state.tasks) == unreads, what="all are under way")
    wait_until(lambda: pool.get_stats()["pool_available"] == pool.get_stats()["pool_size"], what="none is in use")
    assert ann.put(f"{ann.calendar()}b.ics", event("b@example.com")).status == 201
    listing = (
        f"<D:sync-collection {DECLARED}><D:sync-token/><D:sync-level>1</D:sync-level><D:prop/></D:sync-collection>"
    )
    assert ann.ask("REPORT", ann.calendar(), listing, Depth="0").status == 207


@limited(TELEVENT_ANSWER_SECONDS=SHORT)
def test_a_last_answer_that_nobody_takes_does_not_keep_the_connection(site: Site, ann: Client, connect: Open) -> None:
    """The answer fits into the server's own buffer, so only the end of the connection waits for the client."""
    put(ann, f"DESCRIPTION:{'z' * 50_000}")
    site.server.servers[0].sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    connections = site.server.server_state.connections
    before = set(connections)
    connection = connect(head(ann, "GET", path(ann), "Connection: close"), receiving=4096)
    wait_until(lambda: connections - before, what="it is there")
    wait_until(lambda: not connections - before, what="it is gone")
    with pytest.raises(ConnectionResetError):
        rest(connection)


# ---- connections
@limited(TELEVENT_CONNECTIONS="4")
def test_a_connection_too_many_is_told_when_to_come_again(site: Site, ann: Client, connect: Open) -> None:
    held = [connect(b"GET / HT") for _ in range(4)]
    wait_until(lambda: len(site.server.server_state.connections) == 4, what="all are there")
    connection = connect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = rest(connection)
    assert status(answer) == 503
    assert re.search(rb"\r\nretry-after: [1-9]\d*\r\n", answer)
    held[0].close()
    wait_until(lambda: ann_is_served(site), what="there is room again")


def ann_is_served(site: Site) -> bool:
    with socket.create_connection(("127.0.0.1", site.port), 60) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return status(connection.recv(1000)) == 200


@limited(TELEVENT_CONNECTIONS="4")
def test_who_is_idle_longest_makes_room_for_who_comes(site: Site, connect: Open) -> None:
    asked = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    held = []
    for _ in range(4):
        held.append(connect(asked))
        assert answered(held[-1]) == 200
    assert answered(connect(asked)) == 200
    assert rest(held[0]) == b""
    held[1].sendall(asked)
    assert answered(held[1]) == 200


@limited(TELEVENT_CONNECTIONS="4")
def test_far_too_many_connections_are_not_even_told(site: Site, connect: Open) -> None:
    for _ in range(5):
        connect(b"GET / HT")
    wait_until(lambda: len(site.server.server_state.connections) == 5, what="all are there")
    assert rest(connect()) == b""
