"""was → now: the shortest form that is true, in both languages."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from televent.domain.calendar_object.details import When
from televent.wording.changes import MAX_SHOWN, Shown, change_of, time_of
from televent.wording.display import Display

LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)


def timed(start: str, end: str, zone: ZoneInfo = LONDON) -> Shown:
    first, last = (datetime.fromisoformat(each).replace(tzinfo=zone) for each in (start, end))
    return Shown(first, last)


def days(first: str, after: str) -> Shown:
    return Shown(date.fromisoformat(first), date.fromisoformat(after))


def told(was: Shown, now: Shown, language: str = "en") -> list[str]:
    return list(change_of(was, now, Display(LONDON, language, NOW.astimezone(LONDON), clock24=True)))


MONDAY = timed("2026-11-23T10:00", "2026-11-23T11:00")


@pytest.mark.parametrize(
    ("now", "english", "russian"),
    [
        (MONDAY, [], []),
        (
            timed("2026-11-24T14:00", "2026-11-24T15:00"),
            ["was Mon 10:00 → now Tue 14:00"], ["было пн 10:00 → стало вт 14:00"],
        ),
        (timed("2026-11-23T14:00", "2026-11-23T15:00"), ["was 10:00 → now 14:00"], ["было 10:00 → стало 14:00"]),
        (timed("2026-11-24T10:00", "2026-11-24T11:00"), ["was Mon → now Tue"], ["было пн → стало вт"]),
        (
            timed("2026-11-30T10:00", "2026-11-30T11:00"),
            ["was Mon, Nov 23 → now Mon, Nov 30"], ["было пн, 23 ноября → стало пн, 30 ноября"],
        ),
        (
            timed("2027-01-04T10:00", "2027-01-04T11:00"),
            ["was Mon, Nov 23 → now Mon, Jan 4, 2027"], ["было пн, 23 ноября → стало пн, 4 января 2027"],
        ),
        (
            timed("2026-11-23T10:00", "2026-11-23T12:00"),
            ["end: was 11:00 → now 12:00"], ["конец: был 11:00 → стал 12:00"],
        ),
        (
            timed("2026-11-24T10:00", "2026-11-24T12:00"),
            ["was Mon 10:00 - 11:00 → now Tue 10:00 - 12:00"], ["было пн 10:00 - 11:00 → стало вт 10:00 - 12:00"],
        ),
        (
            days("2026-11-23", "2026-11-24"),
            ["was Mon 10:00 - 11:00 → now Mon, all day"], ["было пн 10:00 - 11:00 → стало пн, весь день"],
        ),
        (
            timed("2026-11-23T10:00", "2026-11-23T11:00", BERLIN),
            ["was 10:00 → now 09:00", "time zone: was London, UTC → now Berlin, UTC+1"],
            ["было 10:00 → стало 09:00", "часовой пояс: был Лондон, UTC → стал Берлин, UTC+1"],
        ),
        (
            timed("2026-11-23T11:00", "2026-11-23T12:00", BERLIN),
            ["time zone: was London, UTC → now Berlin, UTC+1"],
            ["часовой пояс: был Лондон, UTC → стал Берлин, UTC+1"],
        ),
    ],
)  # fmt: skip
def test_a_time_that_changed(now: Shown, english: list[str], russian: list[str]) -> None:
    assert told(MONDAY, now) == english
    assert told(MONDAY, now, "ru") == russian


def test_whole_days_that_changed() -> None:
    assert told(days("2026-11-23", "2026-11-24"), days("2026-11-24", "2026-11-25")) == [
        "was Mon, all day → now Tue, all day"
    ]
    assert told(days("2026-11-23", "2026-11-24"), days("2026-12-23", "2026-12-26")) == [
        "was Mon, Nov 23, all day → now Wed, Dec 23 - Fri, Dec 25, all day"
    ]


def test_the_reader_sees_the_change_in_their_own_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    reader = Display(tokyo, "en", NOW.astimezone(tokyo), clock24=True)
    later = timed("2026-11-23T16:00", "2026-11-23T17:00")
    assert change_of(MONDAY, later, reader) == ("was Mon 19:00 → now Tue 01:00",)


def test_title_place_and_repetition() -> None:
    start, end = MONDAY.start, MONDAY.end
    was = Shown(start, end, "FREQ=WEEKLY", "Team Sync", "")
    now = Shown(start, end, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Planning", "Room 404")
    assert told(was, now) == [
        "repetition: was every Monday → now every weekday",
        "title: was “Team Sync” → now “Planning”",
        "place: was none → now “Room 404”",
    ]
    assert told(now, Shown(start, end, None, "Planning", "Room 404"), "ru") == [
        "повторение: раньше по будням → теперь нет"
    ]
    assert told(was, Shown(start, end, "FREQ=WEEKLY;BYDAY=MO", " Team  Sync ", "")) == []


def test_a_long_title_is_cut() -> None:
    [line] = told(Shown(title="a"), Shown(title="b" * 5000))
    assert len(line) < MAX_SHOWN + 40
    assert line.endswith("…”")


def test_stored_times_are_read() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert time_of(None) is None
    assert time_of(When("20261123", None, None)) == date(2026, 11, 23)
    assert time_of(When("20261123T120000", None, None)) == datetime(2026, 11, 23, 12)  # noqa: DTZ001 (floating)
    berlin = time_of(When("20261123T130000", "Europe/Berlin", noon))
    assert isinstance(berlin, datetime)
    assert (berlin, berlin.tzinfo) == (noon, BERLIN)
    assert time_of(When("20261123T130000", "Own Zone", noon)) == noon
