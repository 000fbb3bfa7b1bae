"""Checks a mail with an iTIP message: Gmail, Outlook and iCloud must recognise it."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

KINDS = ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics"]
# RFC 6638 section 7: only between a client and its server. VALARM: alarms are each person's own.
NEVER_SENT = ("televent.internal", "SCHEDULE-STATUS", "SCHEDULE-AGENT", "SCHEDULE-FORCE-SEND", "VALARM")


@dataclass
class ItipMail:
    """The parts of such a mail that the tour checks."""

    mail: EmailMessage
    words: str
    lines: list[str]
    """Content lines of the iTIP message, unfolded."""

    def value(self, name: str) -> str:
        """The value of the one line of that name."""
        (found,) = [line for line in self.lines if re.match(rf"{name}[;:]", line)]
        return re.sub(r"^(?:[^\":]|\"[^\"]*\")*:", "", found)

    def sequence(self) -> int:
        """The SEQUENCE; zero where there is none (RFC 5545 section 3.8.7.4)."""
        return int(self.value("SEQUENCE")) if any(line.startswith("SEQUENCE") for line in self.lines) else 0


def read_itip_mail(raw: bytes, method: str, recipient: str) -> ItipMail:
    """The mail. Asserts multipart/mixed [ multipart/alternative [ plain, html, calendar ], invite.ics ]."""
    mail = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert [part.get_content_type() for part in mail.walk()] == KINDS
    _, alternative, plain, _, calendar, attached = mail.walk()
    assert list(mail.iter_parts()) == [alternative, attached]
    assert mail["To"].addresses[0].addr_spec == recipient
    assert mail["Auto-Submitted"] == "auto-generated"
    assert len(mail.get_all("Message-ID", [])) == 1
    content = calendar.get_payload(decode=True)
    assert isinstance(content, bytes)
    # RFC 6047 section 2.4: the parameter is the same as METHOD in the body.
    assert str(calendar.get_param("method")).upper() == method
    assert calendar["Content-Transfer-Encoding"] == attached["Content-Transfer-Encoding"] == "base64"
    assert calendar["Content-Disposition"] is None
    assert attached.get_filename() == "invite.ics"
    assert attached.get_payload(decode=True) == content
    lines = check_lines(content)
    for forbidden in NEVER_SENT:
        assert forbidden not in "\n".join(lines)
        assert forbidden.encode() not in raw
    found = ItipMail(mail, plain.get_content(), lines)
    assert found.value("METHOD") == method
    assert found.value("ORGANIZER").lower() != f"mailto:{recipient}"
    assert attendee_line("\n".join(lines), recipient)
    return found


def check_lines(content: bytes) -> list[str]:
    """The unfolded lines. Asserts CRLF, at most 75 bytes in a line, and no empty line (RFC 5545 section 3.1)."""
    assert content.endswith(b"\r\n")
    folded = content.removesuffix(b"\r\n").split(b"\r\n")
    for line in folded:
        assert line
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()  # no fold inside a character
    return content.decode().replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")[:-1]


def attendee_line(text: str, address: str) -> str:
    """The unfolded ATTENDEE line of that address; "" where there is none."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    return next((line for line in lines if line.startswith("ATTENDEE") and address in line), "")
