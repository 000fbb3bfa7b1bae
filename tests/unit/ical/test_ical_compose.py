"""New calendar objects are complete and valid, and read back as the values that they were made of."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from support.as_bytes import invite, validate
from televent.ical.editing.compose import PRODID, NewEvent, Person, compose_event
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.tree import parse

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
START, END = datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 10, tzinfo=UTC)
ANN, BOB = Person("ann@example.com", "Ann"), Person("bob@example.com", 'Bob "B", jr.')


def test_a_meeting_says_all_that_was_given() -> None:
    text = compose_event(
        NewEvent(
            uid="1@example.com",
            dtstamp=NOW,
            sequence=2,
            summary="Lunch; at last,\nreally " + "long " * 30,
            start=START,
            end=END,
            tzid="Europe/Berlin",
            description="back\\slash",
            location="Room 5",
            rrule="FREQ=WEEKLY;COUNT=2",
            organizer=ANN,
            attendees=[BOB],
            alarms=[15, 60],
        )
    )
    reading = validate(text)
    master = reading.master
    assert master is not None
    assert (reading.uid, master.sequence, master.dtstamp, master.tzid) == ("1@example.com", 2, NOW, "Europe/Berlin")
    assert (master.start, master.end, master.rrule) == (START, END, "FREQ=WEEKLY;COUNT=2")
    assert master.summary == "Lunch; at last,\nreally " + "long " * 30
    assert (master.description, master.location, master.status) == ("back\\slash", "Room 5", "CONFIRMED")
    assert reading.organizer is not None
    assert (reading.organizer.address, reading.organizer.cn) == ("ann@example.com", "Ann")
    assert [(each.address, each.cn, each.partstat, each.rsvp) for each in master.attendees] == [
        ("ann@example.com", "Ann", "ACCEPTED", False),
        ("bob@example.com", 'Bob "B", jr.', "NEEDS-ACTION", True),
    ]
    root = parse(text)
    assert root.value("PRODID") == PRODID
    assert [each.value("TZID") for each in root.components("VTIMEZONE")] == ["Europe/Berlin"]
    alarms = root.components("VEVENT")[0].components("VALARM")
    assert [each.value("TRIGGER") for each in alarms] == ["-PT15M", "-PT1H"]


def test_every_row_ends_in_crlf_and_has_at_most_75_bytes() -> None:
    text = compose_event(NewEvent("1@example.com", NOW, "ë" * 200, START, END))
    rows = text.split(b"\r\n")
    assert rows.pop() == b""
    assert all(len(row) <= 75 and b"\n" not in row for row in rows)


@pytest.mark.parametrize("tzid", [None, "UTC", "Etc/UTC"])
def test_a_time_in_utc_needs_no_zone(tzid: str | None) -> None:
    text = compose_event(NewEvent("1@example.com", NOW, "x", START, END, tzid))
    assert b"DTSTART:20261121T090000Z\r\nDTEND:20261121T100000Z\r\n" in text
    assert b"VTIMEZONE" not in text


def test_an_all_day_event_is_dates_whatever_the_zone() -> None:
    text = compose_event(NewEvent("1@example.com", NOW, "x", date(2026, 11, 21), date(2026, 11, 22), "Europe/Berlin"))
    assert b"DTSTART;VALUE=DATE:20261121\r\nDTEND;VALUE=DATE:20261122\r\n" in text
    assert b"VTIMEZONE" not in text


def test_an_event_without_guests_has_no_organizer() -> None:
    text = compose_event(NewEvent("1@example.com", NOW, "x", START, END, organizer=ANN))
    assert validate(text).organizer is None


def test_the_same_event_gives_the_same_bytes() -> None:
    def once() -> bytes:
        return compose_event(
            NewEvent("1@example.com", NOW, "x", START, END, "Europe/Berlin", organizer=ANN, attendees=[BOB, ANN])
        )

    assert once() == once()
    assert [each.address for each in validate(once()).instances()[0].attendees] == [
        "ann@example.com",
        "bob@example.com",
    ]


def test_a_second_library_reads_it_without_an_error() -> None:
    text = compose_event(
        NewEvent(
            "1@example.com", NOW, "x", START, END, "Europe/Berlin", rrule="FREQ=WEEKLY;BYDAY=SA", organizer=ANN,
            attendees=[BOB], alarms=[0, 90],
        )
    )  # fmt: skip
    calendar = Calendar.from_ical(text)
    assert [each.errors for each in calendar.walk()] == [[]] * len(calendar.walk())
    assert str(calendar.events[0].organizer.params["CN"]) == "Ann"


@pytest.mark.parametrize(
    "rule", ["every day", "FREQ=NEVER", "FREQ=DAILY;COUNT=x", "FREQ=DAILY;X-A", "FREQ=DAILY\r\nX:1"]
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(InvalidCalendarData, match=r"RRULE|no recurrence rule"):
        compose_event(NewEvent("1@example.com", NOW, "x", START, END, rrule=rule))


def test_no_control_character_reaches_a_line() -> None:
    text = compose_event(NewEvent("1@example.com", NOW, "a\0b\x07c\x7f\td", START, END, description="\r\n\r"))
    master = validate(text).master
    assert master is not None
    assert (master.summary, master.description) == ("abc\td", "\n\n")


def test_hostile_words_stay_inside_their_values() -> None:
    evil = "x\r\nATTENDEE:mailto:eve@example.com\nEND:VEVENT"
    text = compose_event(
        NewEvent(
            "1@example.com",
            NOW,
            evil,
            START,
            END,
            location=evil,
            organizer=ANN,
            attendees=[Person("bob@example.com", evil)],
        )
    )
    master = validate(text).master
    assert master is not None
    assert [each.address for each in master.attendees] == ["ann@example.com", "bob@example.com"]
    assert master.summary == evil.replace("\r\n", "\n")


def test_an_event_becomes_a_meeting_when_somebody_is_invited() -> None:
    alone = compose_event(NewEvent("1@example.com", NOW, "x", START, END))
    reading = validate(invite(alone, ANN, [BOB], NOW))
    assert reading.organizer is not None
    assert reading.attendee(["bob@example.com"]) is not None
