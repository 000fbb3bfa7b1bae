"""After kill -9 of all processes in the middle of writes, every acknowledged write is stored."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from e2e.people import CalendarApp
from support.dav import event
from support.running import Televent
from support.waiting import wait_until

WRITERS = 4
State = tuple[str, bytes] | None
"""The ETag and bytes of a resource; None where it does not exist."""


class Connection:
    """A calendar app's connection."""

    def __init__(self, televent: Televent, account: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(televent.api).netloc, timeout=120)
        credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}", "Content-Type": "text/calendar"}
        self.folder = f"/caldav/{account['account']}/default/"

    def ask(self, method: str, name: str, text: bytes | None = None) -> tuple[int, str, bytes]:
        """Status, ETag, body."""
        self.connection.request(method, f"{self.folder}{name}", text, self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.getheader("ETag") or "", answer.read()


@dataclass
class Writer:
    """Makes, changes and deletes events, one after the other, until the server is dead."""

    connection: Connection
    acknowledged: dict[str, State] = field(default_factory=dict)
    changes: int = 0
    under_way: str | None = None
    """The request at the moment when the server died. Its result is unknown."""
    refused: tuple[int, bytes] = (503, b"")

    def run(self) -> None:
        try:
            while True:
                self.one_event()
        except (OSError, http.client.HTTPException):
            return

    def one_event(self) -> None:
        uid = str(uuid4())
        self.put(uid, event(uid), 201)
        if self.changes % 2:
            self.put(uid, event(uid, "SUMMARY:Changed"), 204)
        if self.changes % 5 == 0:
            self.ask("DELETE", uid, None, 204)
            self.acknowledged[f"{uid}.ics"] = None

    def put(self, uid: str, text: bytes, wanted: int) -> None:
        etag = self.ask("PUT", uid, text, wanted)
        assert etag
        self.acknowledged[f"{uid}.ics"] = (etag, text)

    def ask(self, method: str, uid: str, text: bytes | None, wanted: int) -> str:
        self.under_way = f"{uid}.ics"
        status, etag, body = self.connection.ask(method, self.under_way, text)
        if status != wanted:
            # The database may die before the API does: then a refusal comes, and acknowledges nothing.
            self.refused = (status, body)
            raise ConnectionError(status)
        self.under_way = None
        self.changes += 1
        return etag


@pytest.mark.long
@pytest.mark.xdist_group("e2e")
def test_every_acknowledged_change_survives_the_death_of_everything(tmp_path: Path) -> None:
    televent = Televent(tmp_path / "data")
    televent.start()
    try:
        added = televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann", "--json")
        account = json.loads(added.stdout)
        with CalendarApp(televent.api, 1001, account["password"]) as app:
            _, token = app.sync()
        writers = [Writer(Connection(televent, account)) for _ in range(WRITERS)]
        threads = [threading.Thread(target=writer.run) for writer in writers]
        for thread in threads:
            thread.start()
        wait_until(lambda: all(writer.changes >= 50 for writer in writers), 60, what="50 changes by each")
        televent.kill_everything()
        for thread in threads:
            thread.join(60)
        wait_until(lambda: not televent.descendants(), 30, what="everything dead")
        assert all(writer.under_way for writer in writers), "each was in the middle of a change"
        assert [writer.refused for writer in writers if writer.refused[0] < 500] == []

        televent.start()
        acknowledged = {name: state for writer in writers for name, state in writer.acknowledged.items()}
        under_way = {writer.under_way for writer in writers}
        certain = {name: state for name, state in acknowledged.items() if name not in under_way}
        found = read_back(Connection(televent, account), certain)
        assert found == certain
        with CalendarApp(televent.api, 1001, account["password"]) as app:
            entries, _ = app.sync(token)
        # A client that followed tokens before gets the same members: none is missing, none is too many.
        told = {path.rpartition("/")[2]: entry for path, entry in entries.items()}
        assert {name for name, entry in told.items() if entry.props} - under_way == {n for n, s in certain.items() if s}
        assert set(told) <= set(acknowledged) | under_way
        verified = json.loads(televent.run("verify", "--json").stdout)
        assert verified["broken"] == []
        assert verified["events"] >= sum(writer.changes for writer in writers)
        rebuilt = json.loads(televent.run("rebuild", "dav_index", "--json").stdout)
        assert rebuilt["differing_rows"] == 0
        assert rebuilt["events"] >= verified["events"]
        assert televent.stop() == 0
    finally:
        if televent.descendants():
            televent.kill_everything()


def read_back(connection: Connection, certain: dict[str, State]) -> dict[str, State]:
    """The server's content under these names."""
    found: dict[str, State] = {}
    for name in certain:
        status, etag, text = connection.ask("GET", name)
        assert status in (200, 404)
        found[name] = (etag, text) if status == 200 else None
    return found
