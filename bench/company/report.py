"""The report of the company: tables, the queues over time, and what they say about more machines."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bench import table
from bench.company.judging import Balance, Delivered
from bench.company.ledger import Ledger
from bench.company.sizes import DAY, FLAT, GUESTS, MOST_LATE, POLL_EVERY, Size
from bench.company.watch import QUEUES, Samples
from bench.part import listed
from bench.town import percentile
from televent.adapters.caldav.door.auth import MAX_CACHED

BARS: Final = "▁▂▃▄▅▆▇█"
WIDTH: Final = 60
"""Max bars of a plot."""
TELEGRAM: Final = 28.0
"""Messages a second to all chats together that Televent keeps to (Telegram admits 30)."""


@dataclass
class Run:
    """One run of the day, or one step. ``settled``: seconds until no message waited; None where nobody waited for it.

    ``memory``: megabytes of each process once it was idle.
    """

    factor: float
    ledger: Ledger
    samples: Samples
    balances: list[Balance]
    outbox: Delivered | None = None
    settled: float | None = None
    memory: dict[str, float] | None = None


def plot(values: Sequence[int], width: int = WIDTH) -> str:
    """A line of bars, each the highest of its share of the values; "" for none."""
    if not values:
        return ""
    shares = min(width, len(values))
    edges = [len(values) * place // shares for place in range(shares + 1)]
    highest = [max(values[start:end]) for start, end in pairwise(edges)]
    most = max(highest)
    return "".join(BARS[0] if value == 0 else BARS[1 + (value * (len(BARS) - 2)) // most] for value in highest)


def kinds(run: Run) -> str:
    """A table with the rate and the percentiles of each kind."""
    lines = [["work", "number", "a second", "median", "p99", "slowest"]]
    for kind, values in sorted(run.ledger.seconds.items(), key=lambda item: -len(item[1])):
        shown = [statistics.median(values), percentile(values, 0.99), max(values)]
        lines.append(
            [kind, f"{len(values):,}", f"{len(values) / run.ledger.elapsed:.1f}"]
            + [table.number(each * 1000, "ms") for each in shown]
        )
    return table.grid(lines)


def queues(run: Run) -> str:
    """The depth of each queue over time, as text."""
    rows = [(name, run.samples.of(name)) for name in QUEUES] + [("requests under way", run.samples.waiting)]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {plot(values)}  at most {max(values, default=0):,}" for name, values in rows]
    return "\n".join(["```text", *lines, "```"])


def counted(runs: Sequence[Run]) -> str:
    """A table of what was owed and delivered in all runs."""
    lines = [["owed", "number", "once", "lost", "doubled", ""]]
    for rows in zip(*(run.balances for run in runs), strict=True):
        owed, once, lost, doubled = (
            sum(getattr(each, name) for each in rows) for name in ("owed", "once", "lost", "doubled")
        )
        good = "ok" if owed == once else "SHORT"
        lines.append([rows[0].what, f"{owed:,}", f"{once:,}", f"{lost:,}", f"{doubled:,}", good])
    return table.grid(lines)


def memories(runs: Sequence[Run], start: dict[str, float]) -> str:
    """A table with the megabytes of each process: before, after each run, and at most."""
    names = list(start)
    lines = [["process, MB", "at the start", *(f"after run {place + 1}" for place in range(len(runs))), "at most", ""]]
    for name in names:
        after = [run.memory[name] for run in runs if run.memory is not None and name in run.memory]
        most = max((max(run.samples.memory.get(name, [0.0])) for run in runs), default=0.0)
        shown = [f"{each:.0f}" for each in (start[name], *after)]
        lines.append([name, *shown, f"{most:.0f}", flatness(after)])
    return table.grid(lines)


def flatness(after: Sequence[float]) -> str:
    """Whether memory stayed as it was after the first run; "–" for a single run."""
    if len(after) < 2:
        return "–"
    return str(table.Verdict(f"≤ {FLAT:g}× of run 1", f"{after[-1] / after[0]:.2f}×", after[-1] <= after[0] * FLAT))


def late(run: Run) -> list[str]:
    """The kinds whose 99th percentile is too late, the worst first."""
    found = [(percentile(values, 0.99), kind) for kind, values in run.ledger.seconds.items()]
    return [f"{kind} (p99 {high:.1f} s)" for high, kind in sorted(found, reverse=True) if high > MOST_LATE]


def growing(run: Run) -> list[str]:
    """The queues that were deeper in each quarter of the phase than in the one before, and more than a hundred deep."""
    found = []
    for name in QUEUES:
        depths = run.samples.of(name)
        size = len(depths) // 4
        if size == 0:
            continue
        means = [statistics.mean(depths[place * size : (place + 1) * size]) for place in range(4)]
        if means == sorted(means) and means[-1] > means[0] and means[-1] > 100:
            found.append(f"{name} ({depths[0]:,} → {depths[-1]:,})")
    return found


def gives(run: Run) -> str:
    """The kinds and queues that do not keep up with this load; "" where everything keeps up."""
    cut = [f"{run.ledger.left_out:,} acts left out"] if run.ledger.left_out else []
    errors = [f"{len(run.ledger.errors)} errors"] if run.ledger.errors else []
    return "; ".join([*late(run), *growing(run), *cut, *errors])


def steps(runs: Sequence[Run]) -> str:
    """A table of the loads that were tried."""
    lines = [["factor", "requests/s", "poll p99", "PUT p99", "bot p99", "cores used", "gives"]]
    for run in runs:
        highs = [
            table.number(percentile(values, 0.99) * 1000, "ms") if (values := run.ledger.seconds.get(kind)) else "–"
            for kind in ("poll", "PUT", "bot")
        ]
        rate = run.ledger.count / run.ledger.elapsed
        cores = run.samples.cpu / (run.samples.at[-1] or 1.0) if run.samples.at else 0.0
        lines.append([f"{run.factor:g}×", f"{rate:,.0f}", *highs, f"{cores:.2f}", gives(run) or "nothing"])
    return table.grid(lines)


def projection(size: Size, runs: Sequence[Run], tried: Sequence[Run]) -> str:
    """The load that one machine carries, and that of four API nodes on Patroni, calculated from what was measured."""
    carried = [run for run in (*runs, *tried) if not gives(run)]
    best = max(carried, key=lambda run: run.factor, default=None)
    if best is None:
        return "No load was carried without something giving."
    rate = best.ledger.count / best.ledger.elapsed
    cores = best.samples.cpu / best.samples.at[-1] if best.samples.at and best.samples.at[-1] else 0.0
    each = 1000 * best.samples.cpu / max(best.ledger.count, 1)
    people = size.accounts * best.factor
    first = next((gives(run) for run in (*runs, *tried) if gives(run)), "")
    chats = TELEGRAM * DAY / max(_chat_messages(size), 1e-9)
    return "\n\n".join(
        [
            f"**How far one machine goes** (measured): {best.factor:g}×, that is the traffic of"
            f" {people:,.0f} people in real time, {rate:,.0f} requests a second with {cores:.2f} cores for Televent and"
            f" PostgreSQL, {each:.2f} ms of processor time for each request, everything that follows from it included."
            + (f" **The first to give**: {first}." if first else " Nothing gave at the highest load that was tried."),
            f"**Sign-ins** (calculated): each API process remembers {MAX_CACHED:,} sign-ins. {size.accounts:,} devices"
            " fit, so this is measured with all of them remembered. With more devices for each process, a poll"
            f" costs a hash of 18 ms more: {MAX_CACHED / POLL_EVERY:.0f} polls a second are then"
            f" {MAX_CACHED / POLL_EVERY * 0.018:.1f} cores.",
            "**With PostgreSQL on Patroni and four API nodes** (calculated from the measured processor time, not"
            " measured): reads and writes of four nodes with two cores each have"
            f" {4 * 2 / max(each / 1000, 1e-9):,.0f} requests a second of processor time, where one machine of two"
            f" cores has {2 / max(each / 1000, 1e-9):,.0f}, because the database and the load generator no longer share"
            " their cores. A commit waits for one synchronous standby: one network round trip more than here, some"
            " 0.5 ms in one data centre, for each group of writes. Queues keep their order of magnitude: one worker"
            " leads each follower, whichever node runs it.",
            f"**Telegram's limit does not scale**: {TELEGRAM:g} messages a second on the bot's own behalf are"
            f" {chats:,.0f} companies of {size.chats:,} chats whose messages are spread over a working day; their"
            f" summaries at eight o'clock take {size.chats / 5 / TELEGRAM:.0f} s in each of five zones.",
        ]
    )


def _chat_messages(size: Size) -> float:
    """Messages of a working day that the bot sends by itself: summaries, reminders, invitations and answers."""
    share = size.chats / size.accounts
    return size.chats * 2 + 0.1 * size.accounts * GUESTS * share * 2


def report(size: Size, runs: Sequence[Run], tried: Sequence[Run], start: dict[str, float], note: str) -> str:
    """The whole report."""
    first = runs[0]
    errors = [each for run in (*runs, *tried) for each in run.ledger.grouped_errors()]
    missed = [each for run in runs for each in run.ledger.grouped_errors()]
    missed += [example for run in runs for balance in run.balances for example in balance.examples]
    for run in runs:
        if run.outbox is not None and (run.outbox.failed or run.outbox.left):
            missed.append(f"{run.outbox.failed} messages failed, {run.outbox.left} left")
        if gives(run):
            missed.append(f"at {run.factor:g}×: {gives(run)}")
    grown = [line for line in memories(runs, start).splitlines() if "SHORT" in line]
    missed += [" ".join(line.replace("|", " ").split()) for line in grown]
    count = sum(run.ledger.count for run in runs) / sum(run.ledger.elapsed for run in runs)
    settled = ", ".join(f"{run.settled:.0f} s" for run in runs if run.settled is not None)
    passed = first.factor * size.seconds / 3600
    parts = [
        f"{size.accounts:,} accounts with {size.each} events each: {size.chats:,} use the bot, the others get mail. In"
        f" {size.seconds:g} s pass {passed:.1f} hours of their working day ({first.factor:g}×): every device polls each"
        " 15 minutes, each person edits two events a day, every tenth makes a meeting of eight, of whose guests 80 %"
        f" accept; in five zones it becomes eight o'clock. {len(runs)} run{'s' if len(runs) > 1 else ''},"
        f" {count:,.0f} requests a second sustained, {sum(len(run.ledger.errors) for run in runs)} errors. Times count"
        " from the moment at which an act was due.",
        kinds(first),
        "The queues of the first run, a bar for every"
        f" {max(1, round(len(first.samples.at) / min(WIDTH, max(len(first.samples.at), 1))))} looks (one a second):",
        queues(first),
        f"No message waited any more after {settled} (answers by mail are gathered for a minute).",
        counted(runs),
        memories(runs, start),
        "More load, in steps:",
        steps([first, *tried]),
        projection(size, runs, tried),
        note,
        "Errors:",
        listed(errors),
        "Goals missed:",
        listed(missed),
    ]
    return "\n\n".join(parts)


def failed(runs: Sequence[Run]) -> bool:
    """Whether Televent did not do the work correctly: an error, something lost or doubled, or acts left out."""
    if any(run.ledger.left_out for run in runs):
        # Otherwise the day of a machine that was busy with others would be written down.
        return True
    wrong = any(balance.lost or balance.doubled for run in runs for balance in run.balances)
    return wrong or any(run.ledger.errors or (run.outbox is not None and run.outbox.failed) for run in runs)
