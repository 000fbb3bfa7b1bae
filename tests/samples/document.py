"""The table of docs/reference/mail-samples.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from samples.running import Case
from samples.telling import told_by_mail, told_in_chat
from samples.times import OTHER_TIME

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "reference" / "mail-samples.md"
BEGIN, END = "<!-- samples: begin -->", "<!-- samples: end -->"
HEAD: Final = ("Sample", "Method", "Out of the blue", "Told in the chat", "Told by mail")
KNOWN: Final = ("Expected", "Told in the chat", "Told by mail", "Start")
NOTES: Final = {
    **dict.fromkeys(OTHER_TIME, "the SPEC's (B4), not that of expected.json"),
    "eml/exch-allday-zm.eml": "as in the sample; shown as a time, where expected.json wants a day",
}
"""The word on the start where expected.json and the SPEC differ."""


def table(cases: Sequence[Case]) -> str:
    """A line for each sample, in Markdown."""
    by_name: dict[str, dict[bool, Case]] = {}
    for each in cases:
        by_name.setdefault(each.sample.name, {})[each.expected] = each
    lines = [_line((*HEAD, *KNOWN)), _line(("---",) * (len(HEAD) + len(KNOWN)))]
    lines += [_line(_row(name, both)) for name, both in sorted(by_name.items())]
    return "\n".join(lines)


def current() -> str:
    """The table in the document. Raises ValueError where its markers are missing."""
    _, begin, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    found, end, _ = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing in {DOCUMENT}")
    return found.strip()


def write(text: str) -> None:
    """Puts the table between the markers. Raises ValueError where they are missing."""
    old = f"{BEGIN}\n{current()}\n{END}"
    document = DOCUMENT.read_text("utf-8")
    if old not in document:
        raise ValueError(f"there are blank lines beside the markers in {DOCUMENT}")
    DOCUMENT.write_text(document.replace(old, f"{BEGIN}\n{text.strip()}\n{END}"), "utf-8")


def _row(name: str, both: dict[bool, Case]) -> tuple[str, ...]:
    unknown, known = both[False], both[True]
    return (
        f"`{name.rpartition('/')[2]}`",
        unknown.sample.method or "–",
        _happened(unknown),
        told_in_chat(unknown.chat),
        told_by_mail(unknown.mails),
        _happened(known),
        told_in_chat(known.chat),
        told_by_mail(known.mails),
        _start(known),
    )


def _happened(case: Case) -> str:
    # A parser's own words may quote the mail.
    return f"{case.state}: {case.reason.partition(': ')[0]}"


def _start(case: Case) -> str:
    if case.starts is None:
        return "–"
    return NOTES.get(case.sample.name, "as in the sample") if case.starts else "**another one**"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
