"""Builds mails: an iTIP message in the form that Gmail, Outlook and iCloud recognise (RFC 6047 §2, §4), or plain text.

The form is multipart/mixed [ multipart/alternative [ text/plain, text/html, text/calendar; method=… ], invite.ics ].
The calendar is the last alternative, which a calendar client prefers (RFC 2046 §5.1.4). Some clients read only
attachments, so the same bytes are attached as well.

Only the standard library is imported, and none of it writes a header: see ``headers``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from televent.adapters.email.outgoing import headers

MAX_SUBJECT = 250
"""Max characters of a subject."""
MAX_NAME = 128
"""Max characters of a display name."""
MAX_CORRELATION = 64
"""Max characters of a correlation id."""
METHODS = frozenset({"REQUEST", "CANCEL", "REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH", "ADD", "PUBLISH"})
"""The iTIP methods (RFC 5546 §1.4)."""
_NO_ID = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with a display name; "" for none. Neither is escaped."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Mail:
    """The headers and texts of a mail. ``message_id`` and ``in_reply_to`` are without angle brackets.

    ``unsubscribe``: the page that turns such mails off. Not for invitations: a program must not take it for an answer.
    """

    sender: Mailbox
    recipient: Mailbox
    reply_to: Mailbox | None
    subject: str
    date: datetime
    message_id: str
    plain: str
    html: str
    in_reply_to: str | None = None
    correlation_id: str | None = None
    unsubscribe: str | None = None


def calendar_mail(mail: Mail, method: str, calendar: bytes) -> bytes:
    """A mail with an iTIP message; ``method`` must equal METHOD in ``calendar`` (RFC 6047 §2.4).

    Raises BadHeader where an address, a message id or the method is none.
    """
    if method.upper() not in METHODS:
        raise headers.BadHeader(f"not a method: {headers.clean(method)[:40]!r}")
    # A relay may recode an 8bit part, but not a quoted-printable or base64 one.
    scheduling = _part(f"text/calendar; charset=utf-8; method={method.upper()}", "base64", _base64(calendar))
    attached = _part(
        'application/ics; name="invite.ics"',
        "base64",
        _base64(calendar),
        b'Content-Disposition: attachment; filename="invite.ics"\r\n',
    )
    return _heading(mail) + _multipart("mixed", [_multipart("alternative", [*_texts(mail), scheduling]), attached])


def plain_mail(mail: Mail) -> bytes:
    """A mail with text and HTML only. Raises BadHeader."""
    return _heading(mail) + _multipart("alternative", _texts(mail))


def forwarding_mail(mail: Mail, forwarded: bytes) -> bytes:
    """A mail with another mail attached as a file. Raises BadHeader.

    The file is base64, which message/rfc822 may not be (RFC 2046 §5.2.1): no byte of a stranger becomes a line of ours.
    """
    attached = _part(
        "application/octet-stream",
        "base64",
        _base64(forwarded),
        b'Content-Disposition: attachment; filename="mail.eml"\r\n',
    )
    return _heading(mail) + _multipart("mixed", [_texts(mail)[0], attached])


def message_id(domain: str, *parts: object) -> str:
    """A Message-ID derived from ``parts``: the same mail sent again has the same id. Without angle brackets."""
    digest = hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:32]
    return f"{digest}@{domain}"


def _heading(mail: Mail) -> bytes:
    """The header of the mail, up to Content-Type."""
    fields = [
        ("From", _mailbox(mail.sender)),
        ("To", _mailbox(mail.recipient)),
        ("Subject", headers.text(headers.clean(mail.subject)[:MAX_SUBJECT])),
        ("Date", format_datetime(mail.date)),
        ("Message-ID", headers.message_id(mail.message_id)),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ]
    if mail.reply_to is not None:
        fields.append(("Reply-To", _mailbox(mail.reply_to)))
    if mail.in_reply_to is not None:
        thread = headers.message_id(mail.in_reply_to)
        fields += [("In-Reply-To", thread), ("References", thread)]
    if mail.unsubscribe is not None:
        fields.append(("List-Unsubscribe", f"<{mail.unsubscribe}>"))
        if mail.unsubscribe.startswith("https://"):
            # RFC 8058 §3.1: only for HTTPS.
            fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if mail.correlation_id is not None:
        fields.append(("X-Televent-Correlation", _NO_ID.sub("", mail.correlation_id)[:MAX_CORRELATION]))
    # RFC 2045 §4 wants MIME-Version once, at the top.
    fields.append(("MIME-Version", "1.0"))
    return b"".join(headers.field(name, value) for name, value in fields)


def _mailbox(box: Mailbox) -> str:
    return headers.mailbox(headers.clean(box.name)[:MAX_NAME], box.address)


def _texts(mail: Mail) -> list[bytes]:
    return [
        _part("text/plain; charset=utf-8", "quoted-printable", _quoted_printable(mail.plain)),
        _part("text/html; charset=utf-8", "quoted-printable", _quoted_printable(mail.html)),
    ]


def _multipart(kind: str, parts: list[bytes]) -> bytes:
    """A multipart entity, from its Content-Type on (RFC 2046 §5.1)."""
    # "=_" occurs neither in quoted-printable nor in base64 (RFC 2045 §6.7), so no part has a line like this.
    boundary = b"=_" + hashlib.sha256(b"\0".join(parts)).hexdigest()[:32].encode()
    opening = b'Content-Type: multipart/%b;\r\n boundary="%b"\r\n\r\n' % (kind.encode(), boundary)
    return opening + b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts) + b"--%b--\r\n" % boundary


def _part(content_type: str, encoding: str, body: bytes, more: bytes = b"") -> bytes:
    head = headers.field("Content-Type", content_type) + headers.field("Content-Transfer-Encoding", encoding)
    return head + more + b"\r\n" + body


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _quoted_printable(content: str) -> bytes:
    """Text in quoted-printable (RFC 2045 §6.7): its line ends become CRLF, its other control characters are encoded."""
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    coded = [binascii.b2a_qp(line.encode(errors="replace"), istext=False) for line in lines]
    return b"\r\n".join(line.replace(b"\n", b"\r\n") for line in coded)
