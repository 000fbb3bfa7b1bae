"""The start part: how long Televent needs until it answers, and until it answers again after its API was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from bench import processes, servers, store
from bench.part import FIRST_TASK, Outcome, Task, machine
from bench.quiet import cpu_seconds, settle

ROUNDS, QUICK_ROUNDS = 9, 2
READY_GOAL, BACK_GOAL = 2.0, 3.0
"""Max seconds of the median round."""


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
    """Starts Televent again and again on data that exist, and kills its API process each time."""
    place = task.place / "televent"
    place.mkdir()
    first = servers.start_televent(place)
    task.running.callback(first.stop)
    version = store.postgres_version(first)
    await settle(first.process.pid)
    first.stop()
    rounds: list[Round] = []
    count = QUICK_ROUNDS if task.options.quick else ROUNDS
    with task.progress("starting and killing", count) as progress:
        for _ in range(count):
            rounds.append(await one_round(task, place))
            progress.advance(FIRST_TASK)
    return Outcome(report(rounds, machine(version, task.load)), any(each.refused for each in rounds))


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


def report(rounds: list[Round], note: str) -> str:
    """The table: the median and the slowest round of each figure."""
    lines = [
        "| what                                                   | median | slowest | goal |",
        "| ------------------------------------------------------ | -----: | ------: | ---- |",
    ]
    figures = (
        ("start until /health answers", [each.answers for each in rounds], READY_GOAL),
        ("start until the banner: API, worker, mail, sandbox", [each.ready for each in rounds], READY_GOAL),
        ("processor time of all processes until then", [each.work for each in rounds], None),
        ("API process killed, until it answers again", [each.back for each in rounds], BACK_GOAL),
        ("processor time of all processes until then", [each.again for each in rounds], None),
    )
    for title, values, goal in figures:
        median = statistics.median(values)
        verdict = "" if goal is None else f"≤ {goal:g} s: {'ok' if median <= goal else 'SHORT'}"
        lines.append(f"| {title:<54} | {median:.2f} s | {max(values):.2f} s | {verdict} |")
    refused = sum(each.refused for each in rounds)
    lines += ["", f"{len(rounds)} rounds; {refused} connections refused while the API process was away. {note}"]
    return "\n".join(lines)
