"""Guests are added to an event; every other line stays as it came."""

from datetime import UTC, datetime

from ical_texts import calendar, event

from support.as_bytes import edits, read
from televent.ical.editing.edits import Person
from televent.ical.text.tree import parse

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
ANN, BOB = Person("ann@example.com", "Ann"), Person("bob@example.com", "Bob")
ZONED = "DTSTART;TZID=Europe/Berlin:20261121T100000"
OVERRIDE = "RECURRENCE-ID;TZID=Europe/Berlin:20261128T100000"
SERIES = calendar(
    event("DURATION:PT1H", "SUMMARY:Sync", "RRULE:FREQ=WEEKLY", start=ZONED),
    event("DURATION:PT1H", "SUMMARY:Special", OVERRIDE, start=ZONED.replace("1121T", "1128T")),
)


def test_guests_are_added_once_and_everywhere() -> None:
    after = edits.add_attendees(SERIES, ANN, [BOB, BOB], now=NOW)
    for instance in read(after).instances():
        assert [each.address for each in instance.attendees] == ["ann@example.com", "bob@example.com"]
        assert [each.partstat for each in instance.attendees] == ["ACCEPTED", "NEEDS-ACTION"]
    assert edits.add_attendees(after, ANN, [Person("BOB@example.com")], now=datetime(2027, 1, 1, tzinfo=UTC)) == after


def test_every_other_line_stays_as_it_came() -> None:
    text = calendar(event("X-Thing;Odd=1:kept\\, as it came", "summary;LANGUAGE=en:Lunch"))
    before, after = text.split(b"\r\n"), edits.add_attendees(text, ANN, [], now=NOW).split(b"\r\n")
    assert [line for line in before if line not in after] == [b"DTSTAMP:20261101T090000Z"]


def test_last_modified_is_kept_up_where_it_is_said() -> None:
    text = calendar(event("LAST-MODIFIED:20260101T000000Z"))
    after = edits.add_attendees(text, ANN, [BOB], now=NOW)
    assert parse(after).components("VEVENT")[0].value("LAST-MODIFIED") == "20261102T080000Z"
