"""Times are spelled in one place: a message that joins a day, a clock or a range by itself soon spells it in its own
way.

Product.md gives two forms. Every message has "🕒 Mon, Oct 25 • 10:00 AM - 11:00 AM"; the view of one event has
"🕐 Mon, Jan 5 at 14:00 - 15:00".
"""

import re
from pathlib import Path

import pytest

import televent

ROOT = Path(televent.__file__).parent
ADAPTERS = sorted((ROOT / "adapters").rglob("*.py"))
TEXTS = sorted(each for each in ROOT.rglob("*.ftl"))
OWN_LINES = ("handlers/agenda/", "adapters/telegram/lines/", "handlers/settings/", "adapters/telegram/pictures/")
"""Lines of an agenda and drawn pictures, whose narrow columns have no room for the spaces; lists of settings."""
VIEW = "adapters/telegram/handlers/events/"
"""The view of one event and its pages."""

JOINED = re.compile(r"""(clock_of|day_of|day_within|moment_of)\([^"{}]*\)\}[^"{}]*\{(clock_of|day_of|day_within)\(""")
"""Two times within one text."""
RANGE = re.compile(r"\{ \$(start|first|from|begin|was)\b[^}]*\}\s*(–|—|-)\s*\{ \$(end|last|until|now)\b")
AT = re.compile(r"\{ \$(day|date|first)\b[^}]*\}\s*(at|в|с|•|,)\s*\{ \$(clock|start|time)\b")
WITH_CLOCK = frozenset({"event-time", "code-wait", "picker-length"})
"""The form of the view; and sentences about a moment, not about an event."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_own(path: Path) -> bool:
    return any(each in named(path) for each in OWN_LINES)


@pytest.mark.parametrize("path", [each for each in ADAPTERS if not is_own(each)], ids=named)
def test_no_message_joins_times_by_itself(path: Path) -> None:
    found = [line.strip() for line in path.read_text("utf-8").splitlines() if JOINED.search(line)]
    assert [line for line in found if " - {clock_of(" not in line] == [], "use when_of, moment_of or clocks_of"


@pytest.mark.parametrize("path", [each for each in ADAPTERS if "🕐" in each.read_text("utf-8")], ids=named)
def test_the_clock_of_the_view_is_only_in_the_view(path: Path) -> None:
    assert VIEW in named(path), "other messages have 🕒"
    lines = [each for each in path.read_text("utf-8").splitlines() if "🕐" in each]
    assert all("event_time_of(" in each or "{time}" in each for each in lines), lines


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_no_text_joins_times_by_itself(path: Path) -> None:
    key = ""
    for line in path.read_text("utf-8").splitlines():
        found = re.match(r"([a-z][a-z0-9-]*) =", line)
        key = found[1] if found is not None else key
        assert AT.search(line) is None or key in WITH_CLOCK, f"{key}: use when_of or moment_of"
        own = key.startswith(("agenda-", "picture-")) or key in WITH_CLOCK
        assert RANGE.search(line) is None or own, f"{key}: use when_of or clocks_of"


def test_the_patterns_find_what_they_forbid() -> None:
    for stray in (
        'f"{clock_of(start, display)}–{clock_of(end, display)}"',
        'f"{day_of(at, display)} {clock_of(at, display)}"',
        'f"{day_of(at, display)}, {clock_of(at, display)}"',
    ):
        assert JOINED.search(stray)
    assert RANGE.search("event-there = 🌍 { $start } – { $end } in { $place }")
    assert AT.search("some = { $day } at { $clock }")
