"""The figures of a run, on the terminal and in docs/reference/reliability.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from chaos.checks import MAX_HEALTH, MAX_REFUSAL, Outcome

BEGIN, END = "<!-- chaos: begin -->", "<!-- chaos: end -->"


def rows(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Figure, value, goal."""
    refused = sum(count for status, count in outcome.statuses.items() if status in ("503", "507"))
    torn = outcome.statuses["0"]
    bad = sum(count for status, count in outcome.statuses.items() if status[0] == "5") - refused
    answered = sum(outcome.statuses.values()) - torn
    return [
        ("rounds", ", ".join(f"{count} {kind}" for kind, count in outcome.rounds.items()), "12"),
        *((name, str(count), "") for name, count in sorted(outcome.faults.items())),
        *((f"changes acknowledged by {door}", str(count), "") for door, count in outcome.acknowledged.items()),
        ("acknowledged changes lost or doubled", str(outcome.lost), "0"),
        ("CalDAV answers", str(answered), ""),
        ("… 503 or 507", str(refused), ""),
        ("… another 5xx", str(bad), "0"),
        ("connections that ended without an answer (a killed API)", str(torn), ""),
        ("slowest 503 or 507", f"{outcome.slowest_refusal:.1f} s", f"{MAX_REFUSAL:g} s"),
        ("slowest /health of an API that runs", f"{outcome.slowest_health:.2f} s", f"{MAX_HEALTH:g} s"),
        ("/health not ready", f"{outcome.unready} answers", ""),
        ("members at followers, equal to the server's list", str(outcome.members), "equal"),
        ("sync tokens refused", str(outcome.refused_tokens), "0"),
        ("outbox and mail carried out after the last round", f"{outcome.settled_seconds:.0f} s", ""),
    ]


def lines(outcome: Outcome) -> list[str]:
    """The table and the findings."""
    disk = [] if outcome.small_disk else ["", "No disk was filled: this machine lets no small file system be mounted."]
    return [*table(rows(outcome)), *disk, *(f"WRONG: {each}" for each in outcome.wrong[:40])]


def table(figures: Sequence[tuple[str, str, str]]) -> list[str]:
    """The lines of a table in Markdown with figure, value and goal."""
    whole = [("figure", "value", "goal"), *figures]
    widths = [max(len(row[column]) for row in whole) for column in range(3)]
    rule = tuple("-" * width for width in widths)
    return [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
        for row in (whole[0], rule, *whole[1:])
    ]


def document(path: Path, found: Sequence[str], minutes: float, markers: tuple[str, str] = (BEGIN, END)) -> None:
    """Puts these lines between the page's markers. Raises ValueError where they are missing."""
    before, begin, rest = path.read_text("utf-8").partition(markers[0])
    _, end, after = rest.partition(markers[1])
    if not begin or not end:
        raise ValueError(f"the markers {markers} are missing in {path}")
    day = datetime.now(UTC).date().isoformat()
    text = "\n".join([*found, "", f"Run {day}, in {minutes:.0f} minutes."])
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")
