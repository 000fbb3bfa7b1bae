"""Builds mails from hostile texts and reads them back. Runs alone too, under any Python from 3.11 on, without packages:

``PYTHONPATH=src python3.12 tests/support/hostile_headers.py`` prints each mail that is not what it should be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from random import Random

from televent.adapters.email.outgoing.checked import UnsafeMail, check
from televent.adapters.email.outgoing.headers import BadHeader, addr_spec, clean
from televent.adapters.email.outgoing.mime import MAX_NAME, MAX_SUBJECT, Mail, Mailbox, calendar_mail, plain_mail

BREAK = "=0d=0aContent-Type:_text/html=0d=0aReply-To:_x@evil.example=0d=0a=0d=0a<h1>Your_account</h1>"
TEXTS = (
    f"=?utf-8?q?Notice{BREAK}?=",
    f"=?utf-8?Q?Notice{BREAK}?= and more",
    f"=?utf-8?q?=3D=3Futf-8=3Fq=3FNotice{BREAK.replace('=', '=3D')}=3F=3D?=",
    "=?utf-8?b?Tm90aWNlDQpCY2M6IHhAZXZpbC5leGFtcGxlDQoNCjxoMT4=?=",
    "=?us-ascii?q?a=00b?= =?utf-8?q?=E2=80=A8?=",
    "=?utf-8*en?q?a=0ab?=",
    "=" + "?utf-8?q?" + "x" * 300 + "=0a?=",
    "==??=?=?utf-8?q?=0d=0a?=?=",
    "Hi\r\nBcc: x@evil.example",
    "Hi\rBcc: x@evil.example\n\n<h1>",
    "a\0b\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029c",
    '"\\" <x@evil.example>, "',
    "(" * 200 + "\\",
    "Ann, Bob; <x@evil.example>: @ [ ]",
    "\u202eknaB\u202c \u2066x\u2069",
    "\ud83d\ude00 \ud800 \udfff",
    "Müller & Söhne ☕ 👩‍👩‍👧‍👦 встреча 会議 " * 8,
    "x" * 1000,
    " ",
    "",
    "--=_\r\n\r\nbody",
)
PIECES = (
    "=?", "?=", "utf-8", "?q?", "?b?", "=0d=0a", "=0A", "DQo=", "\r\n", "\n", "\r", "\0", " ", "\t", '"', "\\", "(",
    ")", "<", ">", "@", ",", ";", ":", "Bcc: x@evil.example", "é", "👍", "\ud800", "\u2028", "a", "word ",
)  # fmt: skip
ADDRESSES = (
    "zed@example.net",
    "a,b(c)d@example.net",
    "zed@exämple.net",
    "zöd@example.net",
    "zed@[192.0.2.1]",
    "zed@example.net>\r\nRCPT TO:<x@evil.example",
    "zed@example.net\r\nBcc: x@evil.example",
    "zed@example.net, x@evil.example",
    '"zed@x"@example.net',
    "zed@",
    "@example.net",
    "zed",
    "zed@exam\0ple.net",
    "zed@example..net",
    f"zed@{'x' * 300}.net",
    "zed@=?utf-8?q?example=2enet?=",
)
DATE = datetime(2026, 11, 21, 12, tzinfo=UTC)
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
FIELDS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "Reply-To",
    "In-Reply-To", "References", "X-Televent-Correlation", "MIME-Version", "Content-Type",
]  # fmt: skip


BOXES = {"From": "noreply@televent.app", "To": "zed@example.net", "Reply-To": "zed@example.net"}
PAIRS = re.compile(r"\\.|[^\\]")


def hostile(seed: int, count: int) -> Iterator[str]:
    """The fixed texts, and ``count`` random ones."""
    yield from TEXTS
    chance = Random(seed)
    for _ in range(count):
        yield "".join(chance.choices(PIECES, k=chance.randrange(1, 40)))


def wrong_with(text: str) -> list[str]:
    """All that is wrong with the mails that have this text in each field; empty where they are right."""
    mail = mail_with(text)
    return [each for raw in (plain_mail(mail), calendar_mail(mail, "REQUEST", CALENDAR)) for each in _wrong(raw, text)]


def mail_with(text: str) -> Mail:
    """A mail with this text in every field that takes text."""
    box = Mailbox(text, "zed@example.net")
    return Mail(
        sender=Mailbox(text, "noreply@televent.app"),
        recipient=box,
        reply_to=box,
        subject=text,
        date=DATE,
        message_id="one@televent.app",
        plain=text,
        html=text,
        in_reply_to="zero@televent.app",
        correlation_id=text,
    )


def wrong_with_address(address: str) -> list[str]:
    """The faults of the form of an address; empty where it is refused, or names that address alone."""
    try:
        spec = addr_spec(address)
    except BadHeader:
        return []
    found = BytesParser(policy=policy.default).parsebytes(b"To: " + spec.encode() + b"\r\n\r\n")
    read = [each.addr_spec.encode(errors="surrogateescape").decode() for each in found["To"].addresses]
    return [] if read == [spec] and not any(map(str.isspace, spec)) else [f"{address!r} is read as {read!r}"]


def _wrong(raw: bytes, text: str) -> Iterator[str]:
    try:
        check(raw)
    except UnsafeMail as error:
        yield f"the check refuses it: {error}"
    for rules in (policy.compat32, policy.default):
        mail = BytesParser(policy=rules).parsebytes(raw)
        if mail.keys() != FIELDS:
            yield f"fields {mail.keys()}"
        if mail.get_content_type() not in ("multipart/alternative", "multipart/mixed"):
            yield f"it is {mail.get_content_type()}"
        leaves = [part for part in mail.walk() if not part.is_multipart()]
        if len(leaves) not in (2, 4):
            yield f"{len(leaves)} parts"
        wanted = text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace").replace(b"\n", b"\r\n")
        for leaf in leaves[:2]:
            if leaf.get_payload(decode=True) != wanted:
                yield f"the body is {leaf.get_payload(decode=True)!r}"
        yield from _differs("Subject", _decoded(mail, "Subject"), clean(text)[:MAX_SUBJECT].strip())
        for name, address in BOXES.items():
            yield from _differs(name, _decoded(mail, name), _box(clean(text)[:MAX_NAME].strip(), address))
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    for name, address in BOXES.items():
        yield from _differs(name, [each.addr_spec for each in mail[name].addresses], [address])


def _box(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address


def _decoded(mail: Message, name: str) -> str:
    """The text of a field as every receiver must read it."""
    raw = next(value for key, value in mail.raw_items() if key == name)
    value = "".join(str(raw).splitlines()).strip()
    if name in BOXES and value.startswith('"'):
        value = "".join(part[-1] if part.startswith("\\") else part.strip('"') for part in PAIRS.findall(value))
    pairs = decode_header(value)
    return "".join(each if isinstance(each, str) else each.decode(charset or "ascii") for each, charset in pairs)


def _differs(name: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{name} is {found!r}, not {wanted!r}"


def main() -> int:
    """Prints the version and every fault; returns the exit status."""
    faults = [f"{text!r}: {each}" for text in hostile(8, 60) for each in wrong_with(text)]
    faults += [each for address in ADDRESSES for each in wrong_with_address(address)]
    print(sys.version.split()[0], f"{len(faults)} faults", *faults[:20], sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
