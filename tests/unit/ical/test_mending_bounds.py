"""A calendar text of a stranger is bounded by its lines, before a reader sees it."""

import pytest

from televent.ical.itip.normalise import mended
from televent.ical.mending import readers
from televent.ical.mending.readers import MAX_FOLDS, MAX_LINES, Reader, readable
from televent.ical.objects.validity import Limits

HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\n"
END = b"DTSTAMP:20261121T120000Z\r\nDTSTART:20261201T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    "filling",
    [
        b"X:\r\n" * MAX_LINES,
        b"X:\n" * MAX_LINES,
        b"X:\r" * MAX_LINES,
        b"\r\n" * MAX_LINES,
        b"BEGIN:V\r\nEND:V\r\n" * (MAX_LINES // 2),
        b"X:" + b"\r\n y" * (MAX_FOLDS + 1) + b"\r\n",
    ],
)
def test_no_reader_sees_a_text_of_too_many_lines(monkeypatch: pytest.MonkeyPatch, filling: bytes) -> None:
    def seen(*given: object, **named: object) -> None:
        raise AssertionError("a reader saw it")

    for name in ("read_message", "read_leniently", "translated"):
        monkeypatch.setattr(readers, name, seen)
    found = readable(HEAD + filling + END)
    assert (found.reader, found.message) == (Reader.NONE, None)
    assert f"{MAX_LINES} lines" in found.note


def test_as_many_lines_and_folds_as_allowed_are_read() -> None:
    room = MAX_LINES - (HEAD + END).count(b"\n") - 2
    found = readable(HEAD + b"X:\r\n" * room + b"X:" + b"\r\n y" * MAX_FOLDS + b"\r\n" + END)
    assert found.message is not None


def test_no_more_attendees_than_an_event_may_have() -> None:
    most = Limits().attendees
    people = [b"ATTENDEE:mailto:a%d@example.net\r\n" % number for number in range(most + 1)]
    assert readable(HEAD + b"".join(people[:most]) + END).message is not None
    found = readable(HEAD + b"".join(people) + END)
    assert (found.message, found.note) == (None, f"no reader: more than {most} attendees")


def test_a_long_line_is_folded_between_characters() -> None:
    text = "DESCRIPTION:" + "日ö x" * 20_000
    out = mended(HEAD + text.encode() + b"\r\n" + END)
    assert max(len(line) for line in out.split(b"\r\n")) == 75
    assert text.encode() in out.replace(b"\r\n ", b"")
    out.decode()
    for line in out.split(b"\r\n"):
        line.decode()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('X;A="a:b";C=d:e', True),
        ('X;A="a:b:c', True),
        ("X;A=b", False),
        (':"', True),
    ],
)
def test_the_value_begins_after_the_first_colon_outside_quotes(line: str, kept: bool) -> None:
    out = mended(HEAD + line.encode() + b"\r\n" + END)
    assert (b"X;A" in out or b':"' in out) is kept
