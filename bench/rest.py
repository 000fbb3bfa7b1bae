"""The part of the REST door: one event, a month of 1,000 events, a new event; beside a bare Litestar handler."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from bench import bulk, dav, events, filled, servers, store, table
from bench.filled import Login
from bench.live import session_token
from bench.load import Connection, LoadError, Prepared, run
from bench.part import Outcome, Task, listed, machine
from bench.quiet import cpu_seconds, settle
from televent.application.read_models.accounts import AccountRow
from televent.domain.ids import AccountId
from televent.runtime.compose import Core

ACCOUNTS, QUICK_ACCOUNTS = 40, 8
EACH: Final = 100
"""Number of events of an account. With the repeats and the new events an account stays below its limit."""
MONTHS, QUICK_MONTHS = 8, 2
"""Number of accounts with a full month."""
MONTH: Final = 1_000
STEP: Final = timedelta(minutes=40)
RANGE: Final = "start=2026-01-05T00:00:00Z&end=2026-02-05T00:00:00Z&limit=1000"
CROWD: Final = 16
ROUNDS, QUICK_ROUNDS = 5, 2
NEW, QUICK_NEW = 160, 32
"""Number of new events of each door in a round."""
READS: Final = 0.5
WRITES: Final = 0.8
ASKED: Final = 20
"""Number of repeated lists."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account, its access token, and the ids of its events."""

    login: Login
    token: str
    ids: tuple[UUID, ...]

    def asks(self, method: str, path: str, body: bytes = b"") -> Prepared:
        """A request at the REST door."""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAuthorization: Bearer {self.token}"
        if body:
            head += f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        return f"{head}\r\n\r\n".encode() + body

    def dav(self, method: str, name: str, body: bytes = b"") -> Prepared:
        """A request at the CalDAV door, for an object of the default calendar."""
        login = (self.login.user, self.login.password)
        path = f"{self.login.home}default/{name}"
        return dav.request(method, path, host="localhost", login=login, body=body, content_type="text/calendar")


async def measure_rest(task: Task) -> Outcome:
    """Fills the accounts, and measures reads and writes of both doors and the floor by turns."""
    quick = task.options.quick
    place = task.place / "televent"
    task.say("filling accounts …")
    logins = await asyncio.to_thread(_fill, place, quick)
    server = servers.start_televent(place, "INFO", TELEVENT_RATE_LIMITS="on")
    task.running.callback(server.stop)
    version = store.postgres_version(server)
    with store.open_store(server) as core:
        people = [await _person(core, login) for login in logins]
    (port,) = servers.free_ports(1)
    log = task.place / "beside.log"
    command = [sys.executable, "-m", "bench.beside", str(servers.data_of(place)), str(port)]
    process = servers.start(command, log, **server.facts["environment"], PYTHONPATH=str(servers.ROOT))
    api = servers.Server("beside", "", port, "", ("", ""), process, log)
    task.running.callback(api.stop)
    servers.await_port("beside", process, port, log)
    await settle(server.process.pid)
    months = QUICK_MONTHS if quick else MONTHS
    town, full = people[months:], people[:months]
    meter = Meter(port, process.pid)
    lines = [
        *await _reads(meter, town, QUICK_ROUNDS if quick else ROUNDS),
        *await _lists(meter, full),
        *await _writes(meter, town, QUICK_ROUNDS if quick else ROUNDS, QUICK_NEW if quick else NEW),
    ]
    api.stop()
    verdicts = [each.verdict for each in lines if each.verdict is not None]
    missed = [f"{each.title}: {each.verdict}" for each in lines if each.verdict is not None and not each.verdict.met]
    grid = [["work", "REST", "floor or CalDAV", "CPU, µs", "verdict"], *(each.row() for each in lines)]
    text = (
        f"As `televent up` runs it, with its limits and its access log; {CROWD} connections. *first*: an event, or a"
        " month, that this process was not asked for since its start, by a person who was not. The floor is a bare"
        " Litestar handler in the same process, without sign-in, database, limits and access log, which encodes a"
        " struct that it has at hand. *CPU*: the processor time of the process for a request, at both doors; it depends"
        " less on what else the machine does."
    )
    note = machine(version, task.load)
    return Outcome("\n\n".join([text, table.grid(grid), note, "Goals missed:", listed(missed)]), not verdicts)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table."""

    title: str
    ours: str
    other: str
    cpu: str = ""
    verdict: table.Verdict | None = None

    def row(self) -> list[str]:
        """The cells."""
        return [self.title, self.ours, self.other, self.cpu, str(self.verdict) if self.verdict is not None else ""]


@dataclass(frozen=True, slots=True)
class Meter:
    """Measures the process behind a port."""

    port: int
    process: int

    async def rate(self, asks: Sequence[Prepared], connections: int, statuses: tuple[int, ...] = (200,)) -> Sample:
        """Requests a second, and the processor time of each."""
        used = cpu_seconds(self.process)
        rate = await _rate(self.port, asks, connections, statuses)
        return rate, (cpu_seconds(self.process) - used) / len(asks) * 1e6


Sample = tuple[float, float]
"""A rate in 1/s, and microseconds of processor time for a request."""


def _middle(samples: Sequence[Sample]) -> Sample:
    """The median rate, and the mean processor time: its clock ticks every 10 ms, too seldom for one round."""
    return statistics.median(rate for rate, _ in samples), statistics.mean(cpu for _, cpu in samples)


async def _reads(meter: Meter, people: Sequence[Person], rounds: int) -> list[Line]:
    """GETs of single events. The first asks are cut into as many rounds as the others have."""
    chance, firsts = random.Random(91), [(each, event) for each in people for event in each.ids]
    chance.shuffle(firsts)
    share = len(firsts) // rounds
    samples: dict[str, list[Sample]] = {"first": [], "again": [], "bare": [], "front": [], "dav": []}
    login = people[0]
    names = itertools.cycle(events.name(number, prefix=login.login.prefix) for number in range(EACH))
    await meter.rate([login.dav("GET", next(names)) for _ in range(2)], 1)
    for turn in range(rounds):
        some = firsts[turn * share : (turn + 1) * share]
        asks = [person.asks("GET", f"/api/events/{event}") for person, event in some]
        samples["bare"].append(await meter.rate([bare("/bare/event")] * share * 3, CROWD))
        samples["first"].append(await meter.rate(asks, CROWD))
        samples["front"].append(await meter.rate([bare("/health/live")] * share * 3, CROWD))
        samples["again"].append(await meter.rate(asks, CROWD))
        samples["dav"].append(await meter.rate([login.dav("GET", next(names)) for _ in range(share)], CROWD))
    found = {name: _middle(values) for name, values in samples.items()}
    return [
        _line("GET one event, first", found["first"], found["bare"], READS),
        _line("GET one event, again", found["again"], found["bare"], READS),
        Line("the bare `/health/live` with the access log", "", _per(found["front"]), _cpu(found["front"])),
        Line("CalDAV GET of one event, again", "", _per(found["dav"]), _cpu(found["dav"])),
    ]


async def _lists(meter: Meter, people: Sequence[Person]) -> list[Line]:
    """Months, one after the other."""
    times: dict[str, list[float]] = {"first": [], "again": [], "bare": []}
    used: list[float] = []
    for person in people:
        ask = person.asks("GET", f"/api/events?{RANGE}")
        times["bare"].append(await _time(meter.port, bare("/bare/events"), ASKED))
        connection = Connection(servers.HOST, meter.port)
        before, began = cpu_seconds(meter.process), time.perf_counter()
        answer = await connection.send(ask)
        times["first"].append((time.perf_counter() - began) * 1000)
        used.append(cpu_seconds(meter.process) - before)
        connection.close()
        if answer.status != 200 or len(json.loads(answer.body)["events"]) != MONTH:
            raise LoadError(f"the month has not its {MONTH} events: {answer.status} {answer.body[:200]!r}")
        times["again"].append(await _time(meter.port, ask, ASKED))
    found = {name: statistics.median(values) for name, values in times.items()}
    return [
        Line(
            f"list of a month with {MONTH:,} events, {kind}",
            f"{found[kind]:.1f} ms",
            f"{found['bare']:.1f} ms",
            f"{statistics.mean(used) * 1e6:,.0f}" if kind == "first" else "",
            _share(1 / found[kind], 1 / found["bare"], READS),
        )
        for kind in ("first", "again")
    ]


async def _writes(meter: Meter, people: Sequence[Person], rounds: int, count: int) -> list[Line]:
    """New events, by turns at both doors, in the same accounts."""
    numbers, few = itertools.count(events.NEW), people[:CROWD]
    samples: dict[str, list[Sample]] = {"rest": [], "dav": []}
    for person in few:
        await meter.rate([person.dav("PUT", "warm.ics", events.event(next(numbers), prefix="warm"))], 1, (201,))
        await meter.rate([person.asks("POST", "/api/events", _new(next(numbers)))], 1, (201,))
    turns = itertools.cycle(few)
    for _ in range(rounds):
        puts = []
        for number in itertools.islice(numbers, count):
            text = events.event(number, prefix="put")
            puts.append(next(turns).dav("PUT", events.name(number, prefix="put"), text))
        posts = [next(turns).asks("POST", "/api/events", _new(number)) for number in itertools.islice(numbers, count)]
        samples["dav"].append(await meter.rate(puts, CROWD, (201,)))
        samples["rest"].append(await meter.rate(posts, CROWD, (201,)))
    found = {name: _middle(values) for name, values in samples.items()}
    return [_line("POST of a new event, and CalDAV PUT", found["rest"], found["dav"], WRITES)]


def _new(number: int) -> bytes:
    """The same event as a PUT stores, in JSON."""
    start = events.start_of(number)
    values = {
        "summary": f"Meeting {number} about the project, take 0",
        "location": f"Room {number % 17}, second floor",
        "description": events.TEXT.replace("\\n", "\n").replace("\\", ""),
        "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        **({"recurrence": {"rule": f"FREQ=WEEKLY;COUNT={events.TIMES}"}} if events.occurrences(number) > 1 else {}),
    }
    return json.dumps(values).encode()


def bare(path: str) -> Prepared:
    """A request to the floor."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n\r\n".encode()


async def _rate(port: int, asks: Sequence[Prepared], connections: int, statuses: tuple[int, ...] = (200,)) -> float:
    asked: Iterator[Prepared] = iter(asks)
    sample = await run(
        servers.HOST, port, lambda: next(asked), connections=connections, statuses=statuses, count=len(asks)
    )
    return sample.rate


async def _time(port: int, ask: Prepared, count: int) -> float:
    """Milliseconds of the median answer."""
    sample = await run(servers.HOST, port, ask, connections=1, statuses=(200,), count=count)
    return statistics.median(sample.latencies) * 1000


def _line(title: str, ours: Sample, other: Sample, least: float) -> Line:
    return Line(title, _per(ours), _per(other), f"{_cpu(ours)} / {_cpu(other)}", _share(ours[0], other[0], least))


def _per(sample: Sample) -> str:
    return f"{sample[0]:,.0f}/s"


def _cpu(sample: Sample) -> str:
    return f"{sample[1]:,.0f}"


def _share(ours: float, other: float, least: float) -> table.Verdict:
    share = ours / other
    return table.Verdict(f"≥ {least}", f"{share:.2f}", share >= least)


def _fill(place: Path, quick: bool) -> list[Login]:
    months, accounts = (QUICK_MONTHS, QUICK_ACCOUNTS) if quick else (MONTHS, ACCOUNTS)
    place.mkdir(parents=True, exist_ok=True)
    with store.open_data(servers.data_of(place)) as core:
        people = filled.opened(core, months + accounts)
        bulk.record(core, _drafts(core, people, months), lambda more: None)
        bulk.settle_store(core)
        return [filled.login_of(core, number, person) for number, person in enumerate(people)]


def _drafts(core: Core, people: Sequence[AccountRow], months: int) -> Iterator[bulk.Draft]:
    home = [filled.home_calendar(person) for person in people]
    month = [bulk.draft(core, people[0], home[0], number, text=_in_month(number)) for number in range(MONTH)]
    usual = [bulk.draft(core, people[0], home[0], number) for number in range(EACH)]
    for place, owner in enumerate(people):
        prefix = filled.prefix(place)
        for number, original in enumerate(month if place < months else usual):
            names = events.uid(number, prefix=prefix), events.name(number, prefix=prefix)
            yield original.of(owner, home[place], *names)


def _in_month(number: int) -> bytes:
    """An event of the full month."""
    start, moved = events.start_of(number), events.FIRST + STEP * number
    text = events.event(number)
    for name, before, after in (("DTSTART", start, moved), ("DTEND", start + STEP, moved + STEP)):
        old = before if name == "DTSTART" else start + timedelta(hours=1)
        text = text.replace(f"{name}:{old:{events.STAMP}}".encode(), f"{name}:{after:{events.STAMP}}".encode())
    return text


async def _person(core: Core, login: Login) -> Person:
    account = AccountId(UUID(login.account))
    with core.pool.connection() as connection:
        rows = connection.execute("SELECT stream_id FROM resource WHERE tenant_id = %s", (account,)).fetchall()
    return Person(login, await session_token(core, account), tuple(row[0] for row in rows))
