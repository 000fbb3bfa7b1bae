"""Clients that never finish: open connections with half a request, fed an octet at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

START = " @HOME@default/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: @LOGIN@\r\n"
PARTS = (
    f"PROPFIND{START}X-Slow: ",
    f"PUT{START.replace('default/', 'default/slow.ics')}Content-Length: 100000\r\n\r\nBEGIN:",
    f"REPORT{START}Transfer-Encoding: chunked\r\n\r\n400\r\n<",
    "",
)


@contextlib.contextmanager
def clients(host: str, port: int, count: int, fill: dict[bytes, bytes]) -> Iterator[None]:
    """``count`` of them for as long as the block runs. One that the server closes comes again."""
    done = threading.Event()
    thread = threading.Thread(target=_feed, args=(host, port, count, fill, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(20)


def _feed(host: str, port: int, count: int, fill: dict[bytes, bytes], done: threading.Event) -> None:
    held: list[socket.socket] = []
    while not done.wait(0.2):
        while len(held) < count:
            start = PARTS[len(held) % len(PARTS)].encode()
            for name, value in fill.items():
                start = start.replace(name, value)
            try:
                connection = socket.create_connection((host, port), 2)
                connection.sendall(start)
            except OSError:
                break
            connection.setblocking(False)
            held.append(connection)
        for connection in list(held):
            try:
                connection.send(b"x")
            except BlockingIOError:
                continue
            except OSError:
                connection.close()
                held.remove(connection)
    for connection in held:
        connection.close()
