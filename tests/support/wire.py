"""A wire between Televent and PostgreSQL that fails on command: it refuses, is silent, is cut, or loses a message."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

COMMIT_DONE = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""The server's message that a transaction is committed."""
IDLE = b"Z\x00\x00\x00\x05I"
"""The server's message that it is in no transaction. With the answer to an INSERT before it, that is committed too."""


class Wire:
    """A proxy on a socket in ``directory``. ``url`` is the server's address through it."""

    def __init__(self, server: str, directory: Path) -> None:
        parts = conninfo_to_dict(server)
        name = f".s.PGSQL.{parts['port']}"
        self._server = f"{parts['host']}/{name}"
        self.url = (
            f"postgresql://{parts['user']}:{parts['password']}@/{parts['dbname']}?host={directory}&port={parts['port']}"
        )
        assert conninfo_to_dict(make_conninfo(self.url))["host"] == str(directory)
        self.connections = 0
        """Number of connections so far."""
        self.lost = threading.Event()
        """Set once the reply of ``lose`` was lost."""
        self.held = 0
        """Number of messages of clients so far that were withheld, or had to wait for the end of a silence."""
        self._withheld = b""
        self._refusing = False
        self._flows = threading.Event()
        self._flows.set()
        self._lose = b""
        self._guard = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(directory / name))
        # Started as root, services and database run as another account.
        directory.chmod(0o755)
        (directory / name).chmod(0o777)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def refuse(self) -> None:
        """New connections end at once, as when the server is down."""
        self._refusing = True

    def silence(self) -> None:
        """Nothing passes in either direction any more; connections stay open, and new ones are accepted."""
        self._flows.clear()

    def restore(self) -> None:
        """All works again. Bytes sent in the silence arrive now."""
        self._refusing = False
        self._flows.set()

    def lose(self, reply: bytes = COMMIT_DONE) -> None:
        """The next message of the server with these bytes is lost, and its connection is cut."""
        self.lost.clear()
        self._lose = reply

    def withhold(self, question: bytes) -> None:
        """From now on no message of a client with these bytes arrives."""
        self._withheld = question

    def cut(self) -> int:
        """Cuts every connection, and returns their number."""
        with self._guard:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            _end(pair)
        return len(pairs)

    def close(self) -> None:
        """Ends everything."""
        self.refuse()
        self._listener.close()
        self.cut()
        self._flows.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.socket(socket.AF_UNIX)
            try:
                if self._refusing:
                    raise ConnectionRefusedError
                server.connect(self._server)
            except OSError:
                _end((client, server))
                continue
            pair = (client, server)
            with self._guard:
                self._pairs.add(pair)
            threading.Thread(target=self._carry, args=(pair, client, server, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(pair, server, client, True), daemon=True).start()

    def _carry(
        self, pair: tuple[socket.socket, socket.socket], source: socket.socket, target: socket.socket, replies: bool
    ) -> None:
        try:
            while data := source.recv(1 << 16):
                withheld = not replies and self._withheld != b"" and self._withheld in data
                if withheld or (not replies and not self._flows.is_set()):
                    self.held += 1
                if withheld:
                    continue
                self._flows.wait()
                if replies and self._is_lost(data):
                    break
                target.sendall(data)
        except OSError:
            pass
        with self._guard:
            self._pairs.discard(pair)
        _end(pair)

    def _is_lost(self, data: bytes) -> bool:
        with self._guard:
            committed = self._lose == COMMIT_DONE and b"INSERT 0 " in data and IDLE in data
            if not self._lose or not (self._lose in data or committed):
                return False
            self._lose = b""
        self.lost.set()
        return True


def _end(pair: tuple[socket.socket, socket.socket]) -> None:
    for end in pair:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def open_wire(server: str, directory: Path) -> Iterator[Wire]:
    """A wire to the server at that address, for the block."""
    wire = Wire(server, directory)
    try:
        yield wire
    finally:
        wire.close()
