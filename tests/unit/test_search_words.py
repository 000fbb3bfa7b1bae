"""The words of a text as a search compares them, and words with a typing error."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from televent.application.read_models.search import Rank
from televent.application.use_cases.calendars.search_events import Cursor, read_cursor
from televent.application.use_cases.calendars.search_query import Question, understand
from televent.ical.search.typos import forgiving, near, short_forms
from televent.ical.search.words import MAX_LENGTH, words_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lunch with Bob", ["lunch", "with", "bob"]),
        ("LUNCH, lunch; Lunch!", ["lunch"]),
        ("Ёлка ёлка ЕЛКА elka", ["elka"]),
        ("Щукин чай Андрей подъезд", ["schukin", "chay", "andrey", "podezd"]),
        ("Ångström café naïve Łódź Straße", ["angstrom", "cafe", "naive", "lodz", "strasse"]),
        ("Київ Ґанок", ["kiyiv", "ganok"]),
        ("会议室 3", ["会", "议", "室", "3"]),
        ("a_b-c/d.e@f", ["a", "b", "c", "d", "e", "f"]),
        ("ＷＩＤＥ　１２", ["wide", "12"]),
        ("İstanbul ﬁnal", ["istanbul", "final"]),
        ("\x00\u200b \ud800".encode("utf-8", "replace").decode(), []),
        ("", []),
    ],
)
def test_the_words_of_a_text(text: str, words: list[str]) -> None:
    assert words_of(text, 100) == words


def test_words_are_bounded_in_number_and_length() -> None:
    assert words_of("x" * 1000, 10) == ["x" * MAX_LENGTH]
    assert len(words_of(" ".join(f"w{n}" for n in range(1000)), 10)) == 10
    assert words_of("one two", 10, 3) == ["one"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("meetign", "meeting"), ("meting", "meeting"), ("meeeting", "meeting"), ("nooting", "noting"),
        ("restuaran", "restaurant"), ("vrak", "vrach"), ("budgte", "budgets"), ("xudget", "budget"),
    ],
)  # fmt: skip
def test_one_error_is_near_and_shares_a_short_form(query: str, word: str) -> None:
    assert near(query, word)
    assert set(short_forms(query)) & set(short_forms(word))


@pytest.mark.parametrize(("query", "word"), [("moot", "meeting"), ("budget", "gadget"), ("dentist", "density")])
def test_two_errors_are_not_near(query: str, word: str) -> None:
    assert not near(query, word)


def test_errors_in_short_words_and_numbers_are_not_forgiven() -> None:
    assert not any(map(forgiving, ("tea", "2026", "room4")))
    assert forgiving("lunch")


def test_days_among_words_become_a_range() -> None:
    read = understand(Question("Budget 2026-11-30, review"), NOON, BERLIN)
    assert read.words == ("budget", "review")
    assert (read.start, read.end) == (datetime(2026, 11, 30, tzinfo=BERLIN), datetime(2026, 12, 1, tzinfo=BERLIN))
    assert (read.first, read.last) == (date(2026, 11, 30), date(2026, 11, 30))
    both = understand(Question("1.12. 2027-01"), NOON, BERLIN)
    assert (both.first, both.last) == (date(2026, 12, 1), date(2027, 1, 31))
    assert understand(Question("1.1."), NOON, BERLIN).first == date(2027, 1, 1)
    for text in ("2026-13-01", "31.02.", "99.99.2026", "0000-01", "9999-12", "12:30", "3.14"):
        assert understand(Question(text), NOON, BERLIN).start is None, text


def test_a_question_is_bounded() -> None:
    assert len(understand(Question(" ".join(f"w{n}x" for n in range(1000))), NOON, BERLIN).terms) == 10
    assert understand(Question("x", title="?"), NOON, BERLIN).terms[0].exact
    assert understand(Question("  !? "), NOON, BERLIN).empty


def test_a_cursor_comes_back_and_nothing_else_is_one() -> None:
    cursor = Cursor(NOON, Rank(4, 2, -(2**33), UUID(int=7)))
    assert read_cursor(str(cursor)) == cursor
    assert len(f"search:{cursor}") <= 64
    for text in ("", "x", "a" * 64, str(cursor)[:-1], f"{cursor}A", "é" * 46, "_" * 46):
        assert read_cursor(text) is None, text
