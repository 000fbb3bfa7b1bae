"""``python -m bench``: Televent beside Radicale and Xandikos, in one run, on one machine."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import servers, store, table
from bench.measure import OURS, Result, measure
from bench.quiet import settle
from bench.workloads import FULL, QUICK, ROWS, Row, Scale, Site

DOCUMENT = servers.ROOT / "docs" / "reference" / "performance.md"
APPEND = "append"


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [row.key for row in ROWS] + [APPEND]
    parser.add_argument("--quick", action="store_true", help="less of everything, in under a minute")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"one of: {', '.join(names)}")
    parser.add_argument("--without", action="append", choices=sorted(servers.STARTERS), default=[], help="leave it out")
    parser.add_argument("--write", action="store_true", help="write the table even of a quick or partial run")
    parser.add_argument("--keep", action="store_true", help="leave data and logs of this run under .bench/")
    return parser.parse_args(given)


def chosen_rows(only: Sequence[str] | None) -> list[Row]:
    """In the order of the table: filling comes first, what makes the calendar larger comes last."""
    return [row for row in ROWS if only is None or row.key in only or row.key == "put-1"]


def machine(server: servers.Server | None, scale: Scale, load: float) -> str:
    """What the numbers were measured on; ``load`` is the load average that the run found there."""
    cores = len(os.sched_getaffinity(0))
    parts = [f"{cores} cores", f"Python {platform.python_version()}"]
    if server is not None and (version := store.postgres_version(server)):
        parts.append(f"PostgreSQL {version}")
    parts.append(", ".join(servers.WANTED).replace("==", " "))
    parts += [f"{scale.items:,} events of about 650 bytes", f"load average {load:.1f} before the run"]
    return f"Measured {datetime.now(UTC):%Y-%m-%d}: {', '.join(parts)}. Read ratios, not digits."


async def bench(options: argparse.Namespace, place: Path, console: Console) -> int:
    """Runs, prints, writes. Returns the exit code: 0 also where goals were missed, 1 where Televent failed."""
    scale = QUICK if options.quick else FULL
    rows = chosen_rows(options.only)
    sites: list[Site] = []
    started, load = time.monotonic(), os.getloadavg()[0]
    with contextlib.ExitStack() as running:
        for name, starter in servers.STARTERS.items():
            if name in options.without:
                continue
            console.print(f"starting {name} …", highlight=False)
            own = place / name.lower()
            own.mkdir()
            try:
                server = starter(own)
            except servers.ServerError as error:
                console.print(f"[red]{error}", highlight=False)
                continue
            running.callback(server.stop)
            site = Site(server, scale)
            await site.make_calendar("bench")
            sites.append(site)
        if not sites:
            return 1
        for site in sites:
            settle(site.server.process.pid)
        results = await all_rows(rows, sites, scale, console)
        ours = next((site.server for site in sites if site.server.name == OURS), None)
        appended = store.append_rates(ours, scale) if ours and (options.only is None or APPEND in options.only) else []
        note = machine(ours, scale, load)
    report(options, results, sites, note, appended, scale)
    console.print(f"done in {time.monotonic() - started:.0f} s", highlight=False)
    return int(any(OURS in result.failures for result in results))


async def all_rows(rows: Sequence[Row], sites: Sequence[Site], scale: Scale, console: Console) -> list[Result]:
    """Each row with a progress bar on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    results = []
    with Progress(*columns, console=console) as progress:
        for row in rows:
            taking_part = [site for site in sites if row.at_most is None or site.server.name == OURS]
            task = progress.add_task(row.key, total=scale.rounds * len(taking_part))

            def tick(name: str, task: object = task, key: str = row.key) -> None:
                progress.update(task, advance=1, description=f"{key} · {name}")  # type: ignore[arg-type]

            results.append(await measure(row, taking_part, 1 if row.at_most else scale.rounds, tick))
            progress.update(task, description=row.key, completed=scale.rounds * len(taking_part))
            if not console.is_terminal:
                values = {name: round(value, 2) for name in results[-1].values if (value := results[-1].value(name))}
                console.print(f"{row.key}: {values} {results[-1].failures or ''}", highlight=False)
    return results


def report(
    options: argparse.Namespace,
    results: Sequence[Result],
    sites: Sequence[Site],
    note: str,
    appended: Sequence[str],
    scale: Scale,
) -> None:
    """The table and the shortfalls on stdout; after a full run, the table in the documentation too."""
    peers = [site.server.name for site in sites if site.server.name != OURS]
    shown = [result for result in results if options.only is None or result.row.key in options.only]
    titles = {row.key: row.title.format(items=scale.items, full=scale.full) for row in ROWS}
    grown = [
        f"{site.server.name}: a PUT took {times[0]:.1f} ms in the first round, {times[-1]:.1f} ms in the last"
        for site in sites
        if (times := site.server.facts.get("put_ms"))
    ]
    short = table.shortfalls(shown, peers, titles) or ["none"]
    whole = "\n\n".join(
        [
            table.markdown(shown, peers, titles),
            note,
            "\n".join(f"- {line}" for line in [*grown, *appended]),
            "Goals missed:",
            "\n".join(f"- {line}" for line in short),
        ]
    )
    print(whole)
    whole_run = not (options.quick or options.only or options.without)
    if options.write or (whole_run and not any(result.failures for result in results)):
        table.write(DOCUMENT, whole)


def main(given: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    options = arguments(given)
    console = Console(stderr=True)
    place = servers.open_place()
    try:
        return uvloop.run(bench(options, place, console))
    except servers.ServerError as error:
        console.print(f"[red]{error}", highlight=False)
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
