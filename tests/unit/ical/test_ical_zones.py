"""Time zones by TZID and VTIMEZONEs, read and written: RFC 5545 §3.2.19, §3.3.5, §3.6.5."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from ical_texts import calendar, event

from support.as_bytes import read
from televent.ical.text.tree import Component, parse
from televent.ical.zones.moments import utc_of
from televent.ical.zones.tzid import resolve, vtimezone

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "imip"
BERLIN = ZoneInfo("Europe/Berlin")


def part(start: str, before: str, after: str, *more: str, kind: str = "STANDARD") -> str:
    lines = [f"DTSTART:{start}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", *more]
    return "\n".join([f"BEGIN:{kind}", *lines, f"END:{kind}"])


def zone(*parts: str, tzid: str = "Mine") -> Component:
    return parse(calendar("\n".join(["BEGIN:VTIMEZONE", f"TZID:{tzid}", *parts, "END:VTIMEZONE"])))


CENTRAL = (
    part("16010101T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "TZNAME:CET"),
    part("16010101T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "TZNAME:CEST", kind="DAYLIGHT"),
)


@pytest.mark.parametrize(
    ("tzid", "key"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/citadel.org/20210210_1/Europe/Berlin", "Europe/Berlin"),
        ("/example.org/America/Indiana/Knox", "America/Indiana/Knox"),
        (" Europe/Berlin ", "Europe/Berlin"),
        ('"Europe/Berlin"', "Europe/Berlin"),
    ],
)
def test_a_name_that_is_known_is_taken_from_the_database(tzid: str, key: str) -> None:
    assert resolve(tzid) is ZoneInfo(key)


@pytest.mark.parametrize("tzid", ["UTC", "Etc/UTC", "GMT", "tzone://Microsoft/Utc", "Z"])
def test_utc_is_utc_by_each_of_its_names(tzid: str) -> None:
    assert resolve(tzid) is UTC


@pytest.mark.parametrize(
    "tzid", ["", "BRT", "Nowhere/At_All", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b", "x" * 5000, "localtime"]
)
def test_a_name_that_nobody_knows_is_no_zone(tzid: str) -> None:
    assert resolve(tzid) is None
    assert resolve(tzid, zone(*CENTRAL)) is None


def test_a_known_name_wins_over_the_vtimezone_of_that_name() -> None:
    wrong = zone(part("19700101T000000", "+0900", "+0900"), tzid="Europe/Berlin")
    assert resolve("Europe/Berlin", wrong) is ZoneInfo("Europe/Berlin")


def test_a_vtimezone_is_found_whether_or_not_its_name_is_escaped() -> None:
    for tzid in ("(UTC+02:00) Helsinki\\, Kyiv", "(UTC+02:00) Helsinki, Kyiv"):
        root = zone(part("16010101T000000", "+0200", "+0200"), tzid=tzid)
        found = resolve("(UTC+02:00) Helsinki, Kyiv", root)
        assert datetime(2026, 1, 1, tzinfo=found).utcoffset() == timedelta(hours=2)


def test_a_vtimezone_says_the_same_as_the_zone_it_describes() -> None:
    mine = resolve("Mine", zone(*CENTRAL))
    assert mine is not None
    instant = datetime(2025, 12, 31, tzinfo=UTC)
    while instant.year < 2028:
        here, there = instant.astimezone(mine), instant.astimezone(BERLIN)
        assert (here.replace(tzinfo=None), here.fold) == (there.replace(tzinfo=None), there.fold)
        assert (here.tzname(), here.dst()) == (there.tzname(), there.dst())
        assert here.astimezone(UTC) == instant
        instant += timedelta(minutes=7 * 60 + 30)


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("wall", ["20260329T023000", "20261025T023000", "20261025T015959", "20261025T030000"])
def test_a_time_that_is_skipped_or_comes_twice_is_read_as_rfc_5545_says(wall: str, fold: int) -> None:
    when = datetime.strptime(wall, "%Y%m%dT%H%M%S").replace(fold=fold)  # noqa: DTZ007
    mine = resolve("Mine", zone(*CENTRAL))
    assert when.replace(tzinfo=mine).utcoffset() == when.replace(tzinfo=BERLIN).utcoffset()


def test_the_skipped_half_hour_is_the_one_after_and_the_doubled_one_the_first() -> None:
    root = calendar(
        "BEGIN:VTIMEZONE\nTZID:Mine\n" + "\n".join(CENTRAL) + "\nEND:VTIMEZONE",
        event("DTEND;TZID=Mine:20261025T023000", start="DTSTART;TZID=Mine:20260329T023000"),
    )
    instance = read(root).instances()[0]
    assert instance.start is not None
    assert instance.end is not None
    assert utc_of(instance.start) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert utc_of(instance.end) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def offset(root: Component, *when: int) -> timedelta | None:
    return datetime(*when, tzinfo=resolve("Mine", root)).utcoffset()  # type: ignore[misc,arg-type]


def test_offsets_may_have_seconds() -> None:
    root = zone(part("18930401T000000", "+005328", "+0100"), part("18000101T000000", "+005328", "+005328"))
    assert offset(root, 1850, 1, 1) == timedelta(minutes=53, seconds=28)
    assert offset(root, 1900, 1, 1) == timedelta(hours=1)


def test_before_the_first_onset_the_offset_it_ends_is_in_force() -> None:
    assert offset(zone(part("20200101T000000", "+0200", "+0300")), 2019, 5, 1) == timedelta(hours=2)


def test_dates_of_change_may_be_listed() -> None:
    summer = part("20250330T020000", "+0100", "+0200", "RDATE:20260329T020000,20270328T020000", kind="DAYLIGHT")
    winter = part("20251026T030000", "+0200", "+0100", "RDATE:20261025T030000")
    root = zone(summer, winter)
    assert [offset(root, year, 7, 1) for year in (2024, 2025, 2026, 2027)] == [
        timedelta(hours=hours) for hours in (1, 2, 2, 2)
    ]
    assert offset(root, 2026, 12, 1) == timedelta(hours=1)
    assert offset(root, 2040, 12, 1) == timedelta(hours=2)


@pytest.mark.parametrize("until", ["20071104T020000", "20071104T060000Z", "20071104"])
def test_a_rule_ends_with_its_last_onset_in_local_time_or_utc(until: str) -> None:
    winter = part("19671029T020000", "-0400", "-0500", f"RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU;UNTIL={until}")
    summer = part("20080309T020000", "-0500", "-0400", kind="DAYLIGHT")
    assert offset(zone(winter, summer), 2007, 11, 4, 3) == timedelta(hours=-5)
    assert offset(zone(winter, summer), 2008, 12, 1) == timedelta(hours=-4)


def test_of_rules_long_ended_the_last_still_holds() -> None:
    old = part("19500101T000000", "+0000", "+0300", "RRULE:FREQ=YEARLY;BYMONTH=1;UNTIL=19700101T000000Z")
    assert offset(zone(old, part("19400101T000000", "+0000", "+0000")), 2300, 1, 1) == timedelta(hours=3)


@pytest.mark.parametrize(
    "parts",
    [
        (),
        ("BEGIN:STANDARD\nEND:STANDARD",),
        (part("20200101", "+0100", "+0100"),),
        (part("20200101T000000", "+0100", "+2500"),),
        (part("20200101T000000", "+0100", "+0100"),) * 301,
    ],
    ids=["nothing", "no times", "a day", "more than a day off", "too many"],
)
def test_a_vtimezone_that_says_nothing_is_no_zone(parts: tuple[str, ...]) -> None:
    assert resolve("Mine", zone(*parts)) is None


def test_a_rule_that_no_zone_has_leaves_its_first_onset() -> None:
    root = zone(part("20200101T000000", "+0100", "+0200", "RRULE:FREQ=SECONDLY", "RRULE:nonsense"))
    assert offset(root, 2026, 1, 1) == timedelta(hours=2)


@pytest.mark.parametrize("year", [1, 2, 9998, 9999])
def test_the_ends_of_time_have_an_offset(year: int) -> None:
    mine = resolve("Mine", zone(*CENTRAL))
    assert datetime(year, 1, 1, 12, tzinfo=mine).utcoffset() == timedelta(hours=1)
    assert datetime(year, 12, 31, 12, tzinfo=UTC).astimezone(mine).hour == 13


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Jerusalem",
        "America/Nuuk",
        "Europe/Dublin",
        "Africa/Cairo",
        "Africa/Casablanca",
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
    ],
)
@pytest.mark.parametrize("first", [1975, 2026])
def test_a_vtimezone_that_is_written_says_what_the_database_says(name: str, first: int) -> None:
    text = vtimezone(name, datetime(first, 3, 1, tzinfo=UTC), None).replace(name.encode(), b"Mine", 1)
    assert text.endswith(b"END:VTIMEZONE\r\n")
    mine, known = resolve("Mine", parse(b"BEGIN:VCALENDAR\r\n" + text + b"END:VCALENDAR\r\n")), ZoneInfo(name)
    instant = datetime(first, 1, 1, 0, 30, tzinfo=UTC)
    while instant.year < 2060:
        here, there = instant.astimezone(mine), instant.astimezone(known)
        assert (here.replace(tzinfo=None), here.tzname()) == (there.replace(tzinfo=None), there.tzname())
        instant += timedelta(hours=101)


def test_a_zone_is_written_with_rules_and_not_with_dates() -> None:
    text = vtimezone("Europe/Berlin", datetime(2026, 11, 1, tzinfo=UTC), None).decode()
    assert text.split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        "BEGIN:DAYLIGHT",
        "DTSTART:20250330T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20251026T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_a_zone_without_changes_has_one_standard_time() -> None:
    text = vtimezone("Asia/Tokyo", datetime(2026, 11, 1, tzinfo=UTC), None)
    assert text.count(b"BEGIN:STANDARD") == 1
    assert b"DAYLIGHT" not in text


def test_a_zone_that_nobody_knows_cannot_be_written() -> None:
    for name in ("Nowhere/At_All", "../etc", "a\0b"):
        with pytest.raises(ZoneInfoNotFoundError):
            vtimezone(name, datetime(2026, 1, 1, tzinfo=UTC), None)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the collection of real calendars is not beside the repository")
@pytest.mark.parametrize(
    "name", ["exchange-cdo-tz-tijuana.ics", "lotus-calconnect-exception.ics", "lotus-calconnect-exception2.ics"]
)
def test_a_real_file_with_a_zone_of_its_own_is_read_by_it(name: str) -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text())[f"ics/{name}"]["calendar_parts"][0]["components"]
    instance = read((SAMPLES / "ics" / name).read_bytes()).instances()[0]
    assert isinstance(instance.start, datetime)
    assert instance.start.astimezone(UTC) == datetime.fromisoformat(expected[0]["dtstart"])
