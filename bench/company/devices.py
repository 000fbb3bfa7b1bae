"""People's calendar apps: they poll, edit, invite and accept. Every answer is checked."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from lxml import etree

from bench import dav, events
from bench.company import texts
from bench.company.ledger import Ledger, Meeting
from bench.company.people import Person, today
from bench.company.proxy import Proxy
from bench.load import Answer, LoadError
from bench.meeting import accepted
from bench.servers import HOST
from bench.site import hrefs, sync_token

NS = {"D": "DAV:", "C": "urn:ietf:params:xml:ns:caldav"}
CALENDAR = "text/calendar; charset=utf-8"
LEFT_OUT = "~"
"""In a sync token before the number up to which the client has all changes (ADR 6)."""
SECONDS_TO_RING = 8.0
"""Seconds from a PUT until its alarm rings."""


class Device:
    """The calendar app of one person. It does one thing at a time."""

    def __init__(self, person: Person, port: int, proxy: Proxy, each: int) -> None:
        self.person = person
        self._host, self._proxy, self._each = f"{HOST}:{port}", proxy, each
        self._token = ""
        self._written: set[str] = set()
        self._revision = 0
        self._busy = asyncio.Lock()

    async def poll(self, ledger: Ledger, due: float) -> None:
        """Reads the sync token, and syncs where it has changed: own writes must be among the changes."""
        async with self._busy:
            answer = await self._ask(ledger, "poll", due, "PROPFIND", self.person.calendar, dav.POLL, depth=0)
            token = sync_token(answer)
            if not self._token:
                self._token, self._written = token, set()
                return
            if token == self._token:
                if self._written:
                    raise LoadError(f"poll: {len(self._written)} own writes did not change the sync token")
                return
            now = time.perf_counter()
            sync = dav.sync_collection(self._token)
            answer = await self._ask(ledger, "sync", now, "REPORT", self.person.calendar, sync)
            found, token_now = hrefs(answer), sync_token(answer)
            missed = self._written - set(found)
            # A member that changes during the answer may be left out. Then the token says so, and the next sync has it.
            cut = LEFT_OUT in token_now
            if len(set(found)) != len(found) or ((missed or not found) and not cut):
                raise LoadError(
                    f"sync: from {self._token} to {token_now}, polled {token}, {len(found)} changes are listed"
                    f" without {sorted(missed) or 'any'}"
                )
            self._token, self._written = token_now, missed
            wanted = [each for each in found if b"404" not in _status(answer, each)]
            if wanted:
                now = time.perf_counter()
                text = dav.multiget(wanted[:50])
                answer = await self._ask(ledger, "multiget", now, "REPORT", self.person.calendar, text, depth=0)
                if answer.body.count(b"BEGIN:VCALENDAR") != len(wanted[:50]):
                    raise LoadError("multiget: an event is missing in the answer")

    async def edit(self, ledger: Ledger, due: float, number: int) -> None:
        """Changes one of the person's own events."""
        event = number % self._each
        self._revision += 1
        text = texts.own_event(event, today(), prefix=self.person.prefix, revision=self._revision)
        await self._put(ledger, due, events.name(event, prefix=self.person.prefix), text)

    async def remind(self, ledger: Ledger, due: float, title: str) -> None:
        """Makes an event that rings in some seconds."""
        rings = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=SECONDS_TO_RING)
        name = title.lower().strip(".").replace(" ", "-")
        await self._put(ledger, due, f"{name}.ics", texts.reminding(f"{name}@bench.example.com", title, rings))
        if datetime.now(UTC) < rings:
            # A reminder that was due before its event came is not owed.
            ledger.rung[title] = self.person.number

    async def meet(self, ledger: Ledger, due: float, meeting: Meeting, guests: list[str]) -> None:
        """Makes a meeting."""
        text = texts.meeting(meeting.uid, meeting.title, datetime.now(UTC), self.person.address, guests)
        await self._put(ledger, due, f"{meeting.uid.partition('@')[0]}.ics", text, kind="PUT of a meeting")
        ledger.meetings.append(meeting)

    async def accept(self, ledger: Ledger, due: float, meeting: Meeting) -> None:
        """Finds the own copy of a meeting, and accepts."""
        async with self._busy:
            query = texts.by_uid(meeting.uid)
            answer = await self._ask(ledger, "find a meeting", due, "REPORT", self.person.calendar, query, depth=1)
            tree = etree.fromstring(answer.body)
            found = tree.findall("D:response", NS)
            if len(found) != 1:
                raise LoadError(f"find a meeting: {len(found)} copies instead of one")
            path, tag = found[0].findtext("D:href", "", NS), found[0].findtext(".//C:schedule-tag", "", NS)
            # An XML parser reads CRLF as LF.
            lines = found[0].findtext(".//C:calendar-data", "", NS).replace("\r", "").splitlines()
            text = accepted("".join(f"{line}\r\n" for line in lines).encode(), self.person.address)
            now = time.perf_counter()
            await self._store(ledger, "PUT of an answer", now, path, text, f"If-Schedule-Tag-Match: {tag}")
        meeting.accepted.add(self.person.number)

    async def _put(self, ledger: Ledger, due: float, name: str, text: bytes, kind: str = "PUT") -> None:
        async with self._busy:
            path = self.person.calendar + name
            etag = await self._store(ledger, kind, due, path, text)
        # The server changes a meeting itself, when answers come.
        if kind == "PUT" and etag:
            ledger.written[path] = etag

    async def _store(self, ledger: Ledger, kind: str, due: float, path: str, text: bytes, condition: str = "") -> str:
        answer = await self._ask(
            ledger, kind, due, "PUT", path, text, kind_of_body=CALENDAR, statuses=(201, 204), condition=condition
        )
        self._written.add(path)
        return answer.header("ETag") or ""

    async def _ask(
        self,
        ledger: Ledger,
        kind: str,
        due: float,
        method: str,
        path: str,
        body: bytes,
        *,
        depth: int | None = None,
        statuses: tuple[int, ...] = (207,),
        kind_of_body: str = "application/xml; charset=utf-8",
        condition: str = "",
    ) -> Answer:
        login = (self.person.account, self.person.password)
        request = dav.request(
            method, path, host=self._host, login=login, body=body, depth=depth, content_type=kind_of_body
        )
        if condition:
            request = request.replace(b"User-Agent: bench", f"User-Agent: bench\r\n{condition}".encode(), 1)
        answer = await self._proxy.send(request, self.person.number)
        if answer.status not in statuses:
            raise LoadError(f"{kind}: {answer.status} {answer.body[:160].decode('utf-8', 'replace')}")
        ledger.note(kind, time.perf_counter() - due)
        return answer


def _status(answer: Answer, href: str) -> bytes:
    """The start of what an answer says of a resource: a deleted one has a status of its own."""
    return answer.body.partition(href.encode() + b"</D:href>")[2][:60]
