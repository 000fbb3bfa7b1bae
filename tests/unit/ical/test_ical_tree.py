"""The tree gives back the bytes it was read from, and an edit touches only its lines."""

import pytest

from televent.ical.text.errors import IcalError, InvalidCalendarData, TooLarge
from televent.ical.text.tree import MAX_DEPTH, MAX_LINES, MAX_SHARED, MAX_SHARED_BYTES, Component, Property, parse

TEXT = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
X-Thing;x-param=yes:Value\\, as it came\r
BEGIN:VEVENT\r
UID:1@example.com\r
dtstart;tzid=Europe/Berlin:20261121T100000\r
SUMMARY:A long title that goes on and on and is folded where the client thoug\r
 ht it best\r
\r
ATTENDEE;RSVP=TRUE;CN="Bob":mailto:bob@example.com\r
BEGIN:VALARM\r
TRIGGER:-PT5M\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""


def event(root: Component) -> Component:
    return root.components("VEVENT")[0]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace(b"\r\n", b"\n"),
        TEXT.replace(b"\r\n", b"\r\r\n"),
        b"\xef\xbb\xbf" + TEXT,
        b"\r\n\r\n" + TEXT + b"\r\n\n",
        TEXT.removesuffix(b"\r\n"),
        TEXT.lower(),
        b"  " + TEXT.replace(b"\n", b"\n  ").removesuffix(b"  "),
        TEXT.replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT  "),
    ],
    ids=["crlf", "lf", "crcrlf", "bom", "blank lines", "no last ending", "lower case", "indented", "trailing blanks"],
)
def test_a_lax_text_is_read_and_given_back_as_it_came(text: bytes) -> None:
    root = parse(text)
    assert root.to_bytes() == text
    assert root.copy().to_bytes() == text
    assert (event(root).value("UID") or "").lower() == "1@example.com"
    assert event(root).get("DTSTART") is not None


def test_names_are_upper_case_and_values_as_written() -> None:
    root = parse(TEXT)
    thing = root.get("X-THING")
    assert thing is not None
    assert (thing.param("X-PARAM"), thing.value) == ("yes", "Value\\, as it came")
    assert [each.name for each in root.walk()] == ["VCALENDAR", "VEVENT", "VALARM"]


def test_a_replaced_line_keeps_its_place_and_leaves_the_others() -> None:
    root = parse(TEXT)
    part = event(root)
    bob = part.all("ATTENDEE")[0]
    part.replace(bob, bob.with_param("PARTSTAT", "ACCEPTED").with_param("RSVP"))
    assert root.to_bytes() == TEXT.replace(
        b'ATTENDEE;RSVP=TRUE;CN="Bob":mailto', b'ATTENDEE;CN="Bob";PARTSTAT=ACCEPTED:mailto'
    )


def test_a_parameter_is_set_in_its_place() -> None:
    prop = Property.of("ATTENDEE", "mailto:bob@example.com", (("PARTSTAT", ("NEEDS-ACTION",)), ("CN", ("Bob",))))
    assert prop.with_param("partstat", "DECLINED").raw == (
        b'ATTENDEE;PARTSTAT=DECLINED;CN="Bob":mailto:bob@example.com\r\n'
    )


def test_a_new_line_has_the_ending_of_the_text() -> None:
    text = TEXT.replace(b"\r\n", b"\n")
    root = parse(text)
    event(root).put("LOCATION", "Room 5")
    assert root.to_bytes() == text.replace(b"BEGIN:VALARM", b"LOCATION:Room 5\nBEGIN:VALARM")


def test_putting_what_stands_there_changes_nothing() -> None:
    root = parse(TEXT)
    event(root).put("DTSTART", "20261121T100000", (("TZID", ("Europe/Berlin",)),))
    assert root.to_bytes() == TEXT


def test_putting_leaves_one_line_of_that_name() -> None:
    root = parse(TEXT.replace(b"UID:", b"COMMENT:a\r\nCOMMENT:b\r\nUID:"))
    event(root).put("COMMENT", "c")
    assert root.to_bytes() == TEXT.replace(b"UID:", b"COMMENT:c\r\nUID:")


def test_a_dropped_line_and_a_removed_component_leave_the_others() -> None:
    root = parse(TEXT)
    event(root).drop("DTSTART")
    event(root).remove(event(root).components("VALARM")[0])
    assert root.to_bytes() == TEXT.replace(b"dtstart;tzid=Europe/Berlin:20261121T100000\r\n", b"").replace(
        b"BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n", b""
    )


def test_an_added_component_stands_last() -> None:
    root = parse(TEXT)
    alarm = Component.new("valarm")
    alarm.add(alarm.make("TRIGGER", "-PT10M"))
    event(root).add(alarm)
    assert root.to_bytes() == TEXT.replace(b"END:VEVENT", b"BEGIN:VALARM\r\nTRIGGER:-PT10M\r\nEND:VALARM\r\nEND:VEVENT")


def test_a_copy_is_independent() -> None:
    root = parse(TEXT)
    event(root.copy()).drop("SUMMARY")
    assert root.to_bytes() == TEXT


def test_an_entry_that_is_not_here_cannot_be_removed() -> None:
    with pytest.raises(ValueError, match="is not in"):
        parse(TEXT).remove(Property.of("UID", "1@example.com"))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\r\n\r\n",
        b"hello, world",
        b"\x00\xff\xfe",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"END:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nnot a line of it\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nUID:1\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"VERSION:2.0\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    ],
)
def test_what_is_no_balanced_calendar_is_refused_by_name(text: bytes) -> None:
    with pytest.raises(InvalidCalendarData) as refused:
        parse(text)
    assert refused.value.precondition == "valid-calendar-data"
    assert str(refused.value)


def test_depth_is_bounded() -> None:
    text = b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X-A\r\n" * MAX_DEPTH
    with pytest.raises(TooLarge):
        parse(text)


def test_the_number_of_lines_is_bounded() -> None:
    with pytest.raises(TooLarge):
        parse(b"BEGIN:VCALENDAR\n" + b"A:\n" * MAX_LINES)


def test_many_blank_lines_are_kept() -> None:
    text = b"BEGIN:VCALENDAR\n" + b"\n" * (MAX_LINES - 3) + b"END:VCALENDAR\n\n"
    assert parse(text).to_bytes() == text


def test_every_refusal_names_a_precondition() -> None:
    kinds = IcalError.__subclasses__()
    assert {each.precondition for each in kinds} == {
        "valid-calendar-data",
        "valid-calendar-object-resource",
        "same-organizer-in-all-components",
        "supported-calendar-component",
        "max-instances",
        "max-attendees-per-instance",
        "min-date-time",
        "max-date-time",
        "max-resource-size",
    }


def people(*lines: bytes) -> Component:
    """An event with these lines, read."""
    return parse(b"\r\n".join([b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", *lines, b"END:VEVENT", b"END:VCALENDAR", b""]))


def test_texts_share_the_lines_of_their_attendees_and_read_them_once() -> None:
    bob, title = b"ATTENDEE;CN=Bob:mailto:bob@example.com", b"SUMMARY:Shared"
    one, two = (people(bob, title).components("VEVENT")[0] for _ in range(2))
    assert one.get("ATTENDEE") is two.get("ATTENDEE")
    assert one.get("SUMMARY") is not two.get("SUMMARY")
    read: list[Property] = []
    for each in (one, two):
        line = each.get("ATTENDEE")
        assert line is not None
        assert line.once(read.append) is None
    assert len(read) == 1
    two.put("ATTENDEE", "mailto:cy@example.com")
    assert one.to_bytes().count(b"bob@example.com") == 1


def test_a_line_that_stands_twice_is_edited_in_its_place() -> None:
    cy = b"ATTENDEE:mailto:cy@example.com"
    people(cy)
    root = people(cy, b"SUMMARY:Between", cy)
    (event,) = root.components("VEVENT")
    first, second = event.all("ATTENDEE")
    assert first is not second
    event.remove(second)
    assert root.to_bytes() == people(cy, b"SUMMARY:Between").to_bytes()


def test_shared_lines_are_bounded_in_number_and_length() -> None:
    long = b"ATTENDEE;CN=" + b"x" * MAX_SHARED_BYTES + b":mailto:long@example.com"
    one, two = (people(long).components("VEVENT")[0].get("ATTENDEE") for _ in range(2))
    assert one is not two
    dan = b"ATTENDEE:mailto:dan@example.com"
    before = people(dan).components("VEVENT")[0].get("ATTENDEE")
    people(*(b"ATTENDEE:mailto:guest%d@example.com" % number for number in range(MAX_SHARED)))
    assert people(dan).components("VEVENT")[0].get("ATTENDEE") is not before
