"""Whole sentences: what people write to the bot, and what must not be read without a word."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from televent.phrases.reading import Reading, Understood
from televent.phrases.understanding import MAX_PIECE, MAX_SENTENCE, understand

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=LONDON)  # a Wednesday


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


def read(text: str, now: datetime = NOW) -> Understood:
    russian = any("а" <= each <= "я" for each in text.lower())
    return understand(text, now=now, language="ru" if russian else "en")


def only(text: str, now: datetime = NOW) -> Reading:
    """The certain reading of a sentence."""
    understood = read(text, now)
    assert understood.certain, understood
    return understood.readings[0]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("tomorrow 3pm", at(11, 19, 15)),
        ("Tomorrow  AT 3PM", at(11, 19, 15)),
        ("in 2 hours", at(11, 18, 12)),
        ("in 1.5 hours", at(11, 18, 11, 30)),
        ("in 3 days at 10am", at(11, 21, 10)),
        ("next week Tuesday 15:00", at(11, 24, 15)),
        ("2026-12-25 14:00", at(12, 25, 14)),
        ("January 25 at 2pm", at(1, 25, 14, year=2027)),
        ("25 Jan 14:00", at(1, 25, 14, year=2027)),
        ("10.12.2026 09:00", at(12, 10, 9)),
        ("at 10.30 tomorrow", at(11, 19, 10, 30)),
        ("12am tomorrow", at(11, 19, 0)),
        ("10:30", at(11, 18, 10, 30)),
        ("9:00", at(11, 19, 9)),
        ("tomorrow half past ten", at(11, 19, 10, 30)),
        ("завтра в 3 часа дня", at(11, 19, 15)),
        ("завтра в 15 часов", at(11, 19, 15)),
        ("через 3 дня в 10 утра", at(11, 21, 10)),
        ("во вторник на следующей неделе в 11", at(11, 24, 11)),
        ("завтра без четверти девять вечера", at(11, 19, 20, 45)),
        ("завтра в пол одиннадцатого", at(11, 19, 10, 30)),
        ("25 января в 14:00", at(1, 25, 14, year=2027)),
        ("25.12 в 14.00", at(12, 25, 14)),
        ("tomorrow в 15:00", at(11, 19, 15)),
        ("завтра 3pm", at(11, 19, 15)),
    ],
)
def test_a_time_is_read(text: str, start: datetime) -> None:
    assert only(text).start == start


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("fri 3-4pm", at(11, 20, 15), at(11, 20, 16)),
        ("mon 11-1pm", at(11, 23, 11), at(11, 23, 13)),
        ("tomorrow 23:00-01:00", at(11, 19, 23), at(11, 20, 1)),
        ("tomorrow 3pm for 90 minutes", at(11, 19, 15), at(11, 19, 16, 30)),
        ("завтра в 15:00 на полтора часа", at(11, 19, 15), at(11, 19, 16, 30)),
        ("завтра с 10 до 11:30", at(11, 19, 10), at(11, 19, 11, 30)),
        ("Dec 24 6pm - Dec 27 10am", at(12, 24, 18), at(12, 27, 10)),
    ],
)
def test_an_end_or_a_length_is_read(text: str, start: datetime, end: datetime) -> None:
    reading = only(text)
    assert (reading.start, reading.end) == (start, end)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("today", date(2026, 11, 18), date(2026, 11, 19)),
        ("Dec 24 - Dec 27", date(2026, 12, 24), date(2026, 12, 28)),
        ("mon-fri", date(2026, 11, 23), date(2026, 11, 28)),
        ("с 24 по 27 декабря", date(2026, 12, 24), date(2026, 12, 28)),
        ("28 декабря - 2 января", date(2026, 12, 28), date(2027, 1, 3)),
        ("this weekend", date(2026, 11, 21), date(2026, 11, 23)),
    ],
)
def test_days_without_a_time_are_whole_days(text: str, first: date, after: date) -> None:
    reading = only(text)
    assert (reading.start, reading.end) == (first, after)


@pytest.mark.parametrize(
    ("text", "rrule", "first"),
    [
        ("every weekday 9:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", date(2026, 11, 19)),
        ("every other Tuesday 11:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", date(2026, 11, 24)),
        ("every Tuesday and Thursday 11:00", "FREQ=WEEKLY;BYDAY=TU,TH", date(2026, 11, 19)),
        ("first monday of every month 11:00", "FREQ=MONTHLY;BYDAY=1MO", date(2026, 12, 7)),
        ("every monday 10:00 10 times", "FREQ=WEEKLY;BYDAY=MO;COUNT=10", date(2026, 11, 23)),
        ("every day 11:00 until 20 december", "FREQ=DAILY;UNTIL=20261220T235900Z", date(2026, 11, 18)),
        ("weekends at 11:00", "FREQ=WEEKLY;BYDAY=SA,SU", date(2026, 11, 21)),
        ("по будням в 11:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", date(2026, 11, 18)),
        ("по вторникам и четвергам в 11:00", "FREQ=WEEKLY;BYDAY=TU,TH", date(2026, 11, 19)),
        ("каждые две недели в пятницу в 11:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", date(2026, 11, 20)),
        ("каждый последний четверг месяца в 11:00", "FREQ=MONTHLY;BYDAY=-1TH", date(2026, 11, 26)),
    ],
)
def test_a_repetition_is_read_with_its_first_day(text: str, rrule: str, first: date) -> None:
    reading = only(text)
    assert isinstance(reading.start, datetime)
    assert (reading.rrule, reading.start.date()) == (rrule, first)


@pytest.mark.parametrize(
    "text", ["yesterday 8pm", "вчера в 20:00", "2 hours ago", "2026-01-25 14:00", "в прошлую пятницу"]
)
def test_what_is_over_is_marked_and_not_certain(text: str) -> None:
    understood = read(text)
    assert [each.past for each in understood.readings] == [True]
    assert not understood.certain


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("dinner 30 February", "30 February"),
        ("ужин 31 апреля", "31 апреля"),
        ("tomorrow 25:00", "25:00"),
        ("13pm tomorrow", "13pm"),
        ("tomorrow sometime", "sometime"),
        ("call fortnight tomorrow 3pm", "fortnight"),
        ("завтра попозже в 15:00", "попозже"),
        ("lunch tomorrow for 90 minutes", "for 90 minutes"),
        ("lunch 12 tomorrow", "12"),
        ("every monday except christmas 10:00", "except"),
    ],
)
def test_words_that_are_not_understood_are_named(text: str, named: str) -> None:
    assert named in read(text).unread


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("next friday 5pm", [at(11, 20, 17), at(11, 27, 17)]),
        ("tomorrow 3pm or 4pm", [at(11, 19, 15), at(11, 19, 16)]),
        ("tomorrow at midnight", [at(11, 19, 0), at(11, 20, 0)]),
        ("завтра в 7:30", [at(11, 19, 7, 30), at(11, 19, 19, 30)]),
        ("friday night 1am taxi", [at(11, 21, 1), at(11, 20, 1)]),
        ("today at 8", [at(11, 18, 20), at(11, 18, 8)]),
    ],
)
def test_what_is_ambiguous_is_asked(text: str, starts: list[datetime]) -> None:
    assert [each.start for each in read(text).readings] == starts


@pytest.mark.parametrize(
    ("text", "title", "place", "guests"),
    [
        ("Lunch with Ann tomorrow at noon at the Corner Cafe", "Lunch with Ann", "the Corner Cafe", ()),
        ("tomorrow 3pm Team Meeting", "Team Meeting", "", ()),
        ("Team Meeting, tomorrow 3pm, 1 hour, Room 5", "Team Meeting", "Room 5", ()),
        ("завтра в 15:00 встреча в кафе Пушкин", "встреча", "кафе Пушкин", ()),
        ("встреча с Аней завтра в 15:00", "встреча с Аней", "", ()),
        ("Lunch tomorrow 1pm with bob@example.com and @carol", "Lunch", "", ("bob@example.com", "@carol")),
        ("day off tomorrow", "day off", "", ()),
        ("завтра день рождения Пети", "день рождения Пети", "", ()),
        ("Sprint 42 planning tomorrow 10:00", "Sprint 42 planning", "", ()),
        ("call with April tomorrow 10:00", "call with April", "", ()),
        ("viewing at 10 Downing Street on friday at 2pm", "viewing", "10 Downing Street", ()),
    ],
)
def test_title_place_and_guests_stand_anywhere(text: str, title: str, place: str, guests: tuple[str, ...]) -> None:
    understood = read(text)
    assert understood.certain
    assert (understood.title, understood.place, understood.guests) == (title, place, guests)


@pytest.mark.parametrize(
    ("text", "zone", "hour"),
    [
        ("tomorrow 3pm London time", "Europe/London", 15),
        ("tomorrow 15:00 MSK", "Europe/Moscow", 12),
        ("завтра в 15:00 по Москве", "Europe/Moscow", 12),
        ("tomorrow 10am PST", "America/Los_Angeles", 18),
        ("tomorrow 10:00 UTC+3", "Etc/GMT-3", 7),
    ],
)
def test_a_named_zone_is_kept_and_the_time_shown_in_the_persons_own(text: str, zone: str, hour: int) -> None:
    reading = only(text)
    assert (reading.zone, reading.start) == (zone, at(11, 19, hour))


def test_a_skipped_hour_moves_on_and_says_so() -> None:
    reading = only("28 march 2027 01:30 backup")
    assert reading.start == datetime(2027, 3, 28, 2, 30, tzinfo=LONDON)
    assert reading.gap == "skipped"


def test_a_repeated_hour_is_the_first_one_and_says_so() -> None:
    reading = only("31 october 2027 01:30 backup")
    assert reading.gap == "repeated"
    assert reading.start.utcoffset() == timedelta(hours=1)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("tomorrow at 3", "half"),
        ("dinner tomorrow at 8", "half"),
        ("yoga tomorrow morning", "hour"),
        ("thursdya 16:00", "spelling"),
        ("call on the 5th", "month"),
        ("board meeting quarterly", "day"),
        ("babysitter saturday 7 till midnight", "half"),
        ("tomorrow around 15:00", "about"),
    ],
)
def test_a_guess_is_said(text: str, guess: str) -> None:
    assert guess in only(text).guesses


@pytest.mark.parametrize(
    ("text", "rrules"),
    [
        ("weekly report tomorrow 3pm", [None, "FREQ=WEEKLY"]),
        ("weekly sync monday 11:00", ["FREQ=WEEKLY;BYDAY=MO", None]),
        ("ежемесячный отчёт завтра в 15:00", [None, "FREQ=MONTHLY"]),
        ("our daily at 9:30", ["FREQ=DAILY", None]),
        ("report weekly on monday 11:00", ["FREQ=WEEKLY;BYDAY=MO"]),
        ("daily at 11:00", ["FREQ=DAILY"]),
        ("the daily scrum every weekday 9:15", ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"]),
    ],
)
def test_an_adjective_of_repetition_is_asked_about(text: str, rrules: list[str | None]) -> None:
    assert [each.rrule for each in read(text).readings] == rrules


def test_a_weekly_event_of_today_whose_time_is_over_keeps_its_weekday() -> None:
    assert read("weekly numbers today 9:00").readings[1].start == at(11, 18, 9)


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("the bride wed her cousin", "wed"), ("обсудить среду", "среду"), ("ask Ben about Friday", "Friday"),
        ("move lunch from 1pm to 2pm tomorrow", "from 1pm to 2pm"), ("Black Friday brunch", "Friday"),
        ("первого рабочего дня нет, полдня завтра", "полдня"), ("run 7/11 tonight", "tonight"),
        ("gym m/w/f 6am", "w"), ("gym MWF 6am", "MWF"), ("same time tomorrow", "time"), ("two-ish tomorrow", "ish"),
        ("pills every 8 hours", "every 8 hours"), ("5pmish tomorrow", "5pmish"),
    ],
)  # fmt: skip
def test_words_that_may_mean_something_else_are_named(text: str, doubted: str) -> None:
    assert doubted in read(text).unread


@pytest.mark.parametrize(
    "text",
    [
        "buy sun cream",
        "the cat sat down",
        "May I come?",
        "среда обитания",
        "mon ami",
        "кафе «Суббота»",
        "Monday.com demo",
    ],
)  # fmt: skip
def test_a_word_in_another_sense_stays_in_the_title(text: str) -> None:
    understood = read(text)
    assert (understood.readings, understood.title, understood.unread) == ((), text, ())


@pytest.mark.parametrize("text", ["", "hello", "the sun is out", "спасибо!", "версия 2.15", "доброе утро", "room 5"])
def test_a_sentence_without_a_time_is_never_certain(text: str) -> None:
    assert not read(text).certain


def test_a_long_text_is_read_by_its_first_line_with_a_time() -> None:
    long = "We looked at all the papers. " * 20
    understood = read(f"{long}\nReview tomorrow 3pm\nand a rest\n")
    assert understood.readings[0].start == at(11, 19, 15)
    assert understood.title == "Review"
    assert understood.rest.startswith("We looked")
    assert understood.rest.endswith("and a rest")


@pytest.mark.parametrize("length", [MAX_SENTENCE, 700, 1_024])
def test_a_long_title_is_read_beside_a_time(length: int) -> None:
    title = ("word " * length)[:length].strip()
    for text in (f"{title} tomorrow 3pm", f"tomorrow 3pm {title}"):
        understood = read(text)
        assert understood.readings[0].start == at(11, 19, 15)
        assert understood.title == title


def test_a_line_that_is_too_long_for_a_title_is_the_title_without_a_time() -> None:
    text = "tomorrow 3pm " + "x" * MAX_PIECE
    assert read(text) == Understood(title=text)


def test_a_long_text_without_a_time_is_given_back() -> None:
    text = "x" * MAX_PIECE * 2
    assert read(text) == Understood(rest=text)


def test_a_plus_joins_weekdays_as_and_does() -> None:
    found = only("class every mon + wed 18:30-20:00")
    assert (found.rrule, read("class every mon + wed 18:30-20:00").title) == ("FREQ=WEEKLY;BYDAY=MO,WE", "class")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Chat 1 of 3, tomorrow 3pm", "Chat 1 of 3"),
        ("Chat 1 of 3 tomorrow 3pm", "Chat 1 of 3"),
        ("Step 3 out of 5, tomorrow 3pm, 1 hour", "Step 3 out of 5"),
        ("Session 7, 19 november 3pm", "Session 7"),
        ("Чат 1 из 3, завтра в 15:00", "Чат 1 из 3"),
        ("Неделя 3 из 10, завтра 15:00", "Неделя 3 из 10"),
        ("Форсаж 7, четверг 15:00", "Форсаж 7"),
    ],
)
def test_a_number_of_the_title_is_no_time(text: str, title: str) -> None:
    assert only(text).start == at(11, 19, 15)
    assert read(text).title == title


@pytest.mark.parametrize(
    ("text", "number"),
    [("Lunch 12, tomorrow", "12"), ("Lunch 12, 3pm", "12"), ("5, tomorrow 3pm", "5"), ("Обед 12, завтра", "12"),
     ("physio x6, Thursday 10am", "x6")],
)  # fmt: skip
def test_a_number_that_may_be_an_hour_or_a_day_is_asked_about(text: str, number: str) -> None:
    assert read(text).unread == (number,)
