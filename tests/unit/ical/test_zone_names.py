"""The names that programs write for time zones, beside those of the IANA database: SPEC B4."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import pytest
from ical_texts import calendar, event
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from televent.ical.itip.message import read_message
from televent.ical.itip.normalise import mended
from televent.ical.mending.files import read_any_file
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import parse
from televent.ical.text.values import offset
from televent.ical.zones.display_names import display_names, windows_name
from televent.ical.zones.tzid import iana_name, resolve, vtimezone

WINTER = datetime(2026, 1, 20, 12)  # noqa: DTZ001 (a wall clock)
KOLKATA = """BEGIN:VTIMEZONE
TZID:(UTC+05:30) Chennai\\, Kolkata
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE"""


def test_every_display_name_of_windows_names_its_zone() -> None:
    names = display_names()
    assert {windows for windows, _ in names} == set(WINDOWS_TO_OLSON)
    assert [(windows, shown) for windows, shown in names if windows_name(shown) != windows] == []
    older = [(windows, shown.replace("UTC", "GMT", 1)) for windows, shown in names]
    assert [each for each in older if windows_name(each[1]) != each[0]] == []


def test_the_offset_in_a_display_name_is_that_of_its_zone() -> None:
    """In January the standard offset is that of the name; in the south it is an hour more, by summer time."""
    wrong = []
    for windows, shown in display_names():
        zone = resolve(shown)
        assert zone is not None, shown
        stated = offset(shown[4:10])
        assert stated is not None
        there = WINTER.replace(tzinfo=zone)
        if (there.utcoffset() or timedelta()) - (there.dst() or timedelta()) != stated:
            wrong.append(windows)
    # Volgograd, Greenland and others changed their offset after Windows named them; Morocco counts backwards.
    assert len(wrong) <= 12, wrong


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", "Europe/Berlin"),
        ("(GMT+01.00) Amsterdam / Berlin / Bern / Rome / Stockholm / Vienna", None),
        ("(UTC+02:00) Amsterdam, Berlin", "Europe/Berlin"),
        ("(UTC+05:30) Chennai, Kolkata", "Asia/Calcutta"),
        ("(UTC+05:30) Chennai\\, Kolkata", "Asia/Calcutta"),
        ("(GMT-08:00) Pacific Time (US & Canada); Tijuana", "America/Los_Angeles"),
        ("(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("europe/berlin", "Europe/Berlin"),
        ("AMERICA/PORT-AU-PRINCE", "America/Port-au-Prince"),
        ("w. europe standard time", "Europe/Berlin"),
        ("/example.org/europe/berlin", "Europe/Berlin"),
        ("  'Europe/Berlin' ", "Europe/Berlin"),
        ("La Paz", None),
        ("(UTC+09:00) Berlin", None),
        ("(UTC+03:00)", None),
        ("Customized Time Zone", None),
    ],
)
def test_a_zone_is_known_by_the_names_of_programs(tzid: str, zone: str | None) -> None:
    assert resolve(tzid) == (ZoneInfo(zone) if zone is not None else None)
    assert iana_name(tzid) == zone


@pytest.mark.parametrize("tzid", ["(UTC) Coordinated Universal Time", "(UTC)", "utc", "TZONE://microsoft/utc"])
def test_utc_has_display_names_too(tzid: str) -> None:
    assert resolve(tzid) is UTC
    assert iana_name(tzid) == "UTC"


def test_every_iana_name_is_known_in_lower_case() -> None:
    names = [each for each in available_timezones() if not each.startswith(("posix", "right", "localtime"))]
    assert [name for name in names if resolve(name.lower()) is None] == []


def test_a_display_name_means_the_zone_that_the_text_describes() -> None:
    other = KOLKATA.replace("+0530", "+0545").replace("TZOFFSETFROM:+0545", "TZOFFSETFROM:+545")
    (found,) = [each for each in [resolve("(UTC+05:30) Chennai, Kolkata", parse(calendar(other)))] if each is not None]
    assert WINTER.replace(tzinfo=found).utcoffset() == timedelta(hours=5, minutes=45)


def test_a_described_zone_is_found_by_any_case() -> None:
    root = parse(calendar(KOLKATA.replace("(UTC+05:30) Chennai\\, Kolkata", "My Zone")))
    assert resolve("MY ZONE", root) is not None
    assert resolve("Your Zone", root) is None


@pytest.mark.parametrize(
    ("text", "minutes"), [("-700", -420), ("+545", 345), ("-07:00", -420), ("+01", 60), ("+1", 60), ("-7:30", -450)]
)
def test_an_offset_may_lack_a_zero_or_the_minutes(text: str, minutes: int) -> None:
    assert offset(text) == timedelta(minutes=minutes)


def test_a_written_zone_has_the_name_that_was_asked_for() -> None:
    text = vtimezone("(UTC+05:30) Chennai, Kolkata", datetime(2026, 1, 1, tzinfo=UTC), None)
    assert b"TZID:(UTC+05:30) Chennai\\, Kolkata\r\n" in text
    assert b"TZOFFSETTO:+0530" in text
    with pytest.raises(ZoneInfoNotFoundError, match="Customized"):
        vtimezone("Customized Time Zone", datetime(2026, 1, 1, tzinfo=UTC), None)


LINES = {
    ";TZID=tzone://Microsoft/Utc": "TZID=\"tzone://Microsoft/Utc\"",
    ";TZID=(UTC+01:00) Amsterdam, Berlin": "TZID=\"(UTC+01:00) Amsterdam, Berlin\"",
    ";TZID=(UTC+01:00) Amsterdam, Berlin;VALUE=DATE-TIME": "TZID=\"(UTC+01:00) Amsterdam, Berlin\";VALUE=DATE-TIME",
    ";VALUE=DATE-TIME;TZID=(UTC+01:00) Amsterdam, Berlin": "VALUE=DATE-TIME;TZID=\"(UTC+01:00) Amsterdam, Berlin\"",
    ";TZID=\" Europe/Berlin \"": "TZID=Europe/Berlin",
    ";tzid= Europe/Berlin ": "TZID=Europe/Berlin",
    ";TZID='Europe/Berlin'": "TZID=Europe/Berlin",
    ";TZID=\"(UTC+01:00) Amsterdam\\, Berlin\"": "TZID=\"(UTC+01:00) Amsterdam, Berlin\"",
    ";TZID=Europe/Berlin;X-A=\"b:c\"": "TZID=Europe/Berlin;X-A=\"b:c\"",
}  # fmt: skip


@pytest.mark.parametrize(("written", "wanted"), LINES.items())
def test_a_mail_has_its_zones_as_the_standard_writes_them(written: str, wanted: str) -> None:
    root = parse(mended(calendar(event(start=f"DTSTART{written}:20260120T120000"))))
    (line,) = root.components("VEVENT")[0].all("DTSTART")
    unfolded = line.raw.replace(b"\r\n ", b"").strip().decode()
    assert unfolded == f"DTSTART;{wanted}:20260120T120000"
    assert resolve(line.param("TZID") or "") is not None


def test_the_zone_and_its_name_in_a_message_meet() -> None:
    start = 'DTSTART;TZID="(UTC+05:30) Chennai, Kolkata":20260120T120000'
    message = read_message(calendar(KOLKATA + "\n" + event(start=start)))
    assert message.text.reading.master is not None
    assert message.text.reading.master.start == datetime(2026, 1, 20, 6, 30, tzinfo=UTC)
    assert message.text.reading.master.unknown_zone is None


def test_a_file_keeps_the_zone_whose_name_is_escaped() -> None:
    start = 'DTSTART;TZID="(UTC+05:30) Chennai, Kolkata":20260120T120000'
    (found,) = read_any_file(calendar(KOLKATA + "\n" + event(start=start))).objects
    assert found.raw.count(b"BEGIN:VTIMEZONE") == 1
    assert found.reading.master is not None
    assert found.reading.master.start == datetime(2026, 1, 20, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("DTSTART;TZID=BRT:20260120T120000", "BRT"),
        ("DTSTART:20260120T120000", None),
        ("DTSTART;TZID=BRT:20260120T120000Z", None),
        ("DTSTART;TZID=BRT;VALUE=DATE:20260120", None),
        ("DTSTART;TZID=Europe/Berlin:20260120T120000", None),
    ],
)
def test_a_zone_that_nobody_knows_is_noted(line: str, unknown: str | None) -> None:
    master = CalendarText(calendar(event(start=line))).reading.master
    assert master is not None
    assert master.unknown_zone == unknown
