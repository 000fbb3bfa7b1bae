"""The start part: how long Televent needs until it answers, and until it answers again after its API was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import filled, processes, servers, store, table
from bench.part import FIRST_TASK, Outcome, Task, machine
from bench.quiet import cpu_seconds, settle

ROUNDS, QUICK_ROUNDS = 9, 2
READY_GOAL, BACK_GOAL = 2.0, 3.0
"""Max seconds of the median round."""
ACCOUNTS, QUICK_ACCOUNTS = 1_000, 10
EACH = 1_000
"""Events of one account on a disk that is not empty."""


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of one round. ``answers`` and ``ready`` count from the start of the process; ``back`` from SIGKILL to the
    API's process. ``work`` and ``again`` are seconds of processor time of all processes, until ready and until back.
    ``refused``: connections refused while the API was away."""

    answers: float
    ready: float
    work: float
    back: float
    again: float
    refused: int


async def measure_start(task: Task) -> Outcome:
    """Starts Televent again and again, with few data and with a million events on disk, and kills its API each time."""
    place, full = task.place / "televent", task.place / "full"
    place.mkdir()
    accounts = QUICK_ACCOUNTS if task.options.quick else ACCOUNTS
    with task.progress("filling", accounts * EACH) as progress:
        meter = filled.Meter(lambda what, more: progress.advance(FIRST_TASK, more if what == "events" else 0))
        await asyncio.to_thread(filled.fill_town, full, accounts, EACH, 1, meter)
    first = servers.start_televent(place)
    task.running.callback(first.stop)
    version = store.postgres_version(first)
    await settle(first.process.pid)
    first.stop()
    rounds: list[Round] = []
    more: list[Round] = []
    count = QUICK_ROUNDS if task.options.quick else ROUNDS
    with task.progress("starting and killing", count) as progress:
        for _ in range(count):
            # In turn, so that what else the machine does falls on both.
            rounds.append(await one_round(task, place))
            more.append(await one_round(task, full))
            progress.advance(FIRST_TASK)
    text = report(rounds, more, accounts * EACH, machine(version, task.load))
    return Outcome(text, any(each.refused for each in (*rounds, *more)))


async def one_round(task: Task, place: Path) -> Round:
    """Starts Televent, waits until it is idle, kills its API process, and stops it."""
    began = time.monotonic()
    server = servers.start_televent(place)
    task.running.callback(server.stop)
    answers = time.monotonic() - began
    while "Televent is ready" not in server.log.read_text("utf-8", "replace"):
        server.check()
        await asyncio.sleep(0.005)
    ready, work = time.monotonic() - began, cpu_seconds(server.process.pid)
    await settle(server.process.pid)
    before = cpu_seconds(server.process.pid)
    process = processes.service(server.process.pid, "api")
    spent = cpu_seconds(process)
    began = time.monotonic()
    os.kill(process, signal.SIGKILL)
    refused = servers.await_health(server)
    back = time.monotonic() - began
    # The killed process has taken its own processor time with it.
    again = cpu_seconds(server.process.pid) - (before - spent)
    server.stop()
    return Round(answers, ready, work, back, again, refused)


def report(rounds: list[Round], full: list[Round], items: int, note: str) -> str:
    """The table: the median and the slowest round of each figure, with few data and with many."""
    lines = [["what", "median", "slowest", f"{items:,} events on disk", "slowest", "goal"]]
    figures: tuple[tuple[str, Callable[[Round], float], float | None], ...] = (
        ("start until /health answers", lambda each: each.answers, READY_GOAL),
        ("start until the banner: API, worker, mail, sandbox", lambda each: each.ready, READY_GOAL),
        ("processor time of all processes until then", lambda each: each.work, None),
        ("API process killed, until it answers again", lambda each: each.back, BACK_GOAL),
        ("processor time of all processes until then", lambda each: each.again, None),
    )
    for title, figure, goal in figures:
        medians, cells = [], []
        for some in (rounds, full):
            values = [figure(each) for each in some]
            medians.append(statistics.median(values))
            cells += [f"{medians[-1]:.2f} s", f"{max(values):.2f} s"]
        verdict = "" if goal is None else f"≤ {goal:g} s: {'ok' if max(medians) <= goal else 'SHORT'}"
        lines.append([title, *cells, verdict])
    refused = sum(each.refused for each in (*rounds, *full))
    after = f"{len(rounds)} rounds each; {refused} connections refused while the API process was away. {note}"
    return "\n\n".join([table.grid(lines), after])
