"""A text that only vobject reads is composed again by icalendar. Vobject never gets input beyond the bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar.timezone import tzp

from support.as_bytes import read, validate
from televent.ical.itip.message import read_message
from televent.ical.mending.lenient import MAX_BYTES, read_leniently
from televent.ical.mending.logical_lines import MAX_LINES, logical_lines
from televent.ical.mending.readers import Reader, readable
from televent.ical.text.errors import IcalError, InvalidCalendarData, TooLarge

WHOLE = """BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:040000,odd;uid@example.net
DTSTAMP:20261121T130000Z
DTSTART;TZID=Europe/Berlin:20261201T100000
DTEND;TZID=Europe/Berlin:20261201T110000
SUMMARY;LANGUAGE=en:Lunch\\, at last
ORGANIZER;CN="Zed, jr.":mailto:zed@example.net
ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.com
RRULE:FREQ=WEEKLY;COUNT=3
CATEGORIES:A,B\\,C
SEQUENCE:2
END:VEVENT
END:VCALENDAR
"""
BROKEN = {
    "every line in a group": "\n".join(f"item1.{line}" for line in WHOLE.splitlines()),
    "parameters on BEGIN": WHOLE.replace("BEGIN:", "BEGIN;X-FROM=gateway:").replace("END:", "END;X-FROM=gateway:"),
    "the UID in a group": WHOLE.replace("UID:", "ev.UID:"),
    "no VCALENDAR around it": WHOLE[WHOLE.index("BEGIN:VEVENT") : WHOLE.index("END:VCALENDAR")],
    "UID in quoted-printable": WHOLE.replace("UID:", "ev.UID;ENCODING=QUOTED-PRINTABLE:")
    .replace("odd;uid@", "od=64;=\nuid=40"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_only_vobject_reads_says_what_the_whole_text_says(name: str) -> None:
    broken = BROKEN[name].encode()
    with pytest.raises(IcalError):
        read_message(broken)
    found = readable(broken, method="REQUEST")
    assert (found.reader, found.note) == (Reader.VOBJECT, "read by vobject")
    message, whole = read(found.text), read(WHOLE.encode())
    assert (message.uid, message.organizer, message.instances()) == (whole.uid, whole.organizer, whole.instances())
    assert validate(found.text.replace(b"METHOD:REQUEST\r\n", b"")).uid == whole.uid
    assert b"CATEGORIES:A,B\\,C\r\n" in found.text


def test_what_our_reader_reads_is_left_as_it_came() -> None:
    found = readable(WHOLE.encode())
    assert (found.reader, found.text, found.note) == (Reader.OURS, WHOLE.encode(), "")


def test_a_name_with_an_underscore_is_a_line_of_its_own() -> None:
    """Lotus Notes writes such lines. Read as the rest of the line before, they would become part of a UID."""
    assert read_message(WHOLE.replace("DTSTAMP", "X_NOTES:1\nDTSTAMP").encode()).uid == "040000,odd;uid@example.net"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (BROKEN["the UID in a group"].replace("END:VEVENT\n", ""), "wasn't closed"),
        (BROKEN["the UID in a group"].replace("END:VCALENDAR\n", ""), "wasn't closed"),
        (BROKEN["the UID in a group"].replace("20261201T100000", "first of December"), "DTSTART has no value"),
        (BROKEN["the UID in a group"].replace("FREQ=WEEKLY", "FREQ=OFTEN"), "RRULE has no value"),
        (WHOLE.replace("UID:", "X-UID:"), "UID"),
        ("BEGIN:VNOTE\nBODY:x\nEND:VNOTE", "no event"),
        ("", "no event"),
    ],
)
def test_what_all_refuse_is_refused_with_the_reason(broken: str, reason: str) -> None:
    found = readable(broken.encode())
    assert (found.reader, found.text) == (Reader.NONE, broken.encode())
    assert found.note.startswith("no reader: ")
    assert reason in found.note


def test_a_broken_line_that_nothing_depends_on_is_left_out() -> None:
    text = BROKEN["the UID in a group"].replace("SEQUENCE:2", "PRIORITY:high\nSEQUENCE:two\nnot a line")
    found = readable(text.encode())
    assert found.reader is Reader.VOBJECT
    assert b"PRIORITY" not in found.text
    assert b"SEQUENCE" not in found.text


def event(body: bytes) -> bytes:
    return b"BEGIN:VEVENT\r\nev.UID:1\r\n" + body + b"\r\nEND:VEVENT\r\n"


@pytest.mark.parametrize(
    "text",
    [
        event(b" " * MAX_BYTES),
        event(b"X:1\r\n" * (MAX_LINES + 1)),
        event(b"X:" + b"1" * 70_000),
        b"BEGIN:VEVENT\r\n" * 9 + b"END:VEVENT\r\n" * 9,
        event(b"") * 1_001,
        event(b"X;QUOTED-PRINTABLE:" + b"=\r\n" * 40_000),
    ],
)
def test_vobject_never_sees_what_is_beyond_the_bounds(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vobject.base.readOne", lambda *_, **__: pytest.fail("vobject saw it"))
    with pytest.raises(TooLarge):
        read_leniently(text)


@pytest.mark.parametrize(
    "line",
    [
        "X;A" + "," * 60_000,  # without the colon: vobject's expression tries every way to split the commas
        "X;A" + "," * 40 + '!":1',
        "X" + ";A" * 30_000 + "!",
        'X;A="' + "," * 60_000,
        "a." * 30_000,
    ],
)
def test_a_line_on_which_vobject_would_never_end_is_dropped(line: str) -> None:
    assert logical_lines(f"{line}\r\nUID:1\r\n") == logical_lines("UID:1\r\n")
    assert read_message(read_leniently(event(line.encode()))).uid == "1"


def test_a_stranger_adds_no_zone_to_the_process() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Stranger/Zone\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\n"
    zone += "TZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
    text = (
        BROKEN["the UID in a group"].replace("Europe/Berlin", "Stranger/Zone").replace("BEGIN:VEV", f"{zone}BEGIN:VEV")
    )
    found = readable(text.encode())
    assert found.reader is Reader.VOBJECT
    assert b"TZID:Stranger/Zone\r\n" in found.text
    assert tzp.timezone("Stranger/Zone") is None


@given(
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 20), st.binary(max_size=8)), max_size=4),
    st.sampled_from(sorted(BROKEN)),
)
def test_whatever_comes_is_read_or_refused(wounds: list[tuple[int, int, bytes]], name: str) -> None:
    text = BROKEN[name].encode()
    for place, gone, put in wounds:
        text = text[:place] + put + text[place + gone :]
    found = readable(text)
    assert (found.reader is Reader.NONE) == bool(found.refusal)
    if found.reader is not Reader.NONE:
        assert read_message(found.text).uid


@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises((InvalidCalendarData, TooLarge)):
        read_leniently(noise)
