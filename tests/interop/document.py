"""The table, on the terminal and in docs/reference/interop.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from interop.result import Result

BEGIN, END = "<!-- interop: begin -->", "<!-- interop: end -->"


def table(results: Sequence[Result]) -> str:
    """One line for each suite, in Markdown that also reads well on a terminal."""
    lines = [("suite", "passed", "wanted", "verdict")]
    lines += [(each.suite, _passed(each), _wanted(each), _verdict(each)) for each in results]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    rule = ("-" * widths[0], "-" * (widths[1] - 1) + ":", "-" * (widths[2] - 1) + ":", "-" * widths[3])
    padded = [
        (suite.ljust(widths[0]), passed.rjust(widths[1]), wanted.rjust(widths[2]), verdict.ljust(widths[3]))
        for suite, passed, wanted, verdict in [lines[0], rule, *lines[1:]]
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def _passed(result: Result) -> str:
    if result.absent:
        return "–"
    own = f"{result.passed}/{result.total}"
    return f"{own} + {len(result.exempt)}" if result.exempt else own


def _wanted(result: Result) -> str:
    return "–" if result.absent else f"{result.wanted}"


def _verdict(result: Result) -> str:
    if result.absent:
        return f"not run: {result.absent}"
    return "ok" if result.met else "SHORT"


def remarks(results: Sequence[Result]) -> str:
    """The tests that did not pass: the exempt ones with their reasons, and the others."""
    lines: list[str] = []
    for each in results:
        lines += [f"- {each.suite}: {_code(name)}. {why}" for name, why in each.exempt.items()]
        lines += [f"- {each.suite}: did not pass: {what}" for what in each.short]
    return "\n".join(lines) or "Everything passed."


def _code(name: str) -> str:
    return f"`{name}`"


def write(path: Path, text: str) -> None:
    """Puts ``text`` between the markers. Raises ValueError where they are missing."""
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing in {path}")
    path.write_text(f"{before}{BEGIN}\n{text.strip()}\n{END}{after}", "utf-8")
