"""A person's changes touch only their own lines."""

from datetime import UTC, date, datetime

import pytest
from ical_texts import calendar, event

from televent.ical.editing import edits
from televent.ical.editing.edits import Person, SeriesCannotMove, UnknownOccurrence
from televent.ical.objects.reading import read
from televent.ical.text.tree import parse

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
ANN, BOB = Person("ann@example.com", "Ann"), Person("bob@example.com", "Bob")
ZONED = "DTSTART;TZID=Europe/Berlin:20261121T100000"
MEETING = calendar(
    event(
        "DTEND;TZID=Europe/Berlin:20261121T110000",
        'summary;LANGUAGE=en;ALTREP="cid:1":Lunch',
        "X-Thing;Odd=1:kept\\, as it came",
        "ORGANIZER:mailto:ann@example.com",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:MAILTO:Bob@Example.com",
        "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM",
        start=ZONED,
    )
)
SERIES = calendar(event("DURATION:PT1H", "SUMMARY:Sync", "RRULE:FREQ=WEEKLY", start=ZONED))


def changed(before: bytes, after: bytes) -> tuple[set[bytes], set[bytes]]:
    """(lines that went, lines that came), the stamp left out."""
    old, new = before.split(b"\r\n"), after.split(b"\r\n")
    stamps = {b"DTSTAMP:20261101T090000Z", b"DTSTAMP:20261102T080000Z"}
    return set(old) - set(new) - stamps, set(new) - set(old) - stamps


def test_another_title_changes_the_title_and_the_stamp() -> None:
    after = edits.set_summary(MEETING, "Dinner; late", now=NOW)
    assert changed(MEETING, after) == (
        {b'summary;LANGUAGE=en;ALTREP="cid:1":Lunch'},
        {b"SUMMARY;LANGUAGE=en:Dinner\\; late"},
    )
    assert b"DTSTAMP:20261102T080000Z" in after


def test_the_same_title_again_changes_nothing() -> None:
    assert edits.set_summary(MEETING, "Lunch", now=NOW) is MEETING


def test_a_place_comes_and_goes() -> None:
    there = edits.set_location(MEETING, "Room 5", now=NOW)
    assert changed(MEETING, there) == (set(), {b"LOCATION:Room 5"})
    assert changed(MEETING, edits.set_location(there, "", now=NOW)) == (set(), set())


def test_a_new_description_takes_its_old_html_twin_away() -> None:
    text = MEETING.replace(b"X-Thing", b"X-ALT-DESC;FMTTYPE=text/html:<b>old</b>\r\nX-Thing")
    after = edits.set_description(text, "new\nlines", now=NOW)
    assert changed(text, after) == ({b"X-ALT-DESC;FMTTYPE=text/html:<b>old</b>"}, {b"DESCRIPTION:new\\nlines"})


def test_another_time_changes_start_and_end() -> None:
    start, end = datetime(2026, 11, 21, 13, tzinfo=UTC), datetime(2026, 11, 21, 14, tzinfo=UTC)
    after = edits.set_time(MEETING, start, end, tzid=None, now=NOW)
    assert changed(MEETING, after)[1] == {b"DTSTART:20261121T130000Z", b"DTEND:20261121T140000Z"}
    master = read(after).master
    assert master is not None
    assert (master.start, master.end) == (start, end)


def test_a_time_in_a_new_zone_brings_the_zone_along_once() -> None:
    start, end = datetime(2026, 11, 21, 13, tzinfo=UTC), datetime(2026, 11, 21, 14, tzinfo=UTC)
    after = edits.set_time(MEETING, start, end, tzid="America/New_York", now=NOW)
    again = edits.set_time(after, end, datetime(2026, 11, 21, 15, tzinfo=UTC), tzid="America/New_York", now=NOW)
    assert b"DTSTART;TZID=America/New_York:20261121T090000" in again
    assert again.count(b"BEGIN:VTIMEZONE") == 1
    master = read(again).master
    assert master is not None
    assert master.start == end


def test_an_event_becomes_all_day_and_its_duration_goes() -> None:
    text = calendar(event("DURATION:PT1H"))
    after = edits.set_time(text, date(2026, 11, 22), date(2026, 11, 24), tzid=None, now=NOW)
    assert changed(text, after) == (
        {b"DTSTART:20261121T100000Z", b"DURATION:PT1H"},
        {b"DTSTART;VALUE=DATE:20261122", b"DTEND;VALUE=DATE:20261124"},
    )


def test_an_edited_occurrence_gets_an_override_and_the_series_stays() -> None:
    after = edits.set_summary(SERIES, "Special", now=NOW, occurrence="20261128T090000Z")
    assert after.startswith(SERIES.removesuffix(b"END:VCALENDAR\r\n"))
    reading = read(after)
    assert [(each.recurrence_id, each.summary) for each in reading.instances()] == [
        (None, "Sync"),
        ("20261128T090000Z", "Special"),
    ]


def test_an_override_that_stands_is_edited_in_place() -> None:
    once = edits.set_summary(SERIES, "Special", now=NOW, occurrence="20261128T090000Z")
    twice = edits.set_summary(once, "Very special", now=NOW, occurrence="20261128T090000Z")
    assert changed(once, twice) == ({b"SUMMARY:Special"}, {b"SUMMARY:Very special"})


def test_an_occurrence_that_gets_what_it_has_gets_no_override() -> None:
    assert edits.set_summary(SERIES, "Sync", now=NOW, occurrence="20261128T090000Z") is SERIES


def test_what_is_no_occurrence_is_refused() -> None:
    with pytest.raises(UnknownOccurrence):
        edits.set_summary(SERIES, "Special", now=NOW, occurrence="whenever")


@pytest.mark.parametrize(
    "text",
    [
        SERIES.replace(b"RRULE:", b"EXDATE;TZID=Europe/Berlin:20261128T100000\r\nRRULE:"),
        edits.set_summary(SERIES, "Special", now=NOW, occurrence="20261128T090000Z"),
        SERIES.replace(b"FREQ=WEEKLY", b"FREQ=WEEKLY;BYDAY=SA"),
    ],
    ids=["left out", "changed", "bound to its days"],
)
def test_a_series_that_would_lose_its_exceptions_cannot_move_to_another_day(text: bytes) -> None:
    start, end = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC)
    with pytest.raises(SeriesCannotMove):
        edits.set_time(text, start, end, tzid="Europe/Berlin", now=NOW)


def test_guests_are_added_once_and_everywhere() -> None:
    text = edits.set_summary(SERIES, "Special", now=NOW, occurrence="20261128T090000Z")
    after = edits.add_attendees(text, ANN, [BOB, BOB], now=NOW)
    for instance in read(after).instances():
        assert [each.address for each in instance.attendees] == ["ann@example.com", "bob@example.com"]
        assert [each.partstat for each in instance.attendees] == ["ACCEPTED", "NEEDS-ACTION"]
    assert edits.add_attendees(after, ANN, [Person("BOB@example.com")], now=datetime(2027, 1, 1, tzinfo=UTC)) == after


def test_a_guest_is_removed_however_his_address_is_written() -> None:
    after = edits.remove_attendee(MEETING, "bob@example.com", now=NOW)
    assert changed(MEETING, after) == ({b"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:MAILTO:Bob@Example.com"}, set())
    assert edits.remove_attendee(MEETING, "eve@example.com", now=NOW) == MEETING


def test_an_answer_changes_one_line_and_ends_the_asking() -> None:
    after = edits.set_partstat(MEETING, "mailto:bob@example.com", "accepted", now=NOW)
    assert changed(MEETING, after) == (
        {b"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:MAILTO:Bob@Example.com"},
        {b"ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Bob@Example.com"},
    )
    assert edits.set_partstat(after, "bob@example.com", "ACCEPTED", now=NOW) is after


def test_last_modified_is_kept_up_where_it_is_said() -> None:
    text = MEETING.replace(b"ORGANIZER", b"LAST-MODIFIED:20260101T000000Z\r\nORGANIZER")
    after = edits.set_summary(text, "Dinner", now=NOW)
    assert parse(after).components("VEVENT")[0].value("LAST-MODIFIED") == "20261102T080000Z"
