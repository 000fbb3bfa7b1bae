"""Repairs of incorrect iTIP messages: SPEC B3, B4. The order of two messages: RFC 5546 §2.1.5."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from meeting_texts import ANN, BOB, at, attendee, calendar, event

from televent.ical.itip.message import read_message
from televent.ical.itip.normalise import MAX_COMPONENTS, MAX_MESSAGE, mended
from televent.ical.itip.people import attendees_of, organizer_of
from televent.ical.itip.precedence import Mark, Verdict, judge, ledger, rows
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import parse

PLAIN = calendar(event(people=(attendee(BOB),)), method="REQUEST")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(b"\r\n", b"\r"),
        PLAIN.replace(b"\r\n", b"\r\r\n"),
        PLAIN.replace(b"UID:weekly@", b"UID: weekly\r\r\r\n @"),
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.replace(b"END:VCALENDAR\r\n", b""),
        PLAIN.replace(b"SUMMARY:", b"DTEND:nonsense\r\nSUMMARY:"),
        b"junk before\r\n" + PLAIN + b"junk after\r\n" + PLAIN,
        PLAIN.replace(b"UID:weekly@", b"UID:weekly\r\n@"),
    ],
)
def test_bad_lines_do_not_lose_the_good_ones(text: bytes) -> None:
    message = read_message(text)
    assert (message.method, message.uid, message.organizer) == ("REQUEST", "weekly@example.com", ANN)
    assert message.parts.master is not None
    assert list(attendees_of(message.parts.master)) == [BOB]


@pytest.mark.parametrize("text", [b"", b"hello", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n", b"END:VCALENDAR"])
def test_what_is_no_message_is_refused(text: bytes) -> None:
    with pytest.raises(IcalError):
        read_message(text)


def test_a_message_that_is_too_large_is_refused() -> None:
    with pytest.raises(IcalError):
        read_message(PLAIN + b" " * MAX_MESSAGE)
    with pytest.raises(IcalError):
        read_message(calendar(*["BEGIN:VEVENT\nUID:a\nEND:VEVENT\n"] * (MAX_COMPONENTS + 1)))


def test_the_body_names_the_method_before_the_mail_does() -> None:
    assert read_message(PLAIN, method="CANCEL").method == "REQUEST"
    bare = PLAIN.replace(b"METHOD:REQUEST\r\n", b"")
    assert read_message(bare, method="cancel").method == "CANCEL"
    assert read_message(bare).method == "PUBLISH"


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "x-no-such-charset", None])
def test_any_charset_is_read(charset: str | None) -> None:
    text = PLAIN.replace(b"Team Sync", "Büro".encode("iso-8859-1"))
    master = read_message(text, charset=charset).parts.master
    assert master is not None
    assert master.value("SUMMARY") == "Büro"


@pytest.mark.parametrize(
    "line",
    [
        "ORGANIZER;SENT-BY=mailto:eve@example.com:mailto:ann@example.com",
        "ORGANIZER:MAILTO:mailto: Ann@Example.com",
        "ORGANIZER;EMAIL=ann@example.com:/principals/users/7/",
        "ORGANIZER;;CN=Ann;:mailto:ann@example.com",
        'ORGANIZER;CN="Ann:mailto:ann@example.com',
    ],
)
def test_an_address_is_found_however_it_is_written(line: str) -> None:
    text = PLAIN.replace(b'ORGANIZER;CN="Ann":mailto:ann@example.com', line.encode())
    master = read_message(text).parts.master
    assert master is not None
    assert organizer_of(master) == ANN


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(noise: bytes) -> None:
    for text in (noise, PLAIN[:120] + noise + PLAIN[120:]):
        try:
            written = mended(text)
        except IcalError:
            continue
        assert parse(written).name == "VCALENDAR"
        assert all(len(row) <= 75 for row in written.split(b"\r\n"))


@pytest.mark.parametrize(
    ("sequence", "hour", "verdict"),
    [
        (3, 1, Verdict.NEWER),
        (2, 9, Verdict.NEWER),
        (2, 8, Verdict.SAME),
        (2, 7, Verdict.STALE),
        (1, 9, Verdict.STALE),
    ],
)
def test_sequence_counts_before_dtstamp(sequence: int, hour: int, verdict: Verdict) -> None:
    assert judge(Mark(2, at(1, 8)), sequence, at(1, hour)) is verdict


def test_after_a_cancellation_a_later_message_is_enough() -> None:
    assert judge(Mark(2, at(1, 8), cancelled=True), 1, at(1, 9)) is Verdict.NEWER
    assert judge(Mark(2, at(1, 8), cancelled=True), 1, at(1, 7)) is Verdict.STALE
    assert judge(None, 0, None) is Verdict.NEWER


def test_a_ledger_is_kept_as_rows() -> None:
    kept = ((ANN, None, 1, at(1, 8)), (ANN, "20261130T090000Z", 2, at(1, 9)))
    assert rows(ledger(kept)) == kept
