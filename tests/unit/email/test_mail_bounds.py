"""Hostile structure: how much of a mail is looked at before it is refused. Counted, not timed (ADR 31)."""

import pytest

from televent.adapters.email.incoming import find
from televent.adapters.email.incoming.bounces import MAX_SEARCHED, bounced_token, reports_failure
from televent.adapters.email.incoming.find import MAX_CALENDAR, MAX_CANDIDATES, calendar_part
from televent.adapters.email.reading import bounds
from televent.adapters.email.reading.bounds import BeyondBounds
from televent.adapters.email.reading.parts import Part, parse_mail

FROM = b"From: zed@example.net\r\n"
MULTIPART = FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\n"
CALENDAR += b"DTSTAMP:20261121T120000Z\r\nDTSTART:20261201T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def nested(levels: int) -> bytes:
    return FROM + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each) for each in range(levels)
    )


def refused(raw: bytes) -> str:
    """The reply that refuses this mail."""
    with pytest.raises(BeyondBounds) as found:
        parse_mail(raw)
    return found.value.reply


def parts(raw: bytes) -> list[Part]:
    return list(parse_mail(raw).walk())


@pytest.mark.parametrize(
    ("raw", "reply"),
    [
        (b"Content-Disposition: attachment; filename=" + (b"(" * 400 + b"\r\n ") * 11_700 + b"\r\n\r\n", "552 5.3.4"),
        (b"Received: from a by b\r\n" * 100_000 + b"\r\n", "552 5.3.4"),
        (b"References: " + b"<a@example.net>\r\n " * 50_000 + b"\r\n\r\n", "552 5.3.4"),
        (b"From: " + b"zed@example.net, " * 200_000 + b"\r\n\r\n", "552 5.3.4"),
        (FROM + b"X: \r" * 100_000 + b"\r\n\r\n", "552 5.3.4"),
        (MULTIPART + b"--b\r\nX: " + b"x" * bounds.MAX_PART_HEAD + b"\r\n\r\n", "552 5.3.4"),
        (b"Received: from a by b\r\n" * (bounds.MAX_RECEIVED + 1) + b"\r\n", "554 5.4.6"),
        (b"From: " + b"zed@example.net, " * 300 + b"\r\n\r\n", "554 5.6.0"),
        (b"From: zed@example.net\r\n" * 300 + b"\r\n", "554 5.6.0"),
        (b"From: " + b"(" * 100 + b"zed@example.net\r\n\r\n", "554 5.6.0"),
        (b"Authentication-Results: x" + b"; dkim=pass header.d=x" * 20_000 + b"\r\n\r\n", "552 5.3.4"),
        (FROM + b"Content-Type: a/b" + b"".join(b";name*%d*=x" % n for n in range(500)) + b"\r\n\r\n", "554 5.6.0"),
        (MULTIPART + b"--b\r\nContent-Disposition: x; filename=" + b"=?utf-8?q?x?= " * 300 + b"\r\n\r\n", "554 5.6.0"),
        (MULTIPART + b"--b\r\nContent-Type: a/b; name=%b\r\n\r\n" % (b"x" * 3000) * 30, "554 5.6.0"),
        (MULTIPART + b"--b\r\n\r\n\r\n" * 300_000, "554 5.6.0"),
        (MULTIPART + b"--b\r\nContent-Type: text/calendar\r\n\r\n" * 10_000, "554 5.6.0"),
        (MULTIPART + b"--b\r\n\r\n" + b"--\r\n" * (bounds.MAX_DASHED + 1), "554 5.6.0"),
        (nested(1000), "554 5.6.0"),
    ],
)
def test_what_is_beyond_a_bound_is_refused_with_its_code(raw: bytes, reply: str) -> None:
    assert refused(raw).startswith(reply)


def test_as_many_parts_as_allowed_are_read() -> None:
    each = b"--b\r\n\r\nx\r\n"
    assert len(parts(MULTIPART + each * (bounds.MAX_PARTS - 1))) == bounds.MAX_PARTS
    assert refused(MULTIPART + each * bounds.MAX_PARTS) == f"554 5.6.0 More than {bounds.MAX_PARTS} parts"
    assert len(parts(nested(bounds.MAX_DEPTH - 1))) == bounds.MAX_DEPTH


class Looked(bytes):
    """A mail that counts the bytes in which a delimiter was looked for."""

    looked = 0

    def find(self, sub: bytes, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().find(sub, start, len(self) if end is None else end)
        type(self).looked += (len(self) if found == -1 and end is None else max(found, start)) - start
        return found


@pytest.mark.parametrize("levels", [1, 10, bounds.MAX_DEPTH - 1])
def test_a_mail_is_searched_once_however_deep_its_parts_are(levels: int) -> None:
    Looked.looked = 0
    mail = Looked(nested(levels) + b"\r\n" + b"x" * 70_000 + b"\r\n--b0--\r\n" + b"y" * 70_000)
    parse_mail(mail)
    assert 0 < Looked.looked <= len(mail)


def test_only_the_start_of_a_few_parts_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []

    def counted(part: Part, most: int | None = None) -> bytes:
        decoded.append(min(part.size, most if most is not None else part.size))
        return b"no calendar"

    monkeypatch.setattr(Part, "content", counted)
    mail = MULTIPART + b"--b\r\nContent-Type: text/calendar\r\n\r\n" * 200 + b"x" * 3_000_000
    assert calendar_part(parse_mail(mail)) is None
    assert len(decoded) == MAX_CANDIDATES
    assert max(decoded) <= find.SEARCHED


def test_a_calendar_that_is_too_large_is_named() -> None:
    large = FROM + b"Content-Type: text/calendar\r\n\r\n" + CALENDAR + b"X:y\r\n" * (MAX_CALENDAR // 5)
    for raw in (large, large.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", 1) * 4):
        found = calendar_part(parse_mail(raw))
        assert found is not None
        assert found.message is None
        assert found.note == f"it has more than {MAX_CALENDAR} bytes"


def test_a_report_is_searched_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    content = Part.content

    def counted(part: Part, most: int | None = None) -> bytes:
        taken.append(len(found := content(part, most)))
        return found

    monkeypatch.setattr(Part, "content", counted)
    head = FROM + b"Content-Type: multipart/report; boundary=b\r\n\r\n"
    for kind in (b"message/delivery-status", b"text/rfc822-headers", b"text/calendar"):
        mail = parse_mail(head + (b"--b\r\nContent-Type: %b\r\n\r\n" % kind + b"rsvp+" * 30_000 + b"\r\n") * 20)
        taken.clear()
        assert (reports_failure(mail), bounced_token(mail, "televent.app")) == (False, None)
        assert sum(taken) <= MAX_SEARCHED


def test_enclosed_messages_are_opened_in_reports_alone_and_not_for_ever() -> None:
    chain = b"Content-Type: message/rfc822\r\n\r\n" * 100_000
    assert len(parts(FROM + chain)) == 1
    assert len(list(parse_mail(FROM + chain, returned=True).walk())) == bounds.MAX_DEPTH
