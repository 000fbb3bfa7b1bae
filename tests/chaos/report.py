"""The figures of a run, on the terminal and in docs/reference/reliability.md."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from chaos.checks import Outcome

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
        ("slowest 503 or 507", f"{outcome.slowest_refusal:.1f} s", "5 s"),
        ("slowest /health of an API that runs", f"{outcome.slowest_health:.2f} s", "1 s"),
        ("/health not ready", f"{outcome.unready} answers", ""),
        ("members at followers, equal to the server's list", str(outcome.members), "equal"),
        ("sync tokens refused", str(outcome.refused_tokens), "0"),
        ("outbox and mail carried out after the last round", f"{outcome.settled_seconds:.0f} s", ""),
    ]


def lines(outcome: Outcome) -> list[str]:
    """The table and the findings."""
    table = [("figure", "value", "goal"), *rows(outcome)]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    rule = tuple("-" * width for width in widths)
    padded = [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
        for row in (table[0], rule, *table[1:])
    ]
    disk = [] if outcome.small_disk else ["", "No disk was filled: this machine lets no small file system be mounted."]
    return [*padded, *disk, *(f"WRONG: {each}" for each in outcome.wrong[:40])]


def document(path: Path, outcome: Outcome) -> None:
    """Puts the figures between the page's markers. Raises ValueError where they are missing."""
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing in {path}")
    day = datetime.now(UTC).date().isoformat()
    text = "\n".join([*lines(outcome), "", f"Run {day}, in {outcome.minutes:.0f} minutes."])
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")
