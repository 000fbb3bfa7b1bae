"""The Televent that the suites talk to: freshly started, with as many new people as they ask for."""

from __future__ import annotations

import itertools
import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.running import Televent

NAMES = ("Ann", "Bob", "Eve")


@dataclass(frozen=True)
class Person:
    """A person with an account, who signs in with the verified address and a device password."""

    address: str
    password: str
    telegram_id: int
    home: str
    """The path of the calendar home."""


class Site:
    """A running server. ``url`` is its root, with a slash at its end."""

    def __init__(self, televent: Televent, url: str) -> None:
        self.url = url
        self._televent = televent
        self._numbers = itertools.count(1001)

    def people(self, count: int) -> list[Person]:
        """New accounts with empty calendars, so that no suite finds the events of another."""
        return [self._person(NAMES[place % len(NAMES)]) for place in range(count)]

    def _person(self, name: str) -> Person:
        number = next(self._numbers)
        address = f"{name.lower()}.{number}@example.com"
        done = self._televent.run(
            "account", "add", "--telegram-id", str(number), "--name", name, "--email", address, "--json"
        )
        if done.returncode:
            raise RuntimeError(f"no account could be made: {done.stderr.strip()}")
        made = json.loads(done.stdout)
        return Person(address, made["password"], number, f"/caldav/{made['account']}/")


@contextmanager
def running() -> Iterator[Site]:
    """``televent up`` on an embedded PostgreSQL in a directory of its own."""
    with tempfile.TemporaryDirectory(prefix="televent-interop-") as folder:
        host = loopback()
        # The suites meet the limits that people meet.
        televent = Televent(Path(folder) / "data", API_HOST=host, TELEVENT_RATE_LIMITS="on")
        url = f"http://{host}:{televent.environment['API_PORT']}/"
        with televent:
            yield Site(televent, url)


def loopback() -> str:
    """Another loopback address than 127.0.0.1, where the machine has one. caldav-server-tester takes 127.0.0.1 for a
    server without its own host, and leaves out the tests of discovery."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.2", 0))
        except OSError:
            return "127.0.0.1"
    return "127.0.0.2"
