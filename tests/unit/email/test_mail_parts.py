"""The parts and fields of a mail: RFC 2045, RFC 2046 §5.1, RFC 2231, RFC 5322 §2.2."""

import base64

import pytest

from televent.adapters.email.incoming.find import calendar_part
from televent.adapters.email.reading.parameters import parsed
from televent.adapters.email.reading.parts import parse_mail
from televent.ical.text.charsets import known

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\n"
CALENDAR += "DTSTAMP:20261121T120000Z\r\nDTSTART:20261201T100000Z\r\nSUMMARY:Möte\r\n".encode()
CALENDAR += b"END:VEVENT\r\nEND:VCALENDAR\r\n"


def leaves(*lines: str, end: str = "\r\n") -> list[tuple[str, bytes]]:
    mail = parse_mail(end.join(lines).encode())
    return [(part.type, part.content()) for part in mail.walk() if not part.parts]


def test_parts_end_before_the_line_break_of_the_next_delimiter() -> None:
    for end in ("\r\n", "\n"):
        found = leaves(
            "Content-Type: multipart/mixed; boundary=b",
            *("", "preamble", "--b", "", "one", "--b  ", "Content-Type: text/html", "", "two", "", "--b--", "epilogue"),
            end=end,
        )
        assert found == [("text/plain", b"one"), ("text/html", b"two" + end.encode())]


def test_a_delimiter_of_an_outer_part_ends_the_inner_ones() -> None:
    head = ("Content-Type: multipart/mixed; boundary=out", "", "--out")
    inner = ("Content-Type: multipart/alternative; boundary=in", "", "--in", "", "one")
    assert leaves(*head, *inner, "--out", "", "two", "--in", "", "--out--") == [
        ("text/plain", b"one"),
        ("text/plain", b"two\r\n--in\r\n"),
    ]


@pytest.mark.parametrize("line", ["--bb", "--b x", "-- b", "--b-", "--b---", " --b", "x--b", "--B"])
def test_a_line_that_only_resembles_a_delimiter_is_content(line: str) -> None:
    found = leaves("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", line, "two", "--b--")
    assert found == [("text/plain", f"one\r\n{line}\r\ntwo".encode())]


def test_a_delimiter_with_a_colon_is_no_field() -> None:
    found = leaves('Content-Type: multipart/mixed; boundary="a:b"', "", "--a:b", "X: y", "--a:b", "", "two")
    assert found == [("text/plain", b""), ("text/plain", b"two")]


def test_one_boundary_at_two_levels_belongs_to_the_outer_one() -> None:
    head = "Content-Type: multipart/mixed; boundary=b"
    assert leaves(head, "", "--b", head, "", "--b", "", "two", "--b--", "x") == [
        ("multipart/mixed", b""),
        ("text/plain", b"two"),
    ]


def test_parts_without_a_blank_line_or_an_end() -> None:
    head = "Content-Type: multipart/mixed; boundary=b"
    assert leaves(head, "--b", "--b", "just text", "--b", "Content-Type: text/html") == [
        ("text/plain", b""),
        ("text/plain", b"just text"),
        ("text/html", b""),
    ]
    assert leaves(head.replace("=b", "="), "", "--", "", "x") == [("multipart/mixed", b"--\r\n\r\nx")]
    assert leaves("") == [("text/plain", b"")]


def test_only_a_line_feed_ends_a_field() -> None:
    """The email package ends a line at a bare CR too: a field that no mail server saw."""
    mail = parse_mail(b"X: y\rFrom: ann@example.com\r\nFROM : zed\r\n\t@example.net\nSender:\r\n\r\nFrom: body\r\n")
    assert list(mail.raw_items()) == [("from", " zed\r\n\t@example.net"), ("sender", "\r")]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("text/calendar; method=REQUEST", ("text/calendar", {"method": "REQUEST"})),
        ('TEXT / Calendar ;\r\n\tMETHOD = "RE\\QUEST" ; x', ("text/calendar", {"method": "REQUEST"})),
        ("text/plain (a; b=c (d)); charset=utf-8 (e)", ("text/plain", {"charset": "utf-8"})),
        ('a/b; name="a;b\\"c (d)"; x=(e)f', ("a/b", {"name": 'a;b"c (d)', "x": "f"})),
        ("a/b; name=(never ends", ("a/b", {"name": "(never ends"})),
        ("a/b; name=my file.ics; name=other", ("a/b", {"name": "my file.ics"})),
        ("attachment; filename*=utf-8''%D0%BF.ics; filename=p.ics", ("attachment", {"filename": "п.ics"})),
        ("a/b; name*1*=%62; name*0*=iso-8859-1'sv'%E5; name*2=\"c\"", ("a/b", {"name": "åbc"})),
        ("a/b; name*0=a; name*2=c", ("a/b", {"name": "a"})),
        ("a/b; name*=punycode''a-b", ("a/b", {"name": "a-b"})),
        ('a/b; name="never ends; x=y', ("a/b", {"name": "never ends; x=y"})),
        ("a/b; =; ;; x*=; x", ("a/b", {"x": ""})),
        ("", ("", {})),
        (";;;=", ("", {})),
    ],
)
def test_values_with_parameters(value: str, wanted: tuple[str, dict[str, str]]) -> None:
    assert parsed(value) == wanted


@pytest.mark.parametrize("name", ["=?utf-8?b?0L8uaWNz?=", "=?utf-8?q?=D0=BF?= =?utf-8?q?=2Eics?="])
def test_encoded_file_names(name: str) -> None:
    mail = parse_mail(f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'.encode())
    assert mail.filename == "п.ics"


@pytest.mark.parametrize("kind", ["x", "/", "text/", ""])
def test_a_type_that_is_none_is_plain_text(kind: str) -> None:
    assert parse_mail(f"Content-Type: {kind}\r\n\r\n".encode()).type == "text/plain"


def test_a_digest_holds_messages() -> None:
    assert leaves("Content-Type: multipart/digest; boundary=b", "", "--b", "", "x", "--b", "Content-Type: a/b", "") == [
        ("message/rfc822", b"x"),
        ("a/b", b""),
    ]


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        *(("UTF-8", "utf-8"), ("us-ascii", "ascii"), ("iso-8859-1", "iso8859-1"), ("windows-1252", "cp1252")),
        *(("koi8-r", "koi8-r"), ("Shift_JIS", "shift_jis"), ("gb2312", "gb2312"), ("iso-2022-jp", "iso2022_jp")),
        *((name, None) for name in ("punycode", "idna", "unicode_escape", "undefined", "zlib", "hex", "a\0b", "")),
        *((name, None) for name in ("rot13", "x" * 9000, "iso-8859-99", "mbcs", "raw_unicode_escape")),
    ],
)
def test_only_charsets_are_decoded(charset: str, codec: str | None) -> None:
    assert known(charset) == codec


WIDE = CALENDAR.decode().encode("utf-16")
ENCODED = base64.encodebytes(CALENDAR)


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (b"base64", ENCODED),
        (b"BASE64 (c)", ENCODED.replace(b"\n", b"\r\n")),
        (b"base64", ENCODED.rstrip(b"=\n")[:-1] + b"!"),
        (b"base64", ENCODED + b"trailing text?"),
        (b"quoted-printable", CALENDAR.replace(b"=", b"=3D").replace(b"METHOD", b"MET=\r\nHOD")),
        (b"8bit", CALENDAR),
        (b"unknown", CALENDAR),
        (b"8bit\r\nContent-Type: text/calendar; charset=iso-8859-1", CALENDAR.decode().encode("latin-1")),
        (
            b"base64\r\nContent-Type: text/calendar; charset=utf-16",
            base64.encodebytes(CALENDAR.decode().encode("utf-16")),
        ),
        (b'8bit\r\nContent-Type: text/calendar; charset="a\0b"', CALENDAR),
    ],
)
def test_a_calendar_is_read_in_whatever_encoding(head: bytes, content: bytes) -> None:
    kind = b"" if b"Content-Type" in head else b"Content-Type: text/calendar\r\n"
    found = calendar_part(parse_mail(kind + b"Content-Transfer-Encoding: " + head + b"\r\n\r\n" + content))
    assert found is not None
    assert found.message is not None
    assert found.message.uid == "1@example.com"


def test_the_first_part_of_a_large_calendar_is_enough_to_choose_it() -> None:
    text = CALENDAR.decode().replace("Möte", "日本" * 4000)
    for charset in ("utf-16", "shift_jis", "utf-8"):
        encoded = base64.encodebytes(text.encode(charset))
        head = f"Content-Type: text/calendar; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        found = calendar_part(parse_mail(head.encode() + encoded))
        assert found is not None, charset
        assert found.message is not None, charset


def test_the_level_of_a_part_counts_the_mail_itself() -> None:
    mail = parse_mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--")
    assert [part.level for part in mail.walk()] == [1, 2]
