"""The part with the processes: the memory of each, idle and while 50 clients sync and write."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bench import filled, processes, store, table
from bench.clients import Book, Client
from bench.part import FIRST_TASK, Outcome, Task, listed, machine
from bench.quiet import PROC, family, settle
from bench.town import begin, live

BOUNDS: Final = {"up": 60, "fork-server": 80, "api": 250, "worker": 160, "bot": 300, "postgres": 400}
"""Max megabytes of a service's processes under load; of PostgreSQL all processes together, with the shared buffers that
they have touched."""
ACCOUNTS, QUICK_ACCOUNTS = 500, 20
EVENTS = 100
"""Events of one account."""
CLIENTS = 50
SECONDS, QUICK_SECONDS = 60.0, 5.0
INTERVAL = 0.5
"""Seconds between two looks at the memory."""
POSTGRES: Final = "postgres"
NAMES: Final = {"worker": "worker, with mail and sandbox", POSTGRES: "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes that the processes of a service hold, and how many processes these are."""

    count: int
    size: int


async def measure_standing(task: Task) -> Outcome:
    """Measures all processes of one Televent."""
    quick = task.options.quick
    accounts, seconds = (QUICK_ACCOUNTS, QUICK_SECONDS) if quick else (ACCOUNTS, SECONDS)
    place = task.place / "televent"
    with task.progress("filling", accounts * EVENTS) as progress:
        meter = filled.Meter(lambda what, more: progress.advance(FIRST_TASK, more if what == "events" else 0))
        logins = await asyncio.to_thread(filled.fill_town, place, accounts, EVENTS, min(CLIENTS, accounts), meter)
    server = filled.start_filled(place, logins[0], log_level="INFO")
    task.running.callback(server.stop)
    root = server.process.pid
    await settle(root)
    idle = held(root)
    book = Book()
    clients = [Client(each, server.port, EVENTS, book, seed) for seed, each in enumerate(logins)]
    most = dict(idle)
    watching = asyncio.ensure_future(_watch(root, most))
    try:
        await begin(task, clients)
        busy = await live(clients, book, seconds, 0.0)
    finally:
        watching.cancel()
        for client in clients:
            client.close()
    await settle(root)
    asked = sum(map(len, busy.seconds.values()))
    text = report(
        idle,
        most,
        held(root),
        machine(
            store.postgres_version(server),
            task.load,
            f"{accounts} accounts with {EVENTS} events each; {len(clients)} clients sent {asked:,} requests in"
            f" {seconds:g} s, every tenth a PUT; proportional set size (shared pages count by their share)",
        ),
    )
    return Outcome(text, bool(busy.errors))


def held(root: int) -> dict[str, Held]:
    """The memory of each service below ``televent up``."""
    sizes: dict[str, list[int]] = defaultdict(list)
    for process in family(root):
        try:
            words = (PROC / str(process) / "cmdline").read_bytes().split(b"\0")
            size = processes.kilobytes((PROC / str(process) / "smaps_rollup").read_text(), "Pss") * 1024
        except (OSError, ValueError):
            # It ended meanwhile.
            continue
        sizes[service_of(words)].append(size)
    return {name: Held(len(each), sum(each)) for name, each in sizes.items()}


def service_of(words: list[bytes]) -> str:
    """The service of a process, by its command line."""
    if b"postgres" in words[0]:
        return POSTGRES
    # "python -m televent api", or "python /…/bin/televent up".
    found = [after for word, after in pairwise(words) if word == b"televent" or word.endswith(b"/televent")]
    return found[0].decode() if found else "other"


async def _watch(root: int, most: dict[str, Held]) -> None:
    while True:
        for name, now in (await asyncio.to_thread(held, root)).items():
            if name not in most or now.size > most[name].size:
                most[name] = now
        await asyncio.sleep(INTERVAL)


def report(idle: Mapping[str, Held], most: Mapping[str, Held], after: Mapping[str, Held], note: str) -> str:
    """The table and the goals missed."""
    lines = [["process", "idle", "at most under load", "afterwards", "bound"]]
    verdicts = []
    for name in [each for each in BOUNDS if each in most]:
        verdict = table.Verdict(
            f"≤ {BOUNDS[name]} MB", _megabytes(most[name].size), most[name].size <= BOUNDS[name] * 10**6
        )
        verdicts.append((name, verdict))
        title = NAMES.get(name, f"`{name}`")
        count = f"{title}, {most[name].count} processes" if most[name].count > 1 else title
        sizes = [_megabytes(each[name].size) if name in each else "–" for each in (idle, most, after)]
        lines.append([count, *sizes, str(verdict)])
    totals = [_megabytes(sum(each.size for each in held.values())) for held in (idle, most, after)]
    lines.append(["all together", *totals, ""])
    missed = [f"{name}: {verdict}" for name, verdict in verdicts if not verdict.met]
    return "\n\n".join([table.grid(lines), note, "Goals missed:", listed(missed)])


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
