"""``python -m bench``: measures Televent, Radicale and Xandikos in one run on one machine, and Televent's memory."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console

from bench import servers, table
from bench.bot import measure_bot
from bench.company.part import measure_company
from bench.large import measure_large
from bench.live import measure_live
from bench.load import LoadError
from bench.mails import measure_mails
from bench.meeting import measure_meeting
from bench.memory import measure_memory
from bench.part import Outcome, Task
from bench.reminders import measure_reminders
from bench.replayed import measure_replay
from bench.rest import measure_rest
from bench.room import measure_room
from bench.search import measure_search
from bench.standing import measure_standing
from bench.start import measure_start
from bench.thousand import APPEND, CYRUS, measure_thousand
from bench.town import measure_town
from bench.workloads import ROWS

DOCUMENT = servers.ROOT / "docs" / "reference" / "performance.md"
Part = Callable[[Task], Awaitable[Outcome]]
PARTS: dict[str, Part] = {
    "thousand": measure_thousand,
    "large": measure_large,
    "memory": measure_memory,
    "town": measure_town,
    "start": measure_start,
    "meeting": measure_meeting,
    "bot": measure_bot,
    "reminders": measure_reminders,
    "mails": measure_mails,
    "replay": measure_replay,
    "search": measure_search,
    "live": measure_live,
    "rest": measure_rest,
    "company": measure_company,
    "room": measure_room,
    "standing": measure_standing,
}
EPILOG = """Without any of --large, --memory, --town, --start, --meeting, --bot, --reminders, --mails, --replay,
--search, --live, --rest, --company, --room, --standing, --whole the rows at 1,000 events are measured. The times
given are for an idle machine with two cores.
Each complete part writes its own block of the documentation; a part is not complete with --quick, --only or --without.
Ctrl-C or SIGTERM stops everything that was started and removes its data."""


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, epilog=EPILOG)
    names = [row.key for row in ROWS] + [APPEND]
    parser.add_argument(
        "--large",
        action="store_true",
        help="the rows at 100,000 events in one calendar and at 1,000, to show what grows (about 8 minutes)",
    )
    parser.add_argument(
        "--memory",
        action="store_true",
        help="memory of the API process while 100,000 items stream to fast and slow readers (about 3 minutes)",
    )
    parser.add_argument(
        "--town",
        action="store_true",
        help="10,000 accounts with 100 events each, 200 clients syncing at random (about 6 minutes)",
    )
    parser.add_argument(
        "--start",
        action="store_true",
        help="the start on few and on a million events, and a killed API process (about 5 minutes)",
    )
    parser.add_argument(
        "--meeting",
        action="store_true",
        help="an invitation to 25 and to 200 people, and their answers at the same moment (about 4 minutes)",
    )
    parser.add_argument(
        "--bot", action="store_true", help="from a message in a chat to the bot's answer (about 2 minutes)"
    )
    parser.add_argument(
        "--reminders", action="store_true", help="reminders of 100,000 people, due at the same moment (about 9 minutes)"
    )
    parser.add_argument(
        "--mails", action="store_true", help="10,000 mails by SMTP, and as many posted (about 5 minutes)"
    )
    parser.add_argument(
        "--replay", action="store_true", help="a million events replayed beside 100 writes a second (about 9 minutes)"
    )
    parser.add_argument("--search", action="store_true", help="a search among 100,000 events (about 5 minutes)")
    parser.add_argument("--live", action="store_true", help="a change that reaches 1,000 open streams (about a minute)")
    parser.add_argument("--rest", action="store_true", help="reads and writes at the REST door (about a minute)")
    parser.add_argument(
        "--company",
        action="store_true",
        help="a working day of 10,000 people over CalDAV, bot and mail at once (about 10 minutes)",
    )
    parser.add_argument(
        "--runs", type=int, choices=range(1, 10), default=1, metavar="N", help="days of the company (default: 1)"
    )
    parser.add_argument("--room", action="store_true", help="the database over the raw texts (about 6 minutes)")
    parser.add_argument(
        "--standing", action="store_true", help="memory of each process, idle and under load (about 3 minutes)"
    )
    parser.add_argument("--whole", action="store_true", help="the rows at 1,000 and the parts above (about 75 minutes)")
    parser.add_argument("--minutes", type=float, default=2.0, help="how long the town's clients sync (default: 2)")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: under a minute for each part")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"one of: {', '.join(names)}")
    parser.add_argument(
        "--without", action="append", choices=[*servers.STARTERS, CYRUS], default=[], help="leave this server out"
    )
    parser.add_argument("--write", action="store_true", help="write the tables even after a quick or partial run")
    parser.add_argument("--keep", action="store_true", help="leave data and logs of this run under .bench/")
    return parser.parse_args(given)


def chosen_parts(options: argparse.Namespace) -> list[str]:
    """The parts to measure, in order."""
    if options.whole:
        return list(PARTS)
    named = [name for name in PARTS if name != "thousand" and getattr(options, name)]
    return named or ["thousand"]


async def bench(options: argparse.Namespace, place: Path, console: Console) -> int:
    """Runs the chosen parts, prints and writes their tables.

    Returns the exit code: 1 where Televent failed, otherwise 0, even where goals were missed.
    """
    load = os.getloadavg()[0]
    failed = False
    for name in chosen_parts(options):
        started = time.monotonic()
        own = place / name
        own.mkdir()
        with contextlib.ExitStack() as running:
            try:
                outcome = await PARTS[name](Task(options, own, console, running, load))
            except (servers.ServerError, LoadError, OSError) as error:
                outcome = Outcome(f"{name} could not be measured: {error}", True)
        print(outcome.text, flush=True)
        console.print(f"{name}: done in {time.monotonic() - started:.0f} s", highlight=False)
        failed = failed or outcome.failed
        whole = not (options.quick or options.only or options.without)
        if options.write or (whole and not outcome.failed):
            table.write(DOCUMENT, name, outcome.text)
    return int(failed)


async def unless_stopped(work: Coroutine[Any, Any, int]) -> int:
    """The exit code of the work; 128 plus the signal's number where SIGINT or SIGTERM stops it.

    A second signal does not interrupt the cleanup.
    """
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    received: list[int] = []

    def stop(number: int) -> None:
        if not received:
            received.append(number)
            task.cancel()

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop, each)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        return 128 + received[0]


def main(given: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit code."""
    options = arguments(given)
    console = Console(stderr=True)
    place = servers.open_place()
    try:
        return uvloop.run(unless_stopped(bench(options, place, console)))
    finally:
        if not options.keep:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
