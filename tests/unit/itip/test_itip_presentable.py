"""A mail is normalised before it leaves, so that every program shows the same time: SPEC A4."""

from zoneinfo import ZoneInfo

import pytest
from meeting_texts import ANN, BOB, calendar

from televent.ical.itip.sending.presentable import normalise
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import parse
from televent.ical.zones.moments import utc_of

MOSCOW = ZoneInfo("Europe/Moscow")


def sent(*lines: str, zone: str = "") -> str:
    text = "\n".join([
        "BEGIN:VEVENT", "UID:one@example.com", "DTSTAMP:20261101T080000Z", *lines, f"ORGANIZER:mailto:{ANN}",
        f"ATTENDEE:mailto:{BOB}", "END:VEVENT", "",
    ])  # fmt: skip
    root = parse(calendar(text, zone=zone))
    normalise(root, MOSCOW, "(no title)")
    return root.to_bytes().decode().replace("\r\n ", "")


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (("DTSTART:20261125T090000Z", "DURATION:PT90M"), "DTEND:20261125T103000Z"),
        (("DTSTART;VALUE=DATE:20261125", "DURATION:P2D"), "DTEND;VALUE=DATE:20261127"),
        (
            ("DTSTART;TZID=Europe/Berlin:20261025T010000", "DURATION:PT3H"),
            "DTEND;TZID=Europe/Berlin:20261025T030000",
        ),
        (("DTSTART:20261125T090000", "DURATION:PT1H"), "DTEND;TZID=Europe/Moscow:20261125T100000"),
    ],
)
def test_an_end_is_sent_and_no_length(lines: tuple[str, ...], end: str) -> None:
    text = sent(*lines)
    assert f"\r\n{end}\r\n" in text
    assert "\r\nDURATION" not in text


def test_a_floating_time_is_sent_in_the_senders_zone() -> None:
    text = sent("DTSTART:20261125T090000", "DTEND:20261125T100000", "RRULE:FREQ=DAILY", "EXDATE:20261126T090000")
    for line in ("DTSTART;TZID=Europe/Moscow:20261125T090000", "EXDATE;TZID=Europe/Moscow:20261126T090000"):
        assert f"\r\n{line}\r\n" in text
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert "TZID:Europe/Moscow" in text


@pytest.mark.parametrize("tzid", ["W. Europe Standard Time", '"(UTC+01:00) Amsterdam, Berlin"', "europe/berlin"])
def test_a_zone_is_sent_by_its_iana_name(tzid: str) -> None:
    text = sent(f"DTSTART;TZID={tzid}:20261125T090000", f"DTEND;TZID={tzid}:20261125T100000", "SUMMARY:Sync")
    assert "\r\nDTSTART;TZID=Europe/Berlin:20261125T090000\r\n" in text
    assert text.count("BEGIN:VTIMEZONE") == text.count("TZID:Europe/Berlin") == 1
    master = CalendarText(text.encode()).reading.master
    assert master is not None
    assert master.start is not None
    assert utc_of(master.start).hour == 8


@pytest.mark.parametrize("tzid", [";TZID=UTC", ";TZID=Etc/UTC", ';TZID="tzone://Microsoft/Utc"'])
def test_utc_is_sent_without_a_zone(tzid: str) -> None:
    text = sent(f"DTSTART{tzid}:20261125T090000", f"EXDATE{tzid}:20261126T090000,20261127T090000")
    assert "\r\nDTSTART:20261125T090000Z\r\n" in text
    assert "\r\nEXDATE:20261126T090000Z,20261127T090000Z\r\n" in text
    assert "VTIMEZONE" not in text


def test_a_zone_that_the_text_describes_stays() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0145\n"
        "TZOFFSETTO:+0145\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    text = sent("DTSTART;TZID=Mine:20261125T090000", "DTEND;TZID=Mine:20261125T100000", zone=zone)
    assert "\r\nDTSTART;TZID=Mine:20261125T090000\r\n" in text
    assert text.count("BEGIN:VTIMEZONE") == 1


@pytest.mark.parametrize("line", ["SUMMARY:", "SUMMARY: ", "LOCATION:Room 5"])
def test_an_event_without_a_title_is_sent_with_words_for_it(line: str) -> None:
    assert "\r\nSUMMARY:(no title)\r\n" in sent("DTSTART:20261125T090000Z", line)


def test_a_text_that_is_in_order_is_sent_as_it_is() -> None:
    lines = ("DTSTART:20261125T090000Z", "DTEND:20261125T100000Z", "SUMMARY:Sync")
    text = sent(*lines)
    root = parse(text.encode())
    normalise(root, MOSCOW, "(no title)")
    assert root.to_bytes().decode().replace("\r\n ", "") == text
    assert "VTIMEZONE" not in text
