"""Each sharee has their own alarms and transparency; all sharees have the same rest of the event."""

import pytest

from support.as_bytes import own_parts, same_event, with_own_parts
from televent.ical.text.tree import parse


def text(*lines: str, ending: str = "\r\n") -> bytes:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *lines, "END:VCALENDAR", ""]
    return ending.join(rows).encode()


def event(*lines: str, uid: str = "a@example.com") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261121T100000Z", "DTSTART:20261125T100000Z", *lines, "END:VEVENT"]


def alarm(minutes: int) -> list[str]:
    return ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Tea", f"TRIGGER:-PT{minutes}M", "END:VALARM"]


ANNS = text(*event("SUMMARY:Tea", "TRANSP:OPAQUE", *alarm(5)))
BOBS = text(*event("SUMMARY:Tea", "TRANSP:TRANSPARENT", *alarm(30), *alarm(60)))


def test_each_sharee_sees_their_own_parts_over_the_same_event() -> None:
    assert with_own_parts(ANNS, own_parts(BOBS)) == BOBS
    assert with_own_parts(BOBS, own_parts(ANNS)) == ANNS
    assert with_own_parts(ANNS, own_parts(ANNS)) == ANNS


def test_a_sharee_without_own_parts_has_no_alarms_and_is_busy_as_the_event_says() -> None:
    assert with_own_parts(ANNS, None) == text(*event("SUMMARY:Tea", "TRANSP:OPAQUE"))
    silent = text(*event("SUMMARY:Tea", "TRANSP:OPAQUE"))
    assert with_own_parts(silent, None) is silent


def test_no_transparency_is_one_of_ones_own_too() -> None:
    none = text(*event("SUMMARY:Tea"))
    assert with_own_parts(ANNS, own_parts(none)) == none
    assert with_own_parts(none, own_parts(ANNS)) == ANNS


def test_occurrences_set_apart_have_theirs_and_new_ones_those_of_the_series() -> None:
    apart = ["RECURRENCE-ID:20261126T100000Z", "SUMMARY:Late tea"]
    other = ["RECURRENCE-ID:20261127T100000Z", "SUMMARY:No tea"]
    bobs = text(*event("RRULE:FREQ=DAILY", *alarm(30)), *event(*apart, *alarm(60)))
    anns = text(*event("RRULE:FREQ=DAILY", *alarm(5)), *event(*apart), *event(*other, *alarm(5)))
    shown = with_own_parts(anns, own_parts(bobs))
    assert shown == text(*event("RRULE:FREQ=DAILY", *alarm(30)), *event(*apart, *alarm(60)), *event(*other, *alarm(30)))


def test_what_is_not_utf_8_and_other_line_ends_come_back_as_they_were() -> None:
    odd = ANNS.replace(b"DESCRIPTION:Tea", b"DESCRIPTION:\xff\xfe")
    assert with_own_parts(ANNS, own_parts(odd)) == odd
    bare = BOBS.replace(b"\r\n", b"\n")
    assert with_own_parts(bare, own_parts(bare)) == bare
    assert [each.name for each in parse(with_own_parts(bare, own_parts(ANNS))).walk()] == [
        "VCALENDAR",
        "VEVENT",
        "VALARM",
    ]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (BOBS, True),
        (BOBS.replace(b"PRODID:-//Example//EN", b"PRODID:-//Another//EN"), True),
        (BOBS.replace(b"DTSTAMP:20261121", b"DTSTAMP:20261122"), True),
        (text(*event("TRANSP:OPAQUE", "SUMMARY:Tea")), True),
        (BOBS.replace(b"SUMMARY:Tea", b"SUMMARY:Coffee"), False),
        (text(*event("SUMMARY:Tea", "LOCATION:Here")), False),
        (text(*event()), False),
        (text(*event("SUMMARY:Tea"), *event("SUMMARY:Tea", "RECURRENCE-ID:20261126T100000Z")), False),
    ],
)
def test_two_events_are_the_same_but_for_what_is_ones_own(other: bytes, same: bool) -> None:
    assert same_event(ANNS, other) is same


def test_what_was_noted_of_ones_alarms_is_ones_own_too() -> None:
    noted = text(*event("SUMMARY:Tea", "TRANSP:OPAQUE", "X-MOZ-LASTACK:20261124T100000Z", *alarm(30)))
    snoozed = noted.replace(b"X-MOZ-LASTACK", b"X-MOZ-SNOOZE-TIME-1795500000000")
    for bobs in (noted, snoozed):
        assert same_event(ANNS, bobs)
        assert with_own_parts(ANNS, own_parts(bobs)) == bobs
        assert with_own_parts(bobs, own_parts(ANNS)) == ANNS


def test_what_was_kept_before_notes_were_can_still_be_read() -> None:
    assert with_own_parts(ANNS, b'{"": ["TRANSP:OPAQUE\\r\\n", []]}') == text(*event("SUMMARY:Tea", "TRANSP:OPAQUE"))


def test_an_alarm_is_found_however_its_name_is_written() -> None:
    folded = ANNS.replace(b"BEGIN:VALARM", b"begin:VAL\r\n ARM").replace(b"END:VALARM", b"end:vala\r\n rm")
    assert b"TRIGGER" not in with_own_parts(folded, None)
