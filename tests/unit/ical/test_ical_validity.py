"""The calendar objects that a calendar collection takes: RFC 4791 §4.1, §5.3.2.1."""

import pytest
from ical_texts import calendar, event

from support.as_bytes import validate
from televent.ical.objects.validity import Limits
from televent.ical.text.errors import IcalError, TooManyInstances

GUESTS = [f"ATTENDEE:mailto:guest{n}@example.com" for n in range(4)]
ORGANIZED = [
    event("RRULE:FREQ=DAILY;COUNT=3", "ORGANIZER:mailto:ann@example.com"),
    event("RECURRENCE-ID:20261122T100000Z", "ORGANIZER:mailto:bob@example.com", start="DTSTART:20261122T100000Z"),
]
OVERRIDES = [event(f"RECURRENCE-ID:202611{day}T100000Z") for day in (22, 23, 24, 25)]


@pytest.mark.parametrize("kind", ["VEVENT", "VTODO", "VJOURNAL"])
def test_one_object_of_a_stored_kind_is_taken(kind: str) -> None:
    assert validate(calendar(event(kind=kind))).component == kind


@pytest.mark.parametrize(
    "text",
    [
        calendar(event("DTEND;VALUE=DATE:20261122")),
        calendar(event("DTEND:20261120T100000Z")),
        b"  " + calendar(event()).replace(b"\n", b"\n  "),
        calendar(event()).replace(b"VERSION:2.0\r\n", b""),
        calendar(event(), "BEGIN:X-NOTE\nA:b\nEND:X-NOTE"),
    ],
    ids=["mixed kinds", "end before start", "indented", "no version", "a component nobody knows"],
)
def test_what_has_a_clear_meaning_is_taken(text: bytes) -> None:
    assert validate(text).uid == "1@example.com"


@pytest.mark.parametrize(
    ("text", "precondition"),
    [
        (b"garbage", "valid-calendar-data"),
        (calendar(event("SUMMARY:a\0b")), "valid-calendar-data"),
        (calendar(event()).replace(b"VERSION:2.0", b"VERSION:1.0"), "valid-calendar-data"),
        (calendar("METHOD:REQUEST", event()), "valid-calendar-object-resource"),
        (calendar(event("UID:2@example.com")), "valid-calendar-object-resource"),
        (calendar(event("DTSTART:20261122T100000Z")), "valid-calendar-object-resource"),
        (calendar(event(), event(uid="2@example.com")), "valid-calendar-object-resource"),
        (calendar(*ORGANIZED), "same-organizer-in-all-components"),
        (calendar(event(kind="VFREEBUSY")), "supported-calendar-component"),
        (calendar(event(kind="VPOLL")), "supported-calendar-component"),
        (calendar(event(uid="x" * 101)), "valid-calendar-data"),
        (calendar(event(*GUESTS)), "max-attendees-per-instance"),
        (calendar(*OVERRIDES), "max-instances"),
        (calendar(event(*["RRULE:FREQ=DAILY"] * 5)), "max-instances"),
        (calendar(event("RRULE:FREQ=YEARLY;BYDAY=MO" + ",MO" * 1400)), "max-instances"),
        (calendar(event("RRULE:FREQ=DAILY;COUNT=101")), "max-instances"),
        (calendar(event("RRULE:FREQ=DAILY;UNTIL=20270401T000000Z")), "max-instances"),
        (calendar(event("RRULE:FREQ=HOURLY")), "max-instances"),
        (calendar(event("RRULE:FREQ=WEEKLY;COUNT=60", "RRULE:FREQ=DAILY;COUNT=60")), "max-instances"),
        (calendar(event("RDATE:00010102T000000Z")), "min-date-time"),
        (calendar(event("RDATE:20261122T000000Z,99981230T000000Z")), "max-date-time"),
        (calendar(event("COMMENT:" + "x" * 6000)), "max-resource-size"),
    ],
)
def test_each_refusal_names_the_precondition(text: bytes, precondition: str) -> None:
    with pytest.raises(IcalError) as refused:
        validate(text, limits=Limits(max_bytes=6000, attendees=3, overrides=3, instances=100, uid=100))
    assert refused.value.precondition == precondition


def test_limits_are_reached_before_they_are_passed() -> None:
    text = calendar(event(*GUESTS[:3]), *OVERRIDES[:3])
    assert len(validate(text, limits=Limits(max_bytes=len(text), attendees=3, overrides=3, uid=100)).overrides) == 3


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=HOURLY",
        "FREQ=DAILY;COUNT=40000",
        "FREQ=MINUTELY;COUNT=40000",
        # The instances that the BYxxx parts let pass are counted, not those of the frequency.
        "FREQ=HOURLY;BYHOUR=9;BYMINUTE=0,10,20,30,40,50",
        "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=1,2,3,4,5,6,7,8;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,30",
    ],
)
def test_a_series_that_is_not_too_many_is_taken(rule: str) -> None:
    assert validate(calendar(event(f"RRULE:{rule}"))).recurs


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY;UNTIL=20400101T000000Z"])
def test_a_series_that_is_too_many_is_not(rule: str) -> None:
    with pytest.raises(TooManyInstances):
        validate(calendar(event(f"RRULE:{rule}")))


def test_when_it_was_written_down_may_be_any_time() -> None:
    assert validate(calendar(event("CREATED:00001231T000000Z"))).uid == "1@example.com"
