"""An invitation as a mail that Gmail, Outlook and iCloud recognise (RFC 6047 §2, §4).

multipart/mixed [ multipart/alternative [ text/plain, text/html, text/calendar; method=… ], invite.ics ], the calendar
last among the alternatives, so that it is the one a calendar client takes, and once more as an attachment for clients
that look only there. Both calendar parts are octet for octet the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

# The library's default policy turns CRLF into bare LF inside a base64 calendar part; Outlook then shows no buttons.
POLICY = SMTP


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. ``message_id``, ``in_reply_to`` and ``references`` are without angle brackets."""

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
    """The mail with its calendar object; ``method`` equals METHOD in the object (RFC 6047 §2.4)."""
    message = EmailMessage(policy=POLICY)
    _headers(message, mail)
    message.make_mixed()
    alternative = EmailMessage(policy=POLICY)
    # 8bit parts may be recoded on the way: quoted-printable is not.
    alternative.set_content(mail.plain, cte="quoted-printable")
    alternative.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    alternative.add_alternative(calendar.decode(), subtype="calendar", cte="base64", params={"method": method})
    message.attach(alternative)
    message.add_attachment(
        calendar, maintype="application", subtype="ics", filename="invite.ics", params={"name": "invite.ics"}
    )
    # RFC 2045 §4: once, at the top; the library puts it on every part that it fills, and on none that it is given.
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
    """An id made of what the mail is about, so that the same mail sent again is recognised as itself."""
    digest = hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:32]
    return f"{digest}@{domain}"


def address(display_name: str | None, addr_spec: str) -> Address:
    """An address with a display name that cannot break the header."""
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
