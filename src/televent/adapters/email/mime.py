"""Builds mails: an iTIP message in the form that Gmail, Outlook and iCloud recognise (RFC 6047 §2, §4), or plain text.

The form is multipart/mixed [ multipart/alternative [ text/plain, text/html, text/calendar; method=… ], invite.ics ].
The calendar is the last alternative, which a calendar client prefers (RFC 2046 §5.1.4). Some clients read only
attachments, so the same bytes are attached as well.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

# The default policy of the email package turns CRLF into bare LF inside a base64 calendar part; Outlook then shows no
# buttons.
POLICY = SMTP


@dataclass(frozen=True, slots=True)
class Mail:
    """The headers and texts of a mail. ``message_id`` and ``in_reply_to`` are without angle brackets."""

    sender: Address
    recipient: Address
    reply_to: Address | None
    subject: str
    date: datetime
    message_id: str
    plain: str
    html: str
    in_reply_to: str | None = None
    correlation_id: str | None = None


def calendar_mail(mail: Mail, method: str, calendar: bytes) -> EmailMessage:
    """A mail with an iTIP message; ``method`` must equal METHOD in ``calendar`` (RFC 6047 §2.4)."""
    message = EmailMessage(policy=POLICY)
    _headers(message, mail)
    message.make_mixed()
    alternative = EmailMessage(policy=POLICY)
    # A relay may recode an 8bit part, but not a quoted-printable one.
    alternative.set_content(mail.plain, cte="quoted-printable")
    alternative.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    alternative.add_alternative(calendar.decode(), subtype="calendar", cte="base64", params={"method": method})
    message.attach(alternative)
    message.add_attachment(
        calendar, maintype="application", subtype="ics", filename="invite.ics", params={"name": "invite.ics"}
    )
    # RFC 2045 §4 wants MIME-Version once, at the top. The email package adds it to inner parts, and not at the top.
    for part in message.walk():
        del part["MIME-Version"]
    message["MIME-Version"] = "1.0"
    return message


def plain_mail(mail: Mail) -> EmailMessage:
    """A mail with text and HTML only."""
    message = EmailMessage(policy=POLICY)
    _headers(message, mail)
    message.set_content(mail.plain, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def message_id(domain: str, *parts: object) -> str:
    """A Message-ID derived from ``parts``: the same mail sent again has the same id. Without angle brackets."""
    digest = hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:32]
    return f"{digest}@{domain}"


def address(display_name: str | None, addr_spec: str) -> Address:
    """A header address; white space and length of the display name cannot break the header."""
    name = " ".join((display_name or "").split())[:128]
    local, _, domain = addr_spec.rpartition("@")
    return Address(name, username=local, domain=domain)


def _headers(message: EmailMessage, mail: Mail) -> None:
    message["From"] = mail.sender
    message["To"] = mail.recipient
    if mail.reply_to is not None:
        message["Reply-To"] = mail.reply_to
    message["Subject"] = " ".join(mail.subject.split())[:250]
    message["Date"] = format_datetime(mail.date)
    message["Message-ID"] = f"<{mail.message_id}>"
    if mail.in_reply_to is not None:
        message["In-Reply-To"] = f"<{mail.in_reply_to}>"
        message["References"] = f"<{mail.in_reply_to}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if mail.correlation_id is not None:
        message["X-Televent-Correlation"] = mail.correlation_id[:128]
