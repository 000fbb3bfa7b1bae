"""The part at 1,000 events: measures Televent, Radicale and Xandikos, each filled by PUT."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import cyrus, servers, store, table
from bench.measure import OURS, Result, measure
from bench.part import FIRST_TASK, Outcome, Task, listed, machine
from bench.population import populate
from bench.quiet import settle
from bench.site import Scale, Site
from bench.workloads import FULL, QUICK, ROWS, Row, make_known

APPEND = "append"
CYRUS = "Cyrus"


def chosen_rows(only: Sequence[str] | None) -> list[Row]:
    """The rows to measure, in order: put-1 fills the calendar first, rows that add events come last."""
    return [row for row in ROWS if only is None or row.key in only or row.key == "put-1"]


def starters() -> dict[str, Callable[[Path], servers.Server]]:
    """The starters of all servers that can be measured here, Televent first."""
    return {**servers.STARTERS, **({CYRUS: cyrus.cyrus} if cyrus.installed() else {})}


async def measure_thousand(task: Task) -> Outcome:
    """Starts the servers and measures all rows on each of them."""
    options = task.options
    scale = QUICK if options.quick else FULL
    sites: list[Site] = []
    for name, starter in starters().items():
        if name in options.without:
            continue
        task.say(f"starting {name} …")
        own = task.place / name.lower()
        own.mkdir()
        first = name == OURS and any(row.first for row in chosen_rows(options.only))
        try:
            people = await asyncio.to_thread(populate, own, scale.people, scale.rounds) if first else []
            server = starter(own)
        except servers.ServerError as error:
            task.say(str(error))
            continue
        task.running.callback(server.stop)
        site = Site(server, scale, people=people)
        await site.make_calendar(site.collection)
        await make_known(site)
        sites.append(site)
    if not sites:
        return Outcome("No server could be started.", True)
    for site in sites:
        await settle(site.server.process.pid)
    results = [await with_progress(task, row, sites, scale.rounds) for row in chosen_rows(options.only)]
    ours = next((site.server for site in sites if site.server.name == OURS), None)
    appended = store.append_rates(ours, scale) if ours and (options.only is None or APPEND in options.only) else []
    peers = ", ".join(f"{site.label} {site.server.version}" for site in sites if site.label != OURS)
    version = store.postgres_version(ours) if ours is not None else ""
    asking = f"first asks by {scale.people:,} accounts, whose passwords the process has checked before"
    note = machine(
        version, task.load, *([peers] if peers else []), f"{scale.items:,} events of about 650 bytes", asking
    )
    shown = [result for result in results if options.only is None or result.row.key in options.only]
    return Outcome(report(shown, sites, note, appended, scale), any(OURS in result.failures for result in results))


async def with_progress(task: Task, row: Row, sites: Sequence[Site], rounds: int) -> Result:
    """Measures all rounds of a row and shows a progress bar."""
    sites = [site for site in sites if row.at_most is None or site.label == OURS]
    rounds = 1 if row.at_most else rounds
    with task.progress(row.key, rounds * len(sites)) as progress:

        def tick(name: str) -> None:
            progress.update(FIRST_TASK, advance=1, description=f"{row.key} · {name}")

        result = await measure(row, sites, rounds, tick)
        progress.update(FIRST_TASK, description=row.key, completed=rounds * len(sites))
    if not task.console.is_terminal:
        values = {name: round(value, 2) for name in result.values if (value := result.value(name)) is not None}
        late = {name: f"> {seconds:g} s" for name, seconds in result.beyond.items()}
        task.say(f"{row.key}: {values | late} {result.failures or ''}")
    return result


def report(results: Sequence[Result], sites: Sequence[Site], note: str, appended: Sequence[str], scale: Scale) -> str:
    """The table, the other measurements, and the missed goals."""
    peers = [site.label for site in sites if site.label != OURS]
    titles = titles_at(scale)
    grown = [
        f"{site.label}: a PUT took {times[0]:.1f} ms in the first round, {times[-1]:.1f} ms in the last"
        for site in sites
        if (times := site.server.facts.get("put_ms"))
    ]
    return "\n\n".join(
        [
            table.markdown(results, peers, titles),
            note,
            listed([*grown, *appended]),
            "Goals missed:",
            listed(table.shortfalls(results, peers, titles)),
        ]
    )


def titles_at(scale: Scale) -> dict[str, str]:
    """The titles of the rows by key, with the numbers of a scale."""
    return {row.key: row.title.format(items=scale.items, full=scale.full) for row in ROWS}
