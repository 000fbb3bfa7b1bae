"""The acts of people in the tour: they chat, tap, read their mail, and sign in with a calendar app."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

from caldav.davclient import DAVClient
from lxml import etree

from support.dav import Entry
from support.waiting import NET, wait_until

PATIENCE = NET
"""Max seconds until something is heard or read."""


class People:
    """The acts and views of people: the pages of the sandbox, by their control API."""

    def __init__(self, sandbox: str) -> None:
        self.sandbox = sandbox

    def http(self, method: str, path: str, body: object = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.sandbox + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            raw = answer.read()
            return json.loads(raw) if answer.headers.get_content_type() == "application/json" else raw

    def say(self, person: int, text: str) -> None:
        self.http("POST", f"/sandbox/people/{person}/messages", {"text": text})

    def heard(self, person: int, words: str) -> dict[str, Any]:
        """The newest message of the bot to that person that holds these words; waits for it."""

        def look() -> dict[str, Any] | None:
            messages = self.http("GET", f"/sandbox/people/{person}/messages?after=0")["messages"]
            said = [each for each in messages if each["from"] == "bot" and words in (each["text"] or "")]
            return said[-1] if said else None

        found = wait_until(look, PATIENCE, what=f"{person} hears {words!r}")
        assert found is not None
        return found

    def tap(self, person: int, message: dict[str, Any], label: str) -> None:
        buttons = [button for row in message["buttons"] for button in row]
        data = next(button["callback_data"] for button in buttons if label in button["text"])
        self.http("POST", f"/sandbox/people/{person}/taps", {"message_id": message["message_id"], "data": data})

    def mail(self, address: str, method: str) -> dict[str, Any]:
        """The one mail with that iTIP method to that address; waits for it."""

        def look() -> list[dict[str, Any]]:
            return [each for each in self.http("GET", f"/sandbox/mails?to={address}") if each["method"] == method]

        (found,) = wait_until(look, PATIENCE, what=f"a {method} to {address}")
        return {**found, "raw": self.http("GET", f"/sandbox/mails/{found['id']}")}

    def device_password(self, person: int) -> str:
        """A new device password, from /device add; the bot shows it once."""
        self.say(person, f"/device add Laptop of {person}")
        found = re.search(r"Password: ([0-9a-zA-Z]{16})", self.heard(person, "Password:")["text"])
        assert found is not None
        return found[1]


class CalendarApp:
    """python-caldav, which gets only the server's root and a device password."""

    def __init__(self, root: str, person: int, password: str) -> None:
        self.client = DAVClient(url=root + "/", username=str(person), password=password)
        (self.calendar,) = self.client.principal().calendars()

    def summaries(self) -> list[str]:
        return sorted(str(each.icalendar_component["SUMMARY"]) for each in self.calendar.events())

    def text(self, url: str) -> str:
        return str(self.calendar.event_by_url(url).data)

    def sync(self, token: str = "") -> tuple[dict[str, Entry], str]:
        """One sync-collection (RFC 6578): what changed since the token, by path, and the next token."""
        body = (
            '<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
            f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
            "<D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>"
        )
        headers = {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}
        answer = self.client.request(str(self.calendar.url), "REPORT", body, headers)
        assert answer.status == 207
        tree = etree.fromstring(answer.raw.encode() if isinstance(answer.raw, str) else answer.raw)
        entries = [Entry(each) for each in tree.findall("{DAV:}response")]
        return {entry.href: entry for entry in entries}, tree.findtext("{DAV:}sync-token") or ""

    def __enter__(self) -> CalendarApp:
        return self

    def __exit__(self, *exception: object) -> None:
        self.client.close()
