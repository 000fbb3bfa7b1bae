"""The meeting in a winmail.dat: read as Outlook wrote it, or told why not; bounded whatever is in it."""

import random
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.winmail import GLOBAL_ID, Value, attribute, mail_with, meeting_values, properties, winmail_dat
from televent.adapters.email.reading.parts import parse_mail
from televent.adapters.email.reading.tnef import MAX_ATTRIBUTES, MAX_PROPERTIES, BadTnef, Tnef, read_tnef
from televent.adapters.email.reading.winmail import winmail
from televent.application.mail.incoming import MailedCalendar

REQUEST = "IPM.Microsoft Schedule.MtgReq"
HEAD = b"\x78\x9f\x3e\x22\x01\x00"


def found(data: bytes, to: str = "ann@example.com") -> MailedCalendar | None:
    return winmail(parse_mail(mail_with(data, to=to)))


def lines(data: bytes, to: str = "ann@example.com") -> list[str]:
    """The lines of the message that the file becomes."""
    calendar = found(data, to)
    assert calendar is not None
    assert calendar.message is not None, calendar.note
    assert calendar.note == "read from winmail.dat"
    return calendar.message.text.raw.decode().replace("\r\n ", "").split("\r\n")


def test_an_invitation() -> None:
    assert lines(winmail_dat(REQUEST, meeting_values(sequence=3)), "Ann <ann@example.com>, bob@example.com") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Televent//winmail.dat//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{GLOBAL_ID.hex().upper()}",
        "DTSTAMP:20261120T090000Z",
        "SEQUENCE:3",
        "DTSTART:20261201T100000Z",
        "DTEND:20261201T110000Z",
        "SUMMARY:Plan\\, and DTSTART:more",
        "LOCATION:Зал\\; 1",
        "ORGANIZER:mailto:zed@example.net",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ann@example.com",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@example.com",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@pytest.mark.parametrize(
    ("kind", "partstat"),
    [
        ("IPM.Schedule.Meeting.Resp.Pos", "ACCEPTED"),
        ("IPM.Microsoft Schedule.MtgRespN", "DECLINED"),
        ("ipm.schedule.meeting.resp.tent", "TENTATIVE"),
    ],
)
def test_an_answer(kind: str, partstat: str) -> None:
    text = lines(winmail_dat(kind, meeting_values()))
    assert {"METHOD:REPLY", "ORGANIZER:mailto:ann@example.com", "DTSTAMP:20261121T090000Z"} <= set(text)
    assert [line for line in text if line.startswith("ATTENDEE")] == [
        f"ATTENDEE;PARTSTAT={partstat}:mailto:zed@example.net"
    ]


def test_a_cancellation() -> None:
    assert {"METHOD:CANCEL", "STATUS:CANCELLED"} <= set(
        lines(winmail_dat("IPM.Schedule.Meeting.Canceled", meeting_values()))
    )


def test_a_uid_of_another_program_comes_back() -> None:
    """MS-OXCICAL §2.1.3.1.1.20.26."""
    identity = GLOBAL_ID[:36] + struct.pack("<I", 31) + b"vCal-Uid\x01\0\0\0sync@example.com\0"
    assert "UID:sync@example.com" in lines(winmail_dat(REQUEST, meeting_values(uid=identity)))


@pytest.mark.parametrize("hour", [-11, -5, 0, 3, 12])
def test_whole_days_in_any_zone(hour: int) -> None:
    """Midnight of the first of December in a zone that is so many hours ahead of UTC."""
    start = datetime.fromtimestamp(datetime(2026, 12, 1, tzinfo=UTC).timestamp() - hour * 3600, UTC)
    end = datetime.fromtimestamp(start.timestamp() + 2 * 86400, UTC)
    text = lines(winmail_dat(REQUEST, meeting_values(all_day=True, start=start, end=end)))
    if hour == 12:
        assert start.hour == 12
    assert {"DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203"} <= set(text)


def test_a_calendar_file_inside_is_preferred() -> None:
    calendar = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:inside\r\nDTSTART:20261201T100000Z\r\n"
    calendar += b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    more = [
        attribute(0x9002, bytes(14), level=2),
        attribute(0x8010, b"INVITE~1.ICS\0", level=2),
        attribute(0x800F, calendar, level=2),
        attribute(0x9005, properties({0x3707: "приглашение.ics"}), level=2),
    ]
    assert "UID:inside" in lines(winmail_dat("IPM.Note", {}, *more))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (meeting_values(recurring=True), "series"),
        (meeting_values(uid=GLOBAL_ID[:16] + b"\x07\xea\x0c\x01" + GLOBAL_ID[20:]), "occurrence"),
        (meeting_values(uid=b""), "no id"),
        (meeting_values(start=datetime(2027, 1, 1, tzinfo=UTC)), "no time"),
        ({}, "no id"),
    ],
)
def test_what_cannot_be_read_is_told(values: dict[object, Value], reason: str) -> None:
    calendar = found(winmail_dat(REQUEST, values))  # type: ignore[arg-type]
    assert calendar is not None
    assert calendar.message is None
    assert reason in calendar.note


def test_a_file_without_a_meeting_is_none() -> None:
    assert found(winmail_dat("IPM.Note", meeting_values())) is None
    assert winmail(parse_mail(b"From: zed@example.net\r\n\r\nx\r\n")) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "signature"),
        (b"PK\x03\x04", "signature"),
        (HEAD + attribute(0x8008, b"x" * 100)[:-3], "ends within an attribute"),
        (HEAD + attribute(1, b"") * (MAX_ATTRIBUTES + 1), "attributes"),
        (HEAD + attribute(0x9003, b"\xff" * 4), "properties"),
        (HEAD + attribute(0x9003, struct.pack("<I", MAX_PROPERTIES)), "ends within a property"),
        (HEAD + attribute(0x9003, b""), "ends within a property"),
        (HEAD + attribute(0x9003, struct.pack("<IHHI", 1, 0x1003, 1, 2**32 - 1)), "too many values"),
        (HEAD + attribute(0x9003, struct.pack("<IHHII", 1, 0x1E, 1, 1, 2**32 - 1)), "ends within a property"),
        (HEAD + attribute(0x9003, struct.pack("<IHH", 1, 0x77, 1)), "unknown type"),
    ],
)
def test_a_broken_or_hostile_file_is_told(data: bytes, reason: str) -> None:
    calendar = found(data)
    assert calendar is not None
    assert reason in calendar.note


def test_the_properties_of_all_attributes_have_one_bound() -> None:
    some = attribute(0x9003, properties({number: number for number in range(1, 1001)}))
    assert len(read_tnef(HEAD + some * (MAX_PROPERTIES // 1000)).properties) == 1000
    with pytest.raises(BadTnef):
        read_tnef(HEAD + some * (MAX_PROPERTIES // 1000 + 1))


@given(st.randoms(use_true_random=False), st.integers(1, 20))
def test_a_damaged_file_never_raises_anything_else(source: random.Random, changes: int) -> None:
    data = bytearray(winmail_dat(REQUEST, meeting_values()))
    for _ in range(changes):
        data[source.randrange(6, len(data))] = source.randrange(256)
    try:
        tnef = read_tnef(bytes(data[: source.randrange(6, len(data) + 1)]))
    except BadTnef:
        return
    assert isinstance(tnef, Tnef)
    found(bytes(data))
