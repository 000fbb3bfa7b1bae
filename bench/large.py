"""The part at 100,000 events: measures which requests become slower as the calendar grows.

All stores are filled beforehand. Televent is measured on a calendar of 1,000 events and on the large one in turn. A
peer has one round and a time limit per answer, because many of its answers take too long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import dav, events, filled, servers, store, table
from bench.load import LoadError
from bench.measure import FLOOR, OURS, Result
from bench.part import FIRST_TASK, Outcome, Task, listed, machine
from bench.quiet import settle
from bench.servers import Server, ServerError
from bench.site import Scale, Site, TooSlow
from bench.thousand import with_progress
from bench.workloads import ROWS, Row, put_single

LARGE = Scale(items=100_000, rounds=3, seconds=1.0, calls=2, full=0, block=0)
QUICK = Scale(items=3_000, rounds=2, seconds=0.3, calls=2, full=0, block=0)
SMALL_ITEMS = 1_000
SMALL, BIG = "small", "large"
LIMIT = 20.0
"""Max seconds for a peer's answer."""
WARM_LIMIT = 240.0
"""Max seconds for a peer's answer before measurement."""
FLAT = 1.5
"""Max ratio of a time at 100,000 events to the time at 1,000, for answers that do not grow with the calendar."""
BESIDE = f"{OURS}, {SMALL_ITEMS:,}"
GROWING = ("sync-all", "etags")
"""The rows whose answers grow with the calendar."""
LAST = ("put-1", "put-16", "free-busy")
"""The rows that are measured last. PUTs change the number of events, which other rows check. After free-busy a peer may
need a restart."""


def large_rows(only: Sequence[str] | None) -> list[Row]:
    """The rows of the part at 1,000 events, without those that fill a calendar or need many accounts."""
    rows = {row.key: row for row in ROWS if row.at_most is None and not row.first}
    rows["put-1"] = replace(rows["put-1"], title="PUT a new event, one connection", measure=put_single)
    ordered = [key for key in rows if key not in LAST] + list(LAST)
    return [rows[key] for key in ordered if only is None or key in only]


def sizes(scale: Scale) -> dict[str, int]:
    """The number of events in each of Televent's calendars, by name."""
    return {SMALL: SMALL_ITEMS, BIG: scale.items}


async def measure_large(task: Task) -> Outcome:
    """Fills all servers, then measures row by row."""
    options = task.options
    scale = QUICK if options.quick else LARGE
    peers = [name for name in FILLERS if name not in options.without]
    preparing = [asyncio.ensure_future(ready_peer(task, name, scale)) for name in peers]
    try:
        login = await filled_calendars(task, task.place / "televent", scale)
        sites = [site for site in await asyncio.gather(*preparing) if site is not None]
    finally:
        for each in preparing:
            each.cancel()
        await asyncio.gather(*preparing, return_exceptions=True)
    server = filled.start_filled(task.place / "televent", login)
    task.running.callback(server.stop)
    ours = [
        Site(server, scale, collection=BIG),
        Site(server, replace(scale, items=SMALL_ITEMS), label=BESIDE, collection=SMALL),
    ]
    for site in [*ours, *sites]:
        await settle(site.server.process.pid)
    rows = large_rows(options.only)
    results = [await with_progress(task, row, [*ours, *sites], scale.rounds) for row in rows]
    note = machine(
        store.postgres_version(server),
        task.load,
        ", ".join(servers.WANTED).replace("==", " "),
        f"{scale.items:,} events of about 650 bytes in one calendar, three a day and every tenth weekly as at 1,000, so"
        " that a week holds as many; stores filled beforehand, Televent's vacuumed and analysed, Xandikos warmed up",
    )
    failed = any(OURS in result.failures or BESIDE in result.failures for result in results)
    return Outcome(report(results, [site.label for site in sites], note, scale), failed)


async def filled_calendars(task: Task, place: Path, scale: Scale) -> filled.Login:
    """Fills Televent's data in a thread and shows a progress bar; cancellation stops the thread."""
    task.say(f"filling Televent with {scale.items:,} events …")
    with task.progress("filling", sum(sizes(scale).values())) as progress:
        meter = filled.Meter(lambda what, more: progress.update(FIRST_TASK, advance=more))
        try:
            return await asyncio.to_thread(filled.fill_calendars, place, sizes(scale), meter)
        finally:
            meter.stop.set()


# ---- peers


FILLERS = {
    "Radicale": ("bench.peers.fill_radicale", "collections/collection-root/bench"),
    "Xandikos": ("bench.peers.fill_xandikos", "git/user/calendars"),
}
INDEXED_AFTER = 7
"""Number of equal queries after which Xandikos builds an index for them, until it stops."""


async def ready_peer(task: Task, name: str, scale: Scale) -> Site | None:
    """A peer with a large calendar and warm caches. Where that fails, prints the reason and returns None."""
    module, calendars = FILLERS[name]
    starter = servers.STARTERS[name]
    place = task.place / name.lower()
    place.mkdir()
    try:
        site = Site(starter(place), scale, collection=BIG)
        task.running.callback(lambda: site.server.stop())
        await site.make_calendar(BIG)
        site.limit = WARM_LIMIT
        for _ in range(INDEXED_AFTER):
            await _query(site)
        # The files are written while the server runs. It gets no request meanwhile, and reads them at the next request.
        await _fill(module, place / calendars / BIG, scale.items)
        await _warm(site)
    except (ServerError, LoadError, TooSlow, OSError) as error:
        task.say(f"{name} is left out: {error or 'too slow'}")
        return None

    def again() -> Server:
        site.server.stop(patience=2.0)
        return starter(place)

    site.limit, site.again = LIMIT, again
    return site


async def _fill(module: str, folder: Path, count: int) -> None:
    python = servers.install_peers()
    process = await asyncio.create_subprocess_exec(
        *(str(python), "-m", module, str(folder), str(count)), cwd=servers.ROOT, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, output = await process.communicate()
    except BaseException:
        process.kill()
        raise
    if process.returncode:
        raise ServerError(f"filling ended with {process.returncode}: {output.decode('utf-8', 'replace')[-300:]}")


async def _warm(site: Site) -> None:
    """Fills the peer's caches, which no row should measure: its UIDs by a PUT, its times by a query.

    The PUT writes an event that exists already, because the rows check the number of events.
    """
    await site.ask(site.request("PROPFIND", site.calendar, dav.POLL, depth=0), 207)
    await site.ask(site.put(site.calendar, 0), 201, 204)
    await _query(site)


async def _query(site: Site) -> None:
    await site.ask(site.request("REPORT", site.calendar, dav.query(*events.WEEK), depth=1), 207)


# ---- the table


def report(results: Sequence[Result], peers: Sequence[str], note: str, scale: Scale) -> str:
    """The table and the goals missed."""
    titles = {row.key: row.title.format(items=scale.items, full=0) for row in large_rows(None)}
    head = ["work", BESIDE, f"{OURS}, {scale.items:,}", "grown", *(f"{peer}, {scale.items:,}" for peer in peers)]
    lines = [[*head, FLOOR, "verdict"]]
    order = [row.key for row in ROWS]
    ordered = sorted(results, key=lambda result: order.index(result.row.key))
    for result in ordered:
        factor = grown(result)
        shown = [table.cell(result, BESIDE), table.cell(result, OURS), table.number(factor, "×")]
        shown += [table.cell(result, name) for name in (*peers, FLOOR)]
        judged = "; ".join(map(str, verdicts(result, peers))) or "–"
        lines.append([titles[result.row.key], *shown, judged])
    missed = [f"{titles[each.row.key]}: {one}" for each in ordered for one in verdicts(each, peers) if not one.met]
    missed += [f"{titles[each.row.key]}: {who} failed: {why}" for each in ordered for who, why in each.failures.items()]
    return "\n\n".join([table.grid(lines), note, "Goals missed:", listed(missed)])


def grown(result: Result) -> float | None:
    """The ratio of Televent's time on the large calendar to its time on the small one."""
    large, small = result.value(OURS), result.value(BESIDE)
    if not large or not small:
        return None
    return small / large if result.row.more_is_better else large / small


def verdicts(result: Result, peers: Sequence[str]) -> list[table.Verdict]:
    """The row's verdicts, and one on growth where the row should not grow."""
    found = table.verdicts(result, peers)
    factor = grown(result)
    if factor is not None and result.row.key not in GROWING:
        found.append(table.Verdict(f"grown ≤ {FLAT:g}×", f"{factor:.2f}×", factor <= FLAT))
    return found
