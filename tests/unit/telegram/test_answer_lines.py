"""The lines that an organizer reads about answers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from televent.adapters.telegram.cards.answer_lines import answer_lines
from televent.domain.calendar_object.details import Answered, Occurrence, When
from televent.wording.display import Display

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def display(language: str = "en") -> Display:
    return Display(ZoneInfo("Europe/Berlin"), language, NOW)


def on(day: int) -> Occurrence:
    at = datetime(2026, 12, day, 10, tzinfo=UTC)
    return Occurrence(f"202612{day:02}T100000Z", When(f"202612{day:02}T110000", "Europe/Berlin", at))


def answered(now: str, was: str | None = None, at: Occurrence | None = None, comment: str | None = None) -> Answered:
    return Answered("bob@example.com", "Bob <b>", was, now, at, comment)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (answered("ACCEPTED"), "Bob &lt;b&gt; accepted your meeting."),
        (answered("ACCEPTED", "NEEDS-ACTION"), "Bob &lt;b&gt; accepted your meeting."),
        (answered("DECLINED", "ACCEPTED"), "Bob &lt;b&gt;: accepted → declined"),
        (answered("DECLINED", at=on(8)), "Bob &lt;b&gt; declined your meeting. (Tue, Dec 8 • 11:00 AM)"),
        (
            answered("ACCEPTED", "ACCEPTED", comment="<10> minutes\nlate"),
            "Bob &lt;b&gt; (accepted) wrote a note.\n💬 <i>&lt;10&gt; minutes late</i>",
        ),
        (
            Answered("bob@example.com", None, None, "DELEGATED", None, None, "yan@example.net"),
            "bob@example.com delegated your meeting to yan@example.net.",
        ),
        (answered("NEEDS-ACTION", "ACCEPTED"), "Bob &lt;b&gt; took back the answer to your meeting."),
    ],
)
def test_each_answer_has_a_true_sentence(answer: Answered, line: str) -> None:
    assert answer_lines([answer], display()) == [line]


def test_the_same_answer_to_the_series_and_to_a_date_are_two_lines() -> None:
    """A guest who accepts a series, and then one date of it that was moved, within a minute."""
    lines = answer_lines([answered("ACCEPTED"), answered("ACCEPTED"), answered("ACCEPTED", at=on(8))], display())
    assert lines == [
        "Bob &lt;b&gt; accepted your meeting.",
        "Bob &lt;b&gt; accepted your meeting. (Tue, Dec 8 • 11:00 AM)",
    ]


def test_many_dates_are_one_line() -> None:
    (line,) = answer_lines([answered("DECLINED", "ACCEPTED", on(day)) for day in range(1, 9)], display())
    assert line.endswith("; Thu, Dec 3 • 11:00 AM; and 5 more dates)")
    (line,) = answer_lines([answered("DECLINED", "ACCEPTED", on(day)) for day in range(1, 9)], display("ru"))
    assert line.startswith("Bob &lt;b&gt;: придёт → не придёт (")
    assert line.endswith("и ещё 5 дат)")
