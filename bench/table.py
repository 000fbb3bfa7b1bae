"""Builds the tables: ratios, goals and verdicts, and writes them into the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import FLOOR, OURS, Result


@dataclass(frozen=True, slots=True)
class Verdict:
    """One goal of one row: the wanted value, the measured value, and whether the goal is met."""

    wanted: str
    found: str
    met: bool

    def __str__(self) -> str:
        return f"{self.wanted}: {self.found} {'ok' if self.met else 'SHORT'}"


def best_peer(result: Result, peers: Sequence[str]) -> float | None:
    """The value of the fastest peer."""
    best = _best(result, peers)
    return best[0] if best is not None else None


def _best(result: Result, peers: Sequence[str]) -> tuple[float, bool] | None:
    """The value of the fastest peer, and whether it was measured.

    A peer that exceeded its time limit has the best value possible for it, which is not measured.
    """
    values = [(value, True) for name in peers if (value := result.value(name)) is not None]
    values += [(value, False) for name in peers if (value := result.at_best(name)) is not None]
    if not values:
        return None
    return max(values) if result.row.more_is_better else min(values)


def times_faster(result: Result, peers: Sequence[str]) -> float | None:
    """How many times faster Televent is than the fastest peer; None where one of them has no value."""
    ours, best = result.value(OURS), best_peer(result, peers)
    if not ours or not best:
        return None
    return ours / best if result.row.more_is_better else best / ours


def verdicts(result: Result, peers: Sequence[str]) -> list[Verdict]:
    """A verdict for each goal of the row that has the values for it."""
    row, found = result.row, []
    factor = times_faster(result, peers)
    best = _best(result, peers)
    if row.goal is not None and factor is not None and best is not None:
        least = "" if best[1] else "more than "
        digits = 2 if factor < 10 else 1 if factor < 100 else 0
        times = f"{least}{factor:,.{digits}f}×"
        found.append(Verdict(f"≥ {row.goal:g}×", times, factor >= row.goal))
    ours, floor = result.value(OURS), result.value(FLOOR)
    if row.floor is not None and ours is not None and floor:
        share = row.floor_share
        found.append(Verdict(f"≥ {share:g} of floor", f"{ours / floor:.2f}", ours / floor >= share))
    if row.at_most is not None and ours is not None:
        found.append(Verdict(f"≤ {row.at_most:g}", f"{ours:.2f}", ours <= row.at_most))
    return found


def number(value: float | None, unit: str) -> str:
    """The value with three digits and its unit; "–" for None."""
    if value is None:
        return "–"
    digits = f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return f"{digits}×" if unit == "×" else f"{digits}{unit}" if unit == "/s" else f"{digits} {unit}"


def markdown(results: Sequence[Result], peers: Sequence[str], titles: dict[str, str]) -> str:
    """The Markdown table of the results."""
    lines = [["work", OURS, *peers, FLOOR, "verdict"]]
    for result in results:
        shown = [cell(result, name) for name in (OURS, *peers, FLOOR)]
        judged = "; ".join(str(verdict) for verdict in verdicts(result, peers)) or "–"
        lines.append([titles.get(result.row.key, result.row.title), *shown, judged])
    return grid(lines)


def cell(result: Result, name: str) -> str:
    """The cell of one site: its value, its time limit where it exceeded that, or "failed"."""
    if name == OURS and name in result.failures:
        return "failed"
    if name in result.beyond and name not in result.values:
        return f"> {result.beyond[name]:g} s"
    return number(result.value(name), result.row.unit)


def grid(lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table, padded for reading in a terminal. The first line is the head.

    Numbers are in the columns between the first and the last, and are aligned to the right.
    """
    columns = len(lines[0])
    widths = [max(len(line[column]) for line in lines) for column in range(columns)]
    inner = range(1, columns - 1)
    rule = ["-" * (width - 1) + ":" if column in inner else "-" * width for column, width in enumerate(widths)]
    return "\n".join(
        "| " + " | ".join(_pad(cell, widths[column], column, columns) for column, cell in enumerate(line)) + " |"
        for line in [lines[0], rule, *lines[1:]]
    )


def _pad(cell: str, width: int, column: int, columns: int) -> str:
    return cell.ljust(width) if column in (0, columns - 1) else cell.rjust(width)


def shortfalls(results: Sequence[Result], peers: Sequence[str], titles: dict[str, str]) -> list[str]:
    """One line for each missed goal, each goal without a verdict, and each failed server."""
    lines = []
    for result in results:
        title = titles.get(result.row.key, result.row.title)
        judged = verdicts(result, peers)
        lines += [f"{title}: {verdict}" for verdict in judged if not verdict.met]
        lines += [f"{title}: {name} failed: {why}" for name, why in result.failures.items()]
        if OURS not in result.values and OURS not in result.failures:
            continue
        wanted = (result.row.goal is not None) + (result.row.floor is not None) + (result.row.at_most is not None)
        if len(judged) < wanted:
            lines.append(f"{title}: {wanted - len(judged)} of {wanted} goals could not be judged")
    return lines


def markers(part: str) -> tuple[str, str]:
    """The lines of the document before and after a part's results."""
    return f"<!-- bench {part}: begin -->", f"<!-- bench {part}: end -->"


def replace_between(text: str, part: str, found: str) -> str:
    """``text`` with ``found`` between the part's markers. Raises ValueError where a marker is missing."""
    first, last = markers(part)
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(f"the markers {first} and {last} are missing")
    return f"{before}{first}\n{found.strip()}\n{last}{after}"


def write(path: Path, part: str, found: str) -> None:
    """Writes a part's results into the document. Raises ValueError where a marker is missing."""
    path.write_text(replace_between(path.read_text("utf-8"), part, found), "utf-8")
