"""The part with 10,000 accounts: clients sync at random times, then without pauses."""

from __future__ import annotations

import asyncio
import math
import statistics
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import filled, processes, store, table
from bench.clients import Book, Client
from bench.part import FIRST_TASK, Outcome, Task, listed, machine
from bench.quiet import settle
from bench.servers import Server

TIMES = 10
"""Max ratio of the 99th percentile of a poll to its median."""
BEGINNING = 16
"""Number of clients that sign in at the same time."""
SHOWN_ERRORS = 5
"""Max errors in the report."""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of the part. ``think``: mean seconds of a client's pause; ``rush``: seconds without pauses."""

    accounts: int
    each: int
    clients: int
    think: float
    rush: float


TOWN = Size(accounts=10_000, each=100, clients=200, think=2.0, rush=20.0)
QUICK = Size(accounts=60, each=30, clients=10, think=0.1, rush=1.0)
QUICK_SECONDS = 3.0


async def measure_town(task: Task) -> Outcome:
    """Fills the accounts, then runs the clients with pauses and without."""
    size = QUICK if task.options.quick else TOWN
    seconds = QUICK_SECONDS if task.options.quick else task.options.minutes * 60
    place = task.place / "televent"
    logins = await filled_town(task, size)
    server = filled.start_filled(place, logins[0])
    task.running.callback(server.stop)
    await settle(server.process.pid)
    process = processes.service(server.process.pid, "api")
    book = Book()
    clients = [Client(each, server.port, size.each, book, seed) for seed, each in enumerate(logins)]
    try:
        await begin(task, clients)
        task.say(f"{len(clients)} clients sync for {seconds:g} s …")
        calm = await live(clients, book, seconds, size.think)
        task.say(f"and for {size.rush:g} s without a pause …")
        rush = await live(clients, book, size.rush, 0.0)
    finally:
        for client in clients:
            client.close()
    held = processes.resident(process) / processes.MEGABYTE
    return Outcome(report(calm, rush, seconds, size, note(task, server, size, held)), bool(calm.errors or rush.errors))


async def filled_town(task: Task, size: Size) -> list[filled.Login]:
    """Fills the accounts in a thread and shows a progress bar; cancellation stops the thread."""
    total = size.accounts * size.each
    task.say(f"filling Televent with {size.accounts:,} accounts and {total:,} events …")
    with task.progress("accounts", size.accounts) as progress:
        done = {"accounts": 0, "events": 0}

        def report_progress(what: str, more: int) -> None:
            done[what] += more
            total_of = size.accounts if what == "accounts" else total
            progress.update(FIRST_TASK, description=what, completed=done[what], total=total_of)

        meter = filled.Meter(report_progress)
        place = task.place / "televent"
        try:
            return await asyncio.to_thread(filled.fill_town, place, size.accounts, size.each, size.clients, meter)
        finally:
            meter.stop.set()


async def begin(task: Task, clients: Sequence[Client]) -> None:
    """All clients sign in and sync once. The first check of a password is slow on purpose, so it is not measured."""
    task.say("all clients sign in …")
    gate = asyncio.Semaphore(BEGINNING)

    async def one(client: Client) -> None:
        async with gate:
            await client.begin()

    await together(one(client) for client in clients)


async def live(clients: Sequence[Client], book: Book, seconds: float, think: float) -> Book:
    """Runs the clients for ``seconds`` and returns their results."""
    book.seconds, book.errors, book.open = {}, [], True
    until = asyncio.get_running_loop().time() + seconds
    await together(client.live(until, think) for client in clients)
    return Book(book.seconds, book.errors)


async def together(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Runs all coroutines at once. The first error stops the others and is raised."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; ``share`` is 0 to 1. Raises ValueError for no values."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def note(task: Task, server: Server, size: Size, held: float) -> str:
    """A sentence about the conditions of the measurement."""
    return machine(
        store.postgres_version(server),
        task.load,
        f"{size.accounts:,} accounts with {size.each} events each, filled beforehand, vacuumed and analysed",
        f"API process at {held:.0f} MB at the end",
    )


def report(calm: Book, rush: Book, seconds: float, size: Size, note: str) -> str:
    """The tables of both runs, and the verdicts."""
    count = sum(map(len, calm.seconds.values()))
    hurried = sum(map(len, rush.seconds.values()))
    judged = verdicts(calm)
    missed = [str(each) for each in judged if not each.met] + [f"error: {each}" for each in first_errors(calm, rush)]
    parts = [
        f"{size.clients} clients, each another account on a connection of its own, for {seconds:g} s, with pauses of"
        f" {size.think:g} s in the mean (exponential): {count / seconds:,.0f} requests a second offered and answered,"
        f" {len(calm.errors)} errors.",
        by_kind(calm),
        listed([str(each) for each in judged]),
        f"The same clients without pauses, for {size.rush:g} s: {hurried / size.rush:,.0f} requests a second,"
        f" {len(rush.errors)} errors.",
        by_kind(rush),
        note,
        "Goals missed:",
        listed(missed),
    ]
    return "\n\n".join(parts)


def first_errors(*books: Book) -> list[str]:
    """The first SHOWN_ERRORS distinct errors."""
    return list(dict.fromkeys(error for book in books for error in book.errors))[:SHOWN_ERRORS]


def by_kind(book: Book) -> str:
    """A table with the count, median and percentiles of each kind of request."""
    lines = [["request", "count", "median", "p90", "p99", "slowest", "p99 over median"]]
    for kind, values in sorted(book.seconds.items(), key=lambda item: -len(item[1])):
        median, high = statistics.median(values), percentile(values, 0.99)
        shown = [table.number(value * 1000, "ms") for value in (median, percentile(values, 0.9), high, max(values))]
        lines.append([kind, f"{len(values):,}", *shown, f"{high / median:.1f}×"])
    return table.grid(lines)


def verdicts(book: Book) -> list[table.Verdict]:
    """The verdicts of the part: polls without outliers, and no errors."""
    errors = table.Verdict("no error", f"{len(book.errors)}", not book.errors)
    polls = book.seconds.get("poll")
    if not polls:
        return [table.Verdict("polls", "none", False), errors]
    factor = percentile(polls, 0.99) / statistics.median(polls)
    return [table.Verdict(f"p99 of a poll under {TIMES}× its median", f"{factor:.1f}×", factor < TIMES), errors]
