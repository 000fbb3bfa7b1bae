"""kill -9 of everything in the middle of writes: what was acknowledged is there."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from support.running import Televent
from support.waiting import wait_until

pytestmark = pytest.mark.xdist_group("e2e")

WRITERS = 4
TEXT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261121T000000Z\r\n"
    "DTSTART:20270110T100000Z\r\nDTEND:20270110T110000Z\r\nSUMMARY:{uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


class Client:
    """A calendar app on one connection."""

    def __init__(self, televent: Televent, account: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(televent.api).netloc, timeout=30)
        credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}", "Content-Type": "text/calendar"}
        self.path = f"/caldav/{account['account']}/default/"

    def put(self, uid: str) -> str | None:
        """The ETag, if the PUT was acknowledged."""
        self.connection.request("PUT", f"{self.path}{uid}.ics", TEXT.format(uid=uid).encode(), self.headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.getheader("ETag") if answer.status == 201 else None

    def get(self, uid: str) -> tuple[int, str | None, bytes]:
        self.connection.request("GET", f"{self.path}{uid}.ics", headers=self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.getheader("ETag"), answer.read()


def test_every_acknowledged_change_survives_the_death_of_everything(tmp_path: Path) -> None:
    televent = Televent(tmp_path / "data")
    televent.start()
    try:
        added = televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann", "--json")
        account = json.loads(added.stdout)
        acknowledged: dict[str, str] = {}
        stop = threading.Event()

        def write() -> None:
            client = Client(televent, account)
            while not stop.is_set():
                uid = str(uuid4())
                try:
                    etag = client.put(uid)
                except (OSError, http.client.HTTPException):
                    return  # the server is dead: this one was not acknowledged
                if etag is not None:
                    acknowledged[uid] = etag

        writers = [threading.Thread(target=write) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        wait_until(lambda: len(acknowledged) >= 200, 60, what="200 acknowledged changes")
        televent.kill_everything()
        stop.set()
        for writer in writers:
            writer.join(60)
        wait_until(lambda: not televent.descendants(), 30, what="everything dead")

        televent.start()
        client = Client(televent, account)
        for uid, etag in acknowledged.items():
            status, found, text = client.get(uid)
            assert (status, found) == (200, etag), uid
            assert text == TEXT.format(uid=uid).encode()
        verified = televent.run("verify", "--json")
        assert json.loads(verified.stdout)["broken"] == [], verified.stderr
        rebuilt = televent.run("rebuild", "dav_index", "--json")
        assert json.loads(rebuilt.stdout)["differing_rows"] == 0, rebuilt.stderr
    finally:
        if televent.process is not None and televent.process.poll() is None:
            televent.stop()
