"""Days, times and lengths as people read them, in both languages."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from televent.wording.display import Display
from televent.wording.times import (
    clock_of,
    clock_there,
    clocks_of,
    date_of,
    day_of,
    day_within,
    elapsed,
    event_time_of,
    length_of,
    moment_of,
    when_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)


def display(language: str, zone: str = "Europe/Berlin", clock24: bool | None = None) -> Display:
    return Display(ZoneInfo(zone), language, NOW.astimezone(ZoneInfo(zone)), clock24)


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (date(2026, 10, 25), "Sun, Oct 25", "Вс, 25 октября"),
        (date(2026, 5, 1), "Fri, May 1", "Пт, 1 мая"),
        (date(2027, 1, 1), "Fri, Jan 1, 2027", "Пт, 1 января 2027"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "Mon, Nov 23", "Пн, 23 ноября"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Fri, Jan 1, 2027", "Пт, 1 января 2027"),
        (datetime(2026, 11, 22, 23, 30), "Sun, Nov 22", "Вс, 22 ноября"),  # noqa: DTZ001 (floating)
    ],
)
def test_a_day_has_its_year_only_where_it_is_another_one(value: date, english: str, russian: str) -> None:
    assert (day_of(value, display("en")), day_of(value, display("ru"))) == (english, russian)
    assert day_within(value, display("ru")) == russian[0].lower() + russian[1:]


def test_a_date_within_a_sentence_has_no_weekday() -> None:
    assert date_of(date(2026, 12, 24), display("en")) == "Dec 24"
    assert date_of(date(2026, 12, 24), display("ru")) == "24 декабря"
    assert date_of(date(2027, 12, 24), display("ru")) == "24 декабря 2027"


@pytest.mark.parametrize(
    ("language", "clock24", "shown"),
    [("en", None, "2:05 PM"), ("en", True, "14:05"), ("ru", None, "14:05"), ("ru", False, "2:05 PM")],
)
def test_the_clock_has_twelve_or_twenty_four_hours(language: str, clock24: bool | None, shown: str) -> None:
    assert clock_of(datetime(2026, 11, 22, 13, 5, tzinfo=UTC), display(language, clock24=clock24)) == shown


@pytest.mark.parametrize(
    ("start", "end", "zone", "english", "russian"),
    [
        (
            datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC), None,
            "Mon, Nov 23 • 10:00 - 11:00", "Пн, 23 ноября • 10:00 - 11:00",
        ),
        (
            datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 24, 0, tzinfo=UTC), None,
            "Mon, Nov 23 • 23:00 - Tue, Nov 24 01:00", "Пн, 23 ноября • 23:00 - Вт, 24 ноября 01:00",
        ),
        (
            datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC), None,
            "Mon, Nov 23 • 10:00", "Пн, 23 ноября • 10:00",
        ),
        (
            datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC), "Europe/London",
            "Mon, Nov 23 • 10:00 - 11:00 (Berlin, UTC+1)", "Пн, 23 ноября • 10:00 - 11:00 (Берлин, UTC+1)",
        ),
        (
            datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC), "Europe/Paris",
            "Mon, Nov 23 • 10:00 - 11:00", "Пн, 23 ноября • 10:00 - 11:00",
        ),
        # The clocks go back at 3:00, and then it is 2:00 a second time.
        (
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC), None,
            "Sun, Oct 25 • 02:30 - 03:00 (1 h 30 min: the clocks change)",
            "Вс, 25 октября • 02:30 - 03:00 (1 ч 30 мин: перевод часов)",
        ),
        (
            datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Tokyo")),
            datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Tokyo")), None,
            "Mon, Nov 23 • 01:00 - 02:00 (Berlin, UTC+1)", "Пн, 23 ноября • 01:00 - 02:00 (Берлин, UTC+1)",
        ),
        (
            date(2026, 11, 23), date(2026, 11, 24), "Europe/London",
            "Mon, Nov 23 • All day", "Пн, 23 ноября • Весь день",
        ),
        (
            date(2026, 12, 31), date(2027, 1, 2), None,
            "Thu, Dec 31 - Fri, Jan 1, 2027 • All day", "Чт, 31 декабря - Пт, 1 января 2027 • Весь день",
        ),
    ],
)  # fmt: skip
def test_the_time_of_an_event(start: date, end: date, zone: str | None, english: str, russian: str) -> None:
    assert when_of(start, end, display("en", clock24=True), zone) == english
    assert when_of(start, end, display("ru"), zone) == russian


@pytest.mark.parametrize(
    ("length", "english", "russian"),
    [
        (timedelta(), "0 min", "0 мин"),
        (timedelta(minutes=90), "1 h 30 min", "1 ч 30 мин"),
        (timedelta(hours=2), "2 h", "2 ч"),
        (timedelta(days=1), "1 day", "1 день"),
        (timedelta(days=2, minutes=5), "2 days 5 min", "2 дня 5 мин"),
        (timedelta(days=21), "21 days", "21 день"),
        (timedelta(days=-1), "0 min", "0 мин"),
    ],
)
def test_a_length_in_words(length: timedelta, english: str, russian: str) -> None:
    assert (length_of(length, display("en")), length_of(length, display("ru"))) == (english, russian)


def test_the_elapsed_time_knows_that_clocks_change() -> None:
    start, end = datetime(2026, 10, 25, 1, tzinfo=BERLIN), datetime(2026, 10, 25, 4, tzinfo=BERLIN)
    assert elapsed(start, end) == timedelta(hours=4)


def test_the_present_time_in_another_zone() -> None:
    assert clock_there(display("en"), ZoneInfo("Europe/Moscow")) == "11:00 PM (Moscow, UTC+3)"
    assert clock_there(display("ru"), ZoneInfo("America/New_York")) == "15:00 (Нью-Йорк, UTC-5)"


def test_a_place_that_the_sentence_names_is_not_named_again() -> None:
    london, fixed = ZoneInfo("Europe/London"), ZoneInfo("Etc/GMT-3")
    assert clock_there(display("en"), london, "London") == "8:00 PM (UTC)"
    assert clock_there(display("ru"), ZoneInfo("Europe/Moscow"), "Москва") == "23:00 (UTC+3)"
    assert clock_there(display("en"), fixed, "UTC+3") == "11:00 PM"


def test_a_moment_and_a_range_of_clocks_are_spelled_as_in_the_time_of_an_event() -> None:
    start, end = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)
    for language, moment, clocks, line in (
        ("en", "Mon, Nov 23 • 10:00 AM", "10:00 AM - 11:00 AM", "Mon, Nov 23 at 10:00 AM - 11:00 AM"),
        ("ru", "Пн, 23 ноября • 10:00", "10:00 - 11:00", "Пн, 23 ноября с 10:00 до 11:00"),
    ):
        shown = display(language)
        assert moment_of(start, shown) == moment
        assert moment_of(start.date(), shown) == moment.split(" • ")[0]
        assert clocks_of(start, end, shown) == clocks
        assert when_of(start, end, shown) == f"{moment.split(' • ')[0]} • {clocks}"
        assert event_time_of(start, end, shown) == line
    days = date(2026, 11, 23), date(2026, 11, 25)
    assert event_time_of(*days, display("en")) == "Mon, Nov 23 - Tue, Nov 24, all day"
    late = datetime(2026, 11, 23, 22, tzinfo=UTC), datetime(2026, 11, 24, 0, tzinfo=UTC)
    assert event_time_of(*late, display("en", clock24=True)) == "Mon, Nov 23 at 23:00 - Tue, Nov 24, 01:00"
