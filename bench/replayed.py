"""The part with a replay: a million events folded and compared beside a hundred writes a second."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

from bench import bulk, events, filled, histories, processes, store, table
from bench.part import FIRST_TASK, Outcome, Task, listed, machine
from bench.servers import data_of
from televent.adapters.postgres.event_store.verify import broken_chains
from televent.adapters.postgres.followers.rebuild import rebuild_projections, verify_projections
from televent.adapters.postgres.replay.parts import Result
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.occurs import season_of
from televent.runtime.compose import FOLLOWERS, Core

PEOPLE, QUICK_PEOPLE = 1_000, 20
EVENTS = 400
"""Number of events of one person."""
CHANGES = (1, 2, 2, 1)
"""How often the events are changed, in turn: 2.5 facts for each event."""
INDEX = ("dav_index",)
EVERY = ("dav_index", "company", "directory")
"""The filler makes the rows of these."""
GOAL = 10_000
"""Min events replayed in a second."""
CHAINS_GOAL = 30_000
"""Min events whose chains are verified in a second."""
WRITES = 100
"""Writes per second beside it."""
HELD = 0.2
"""Max seconds that a write may take."""
WRITERS = 20
"""Number of people who write meanwhile."""


@dataclass
class Beside:
    """The writes beside a replay, and the memory of its processes."""

    took: list[float] = field(default_factory=list)
    peak: int = 0
    cpu: float = 0.0
    """Seconds of processor time of the replay's processes."""
    stop: threading.Event = field(default_factory=threading.Event)


async def measure_replay(task: Task) -> Outcome:
    """Measures a rebuild and a verification of the index."""
    people = QUICK_PEOPLE if task.options.quick else PEOPLE
    return await asyncio.to_thread(_measure, task, people)


def _measure(task: Task, people: int) -> Outcome:
    with store.open_data(data_of(task.place)) as core:
        total = people * sum(1 + CHANGES[number % len(CHANGES)] for number in range(EVENTS))
        with task.progress("writing events", total) as progress:
            rows = filled.opened(core, people)
            home = rows[0].default_calendar
            assert home is not None
            pasts = [
                histories.past(core, rows[0], home, number, CHANGES[number % len(CHANGES)]) for number in range(EVENTS)
            ]
            histories.record(core, rows, pasts, lambda more: progress.advance(FIRST_TASK, more))
        bulk.settle_store(core)
        chains = _verified(core)
        quiet = _timed(core, rows, mends=True, writes=0)
        beside = _timed(core, rows, mends=True, writes=WRITES)
        every = _timed(core, rows, mends=False, writes=0)
        with core.pool.connection() as connection:
            postgres = connection.info.server_version
    return _outcome(task, chains, quiet, beside, every, postgres)


@dataclass(frozen=True, slots=True)
class Chains:
    """A verification of all chains. ``rate``: events per second. ``work``: microseconds of processor time of this
    process for one event; PostgreSQL reads on another core meanwhile."""

    rate: float
    work: float
    broken: int


def _verified(core: Core) -> Chains:
    used, began = time.process_time(), time.perf_counter()
    checked, broken = broken_chains(core.pool)
    seconds, work = time.perf_counter() - began, time.process_time() - used
    return Chains(checked / seconds, work / checked * 1e6, len(broken))


@dataclass(frozen=True, slots=True)
class Measured:
    """A replay. ``seconds``: how long it took."""

    result: Result
    seconds: float
    beside: Beside

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.result.events / self.seconds


def _timed(core: Core, rows: list[AccountRow], *, mends: bool, writes: int) -> Measured:
    beside, run = Beside(), rebuild_projections if mends else verify_projections
    others = [threading.Thread(target=_watch, args=(beside,))]
    others += [threading.Thread(target=_write, args=(core, rows[:WRITERS], writes, beside))] if writes else []
    for each in others:
        each.start()
    try:
        used, began = _cpu(), time.perf_counter()
        result = run(
            core.pool,
            core.store.facts,
            lambda done, total: None,
            followers=FOLLOWERS,
            wanted=INDEX if mends else EVERY,
            season=season_of(core.backend.clock()),
            processes=2,
        )
        seconds = time.perf_counter() - began
        beside.cpu = _cpu() - used
    finally:
        beside.stop.set()
        for each in others:
            each.join()
    return Measured(result, seconds, beside)


def _cpu() -> float:
    """Seconds of processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(beside: Beside) -> None:
    """Notes the most memory that the processes of the replay have together."""
    while not beside.stop.wait(0.2):
        together = 0
        for each in multiprocessing.active_children():
            if each.pid is not None:
                try:
                    together += processes.resident(each.pid)
                except (OSError, ValueError):
                    continue
        beside.peak = max(beside.peak, together)


def _write(core: Core, people: list[AccountRow], rate: int, beside: Beside) -> None:
    """Writes at a steady pace, whatever the answers take: a write that waits makes none of the others wait."""

    def one(number: int, due: float) -> None:
        owner = people[number % len(people)]
        text = CalendarText(events.event(events.NEW + number, prefix="meanwhile"))
        href = f"meanwhile-{uuid4()}.ics"
        # From the moment when it was due: a write that queued behind others was held too.
        put_object(core.backend, store.context(owner.tenant), calendar="default", href=href, text=text)
        beside.took.append(time.perf_counter() - due)

    with ThreadPoolExecutor(8) as pool:
        began, number = time.perf_counter(), 0
        while not beside.stop.wait(max(0.0, began + number / rate - time.perf_counter())):
            pool.submit(one, number, began + number / rate)
            number += 1


def report(chains: Chains, quiet: Measured, beside: Measured, every: Measured, note: str) -> str:
    """The table, and the verdicts."""
    took = sorted(beside.beside.took)
    longest, usual = took[-1] * 1000, took[len(took) // 2] * 1000
    differing = sum(each.result.differing + each.result.troubled for each in (quiet, beside, every))
    cost = quiet.beside.cpu / quiet.result.events * 1e6
    lines = [
        ["figure", "value"],
        ["events replayed, rows compared", f"{quiet.result.events:,}, {quiet.result.rows:,}"],
        ["`rebuild dav_index`, events/s", f"{quiet.rate:,.0f}"],
        ["processor time of its processes, µs/event", f"{cost:.0f}"],
        ["the same beside the writes, events/s", f"{beside.rate:,.0f}"],
        ["`verify --projections` of four projections, events/s", f"{every.rate:,.0f}"],
        ["`verify` of the chains, events/s", f"{chains.rate:,.0f}"],
        ["processor time of its process, µs/event", f"{chains.work:.1f}"],
        ["writes beside it, per second", f"{len(took) / beside.seconds:.0f}"],
        ["a write, median and longest, ms", f"{usual:.1f}, {longest:.0f}"],
        ["memory of both processes together, MB", f"{max(quiet.beside.peak, every.beside.peak) / 1e6:.0f}"],
        ["rows that differed, accounts in trouble", f"{differing}"],
    ]
    verdicts = [
        table.Verdict(f"replayed ≥ {GOAL:,}/s", f"{quiet.rate:,.0f}/s", quiet.rate >= GOAL),
        table.Verdict(f"chains verified ≥ {CHAINS_GOAL:,}/s", f"{chains.rate:,.0f}/s", chains.rate >= CHAINS_GOAL),
        table.Verdict(f"no write held longer than {HELD * 1000:.0f} ms", f"{longest:.0f} ms", longest <= HELD * 1000),
        table.Verdict("no row differs", f"{differing}", differing == 0),
    ]
    parts = [table.grid(lines), " ".join(f"{each}." for each in verdicts), note, "Goals missed:"]
    return "\n\n".join([*parts, listed([str(each) for each in verdicts if not each.met])])


def _outcome(task: Task, chains: Chains, quiet: Measured, beside: Measured, every: Measured, postgres: int) -> Outcome:
    wrong = bool(chains.broken) or any(each.result.differing or each.result.troubled for each in (quiet, beside, every))
    note = machine(f"{postgres // 10000}.{postgres % 10000}", task.load)
    return Outcome(report(chains, quiet, beside, every, note), wrong)
