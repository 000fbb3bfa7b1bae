"""The figures of a run about chats, on the terminal and in docs/reference/reliability.md."""

from __future__ import annotations

from chaos.chat.run import STORM, Outcome
from chaos.report import table

MARKERS = "<!-- chaos chat: begin -->", "<!-- chaos chat: end -->"


def rows(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Figure, value, goal."""
    told, faults, limited = outcome.told, outcome.faults, outcome.limited
    acts = ", ".join(f"{count} {act}" for act, count in sorted(outcome.acts.items()))
    met = sum(count for kind, count in faults.items() if kind != "hidden")
    sent = sum(told.rows.values())
    return [
        ("acts of people", f"{outcome.acts.total()} in {outcome.acted:.0f} s: {acts}", f"{outcome.plan.acts}"),
        *((f"kill -9 of {what}", str(count), "") for what, count in sorted(outcome.kills.items())),
        ("services that ended by themselves, while the database was away", str(outcome.ended.total()), ""),
        ("calls of the Bot API that failed", f"{met}: {STORM:.0%} of all", ""),
        ("… that Telegram carried out and hid", str(faults["hidden"]), ""),
        ("calls refused by Telegram's limit for one chat, for all", f"{limited['chat']}, {limited['all']}", ""),
        ("messages of the outbox, each once", f"{sent}, {sum(1 for _ in told.waits)} to chats", ""),
        *((f"{what} to be told", str(count), "") for what, count in sorted(told.facts.items()) if "tap" not in what),
        *((what, str(count), "") for what, count in sorted(told.facts.items()) if "taps" in what),
        ("not told, told wrong or not answered", str(len(outcome.wrong)), "0"),
        ("meetings cancelled before they were told", str(told.withdrawn), ""),
        *((f"twice in a chat: {reason}", str(count), "") for reason, count in sorted(told.twice.items())),
        ("twice in a chat without one of these reasons", str(told.twice["no reason"]), "0"),
        ("seconds from a change to its message: median, 99 %, max", _waits(outcome), ""),
        ("refusals to a second bot that polled", str(outcome.conflicts), ""),
        ("outbox empty after the last act", f"{outcome.settled:.0f} s", ""),
    ]


def lines(outcome: Outcome) -> list[str]:
    """The table, the seed and the load, and the findings."""
    run = f"Seed {outcome.seed}; load of the machine at the end {outcome.load:.1f}."
    return [*table(rows(outcome)), "", run, *(f"WRONG: {each}" for each in outcome.wrong[:40])]


def _waits(outcome: Outcome) -> str:
    told = outcome.told
    return f"{told.wait(50):.1f}, {told.wait(99):.1f}, {max(told.waits, default=0.0):.1f}"
