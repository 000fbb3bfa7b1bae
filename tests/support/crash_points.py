"""Kills a process at each point of its work: before and after each statement, and at each step of SMTP.

A proxy between the process and PostgreSQL counts, so the points are those that the process really passes, and the
product knows nothing of them. A point before a statement: the statement never reaches the database. One after it: the
database has done it, and the process never learns that.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from support.crash_program import FROM_HERE
from support.killing import kill
from support.waiting import NET

TESTS = Path(__file__).parents[1]
_ENCRYPTION = (80877103, 80877104)
"""SSLRequest and GSSENCRequest, which begin with these numbers in place of a version."""


@dataclass
class Points:
    """Counts the points that a process passes; at the point ``at`` the process is killed. None: it is not."""

    at: int | None = None
    pid: int = 0
    passed: int = 0
    armed: bool = False
    where: str = ""
    """The point at which the process was killed; "" while it lives."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, where: str) -> bool:
        """Passes a point. True where the process is dead now."""
        with self._lock:
            if not self.armed:
                return False
            if not self.where:
                self.passed += 1
                if self.passed == self.at:
                    assert self.pid, "its number is not known yet"
                    self.where = where
                    kill(self.pid)
            return self.where != ""


@dataclass
class Proxy:
    """Passes the protocol of PostgreSQL on, in both directions."""

    database_url: str
    points: Points
    port: int = 0

    @property
    def url(self) -> str:
        """The database's URL through this proxy."""
        parts = urlsplit(self.database_url)
        return f"postgresql://{parts.username}:{parts.password or ''}@127.0.0.1:{self.port}{parts.path}?sslmode=disable"

    def _serve(self, client: socket.socket) -> None:
        options = parse_qs(urlsplit(self.database_url).query)
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError, EOFError):
            server.connect(f"{unquote(options['host'][0])}/.s.PGSQL.{options['port'][0]}")
            _pass_start(client, server)
            _Conversation(client, server, self.points).run()


class _Conversation:
    """One connection after its start. A message is a byte that names its kind, its length, and its content."""

    def __init__(self, client: socket.socket, server: socket.socket, points: Points) -> None:
        self.client, self.server, self.points = client, server, points
        self.statement = b""

    def run(self) -> None:
        while True:
            ready, _, _ = select.select([self.client, self.server], [], [])
            if self.client in ready and not self._asks():
                return
            if self.server in ready and not self._answers():
                return

    def _asks(self) -> bool:
        kind, content = _message(self.client)
        if kind in b"QP":
            self.statement = content.partition(b"\0")[2] if kind == b"P" else content
            self.points.armed |= FROM_HERE.encode() in content
        if kind in b"QS" and self.points.reach(f"before {self._words()}"):
            return False
        self.server.sendall(kind + (len(content) + 4).to_bytes(4, "big") + content)
        return True

    def _answers(self) -> bool:
        kind, content = _message(self.server)
        if kind == b"Z" and self.points.reach(f"after {self._words()}"):
            return False
        self.client.sendall(kind + (len(content) + 4).to_bytes(4, "big") + content)
        return True

    def _words(self) -> str:
        return " ".join(self.statement.partition(b"\0")[0].decode(errors="replace").split())[:80]


def _pass_start(client: socket.socket, server: socket.socket) -> None:
    while True:
        length = _exactly(client, 4)
        content = _exactly(client, int.from_bytes(length, "big") - 4)
        if int.from_bytes(content[:4], "big") not in _ENCRYPTION:
            server.sendall(length + content)
            return
        client.sendall(b"N")


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    kind = _exactly(source, 1)
    return kind, _exactly(source, int.from_bytes(_exactly(source, 4), "big") - 4)


def _exactly(source: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = source.recv(count - len(found))
        if not part:
            raise EOFError
        found += part
    return found


@contextmanager
def proxied(database_url: str, points: Points) -> Iterator[str]:
    """The database's URL through a proxy that passes the points."""
    proxy = Proxy(database_url, points)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy.port = listening.getsockname()[1]

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=proxy._serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield proxy.url
        listening.shutdown(socket.SHUT_RDWR)


class Programs:
    """Starts processes that do one job each: copies of a process that has loaded all modules."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(TESTS)}
        program = [sys.executable, str(TESTS / "support" / "crash_program.py")]
        self.process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.strip())
        self.lines.put("gone")

    def start(self, points: Points, job: str, **order: Any) -> None:
        """Begins a job in a new process."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"job": job, **order}) + "\n")
        self.process.stdin.flush()
        points.pid = int(self.next("pid"))

    def next(self, word: str) -> str:
        """The rest of the next line, which begins with that word."""
        line = self.line()
        assert line.startswith(word), line
        return line.partition(" ")[2]

    def line(self) -> str:
        """The next line."""
        return self.lines.get(timeout=NET)

    def close(self) -> None:
        """Ends the process that the others are copies of."""
        self.process.kill()
        self.process.wait(NET)
