"""A placeholder takes the place of a person in a text; everything else keeps its bytes."""

import pytest

from televent.ical.editing.placeholder import named_in, with_placeholder
from televent.ical.objects.calendar_text import CalendarText

ANN, GONE = "ann@example.com", "deleted-0123@televent.internal"


def text(*lines: str) -> CalendarText:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN", "BEGIN:VEVENT", "UID:a@example.com")
    rows = (*head, "DTSTAMP:20261101T080000Z", "DTSTART:20261201T100000Z", *lines, "END:VEVENT", "END:VCALENDAR")
    return CalendarText(("\r\n".join(rows) + "\r\n").encode())


def unfolded(after: CalendarText) -> str:
    return after.raw.replace(b"\r\n ", b"").decode()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            'ORGANIZER;CN=Ann;SENT-BY="mailto:bob@example.com":MAILTO:Ann@Example.com',
            f'ORGANIZER;CN="Deleted user";SCHEDULE-AGENT=NONE:mailto:{GONE}',
        ),
        (
            "ATTENDEE;CN=Ann;X-NUM-GUESTS=2;ROLE=CHAIR;RSVP=TRUE;PARTSTAT=ACCEPTED:mailto:ann@example.com",
            f'ATTENDEE;CN="Deleted user";ROLE=CHAIR;PARTSTAT=ACCEPTED;SCHEDULE-AGENT=NONE:mailto:{GONE}',
        ),
        (
            "ATTENDEE;EMAIL=ann@example.com:https://cal.example.com/principals/ann/",
            f'ATTENDEE;CN="Deleted user";SCHEDULE-AGENT=NONE:mailto:{GONE}',
        ),
        (
            'ATTENDEE;CN=Bob;DELEGATED-FROM="mailto:ann@example.com":mailto:bob@example.com',
            f'ATTENDEE;CN="Bob";DELEGATED-FROM="mailto:{GONE}":mailto:bob@example.com',
        ),
        (
            'ATTENDEE;MEMBER="mailto:team@example.com","mailto:ann@example.com":mailto:bob@example.com',
            f'ATTENDEE;MEMBER="mailto:team@example.com","mailto:{GONE}":mailto:bob@example.com',
        ),
        (
            "REQUEST-STATUS:3.7;Unknown;ATTENDEE:mailto:ann@example.com",
            f"REQUEST-STATUS:3.7;Unknown;ATTENDEE:mailto:{GONE}",
        ),
        ("X-SENDER:ann@example.com", f"X-SENDER:{GONE}"),
    ],
)
def test_each_line_that_names_the_person(line: str, wanted: str) -> None:
    before = text(line)
    assert ANN in named_in(before)
    after = with_placeholder(before, {ANN}, GONE)
    assert wanted in unfolded(after).split("\r\n")
    assert "ann@" not in unfolded(after).lower()
    assert ANN not in named_in(after)


def test_titles_notes_and_other_people_keep_their_bytes() -> None:
    lines = ("SUMMARY:With ann@example.com", "DESCRIPTION:Ann", "ATTENDEE;CN=Joann:mailto:joann@example.com")
    before = text("ATTENDEE:mailto:ann@example.com", *lines)
    after = with_placeholder(before, {ANN}, GONE)
    kept = set(before.raw.split(b"\r\n")) - {b"ATTENDEE:mailto:ann@example.com"}
    assert kept <= set(after.raw.split(b"\r\n"))


def test_occurrences_and_alarms_count_too() -> None:
    before = text(
        "RRULE:FREQ=DAILY;COUNT=3",
        "BEGIN:VALARM",
        "ACTION:EMAIL",
        "TRIGGER:-PT5M",
        "SUMMARY:Soon",
        "DESCRIPTION:Soon",
        "ATTENDEE:mailto:ann@example.com",
        "END:VALARM",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:a@example.com",
        "DTSTAMP:20261101T080000Z",
        "RECURRENCE-ID:20261202T100000Z",
        "DTSTART:20261202T110000Z",
        "ATTENDEE:mailto:ann@example.com",
    )
    after = with_placeholder(before, {ANN}, GONE)
    assert unfolded(after).count(GONE) == 2
    assert ANN not in named_in(after)


def test_a_text_without_the_person_is_the_same_object() -> None:
    before = text("ATTENDEE:mailto:bob@example.com")
    assert with_placeholder(before, {ANN}, GONE) is before


def test_data_in_a_line_of_one_program_takes_linear_time() -> None:
    # An algorithm that takes the square of the length does not end within the time that pytest gives a test.
    long = text(f"X-PHOTO:{'QUJD' * 250_000}", "X-SEEN-BY:ann@example.com")
    assert named_in(long) == {ANN}
    assert unfolded(with_placeholder(long, [ANN], GONE)) == unfolded(long).replace(ANN, GONE)
