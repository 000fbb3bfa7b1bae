"""Dates as people write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.adapters.telegram.dates import read_duration, read_when

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=LONDON)  # a Wednesday


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("phrase", "start"),
    [
        ("tomorrow 3pm", at(11, 19, 15)),
        ("tomorrow at 3pm", at(11, 19, 15)),
        ("Tomorrow  AT 3PM", at(11, 19, 15)),
        ("next monday 10:30", at(11, 23, 10, 30)),
        ("in 2 hours", at(11, 18, 12)),
        ("in 30 minutes", at(11, 18, 10, 30)),
        ("in 1.5 hours", at(11, 18, 11, 30)),
        ("2026-12-25 14:00", at(12, 25, 14)),
        ("January 25 at 2pm", at(1, 25, 14, year=2027)),
        ("25 Jan 14:00", at(1, 25, 14, year=2027)),
        ("25th of January at 14:00", at(1, 25, 14, year=2027)),
        ("25 Jan 2028 14:00", at(1, 25, 14, year=2028)),
        ("03/04 10:00", at(4, 3, 10, year=2027)),
        ("10.12.2026 09:00", at(12, 10, 9)),
        ("12/25/2026 9:00", at(12, 25, 9)),
        ("monday at 9 am", at(11, 23, 9)),
        ("noon tomorrow", at(11, 19, 12)),
        ("tonight at 8", at(11, 18, 20)),
        ("at 10.30 tomorrow", at(11, 19, 10, 30)),
        ("12am tomorrow", at(11, 19, 0)),
        ("12pm tomorrow", at(11, 19, 12)),
        ("10:30", at(11, 18, 10, 30)),
        ("9:00", at(11, 19, 9)),
        ("завтра в 15:00", at(11, 19, 15)),
        ("в пятницу 10:30", at(11, 20, 10, 30)),
        ("через 2 часа", at(11, 18, 12)),
        ("25 января в 14:00", at(1, 25, 14, year=2027)),
        ("завтра в 3 дня", at(11, 19, 15)),
        ("в 9 утра завтра", at(11, 19, 9)),
    ],
)
def test_a_phrase_is_read(phrase: str, start: datetime) -> None:
    assert [reading.start for reading in read_when(phrase, NOW)] == [start]


@pytest.mark.parametrize(
    ("phrase", "start", "end"),
    [
        ("fri 3-4pm", at(11, 20, 15), at(11, 20, 16)),
        ("from 3 to 4pm tomorrow", at(11, 19, 15), at(11, 19, 16)),
        ("mon 10-11:30", at(11, 23, 10), at(11, 23, 11, 30)),
        ("mon 11-1pm", at(11, 23, 11), at(11, 23, 13)),
        ("tomorrow 23:00-01:00", at(11, 19, 23), at(11, 20, 1)),
    ],
)
def test_a_range_has_an_end(phrase: str, start: datetime, end: datetime) -> None:
    assert [(reading.start, reading.end) for reading in read_when(phrase, NOW)] == [(start, end)]


@pytest.mark.parametrize("phrase", ["today", "monday", "dec 5th", "2026-12-05", "послезавтра"])
def test_a_day_without_a_time_is_all_day(phrase: str) -> None:
    (reading,) = read_when(phrase, NOW)
    assert not isinstance(reading.start, datetime)
    assert isinstance(reading.start, date)
    assert reading.end == reading.start + timedelta(days=1)


@pytest.mark.parametrize(
    ("phrase", "rule"),
    [
        ("every weekday 9:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every monday 10:00", "FREQ=WEEKLY;BYDAY=MO"),
        ("every day 8am", "FREQ=DAILY"),
        ("каждый понедельник 9:00", "FREQ=WEEKLY;BYDAY=MO"),
    ],
)
def test_a_series_has_a_rule(phrase: str, rule: str) -> None:
    assert [reading.rrule for reading in read_when(phrase, NOW)] == [rule]


def test_next_friday_said_on_a_wednesday_is_asked_back() -> None:
    assert [reading.start for reading in read_when("next friday 5pm", NOW)] == [at(11, 20, 17), at(11, 27, 17)]


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "banana",
        "tomorrow banana 3pm",
        "30 feb 10:00",
        "25:00 tomorrow",
        "13pm",
        "3pm or 4pm",
        "x" * 500,
        "завтра ой 15:00",
    ],
)
def test_a_phrase_with_anything_unread_is_not_read_at_all(phrase: str) -> None:
    assert read_when(phrase, NOW) == []


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30), ("30m", 30), ("1h", 60), ("90m", 90), ("1 hour", 60), ("1.5h", 90), ("1h 30m", 90),
        ("1 hour and 15 minutes", 75), ("полчаса", 30), ("2 часа", 120), ("half an hour", 30),
    ],
)  # fmt: skip
def test_a_duration_is_read(text: str, minutes: int) -> None:
    assert read_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "0", "abc", "-30", "1h banana", "100000h", "40 days"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert read_duration(text) is None


@given(st.text(max_size=80))
def test_no_phrase_raises(text: str) -> None:
    for reading in read_when(text, NOW):
        assert reading.end is None or reading.end > reading.start
    length = read_duration(text)
    assert length is None or length > timedelta(0)
