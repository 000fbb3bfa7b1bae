"""The shape of a mail with an invitation: RFC 6047 §2.4, RFC 2045, imip/SPEC A1 and A2."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from televent.adapters.email.outgoing.mime import Mail, Mailbox, calendar_mail, message_id

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\n"
    "BEGIN:VEVENT\r\nSUMMARY:Möte ☕\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()


def mail(**fields: object) -> Mail:
    given: dict[str, object] = {
        "sender": Mailbox("Ann via Televent", "noreply@televent.app"),
        "recipient": Mailbox("Zed", "zed@example.net"),
        "reply_to": Mailbox("Ann", "ann@example.com"),
        "subject": "Invitation: Möte",
        "date": datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
        "message_id": "first@televent.app",
        "plain": "Möte\n" + "long " * 300 + "\n",
        "html": "<p>Möte</p>\n",
    }
    return Mail(**{**given, **fields})  # type: ignore[arg-type]


def sent(raw: bytes) -> EmailMessage:
    """The mail as its recipient parses it."""
    parsed = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_calendar_is_the_last_alternative_and_once_more_attached() -> None:
    message = sent(calendar_mail(mail(), "REQUEST", CALENDAR))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    *_, calendar, attached = message.walk()
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("REQUEST", "utf-8")
    assert (calendar.get_content_disposition(), attached.get_content_disposition()) == (None, "attachment")
    assert (attached.get_filename(), attached.get_param("name")) == ("invite.ics", "invite.ics")


def test_both_calendar_parts_are_the_bytes_that_were_given() -> None:
    *_, calendar, attached = sent(calendar_mail(mail(), "REQUEST", CALENDAR)).walk()
    assert calendar["Content-Transfer-Encoding"] == attached["Content-Transfer-Encoding"] == "base64"
    assert calendar.get_payload(decode=True) == attached.get_payload(decode=True) == CALENDAR


def test_every_line_is_ascii_of_at_most_78_bytes_and_ends_in_crlf() -> None:
    raw = calendar_mail(mail(), "REQUEST", CALENDAR)
    raw.decode("ascii")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


def test_headers_say_who_what_and_that_a_machine_sent_it() -> None:
    message = sent(calendar_mail(mail(in_reply_to="zero@televent.app"), "REQUEST", CALENDAR))
    assert message["From"] == "Ann via Televent <noreply@televent.app>"
    assert message["Reply-To"] == "Ann <ann@example.com>"
    assert message["Message-ID"] == "<first@televent.app>"
    assert (message["In-Reply-To"], message["References"]) == ("<zero@televent.app>", "<zero@televent.app>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Sender"] is None
    assert sum(name == "MIME-Version" for part in message.walk() for name in part) == 1


def test_a_mail_made_again_is_the_same_mail() -> None:
    assert message_id("televent.app", "ann", 1) == message_id("televent.app", "ann", 1)
    assert message_id("televent.app", "ann", 1) != message_id("televent.app", "ann", 2)
    assert message_id("televent.app", "ann", 1).endswith("@televent.app")


def test_the_ids_of_another_servers_attachments_do_not_come_in() -> None:
    from televent.adapters.email.incoming.find import calendar_part
    from televent.adapters.email.reading.parts import parse_mail

    line = b"ATTACH;MANA\r\n GED-ID=1d;FILENAME=x.txt:https://elsewhere.example/1d\r\n"
    whole = CALENDAR.replace(b"END:VEVENT", b"UID:1@example.com\r\nEND:VEVENT")
    named = whole.replace(b"END:VEVENT", line + b"END:VEVENT")
    for given, wanted in ((named, b"ATTACH;FILENAME=x.txt:https://elsewhere.example/1d\r\n"), (whole, b"SUMMARY")):
        part = calendar_part(parse_mail(calendar_mail(mail(), "REQUEST", given)))
        assert part is not None
        assert part.message is not None
        assert wanted in part.message.text.raw
        assert b"MANAGED-ID" not in part.message.text.raw
