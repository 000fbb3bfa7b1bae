"""The part with one meeting of many people: an invitation to all of them, and their answers at the same moment."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from bench import dav, filled, store, table
from bench.load import Connection, LoadError
from bench.part import FIRST_TASK, Outcome, Task, listed, machine
from bench.quiet import cpu_seconds, settle
from bench.servers import HOST, Server
from bench.town import BEGINNING, together

ROUNDS = {25: 5, 200: 3}
"""Number of guests → number of meetings of that size that are measured; the median counts."""
LOOK = 0.05
"""Seconds between two looks at a meeting."""
PATIENCE = 240.0
"""Max seconds until a meeting is complete."""
DOMAIN = "televent.internal"
COPIES = "SELECT count(*) FROM resource WHERE uid = %s AND ics IS NOT NULL"
OWED = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'processing') AND kind LIKE 'itip_local/%%'"
COPY = """
    SELECT href FROM resource JOIN account USING (tenant_id)
    WHERE uid = %s AND telegram_id = %s AND ics IS NOT NULL"""

Database = psycopg.AsyncConnection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Goals:
    """Max seconds for a meeting of one size; ``invited_cpu`` is processor time. None: no goal."""

    slowest: float | None
    complete: float
    invited: float | None = None
    invited_cpu: float | None = None


GOALS = {25: Goals(slowest=0.3, complete=3.0), 200: Goals(None, complete=15.0, invited=3.0, invited_cpu=4.0)}


@dataclass(frozen=True, slots=True)
class Reading:
    """One meeting, in seconds.

    ``put`` is the organizer's PUT; ``invited`` is the time from it until every guest has a copy. ``answers`` are the
    guests' PUTs. ``complete`` is the time from the first of them until the organizer's copy has all answers,
    ``settled`` until no message waits. ``invited_cpu`` and ``answered_cpu`` are processor time of Televent and
    PostgreSQL, until both are idle.
    """

    put: float
    invited: float
    invited_cpu: float
    answers: Sequence[float]
    complete: float
    settled: float
    answered_cpu: float


async def measure_meeting(task: Task) -> Outcome:
    """Measures meetings of each size on one server, as ``televent up`` runs with its default log level."""
    rounds = {5: 1} if task.options.quick else ROUNDS
    people = max(rounds) + 1
    task.say(f"filling Televent with {people} accounts …")
    place = task.place / "televent"
    with task.progress("accounts", people) as progress:
        meter = filled.Meter(lambda _, more: progress.advance(FIRST_TASK, more))
        logins = await asyncio.to_thread(filled.fill_town, place, people, 0, people, meter)
    server = filled.start_filled(place, logins[0], log_level="INFO")
    task.running.callback(server.stop)
    crowd = [Person(login, server.port) for login in logins]
    readings: dict[int, list[Reading]] = {size: [] for size in rounds}
    with store.open_store(server) as core:
        conninfo = core.conninfo
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as database:
        try:
            task.say("all sign in …")
            await sign_in(crowd)
            hall = Hall(server, crowd, database)
            for number in range(max(rounds.values())):
                for size in [size for size, times in rounds.items() if number < times]:
                    reading = await hall.measure(f"bench-{size}-{number}@example.com", size)
                    readings[size].append(reading)
                    task.say(f"{size} guests: {described(reading)}")
        finally:
            for each in crowd:
                each.close()
    note = machine(store.postgres_version(server), task.load, "the default log level, rate limits off")
    return Outcome(report(readings, note), False)


async def sign_in(crowd: Sequence[Person]) -> None:
    """All read their calendar once. The first check of a password is slow on purpose, so it is not measured."""
    gate = asyncio.Semaphore(BEGINNING)

    async def one(person: Person) -> None:
        async with gate:
            await person.ask("PROPFIND", person.path(""), dav.POLL, 207)

    await together(one(person) for person in crowd)


class Person:
    """One person's calendar app, with one persistent connection."""

    def __init__(self, login: filled.Login, port: int) -> None:
        self.telegram_id = filled.FIRST_TELEGRAM_ID + login.number
        self.address = f"tg_{self.telegram_id}@{DOMAIN}"
        self._login = (login.user, login.password)
        self._home = login.home
        self._host = f"{HOST}:{port}"
        self._connection = Connection(HOST, port)

    async def ask(self, method: str, path: str, body: bytes, *statuses: int, tag: str = "") -> tuple[bytes, bytes]:
        """The head and body of the answer. ``tag``: the Schedule-Tag that must match. Raises LoadError."""
        kind = "text/calendar; charset=utf-8" if method == "PUT" else "application/xml; charset=utf-8"
        request = dav.request(method, path, host=self._host, login=self._login, body=body, depth=0, content_type=kind)
        if tag:
            condition = f"User-Agent: bench\r\nIf-Schedule-Tag-Match: {tag}"
            request = request.replace(b"User-Agent: bench", condition.encode(), 1)
        answer = await self._connection.send(request)
        if answer.status not in statuses:
            raise LoadError(f"{method} {path}: {answer.status} {answer.body[:200].decode('utf-8', 'replace')}")
        return answer.head, answer.body

    def path(self, name: str) -> str:
        """The path of a resource in the person's calendar."""
        return f"{self._home}default/{name}"

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


@dataclass(frozen=True, slots=True)
class Prepared:
    """An answer that a guest is about to send."""

    guest: Person
    path: str
    text: bytes
    tag: str

    async def send(self) -> float:
        """Stores the answer and returns the seconds that it took."""
        began = time.perf_counter()
        await self.guest.ask("PUT", self.path, self.text, 200, 204, tag=self.tag)
        return time.perf_counter() - began


class Hall:
    """A running server and the people on it; the first of them is the organizer."""

    def __init__(self, server: Server, people: Sequence[Person], database: Database) -> None:
        self._root = server.process.pid
        self._organizer, self._guests = people[0], people[1:]
        self._database = database

    async def measure(self, uid: str, size: int) -> Reading:
        """Invites ``size`` guests, who then all accept at the same moment. Raises LoadError."""
        guests = self._guests[:size]
        path = self._organizer.path(f"{uid}.ics")
        used, began = await self._start()
        await self._organizer.ask("PUT", path, meeting(uid, self._organizer, guests), 201)
        put = time.perf_counter() - began
        invited = await self._until(began, lambda: self._counted(COPIES, uid), size + 1)
        await self._until(began, lambda: self._counted(OWED), 0)
        await settle(self._root)
        invited_cpu = cpu_seconds(self._root) - used
        prepared = [await self._prepared(uid, guest) for guest in guests]
        used, began = await self._start()
        watching = asyncio.ensure_future(self._until(began, lambda: self._accepted(path), size))
        try:
            answers = await asyncio.gather(*(each.send() for each in prepared))
            complete = await watching
        finally:
            watching.cancel()
        settled = await self._until(began, lambda: self._counted(OWED), 0)
        await settle(self._root)
        answered_cpu = cpu_seconds(self._root) - used
        return Reading(put, invited, invited_cpu, answers, complete, settled, answered_cpu)

    async def _start(self) -> tuple[float, float]:
        """The processor time used and the clock, once the server is idle."""
        await settle(self._root)
        return cpu_seconds(self._root), time.perf_counter()

    async def _prepared(self, uid: str, guest: Person) -> Prepared:
        found = await (await self._database.execute(COPY, (uid, guest.telegram_id))).fetchone()
        if found is None:
            raise LoadError(f"{guest.address} has no copy")
        path = guest.path(found[0])
        head, body = await guest.ask("GET", path, b"", 200)
        tag = re.search(rb"(?im)^schedule-tag: *(.+?)\r?$", head)
        if tag is None:
            raise LoadError(f"{path} has no Schedule-Tag")
        return Prepared(guest, path, accepted(body, guest.address), tag[1].decode())

    async def _accepted(self, path: str) -> int:
        _, body = await self._organizer.ask("GET", path, b"", 200)
        # The organizer accepts too.
        return body.replace(b"\r\n ", b"").count(b"PARTSTAT=ACCEPTED") - 1

    async def _counted(self, query: str, *parameters: object) -> int:
        found = await (await self._database.execute(query, parameters or None)).fetchone()
        return int(found[0]) if found is not None else 0

    async def _until(self, began: float, counted: Callable[[], Awaitable[int]], wanted: int) -> float:
        """Seconds since ``began`` when the number is reached. Raises LoadError after PATIENCE."""
        while (found := await counted()) != wanted:
            if time.perf_counter() - began > PATIENCE:
                raise LoadError(f"{found} instead of {wanted} after {PATIENCE:g} s")
            await asyncio.sleep(LOOK)
        return time.perf_counter() - began


def meeting(uid: str, organizer: Person, guests: Sequence[Person]) -> bytes:
    """The text of a meeting to which no guest has answered."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Televent//Bench 1.0//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        "DTSTART:20260302T090000Z",
        "DTEND:20260302T100000Z",
        "SUMMARY:All hands",
        f"ORGANIZER:mailto:{organizer.address}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{organizer.address}",
        *(f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{each.address}" for each in guests),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def accepted(text: bytes, address: str) -> bytes:
    """A guest's copy with their answer. Raises LoadError where they are not asked."""
    unfolded = text.replace(b"\r\n ", b"")
    line = re.compile(rb"ATTENDEE[^\r]*PARTSTAT=NEEDS-ACTION[^\r]*:mailto:" + re.escape(address.encode()) + rb"\r\n")
    found = line.search(unfolded)
    if found is None:
        raise LoadError(f"{address} is not asked")
    mine = found[0].replace(b"NEEDS-ACTION", b"ACCEPTED").replace(b";RSVP=TRUE", b"")
    return unfolded.replace(found[0], mine, 1)


def described(reading: Reading) -> str:
    """One line about a meeting."""
    return (
        f"PUT {reading.put * 1000:.0f} ms, all copies {reading.invited:.2f} s, {reading.invited_cpu:.2f} CPU-s; answers"
        f" {statistics.median(reading.answers) * 1000:.0f} ms in the median, {max(reading.answers) * 1000:.0f} ms the"
        f" slowest, organizer complete {reading.complete:.2f} s, all settled {reading.settled:.2f} s,"
        f" {reading.answered_cpu:.2f} CPU-s"
    )


def report(readings: dict[int, list[Reading]], note: str) -> str:
    """The table, and the goals missed."""
    lines = [["guests", "work", "time", "processor time", "verdict"]]
    missed = []
    for size, meetings in readings.items():
        goals = GOALS.get(size)
        for work, seconds, cpu, judged in rows(size, meetings, goals):
            lines.append([f"{size}", work, seconds, cpu, "; ".join(map(str, judged)) or "–"])
            missed += [f"{work}, {size} guests: {verdict}" for verdict in judged if not verdict.met]
    return "\n\n".join([table.grid(lines), note, "Goals missed:", listed(missed)])


def rows(
    size: int, meetings: Sequence[Reading], goals: Goals | None
) -> list[tuple[str, str, str, list[table.Verdict]]]:
    """Work, time, processor time and verdicts of one size; each value is the median of the meetings."""

    def middle(value: Callable[[Reading], float]) -> float:
        return statistics.median(map(value, meetings))

    def verdicts(*pairs: tuple[float | None, float, str]) -> list[table.Verdict]:
        return [
            table.Verdict(f"≤ {goal:g} {unit}", f"{found:.2f} {unit}", found <= goal)
            for goal, found, unit in pairs
            if goal is not None
        ]

    invited, invited_cpu = middle(lambda each: each.invited), middle(lambda each: each.invited_cpu)
    slowest, complete = middle(lambda each: max(each.answers)), middle(lambda each: each.complete)
    answered_cpu = middle(lambda each: each.answered_cpu)
    wanted = goals or Goals(None, PATIENCE)
    return [
        ("the organizer's PUT", f"{middle(lambda each: each.put) * 1000:.0f} ms", "–", []),
        (
            "until every guest has a copy",
            f"{invited:.2f} s",
            f"{invited_cpu:.2f} s",
            verdicts((wanted.invited, invited, "s"), (wanted.invited_cpu, invited_cpu, "CPU-s")),
        ),
        (
            "an answer, all at the same moment: median",
            f"{middle(lambda each: statistics.median(each.answers)) * 1000:.0f} ms",
            f"{answered_cpu / size * 1000:.0f} ms",
            [],
        ),
        ("the slowest answer", f"{slowest * 1000:.0f} ms", "–", verdicts((wanted.slowest, slowest, "s"))),
        (
            "until the organizer has all answers",
            f"{complete:.2f} s",
            f"{answered_cpu:.2f} s",
            verdicts((wanted.complete, complete, "s")),
        ),
        ("until no message waits", f"{middle(lambda each: each.settled):.2f} s", "–", []),
    ]
