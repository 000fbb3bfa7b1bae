"""Clients of the live stream on real sockets."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from support.dav import Client, Site
from support.waiting import NET, await_settled


class Events:
    """An open stream of server-sent events; iterating gives the JSON of each, after its name."""

    def __init__(self, port: int, token: str, since: str | None = None, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=NET)
        sent = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): at for name, at in headers.items()}}
        path = "/api/stream" + (f"?since={since}" if since is not None else "")
        self.connection.request("GET", path, None, sent)
        self.answer = self.connection.getresponse()
        self.id = ""
        self.comments = 0

    def next(self) -> tuple[str, dict[str, Any]]:
        """The next event. Raises EOFError where the server has ended the answer."""
        name, data = "", ""
        while True:
            line = self.answer.readline().decode()
            if not line:
                raise EOFError
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "id":
                self.id = value
            elif field == "event":
                name = value
            elif field == "data":
                data = value
            elif line.startswith(":"):
                self.comments += 1
            elif line == "\n" and name:
                return name, json.loads(data)

    def until(self, wanted: Callable[[dict[str, Any]], object]) -> list[dict[str, Any]]:
        """The changes up to the first one that is wanted."""
        found = []
        while True:
            name, data = self.next()
            assert name == "change", (name, data)
            found.append(data)
            if wanted(data):
                return found

    def rest(self) -> list[tuple[str, dict[str, Any]]]:
        """All events until the server ends the answer."""
        found = []
        try:
            while True:
                found.append(self.next())
        except EOFError:
            return found

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


@contextmanager
def following(site: Site, token: str, since: str | None = None, **headers: str) -> Iterator[Events]:
    """A stream that is open in the block. No frame of it tells of facts that were recorded before."""
    # A transaction of another test, in another database of the same server, holds the watermark back.
    await_settled(site.core.recorder)
    events = Events(site.port, token, since, **headers)
    try:
        assert events.answer.status == 200, events.answer.read()
        yield events
    finally:
        events.close()


def work(client: Client, name: str = "work") -> str:
    """A new calendar; its path."""
    path = client.calendar(name)
    assert client.ask("MKCALENDAR", path).status == 201
    return path
