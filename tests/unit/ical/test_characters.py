"""The characters of a calendar text: RFC 5545 §3.1, XML 1.0 §2.2, RFC 3629."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from televent.adapters.caldav.webdav.text import escape_bytes
from televent.ical.itip.normalise import decoded
from televent.ical.itip.normalise import mended as mended_mail
from televent.ical.text.characters import (
    check_characters,
    clean,
    mended,
    servable,
    whole_text,
    with_whole_characters,
)
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.lines import compose, unfold
from televent.ical.text.values import escape

ODD = st.text(st.sampled_from("\x00\x08\x0b\r\n\t \x7f\x85é€\ufeff\ufffe\uffff\U0001f4c5a:"), max_size=20)
BYTES = st.one_of(st.binary(max_size=40), ODD.map(str.encode), ODD.map(lambda text: text.encode("utf-16")))


def accepted(data: bytes) -> bool:
    try:
        check_characters(data)
    except InvalidCalendarData:
        return False
    return True


@given(BYTES)
def test_what_is_accepted_is_one_text_as_bytes_and_in_xml(data: bytes) -> None:
    assert accepted(data) == (mended(data) is data)
    assert accepted(mended(data))
    served = servable(data)
    assert served is data or not accepted(data)
    in_xml = etree.fromstring(f"<a>{escape_bytes(data)}</a>".encode()).text or ""
    assert in_xml.encode() == served


@given(BYTES)
def test_a_mended_text_is_accepted(data: bytes) -> None:
    text = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:a" + data + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    assert accepted(mended_mail(text))
    check_characters(clean(whole_text(data)).replace("\r", "").encode())


@given(st.text())
def test_what_the_server_writes_is_accepted(text: str) -> None:
    check_characters(compose("SUMMARY", [("CN", [text])], escape(text)))
    check_characters(compose("X-RAW", (), text))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"A:1\r\nB:\xe9\r\n", "line 2 is not valid UTF-8"),
        (b"A:1\nB:2\nC:\x01", "line 3 has the character U+0001"),
        (b"A:1\rB:2\r\n", "line 1 has the character U+000D"),
        (b"A:1\r\r\r\n", "line 1 has the character U+000D"),
        ("A:\uffff".encode(), "line 1 has the character U+FFFF"),
    ],
)
def test_the_line_is_named(data: bytes, said: str) -> None:
    with pytest.raises(InvalidCalendarData, match=said.replace("+", r"\+")):
        check_characters(data)


@pytest.mark.parametrize("data", [b"", b"A\r\nB\nC\r\r\nD\r", b"\tA", "\u0080\ufffd\ufdd0".encode(), b"\xef\xbb\xbfA"])
def test_the_rest_is_kept(data: bytes) -> None:
    check_characters(data)


@given(st.text(st.sampled_from("aé€\U0001f4c5"), max_size=12), st.integers(1, 5), st.sampled_from([b"\r\n ", b"\n\t"]))
def test_folds_at_any_byte_are_moved_before_the_character(text: str, width: int, fold: bytes) -> None:
    line = f"SUMMARY:{text}".encode()
    folded = fold.join(line[at : at + width] for at in range(0, len(line), width)) + fold[:-1]
    whole = with_whole_characters(folded)
    check_characters(whole)
    assert unfold(whole) == line
    assert whole.count(b"\n") == folded.count(b"\n")
    assert decoded(folded).replace("\r\n ", "").replace("\n\t", "").rstrip() == line.decode()


def test_the_search_for_split_characters_takes_time_in_proportion() -> None:
    for hostile in (b"\xe2" * 300_000, b"\xe2\r\n " * 200_000, b"\xe2" + b"\r\n " * 300_000, b"\xf0\x9f\n " * 200_000):
        assert len(with_whole_characters(hostile)) == len(hostile)
