"""The rows of the tables: each sends the same requests to every server and checks the answers."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import vDuration

from bench import dav, events
from bench.load import Answer, Connection, LoadError
from bench.servers import HOST, Login
from bench.site import Scale, Site, expect, sync_token

CROWD = 16
"""Number of connections of the rows with many connections."""
READ = 1_000
"""Number of events that the GET row reads."""
FULL = Scale(items=1_000, rounds=5, seconds=1.5, calls=5, full=20_000, block=100, people=1_000)
QUICK = Scale(items=200, rounds=2, seconds=0.5, calls=3, full=1_000, block=40, people=100)

# ---- rows: each measures one round on a site and returns its value


async def put_one(site: Site) -> float:
    """PUTs per second on one connection. It fills the calendar of the other rows, an equal share in each round."""
    share = site.scale.per_round
    start, site.filled = site.filled, site.filled + share
    numbers = itertools.count(start)
    sample = await site.load(lambda: site.put(site.calendar, next(numbers)), (201, 204), connections=1, count=share)
    site.server.facts.setdefault("put_ms", []).append(statistics.median(sample.latencies) * 1000)
    return sample.rate


async def put_single(site: Site) -> float:
    """PUTs of new events per second, on one connection."""
    return await site.rate(lambda: site.put(site.calendar, next(site.numbers)), (201, 204), 1)


async def put_crowd(site: Site) -> float:
    """PUTs of new events per second, on CROWD connections."""
    return await site.rate(lambda: site.put(site.calendar, next(site.numbers)), (201, 204), CROWD)


async def get_crowd(site: Site) -> float:
    """GETs per second of READ events, which are spread over the whole calendar of any size."""
    numbers = itertools.cycle(range(0, site.scale.items, max(site.scale.items // READ, 1)))
    return await site.rate(lambda: site.request("GET", site.calendar + events.name(next(numbers))), (200,), CROWD)


async def poll_crowd(site: Site) -> float:
    """PROPFINDs of ctag and sync token per second."""
    return await site.rate(site.request("PROPFIND", site.calendar, dav.POLL, depth=0), (207,), CROWD)


def calendar_name(turn: int) -> str:
    """The calendar that every one of the people asks about in one round."""
    return f"round-{turn}"


def first_asks(site: Site, row: str, make: Callable[[Login, str], bytes]) -> list[bytes]:
    """The requests of one round: one for each of the people, about a calendar that the row has not asked about."""
    turn = site.asked[row]
    site.asked[row] += 1
    return [make(person, f"{person.home}{calendar_name(turn)}/") for person in site.people]


async def first_rate(site: Site, requests: Sequence[bytes], status: int) -> float:
    """Requests per second, each sent once."""
    left = iter(requests)
    return (await site.load(lambda: next(left), (status,), connections=CROWD, count=len(requests))).rate


async def get_first(site: Site) -> float:
    """GETs per second, each of another event of another account."""
    if not site.people:
        return await get_crowd(site)
    turn = site.asked["get"]

    def make(person: Login, calendar: str) -> bytes:
        return site.request_of(person, "GET", calendar + events.name(turn, prefix=person.prefix))

    return await first_rate(site, first_asks(site, "get", make), 200)


async def poll_first(site: Site) -> float:
    """PROPFINDs of ctag and sync token per second, each of another account."""
    if not site.people:
        return await poll_crowd(site)
    return await first_rate(site, first_asks(site, "poll", lambda *asked: _poll(site, *asked)), 207)


async def sync_unchanged_first(site: Site) -> float:
    """sync-collection REPORTs without changes per second, each with the token of another account."""
    if not site.people:
        return await sync_unchanged_crowd(site)
    calendar = calendar_name(site.asked["sync"])
    polls = first_asks(site, "sync", lambda *asked: _poll(site, *asked))
    connection = Connection(HOST, site.server.port)
    try:
        tokens = [sync_token(await connection.send(poll)) for poll in polls]
    finally:
        connection.close()
    requests = [
        site.request_of(person, "REPORT", f"{person.home}{calendar}/", dav.sync_collection(token))
        for person, token in zip(site.people, tokens, strict=True)
    ]
    return await first_rate(site, requests, 207)


def _poll(site: Site, person: Login, calendar: str) -> bytes:
    return site.request_of(person, "PROPFIND", calendar, dav.POLL, depth=0)


async def make_known(site: Site) -> None:
    """Each of the people signs in once: the first check of a password is slow on purpose, and no row measures it."""
    left = iter([site.request_of(person, "GET", person.home) for person in site.people])
    if site.people:
        await site.load(lambda: next(left), (200,), connections=CROWD, count=len(site.people))


async def remember_token(site: Site) -> None:
    """Reads the calendar's current sync token."""
    site.token = sync_token(await site.ask(site.request("PROPFIND", site.calendar, dav.POLL, depth=0), 207))


async def sync_unchanged_crowd(site: Site) -> float:
    """sync-collection REPORTs without changes per second."""
    if not site.token:
        await remember_token(site)
        answer = await site.ask(site.request("REPORT", site.calendar, dav.sync_collection(site.token)), 207)
        expect(0, answer, "sync-collection, nothing changed")
    return await site.rate(site.request("REPORT", site.calendar, dav.sync_collection(site.token)), (207,), CROWD)


async def sync_ten(site: Site) -> float:
    """Milliseconds of a sync-collection with ten changes."""
    await remember_token(site)
    first = next(site.numbers) - events.NEW + 1
    for number in range(10):
        request = site.put(site.calendar, number * 13 % site.scale.items, revision=first)
        await site.ask(request, 201, 204)
    request = site.request("REPORT", site.calendar, dav.sync_collection(site.token))
    expect(10, await site.ask(request, 207), "sync-collection, 10 changes")
    value = await site.milliseconds(request)
    site.token = ""
    return value


async def sync_all(site: Site) -> float:
    """Milliseconds of the first sync-collection of the whole calendar."""
    request = site.request("REPORT", site.calendar, dav.sync_collection(""))
    expect(site.scale.items, await site.ask(request, 207), "sync-collection from nothing")
    return await site.milliseconds(request)


async def etags(site: Site) -> float:
    """Milliseconds of a PROPFIND with all ETags."""
    request = site.request("PROPFIND", site.calendar, dav.ETAGS, depth=1)
    expect(site.scale.items, await site.ask(request, 207), "PROPFIND, depth 1")
    return await site.milliseconds(request)


async def multiget(site: Site) -> float:
    """Milliseconds of a calendar-multiget of 50 events."""
    wanted = [site.calendar + events.name(number * 3 % site.scale.items) for number in range(50)]
    request = site.request("REPORT", site.calendar, dav.multiget(wanted), depth=0)
    answer = await site.ask(request, 207)
    expect(len(wanted), answer, "calendar-multiget")
    if answer.body.count(b"BEGIN:VEVENT") != len(wanted):
        raise LoadError("calendar-multiget: the answer lacks calendar data")
    return await site.milliseconds(request)


async def query(site: Site) -> float:
    """Milliseconds of a calendar-query of one week with data."""
    request = site.request("REPORT", site.calendar, dav.query(*events.WEEK), depth=1)
    answer = await site.ask(request, 207)
    expect(events.in_week(site.scale.items), answer, "calendar-query of one week")
    return await site.milliseconds(request)


async def free_busy(site: Site) -> float:
    """Milliseconds of a free-busy-query of one month."""
    request = site.request("REPORT", site.calendar, dav.free_busy(*events.MONTH), depth=1)
    answer = await site.ask(request, 200)
    if (hours := busy_hours(answer)) != events.busy_hours(site.scale.items):
        raise LoadError(f"free-busy-query: {hours:g} busy hours, not {events.busy_hours(site.scale.items)}")
    return await site.milliseconds(request, (200,))


def busy_hours(answer: Answer) -> float:
    """Hours that the FREEBUSY periods of an answer cover; overlaps count once."""
    text = answer.body.decode().replace("\r\n ", "").replace("\n ", "")
    periods: list[tuple[datetime, datetime]] = []
    for line in text.splitlines():
        if line.startswith("FREEBUSY"):
            periods += map(_period, line.rpartition(":")[2].split(","))
    covered, reached = timedelta(0), events.FIRST
    for start, end in sorted(periods):
        covered += max(end - max(start, reached), timedelta(0))
        reached = max(reached, end)
    return covered / timedelta(hours=1)


def _period(text: str) -> tuple[datetime, datetime]:
    first, _, last = text.partition("/")
    start = datetime.strptime(first, events.STAMP).replace(tzinfo=UTC)
    if last.startswith("P"):
        return start, start + vDuration.from_ical(last)  # type: ignore[no-untyped-call]
    return start, datetime.strptime(last, events.STAMP).replace(tzinfo=UTC)


async def put_full(site: Site) -> float:
    """The ratio of the time of a PUT into a full calendar to that into an empty one, measured in turn."""
    if "full" not in site.server.facts:
        full = site.server.facts["full"] = await site.make_calendar("full")
        numbers = itertools.count()
        await site.load(
            lambda: site.put(full, next(numbers), prefix="full"), (201, 204), connections=CROWD, count=site.scale.full
        )
    empty = await site.make_calendar(f"empty-{next(site.numbers)}")
    times: dict[str, list[float]] = {empty: [], site.server.facts["full"]: []}
    for calendar in [empty, site.server.facts["full"]] * 4:

        def make(calendar: str = calendar) -> bytes:
            return site.put(calendar, next(site.numbers), prefix="new")

        sample = await site.load(make, (201, 204), connections=1, count=site.scale.block // 4)
        times[calendar] += sample.latencies
    in_empty, in_full = (statistics.median(values) for values in times.values())
    return in_full / in_empty


Measure = Callable[[Site], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    ``goal`` is the min ratio to the best peer; ``floor`` the method of the request without work; ``at_most`` the max
    value of Televent, for a row that is measured on Televent only.
    """

    key: str
    title: str
    unit: str
    measure: Measure
    goal: float | None = None
    floor: str | None = None
    at_most: float | None = None
    floor_share: float = 0.5
    """Min share of the floor rate that the row must reach."""
    first: bool = False
    """Whether each request is sent once, each by another account."""

    @property
    def more_is_better(self) -> bool:
        """Whether a greater value is better: a rate, not a time."""
        return self.unit == "/s"


def _first(key: str, title: str, measure: Measure, floor: str) -> Row:
    return Row(key, f"{title}, {CROWD} connections", "/s", measure, 3, floor, floor_share=0.35, first=True)


def _again(key: str, title: str, measure: Measure, floor: str) -> Row:
    return Row(key, f"{title}, {CROWD} connections", "/s", measure, 3, floor, floor_share=0.6)


ROWS = (
    Row("put-1", "PUT a new event, one connection, from empty to {items:,}", "/s", put_one, goal=2),
    _first("get-first", "GET one event, first ask", get_first, "GET"),
    _first("poll-first", "PROPFIND depth 0, ctag and sync-token, first ask", poll_first, "PROPFIND"),
    _first("sync-first", "sync-collection, nothing changed, first ask", sync_unchanged_first, "PROPFIND"),
    _again("get-16", "GET one event, repeated", get_crowd, "GET"),
    _again("poll-16", "PROPFIND depth 0, ctag and sync-token, repeated", poll_crowd, "PROPFIND"),
    _again("sync-none-16", "sync-collection, nothing changed, repeated", sync_unchanged_crowd, "PROPFIND"),
    Row("sync-10", "sync-collection, 10 changes", "ms", sync_ten, goal=1.5),
    Row("sync-all", "sync-collection from nothing, {items:,} items", "ms", sync_all, goal=4),
    Row("etags", "PROPFIND depth 1, etags, {items:,} items", "ms", etags, goal=8),
    Row("multiget", "calendar-multiget of 50", "ms", multiget, goal=3),
    Row("query", "calendar-query of one week, with data", "ms", query, goal=10),
    Row("free-busy", "free-busy-query of one month", "ms", free_busy, goal=10),
    Row("put-16", "PUT new events, 16 connections, beyond {items:,}", "/s", put_crowd, goal=4),
    Row("put-full", "PUT into {full:,} events, over PUT into an empty calendar", "×", put_full, at_most=1.2),
)
