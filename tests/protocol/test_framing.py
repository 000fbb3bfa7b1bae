"""RFC 9112: requests whose end or target two programs may read differently get 4xx or 5xx, and the connection ends."""

import http.client
import select
import socket
from collections.abc import Iterator

import pytest

from support.attachments import login_of, path, put
from support.dav import Client, Site, event
from support.waiting import NET

HOST = "Host: caldav.example.com\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
BODY = "3\r\nabc\r\n0\r\n\r\n"


def head(*lines: str, line: str = "OPTIONS /caldav/ HTTP/1.1") -> str:
    return "\r\n".join([line, *(each.removesuffix("\r\n") for each in lines), "", ""])


REFUSED = {
    # RFC 9112 §3.2, RFC 9110 §7.2
    "no Host": (400, head()),
    "two Hosts": (400, head(HOST, "Host: other.example.com")),
    "the same Host twice": (400, head(HOST, HOST)),
    "two Hosts in HTTP/1.0": (400, head(HOST, HOST, line="OPTIONS /caldav/ HTTP/1.0")),
    "a Host with a space": (400, head("Host: a b")),
    "a Host with a path": (400, head("Host: a/b")),
    "a Host with a user": (400, head("Host: ann@a")),
    "a list of Hosts": (400, head("Host: a, b")),
    "a Host with a bad port": (400, head("Host: a:8x")),
    "a Host with an open bracket": (400, head("Host: [::1")),
    "a Host that is not ASCII": (400, head("Host: b\u00fccher.example.com")),
    "no Host beside a target in absolute form": (400, head(line="OPTIONS http://a/caldav/ HTTP/1.1")),
    # §3, §3.2
    "a target with a fragment": (400, head(HOST, line="DELETE /caldav/x/default/#a.ics HTTP/1.1")),
    "a target of another scheme": (400, head(HOST, line="OPTIONS ftp://a/caldav/ HTTP/1.1")),
    "a target without an authority": (400, head(HOST, line="OPTIONS http:///caldav/ HTTP/1.1")),
    "CONNECT": (400, head(HOST, line="CONNECT caldav.example.com:443 HTTP/1.1")),
    "no version": (400, "GET /\r\n\r\n"),
    "no target": (400, "CONNECT  HTTP/1.1\r\n\r\n"),
    "no target and no Host": (400, head(line="PROPFIND  HTTP/1.1")),
    "no target after three spaces": (400, head(HOST, line="PROPFIND   HTTP/1.1")),
    "HTTP/2.0": (505, head(HOST, line="OPTIONS /caldav/ HTTP/2.0")),
    "HTTP/1.2": (400, head(HOST, line="OPTIONS /caldav/ HTTP/1.2")),
    # §5
    "a space before the colon": (400, head(HOST, "Content-Length : 3") + "abc"),
    "a space before the colon of Host": (400, head("Host : a")),
    "a folded line": (400, head(HOST, "X-A: a\r\n b")),
    "a folded Transfer-Encoding": (400, head(HOST, "Transfer-Encoding:\r\n chunked") + BODY),
    "a space before the first header": (400, head(" " + HOST)),
    "a bare CR in a header": (400, head(HOST, "X-A: a\rX-B: b")),
    "a bare LF between headers": (400, head(HOST, "X-A: a\nX-B: b")),
    "bare LFs": (400, "OPTIONS /caldav/ HTTP/1.1\nHost: a\n\n"),
    "a NUL in a header": (400, head(HOST, "X-A: a\0b")),
    "a header without a colon": (400, head(HOST, "X-A")),
    "a header without a name": (400, head(HOST, ": a")),
    "a header name with a parenthesis": (400, head(HOST, "X(A: a")),
    # §6
    "Transfer-Encoding and Content-Length": (400, head(HOST, CHUNKED, "Content-Length: 3") + BODY),
    "Content-Length and Transfer-Encoding": (400, head(HOST, "Content-Length: 3", CHUNKED) + BODY),
    "Transfer-Encoding in HTTP/1.0": (400, head(HOST, CHUNKED, line="OPTIONS /caldav/ HTTP/1.0") + BODY),
    "Transfer-Encoding twice": (400, head(HOST, CHUNKED, CHUNKED) + BODY),
    "chunked before another coding": (400, head(HOST, "Transfer-Encoding: chunked, identity") + BODY),
    "another coding before chunked": (501, head(HOST, "Transfer-Encoding: gzip, chunked") + BODY),
    "an unknown coding": (400, head(HOST, "Transfer-Encoding: xchunked") + BODY),
    "a coding after a control character": (400, head(HOST, "Transfer-Encoding: \x0bchunked") + BODY),
    "two Content-Lengths": (400, head(HOST, "Content-Length: 0", "Content-Length: 3") + "abc"),
    "the same Content-Length twice": (400, head(HOST, "Content-Length: 3", "Content-Length: 3") + "abc"),
    "a list of Content-Lengths": (400, head(HOST, "Content-Length: 3, 3") + "abc"),
    "a Content-Length with a sign": (400, head(HOST, "Content-Length: +3") + "abc"),
    "a negative Content-Length": (400, head(HOST, "Content-Length: -3") + "abc"),
    "a hexadecimal Content-Length": (400, head(HOST, "Content-Length: 0x3") + "abc"),
    "an empty Content-Length": (400, head(HOST, "Content-Length:")),
    "a Content-Length beyond 64 bits": (400, head(HOST, "Content-Length: 99999999999999999999") + "abc"),
    # §7.1
    "a chunk that ends late": (400, head(HOST, CHUNKED) + "3\r\nabcX0\r\n\r\n"),
    "a chunk that ends with LF": (400, head(HOST, CHUNKED) + "3\nabc\n0\n\n"),
    "a chunk extension that ends with LF": (400, head(HOST, CHUNKED) + "3;\nxx\r\nabc\r\n0\r\n\r\n"),
    "a chunk size with a space": (400, head(HOST, CHUNKED) + "3 \r\nabc\r\n0\r\n\r\n"),
    "a negative chunk size": (400, head(HOST, CHUNKED) + "-3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size with a prefix": (400, head(HOST, CHUNKED) + "0x3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size beyond 64 bits": (400, head(HOST, CHUNKED) + "10000000000000003\r\nabc\r\n0\r\n\r\n"),
}
ADMITTED = {
    "a Host with a port": head("Host: caldav.example.com:8443"),
    "an empty Host": head("Host:"),
    "an IPv6 Host": head("Host: [2001:db8::1]:3000"),
    "HTTP/1.0 without Host": head(line="OPTIONS /caldav/ HTTP/1.0"),
    "a target in absolute form": head(HOST, line="OPTIONS http://caldav.example.com/caldav/ HTTP/1.1"),
    "the target *": head(HOST, line="OPTIONS * HTTP/1.1"),
    "a chunk extension": head(HOST, CHUNKED) + "3;a=b\r\nabc\r\n0\r\n\r\n",
    "Transfer-Encoding in capitals": head(HOST, "Transfer-Encoding: CHUNKED") + BODY,
    "a Host among the trailers": head(HOST, CHUNKED) + "0\r\nHost: other.example.com\r\n\r\n",
    "blank lines before": "\r\n\r\n" + head(HOST),
}


@pytest.fixture
def connection(site: Site) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", site.port), NET) as opened:
        yield opened


def statuses(connection: socket.socket) -> list[int]:
    """The statuses of all answers, until the server ends the connection."""
    found = []
    with connection.makefile("rb") as stream:
        while line := stream.readline():
            found.append(int(line.split()[1]))
            headers = http.client.parse_headers(stream)
            stream.read(int(headers["content-length"] or 0))
    return found


def answered(connection: socket.socket) -> int:
    """The status of the next answer, which is read to its end."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    response.read()
    return response.status


@pytest.mark.parametrize("case", REFUSED)
def test_doubtful_framing_is_refused_and_ends_the_connection(connection: socket.socket, case: str) -> None:
    status, raw = REFUSED[case]
    connection.sendall(raw.encode("latin-1"))
    assert statuses(connection) == [status]


@pytest.mark.parametrize("case", ADMITTED)
def test_framing_that_everybody_reads_alike_is_admitted(connection: socket.socket, case: str) -> None:
    connection.sendall(ADMITTED[case].encode())
    assert answered(connection) == 200


def test_a_request_without_a_target_is_one_for_the_root(connection: socket.socket) -> None:
    """KDE writes such a line for a URL without a path."""
    for method, status in (("PROPFIND", 401), ("GET", 200), ("OPTIONS", 200)):
        connection.sendall((head(HOST, "Content-Length: 3", line=f"{method}  HTTP/1.1") + "abc").encode())
        assert answered(connection) == status


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # The line is part of a body that is not read as one, and of another request's head.
        (head(HOST, CHUNKED, line="PUT /caldav/x HTTP/1.1"), [400]),
        (head(HOST, CHUNKED, line="PUT /caldav/x HTTP/1.1") + "1\r\nabc", [400]),
        (head(HOST) + "GET", [200, 400]),
    ],
)
def test_a_line_without_a_target_begins_a_request_only_between_two(
    connection: socket.socket, raw: str, expected: list[int]
) -> None:
    connection.sendall(raw.encode())
    if expected[0] == 200:
        assert answered(connection) == expected.pop(0)
    connection.sendall(head(HOST, line="PROPFIND  HTTP/1.1").encode())
    assert statuses(connection) == expected


def test_an_error_is_read_by_a_client_that_is_still_sending(connection: socket.socket) -> None:
    """A close at once would answer these bytes with a TCP reset, which takes the error away (RFC 9112 §9.6)."""
    connection.sendall((head(HOST, CHUNKED, line="PUT /caldav/x HTTP/1.1") + "3\r\nabcX").encode())
    select.select([connection], [], [], NET)
    for _ in range(3):
        connection.sendall(b"more of the body")
    assert statuses(connection) == [400]


def test_the_authority_of_an_absolute_target_replaces_the_host(ann: Client, connection: socket.socket) -> None:
    put(ann)
    target = f"http://caldav.example.com{path(ann, 'action=attachment-add')}"
    lines = ("Host: other.example.com", f"Authorization: {login_of(ann)}", "Content-Length: 1")
    connection.sendall(head(*lines, line=f"POST {target} HTTP/1.1").encode() + b"x")
    response = http.client.HTTPResponse(connection)
    response.begin()
    assert response.headers["location"].startswith("http://caldav.example.com/caldav/")


def test_a_body_is_never_read_as_a_request_whatever_protocol_is_asked_for(
    ann: Client, connection: socket.socket
) -> None:
    """The body comes after its head: the parser once took it for the next request."""
    inner = head(HOST, line="DELETE /caldav/ HTTP/1.1")
    upgrade = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
    sent = head(
        HOST, *upgrade, "Expect: 100-continue", f"Content-Length: {len(inner)}", line="PUT /caldav/x/y/z HTTP/1.1"
    )
    connection.sendall(sent.encode())
    assert connection.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall((inner + head(HOST, "Connection: close")).encode())
    assert statuses(connection) == [401, 200]


def test_many_requests_for_another_protocol_come_at_once(connection: socket.socket) -> None:
    upgrade = ("Connection: Upgrade", "Upgrade: h2c")
    sent = head(HOST, *upgrade) * 1500 + head(HOST, "Connection: close")
    connection.sendall(sent.encode())
    assert statuses(connection) == [200] * 1501


def test_a_client_that_asks_for_http_2_stores_its_event(ann: Client) -> None:
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA"}
    path = f"{ann.calendar()}a.ics"
    assert ann.put(path, event("a@example.com"), **upgrade).status == 201
    assert ann.ask("GET", path, **upgrade).body == event("a@example.com")


@pytest.mark.parametrize(
    "after",
    ["foo bar\r\n\r\n", head(line="GET / HTTP/1.1"), head(HOST, CHUNKED, line="PUT /caldav/x HTTP/1.1") + "x\r\n"],
)
def test_an_answer_is_never_taken_for_that_to_an_earlier_request(
    ann: Client, connection: socket.socket, after: str
) -> None:
    """A request and the doubtful bytes behind it come at once; the first one is answered as itself."""
    text = event("a@example.com").decode()
    first = head(HOST, f"Content-Length: {len(text)}", line=f"PUT {ann.calendar()}a.ics HTTP/1.1") + text
    connection.sendall((first + after).encode())
    assert statuses(connection) in ([401], [401, 400])
