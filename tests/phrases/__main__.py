"""``make phrases``: how well the bot reads what people type.

Scores the reader against the files of this directory. README.md says what they hold and what the outcomes mean.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.table import Table

from phrases.corpus import BLIND, FILES, FRESH, read
from phrases.scoring import Outcome
from phrases.tally import FLOORS, Judged, Tally, judged, tally
from televent.phrases.reading import Reading

HEADINGS = ("phrases", *Outcome, "texts", "right or asked", "right unasked")

WIDTH = 130
"""Characters: room for the table, also where the output is no terminal."""


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make phrases", description="Score the reader of dates.")
    parser.add_argument("--file", metavar="NAME", help="one file alone, such as en.txt")
    parser.add_argument("--sections", action="store_true", help="a line for each section")
    parser.add_argument(
        "--show", choices=[*Outcome, "texts"], help="print the phrases with that outcome, and what was read"
    )
    return parser.parse_args(given)


def row(name: str, score: Tally) -> tuple[str, ...]:
    """One line of the table."""
    counts = (str(score.outcomes[each]) for each in Outcome)
    right = f"{score.right:.1f} %" if score.due < score.total else "–"
    return name, str(score.total), *counts, str(score.texts), f"{score.handled:.1f} %", right


def table(scored: dict[str, list[Judged]], sections: bool) -> Table:
    """The score of each file."""
    drawn = Table(box=None, pad_edge=False)
    drawn.add_column("file", no_wrap=True)
    for heading in HEADINGS:
        drawn.add_column(heading, justify="right", no_wrap=True)
    for name, found in scored.items():
        score, floor = tally(found), FLOORS[name]
        mark = "" if score.reaches(floor) else " (below its floor)"
        drawn.add_row(*row(name + mark, score), style="bold" if sections else None)
        for section, members in groupby(found, key=lambda each: each.phrase.section) if sections else ():
            drawn.add_row(*row(f"  {section}", tally(list(members))))
    return drawn


def shown(reading: Reading) -> str:
    """A reading on one line."""
    said = [f"{reading.start:%a} {reading.start}"]
    said += [f"to {reading.end}"] if reading.end else []
    said += [each for each in (reading.rrule, reading.zone) if each]
    said += [f"guessed {', '.join(reading.guesses)}"] if reading.guesses else []
    said += ["past"] if reading.past else []
    return " · ".join(said)


def show(console: Console, found: Iterable[Judged], which: str) -> None:
    """Prints the phrases with that outcome."""
    for each in found:
        if which != (each.outcome if which != "texts" or each.texts else "texts"):
            continue
        phrase, understood = each.phrase, each.understood
        console.print(f"\n{phrase.text}", style="bold")
        meant = " | ".join(str(moment.part or moment.start) for moment in phrase.moments) or phrase.refused
        console.print(f"    meant   {phrase.duty} {meant} {phrase.rrule or ''}  (line {phrase.line})")
        for reading in understood.readings:
            console.print(f"    read    {shown(reading)}")
        texts = [understood.title, understood.place, *understood.guests]
        console.print(f"    texts   {' | '.join(text for text in texts if text)}")
        if understood.unread:
            console.print(f"    unread  {' | '.join(understood.unread)}")


def main(given: Sequence[str] | None = None) -> int:
    """Prints the score. Returns 1 where a file is below its floor; the blind ones are only marked."""
    options = arguments(given)
    console = Console(width=WIDTH, highlight=False, markup=False)
    files = [each for each in (*FILES, *FRESH, *BLIND) if options.file in (None, each.name)]
    if not files:
        console.print(f"There is no file {options.file}. There are {', '.join(FLOORS)}.")
        return 2
    scored = {path.name: judged(read(path)) for path in files}
    if options.show:
        for name, found in scored.items():
            console.rule(name)
            show(console, found, options.show)
        console.print()
    console.print(table(scored, options.sections))
    bound = [path.name for path in (*FILES, *FRESH) if path.name in scored]
    return 0 if all(tally(scored[name]).reaches(FLOORS[name]) for name in bound) else 1


if __name__ == "__main__":
    sys.exit(main())
