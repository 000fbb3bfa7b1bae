"""The scorer of phrases: what it calls right, asked, near, unread and silent."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from phrases.corpus import FILES, FRESH, Duty, FileError, Phrase, read
from phrases.scoring import Outcome, instances, judge, texts_are_right, words
from phrases.tally import FLOORS, judged, tally
from televent.phrases.reading import Reading, Understood

LONDON = ZoneInfo("Europe/London")
NOW = "now Wed 2026-11-25 09:30 Europe/London"
THURSDAY = datetime(2026, 11, 26, 15, tzinfo=LONDON)
HOUR = timedelta(hours=1)


def phrase(directory: Path, *lines: str) -> Phrase:
    """The phrase of a file with these lines."""
    path = directory / "en.txt"
    path.write_text("\n".join((NOW, lines[0], *(f"    {line}" for line in lines[1:]))), encoding="utf-8")
    (found,) = read(path)
    return found


def one(
    start: datetime | date = THURSDAY,
    end: datetime | date | None = None,
    *,
    title: str = "tea",
    rrule: str | None = None,
    zone: str | None = None,
    guesses: tuple[str, ...] = (),
    past: bool = False,
) -> Understood:
    """One certain reading."""
    return Understood((Reading(start, end, rrule, zone, guesses, past),), title)


@pytest.mark.parametrize(
    ("understood", "outcome"),
    [
        (one(), Outcome.RIGHT),
        (one(THURSDAY.astimezone(ZoneInfo("Asia/Tokyo"))), Outcome.RIGHT),
        (one(THURSDAY + HOUR), Outcome.SILENT),
        (one(THURSDAY.date()), Outcome.SILENT),
        (one(end=THURSDAY + HOUR), Outcome.SILENT),
        (one(rrule="FREQ=DAILY"), Outcome.SILENT),
        (one(zone="Asia/Tokyo"), Outcome.SILENT),
        (one(past=True), Outcome.UNREAD),
        (one(title="tea tmrw"), Outcome.NEAR),
        (one(title=""), Outcome.NEAR),
        (Understood((Reading(THURSDAY), Reading(THURSDAY + HOUR)), "tea"), Outcome.ASKED),
        (Understood((Reading(THURSDAY - HOUR), Reading(THURSDAY + HOUR)), "tea"), Outcome.UNREAD),
        (Understood((Reading(THURSDAY + HOUR),), "tea", unread=("tmrw",)), Outcome.ASKED),
        (Understood((Reading(THURSDAY + HOUR),), "tea", unread=("pm",)), Outcome.ASKED),
        (Understood((Reading(THURSDAY + HOUR),), "tea", unread=("banana",)), Outcome.SILENT),
        (Understood(title="tea tmrw 3pm"), Outcome.UNREAD),
    ],
)
def test_a_phrase_with_one_meaning(understood: Understood, outcome: Outcome, tmp_path: Path) -> None:
    assert judge(phrase(tmp_path, "tea tmrw 3pm", "at Thu 2026-11-26 15:00", "title tea"), understood) is outcome


@pytest.mark.parametrize(
    ("understood", "outcome"),
    [
        (Understood((Reading(THURSDAY), Reading(THURSDAY + HOUR))), Outcome.ASKED),
        (Understood((Reading(THURSDAY), Reading(THURSDAY - HOUR))), Outcome.UNREAD),
        (one(), Outcome.SILENT),
        (Understood(unread=("3", "4")), Outcome.ASKED),
        (Understood(), Outcome.UNREAD),
    ],
)
def test_a_phrase_that_must_be_asked_about(understood: Understood, outcome: Outcome, tmp_path: Path) -> None:
    asked = phrase(tmp_path, "tea tmrw at 3 or 4", "ask Thu 2026-11-26 15:00", "ask Thu 2026-11-26 16:00")
    assert judge(asked, understood) is outcome


@pytest.mark.parametrize(
    ("understood", "outcome"),
    [
        (one(past=True), Outcome.ASKED),
        (one(), Outcome.SILENT),
        (one(THURSDAY + HOUR, past=True), Outcome.UNREAD),
        (Understood(), Outcome.UNREAD),
    ],
)
def test_a_phrase_that_is_past(understood: Understood, outcome: Outcome, tmp_path: Path) -> None:
    assert judge(phrase(tmp_path, "tea", "past Thu 2026-11-26 15:00"), understood) is outcome


@pytest.mark.parametrize(
    ("understood", "outcome"),
    [
        (Understood(unread=("30 feb",)), Outcome.ASKED),
        (Understood(unread=("tea",)), Outcome.UNREAD),
        (one(), Outcome.SILENT),
        (Understood(title="tea on 30 feb"), Outcome.UNREAD),
    ],
)
def test_a_phrase_that_cannot_be(understood: Understood, outcome: Outcome, tmp_path: Path) -> None:
    assert judge(phrase(tmp_path, "tea on 30 feb", "refuse 30 feb"), understood) is outcome


@pytest.mark.parametrize(
    ("understood", "outcome"),
    [
        (Understood(title="buy milk"), Outcome.RIGHT),
        (Understood(unread=("milk",)), Outcome.ASKED),
        (one(), Outcome.SILENT),
    ],
)
def test_a_phrase_without_a_time(understood: Understood, outcome: Outcome, tmp_path: Path) -> None:
    assert judge(phrase(tmp_path, "buy milk", "no time"), understood) is outcome


def test_a_guess_must_be_said(tmp_path: Path) -> None:
    guessed = phrase(tmp_path, "tea tmrw at 3", "guess Thu 2026-11-26 15:00", "title tea")
    assert judge(guessed, one()) is Outcome.NEAR
    assert judge(guessed, one(guesses=("afternoon",))) is Outcome.RIGHT


@pytest.mark.parametrize(("hour", "outcome"), [(9, Outcome.RIGHT), (15, Outcome.SILENT)])
def test_a_part_of_the_day_is_any_start_within_it(hour: int, outcome: Outcome, tmp_path: Path) -> None:
    vague = phrase(tmp_path, "tea tmrw morning", "guess Thu 2026-11-26 morning", "title tea")
    assert judge(vague, one(THURSDAY.replace(hour=hour), guesses=("morning",))) is outcome


@pytest.mark.parametrize(
    ("rrule", "outcome"),
    [
        ("FREQ=WEEKLY;COUNT=30", Outcome.RIGHT),
        ("FREQ=WEEKLY;BYDAY=TH;COUNT=30", Outcome.RIGHT),
        ("FREQ=WEEKLY;UNTIL=20270617T140000Z", Outcome.RIGHT),
        ("FREQ=WEEKLY;UNTIL=20270617", Outcome.RIGHT),
        ("FREQ=WEEKLY;COUNT=29", Outcome.SILENT),
        ("FREQ=WEEKLY", Outcome.SILENT),
        ("FREQ=DAILY;COUNT=30", Outcome.SILENT),
        ("FREQ=NEVER", Outcome.SILENT),
        (None, Outcome.SILENT),
    ],
)
def test_repetitions_are_compared_by_their_instances(rrule: str | None, outcome: Outcome, tmp_path: Path) -> None:
    weekly = phrase(
        tmp_path, "tea every thu 3pm, 30 times", "at Thu 2026-11-26 15:00", "every FREQ=WEEKLY;COUNT=30", "title tea"
    )
    assert judge(weekly, one(rrule=rrule)) is outcome


def test_whole_days_include_the_last(tmp_path: Path) -> None:
    days = phrase(tmp_path, "tea thu to fri", "at Thu 2026-11-26 through Fri 2026-11-27", "title tea")
    assert judge(days, one(date(2026, 11, 26), end=date(2026, 11, 28))) is Outcome.RIGHT
    assert judge(days, one(date(2026, 11, 26), end=date(2026, 11, 27))) is Outcome.SILENT


def test_a_zone_moves_the_times_of_the_file(tmp_path: Path) -> None:
    there = phrase(tmp_path, "tea tmrw 3pm CET", "at Thu 2026-11-26 15:00", "zone Europe/Berlin", "title tea")
    assert judge(there, one(THURSDAY - HOUR, zone="Europe/Paris")) is Outcome.RIGHT
    assert judge(there, one(THURSDAY, zone="Europe/London")) is Outcome.SILENT


def test_a_word_in_the_wrong_text_is_counted_apart(tmp_path: Path) -> None:
    placed = phrase(tmp_path, "tea at Jo's tmrw 3pm", "at Thu 2026-11-26 15:00", "title tea", "place Jo's")
    understood = Understood((Reading(THURSDAY),), "tea at Jo's")
    assert judge(placed, understood) is Outcome.RIGHT
    assert not texts_are_right(placed, understood)
    assert texts_are_right(placed, Understood((Reading(THURSDAY),), "tea", "Jo's"))


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("tea", "at Fri 2026-11-26"), "en.txt:3: 2026-11-26 is a Thu, not a Fri"),
        (("tea", "at tomorrow"), "en.txt:3: 'tomorrow' is no time"),
        (("tea", "at Thu 2026-11-26 teatime"), "en.txt:3: 'teatime' is no part of the day"),
        (("tea", "maybe"), "en.txt:3: 'maybe' is no expectation"),
        (("tea", "at Thu 2026-11-26", "at Thu 2026-11-26"), "en.txt:4: only 'ask' may stand twice"),
        (("tea", "title tea"), "en.txt:2: nothing is expected"),
    ],
)
def test_a_slip_of_the_pen_is_named(lines: tuple[str, ...], fault: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=fault):
        phrase(tmp_path, *lines)


def test_a_tally_counts_questions_that_are_due_apart(tmp_path: Path) -> None:
    path = tmp_path / "en.txt"
    path.write_text(
        f"{NOW}\n\ntea\n    at Thu 2026-11-26 15:00\n\nold tea\n    past Tue 2026-11-24 15:00\n", encoding="utf-8"
    )
    score = tally(judged(read(path), lambda each: one(title=each.text) if each.text == "tea" else Understood()))
    assert (score.total, score.handled, score.right) == (2, 50.0, 100.0)


@pytest.mark.parametrize("path", [*FILES, *FRESH], ids=lambda path: path.name)
def test_each_file_has_its_phrases_once(path: Path) -> None:
    phrases = read(path)
    assert len(phrases) == 100 if path.name.startswith(("unseen", "fresh")) else len(phrases) >= 400
    assert path.name in FLOORS
    twice = [key for key, times in Counter((each.text, each.now) for each in phrases).items() if times > 1]
    assert twice == []


def test_no_fresh_phrase_stands_in_another_file() -> None:
    known = {each.text.casefold() for path in FILES for each in read(path)}
    fresh = {each.text.casefold() for path in FRESH for each in read(path)}
    assert len(fresh) == 200
    assert known & fresh == set()


@pytest.mark.parametrize("path", [*FILES, *FRESH], ids=lambda path: path.name)
def test_each_file_is_true(path: Path) -> None:
    """Without any reader: texts are words of the phrase, times lie ahead, repetitions begin at their start."""
    for each in read(path):
        where = f"{path.name}:{each.line}: {each.text!r}"
        assert words(f"{each.title or ''} {each.place} {' '.join(each.guests)}") <= words(each.text), where
        assert each.refused in each.text, where
        for moment in each.moments:
            day = moment.start.date() if isinstance(moment.start, datetime) else moment.start
            ahead = moment.start > each.now if isinstance(moment.start, datetime) else day >= each.now.date()
            assert ahead is (each.duty is not Duty.PAST), where
            assert moment.end is None or moment.end > moment.start, where
            if each.rrule:
                assert instances(each.rrule, moment.start)[0][0].date() == day, where
