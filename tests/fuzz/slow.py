"""Clients that never finish: requests that are sent byte by byte, and answers that are never read."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from fuzz import requests
from fuzz.filling import filled
from fuzz.wire import send

START = " @HOME@default/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: @LOGIN@\r\n"
EVENT = START.replace("default/", "default/slow.ics")
LARGE = START.replace("default/", "default/large.ics")
UNREAD = f"GET{LARGE}\r\n" * 40
"""Forty times something large: more than the sockets' buffers hold."""
PARTS = (
    f"PROPFIND{START}X-Slow: ",
    f"PUT{EVENT}Content-Length: 100000\r\n\r\nBEGIN:",
    f"REPORT{START}Transfer-Encoding: chunked\r\n\r\n400\r\n<",
    f"POST{LARGE.replace('.ics', '.ics?action=attachment-add')}Content-Length: 9000000\r\n\r\n",
    UNREAD,
    "",
)
TEXT = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:fuzz\r\nBEGIN:VEVENT\r\nUID:large@example.com\r\n"
    b"DTSTAMP:20261121T000000Z\r\nDTSTART:20261125T100000Z\r\nDESCRIPTION:%b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
) % (b"z" * 300_000)


@dataclass
class Slow:
    """The number of slow clients, and the number of them that the server ended."""

    came: int = 0
    ended: int = 0


@contextlib.contextmanager
def clients(host: str, port: int, count: int, fill: dict[bytes, bytes]) -> Iterator[Slow]:
    """Keeps ``count`` slow clients while the block runs. A client that the server ends connects again."""
    done, seen = threading.Event(), Slow()
    if count:
        send(host, port, filled(requests.put("large.ics", "default", TEXT).raw, fill), 30.0)
    thread = threading.Thread(target=_feed, args=(host, port, count, fill, done, seen), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join(20)


def _feed(host: str, port: int, count: int, fill: dict[bytes, bytes], done: threading.Event, seen: Slow) -> None:
    held: dict[int, tuple[socket.socket, str]] = {}
    hung_up = select.poll()
    while not done.wait(0.2):
        while len(held) < count:
            part = PARTS[seen.came % len(PARTS)]
            connection = socket.socket()
            try:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.settimeout(2)
                connection.connect((host, port))
                connection.sendall(filled(part.encode(), fill))
            except OSError:
                connection.close()
                break
            connection.setblocking(False)
            held[connection.fileno()] = connection, part
            hung_up.register(connection, select.POLLRDHUP)
            seen.came += 1
        for connection, part in held.values():
            if part is not UNREAD:
                with contextlib.suppress(OSError):
                    connection.send(b"x")
        for number, _ in hung_up.poll(0):
            hung_up.unregister(number)
            held.pop(number)[0].close()
            seen.ended += 1
    for connection, _ in held.values():
        connection.close()
