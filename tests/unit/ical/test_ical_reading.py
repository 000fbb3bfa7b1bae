"""The values of a calendar object: RFC 5545 §3.6."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ical_texts import calendar, event

from support.as_bytes import read
from televent.ical.objects.reading import Attendee, Organizer
from televent.ical.text.errors import InvalidCalendarData, InvalidCalendarObject

BERLIN = "DTSTART;TZID=Europe/Berlin:20261121T100000"


def test_an_event_is_read_whole() -> None:
    reading = read(
        calendar(
            event(
                "DTEND;TZID=Europe/Berlin:20261121T113000",
                "SEQUENCE:3",
                "SUMMARY:Lunch\\, at last",
                "DESCRIPTION:one\\ntwo",
                "LOCATION:Room 5",
                "STATUS:confirmed",
                "TRANSP:TRANSPARENT",
                'ORGANIZER;CN="Ann A.";SENT-BY="mailto:Desk@example.com";SCHEDULE-STATUS=1.1:MAILTO:Ann@Example.com',
                "ATTENDEE;CN=Bob;PARTSTAT=accepted;ROLE=OPT-PARTICIPANT;CUTYPE=ROOM;RSVP=true;SCHEDULE-AGENT=CLIENT"
                ";SCHEDULE-STATUS=2.0;SCHEDULE-FORCE-SEND=REQUEST:mailto:bob@example.com",
                start=BERLIN,
            )
        )
    )
    assert (reading.uid, reading.component, reading.method, reading.recurs) == ("1@example.com", "VEVENT", None, False)
    assert reading.organizer == Organizer("ann@example.com", "Ann A.", "SERVER", "desk@example.com", "1.1", None)
    master = reading.master
    assert master is not None
    assert master.start == datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    assert master.end == datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
    assert (master.tzid, master.sequence) == ("Europe/Berlin", 3)
    assert master.dtstamp == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert (master.summary, master.description, master.location) == ("Lunch, at last", "one\ntwo", "Room 5")
    assert (master.status, master.transp, master.rrule) == ("CONFIRMED", "TRANSPARENT", None)
    bob = Attendee("bob@example.com", "Bob", "ACCEPTED", "OPT-PARTICIPANT", "ROOM", True, "CLIENT", "2.0", "REQUEST")
    assert master.attendees == (bob,)
    assert reading.attendee({"bob@example.com"}) == bob
    assert reading.attendee({"eve@example.com"}) is None
    assert reading.span == (datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 10, 30, tzinfo=UTC))


def test_an_attendee_of_whom_nothing_is_said_has_the_defaults() -> None:
    reading = read(calendar(event("ATTENDEE:mailto:bob@example.com")))
    assert reading.attendee(["bob@example.com"]) == Attendee("bob@example.com")


def test_an_address_that_is_no_mailbox_counts_by_its_email_parameter() -> None:
    reading = read(calendar(event("ATTENDEE;EMAIL=bob@example.com:/principals/bob/")))
    assert reading.attendee(["bob@example.com"]) is not None


def test_an_all_day_event_is_dates_and_its_span_is_widened() -> None:
    reading = read(calendar(event(start="DTSTART;VALUE=DATE:20261121")))
    assert reading.master is not None
    assert (reading.master.start, reading.master.end) == (date(2026, 11, 21), date(2026, 11, 22))
    wide = timedelta(hours=14)
    assert reading.span == (
        datetime(2026, 11, 21, tzinfo=UTC) - wide,
        datetime(2026, 11, 22, tzinfo=UTC) + wide,
    )


def test_a_floating_time_is_naive_and_an_unknown_zone_leaves_it_floating() -> None:
    for start in ("DTSTART:20261121T100000", "DTSTART;TZID=Nowhere/Land:20261121T100000"):
        master = read(calendar(event(start=start))).master
        assert master is not None
        assert master.start == datetime(2026, 11, 21, 10)  # noqa: DTZ001


def test_overrides_are_named_by_instants_dates_or_floating_times() -> None:
    reading = read(
        calendar(
            event("RRULE:FREQ=DAILY;COUNT=3", start=BERLIN),
            event("RECURRENCE-ID;TZID=Europe/Berlin:20261122T100000", "SUMMARY:later", start=BERLIN),
            event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261123T090000Z", start=BERLIN),
        )
    )
    assert [each.recurrence_id for each in reading.instances()] == [None, "20261122T090000Z", "20261123T090000Z"]
    assert [each.range_this_and_future for each in reading.overrides] == [False, True]
    assert reading.recurs
    assert reading.master is not None
    assert reading.master.rrule == "FREQ=DAILY;COUNT=3"


def test_an_override_may_come_without_its_series() -> None:
    reading = read(calendar(event("RECURRENCE-ID;VALUE=DATE:20261122")))
    assert reading.master is None
    assert [each.recurrence_id for each in reading.instances()] == ["20261122"]


def test_a_series_without_end_has_a_span_without_end() -> None:
    reading = read(calendar(event("RRULE:FREQ=WEEKLY")))
    assert reading.span[0] <= datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert reading.span[1] is None


def test_a_series_that_ends_has_a_span_that_covers_its_last_instance() -> None:
    last = read(calendar(event("DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"))).span[1]
    assert last is not None
    assert datetime(2026, 12, 5, 11, tzinfo=UTC) <= last < datetime(2026, 12, 8, tzinfo=UTC)


def test_a_task_may_have_no_time_at_all() -> None:
    reading = read(calendar(event(start="", kind="VTODO")))
    assert reading.master is not None
    assert (reading.master.start, reading.master.end) == (None, None)
    assert reading.span[1] is None


def test_a_task_ends_when_it_is_due_and_otherwise_never() -> None:
    due = read(calendar(event("DUE:20261122T100000Z", kind="VTODO"))).master
    undue = read(calendar(event(kind="VTODO"))).master
    assert due is not None
    assert undue is not None
    assert (due.end, undue.end) == (datetime(2026, 11, 22, 10, tzinfo=UTC), None)


def test_times_at_the_ends_of_time_are_read() -> None:
    for start in ("DTSTART;TZID=Asia/Tokyo:00010101T000000", "DTSTART:99991231T235959", "DTSTART;VALUE=DATE:99991231"):
        first, last = read(calendar(event(start=start))).span
        assert last is not None
        assert first <= last


@pytest.mark.parametrize("line", ["SEQUENCE:-1", "SEQUENCE:many", "SEQUENCE:" + "9" * 400, "SEQUENCE:²"])
def test_a_sequence_that_is_no_number_counts_as_none(line: str) -> None:
    master = read(calendar(event(line))).master
    assert master is not None
    assert master.sequence == 0


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (calendar("BEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE"), InvalidCalendarObject),
        (calendar(event(), event(uid="2@example.com")), InvalidCalendarObject),
        (calendar(event(), event("RECURRENCE-ID:20261122T100000Z", kind="VTODO")), InvalidCalendarObject),
        (calendar(event(uid=" ")), InvalidCalendarObject),
        (calendar("BEGIN:VEVENT\nDTSTART:20261121T100000Z\nEND:VEVENT"), InvalidCalendarObject),
        (calendar(event(), event()), InvalidCalendarObject),
        (calendar(event(start="")), InvalidCalendarObject),
        (
            calendar(event("RECURRENCE-ID:20261122T100000Z"), event("RECURRENCE-ID:20261122T100000Z")),
            InvalidCalendarObject,
        ),
        (calendar(event(start="DTSTART:tomorrow")), InvalidCalendarData),
        (calendar(event("DTEND:20269999")), InvalidCalendarData),
        (calendar(event("RECURRENCE-ID:then")), InvalidCalendarData),
        (calendar(event("RRULE:FREQ=SOMETIMES")), InvalidCalendarData),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value.__name__,
)
def test_what_has_no_meaning_is_refused_by_name(text: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read(text)
