"""Clients that keep the server waiting: half a command, half a mail, or nothing; and crowds that come at once."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

GREETED = b"EHLO example.net\r\nMAIL FROM:<zed@example.net>\r\n"
PARTS = (b"", b"EHL", GREETED + b"RCPT TO:<", GREETED + b"RCPT TO:<@TO@>\r\nDATA\r\nSubject: slow\r\n\r\n")
CROWD = 300
"""Connections that come at once, from one address."""


@dataclass
class Slow:
    """The number of slow clients, of connections in crowds, and of those that were refused with 421."""

    came: int = 0
    crowded: int = 0
    refused: int = 0


@contextlib.contextmanager
def clients(host: str, port: int, count: int, recipient: str) -> Iterator[Slow]:
    """Keeps ``count`` slow clients while the block runs, and sends a crowd from time to time."""
    done, seen = threading.Event(), Slow()
    thread = threading.Thread(target=_feed, args=(host, port, count, recipient.encode(), done, seen), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join(20)


def _feed(host: str, port: int, count: int, recipient: bytes, done: threading.Event, seen: Slow) -> None:
    held: list[socket.socket] = []
    turns = 0
    while not done.wait(0.2):
        while len(held) < count:
            try:
                # Another address than the senders', whose own connections are counted apart.
                connection = socket.create_connection((host, port), 5, source_address=("127.0.0.2", 0))
                connection.sendall(PARTS[seen.came % len(PARTS)].replace(b"@TO@", recipient))
            except OSError:
                break
            connection.setblocking(False)
            held.append(connection)
            seen.came += 1
        for connection in list(held):
            try:
                connection.send(b"x")
            except BlockingIOError:
                continue
            except OSError:
                connection.close()
                held.remove(connection)
        turns += 1
        if turns % 25 == 0:
            _crowd(host, port, seen)
    for connection in held:
        connection.close()


def _crowd(host: str, port: int, seen: Slow) -> None:
    crowd: list[socket.socket] = []
    with contextlib.suppress(OSError):
        for _ in range(CROWD):
            crowd.append(socket.create_connection((host, port), 5, source_address=("127.0.0.3", 0)))
            seen.crowded += 1
    for connection in crowd:
        with contextlib.suppress(OSError):
            connection.settimeout(5)
            seen.refused += connection.recv(3) == b"421"
        connection.close()
