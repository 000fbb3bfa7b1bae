"""When a person is busy: RFC 4791 §7.10, RFC 5545 §3.6.4."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ical_texts import calendar, event

from televent.ical.queries.freebusy import BUSY, TENTATIVE, Period, busy_periods, compose_freebusy, merged
from televent.ical.text.tree import Component, parse

START, END = datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
ME = frozenset({"bob@example.com"})


def objects(*parts: str) -> list[Component]:
    return [parse(calendar(each)) for each in parts]


def at(hour: float, day: int = 21) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour)


def me(partstat: str) -> str:
    return f"ATTENDEE{partstat}:mailto:Bob@Example.com"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ((), BUSY),
        (("STATUS:CONFIRMED", "TRANSP:OPAQUE"), BUSY),
        (("STATUS:TENTATIVE",), TENTATIVE),
        (("STATUS:CANCELLED",), None),
        (("STATUS:X-MAYBE",), BUSY),
        (("TRANSP:TRANSPARENT",), None),
        ((me(";PARTSTAT=ACCEPTED"),), BUSY),
        ((me(";PARTSTAT=TENTATIVE"),), TENTATIVE),
        ((me(";PARTSTAT=DECLINED"),), None),
        ((me(""),), TENTATIVE),
        ((me(""), "TRANSP:TRANSPARENT"), TENTATIVE),
        ((me(";PARTSTAT=ACCEPTED"), "TRANSP:TRANSPARENT"), None),
        ((me(""), "TRANSP:TRANSPARENT", "STATUS:CANCELLED"), None),
        ((me(";PARTSTAT=ACCEPTED"), "STATUS:TENTATIVE"), TENTATIVE),
        (("ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.com",), BUSY),
    ],
)
def test_status_transparency_and_ones_own_answer_say_how_busy_one_is(lines: tuple[str, ...], kind: str | None) -> None:
    found = busy_periods(objects(event("DURATION:PT1H", *lines)), START, END, me=ME)
    assert found == ([Period(at(10), at(11), kind)] if kind else [])


def test_only_events_take_time() -> None:
    assert busy_periods(objects(event("DURATION:PT1H", kind="VTODO")), START, END) == []


def test_an_event_without_a_length_takes_none() -> None:
    assert busy_periods(objects(event()), START, END) == []


def test_periods_are_cut_to_the_range_and_recurrence_is_counted() -> None:
    nightly = event("DURATION:PT2H", "RRULE:FREQ=DAILY", start="DTSTART:20261101T230000Z")
    assert busy_periods(objects(nightly), START, END) == [
        Period(START, at(1)),
        Period(at(23), at(1, 22)),
        Period(at(23, 22), at(1, 23)),
        Period(at(23, 23), END),
    ]


def test_one_occurrence_may_be_answered_otherwise() -> None:
    series = calendar(
        event("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", me(";PARTSTAT=ACCEPTED")),
        event(
            "RECURRENCE-ID:20261122T100000Z",
            me(";PARTSTAT=DECLINED"),
            "DURATION:PT1H",
            start="DTSTART:20261122T100000Z",
        ),
    )
    assert busy_periods([parse(series)], START, END, me=ME) == [Period(at(10), at(11))]


def test_days_are_busy_where_the_person_is() -> None:
    day = event(start="DTSTART;VALUE=DATE:20261122")
    (found,) = busy_periods(objects(day), START, END, floating_zone=ZoneInfo("America/New_York"))
    assert (found.start, found.end) == (at(5, 22), at(5, 23))


def test_overlapping_and_touching_periods_of_one_kind_become_one() -> None:
    periods = [
        Period(at(12), at(13)),
        Period(at(10), at(11)),
        Period(at(10.5), at(10.75)),
        Period(at(11), at(11.5)),
        Period(at(11), at(14), TENTATIVE),
        Period(at(15), at(15)),
    ]
    assert merged(periods) == [Period(at(10), at(11.5)), Period(at(11), at(14), TENTATIVE), Period(at(12), at(13))]


def test_one_object_beyond_counting_does_not_hide_the_others() -> None:
    bomb = event("DURATION:PT1S", "RRULE:FREQ=SECONDLY", start="DTSTART:20000101T000000Z")
    broken = event("DURATION:PT1H", "RRULE:FREQ=NEVER")
    assert busy_periods(objects(bomb, broken, event("DURATION:PT1H")), START, END) == [Period(at(10), at(11))]


def test_the_answer_is_one_vfreebusy() -> None:
    text = compose_freebusy(
        [Period(at(10), at(11)), Period(at(12), at(13), TENTATIVE)],
        START,
        END,
        dtstamp=at(8),
        uid="1@example.com",
        method="REPLY",
        organizer="mailto:ann@example.com",
        attendee="mailto:bob@example.com",
    )
    assert text.decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Televent//Calendar 1.0//EN",
        "METHOD:REPLY",
        "BEGIN:VFREEBUSY",
        "UID:1@example.com",
        "DTSTAMP:20261121T080000Z",
        "DTSTART:20261121T000000Z",
        "DTEND:20261124T000000Z",
        "ORGANIZER:mailto:ann@example.com",
        "ATTENDEE:mailto:bob@example.com",
        "FREEBUSY;FBTYPE=BUSY:20261121T100000Z/20261121T110000Z",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261121T120000Z/20261121T130000Z",
        "END:VFREEBUSY",
        "END:VCALENDAR",
        "",
    ]


def test_nobody_busy_is_said_without_periods() -> None:
    text = compose_freebusy([], START, END, dtstamp=at(8), uid="1@example.com")
    assert b"FREEBUSY;" not in text
    assert b"METHOD" not in text
