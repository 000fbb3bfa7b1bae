"""Mails from plain to hostile: headers, MIME and calendars, by a grammar."""

from __future__ import annotations

import base64
import quopri
from random import Random

from fuzz import texts
from fuzz.smtp.corpus import CORPUS, EDGE

ADDRESSES = (
    *("zed@example.net", "Zed <zed@example.net>", "=?utf-8?q?Z=C3=A9d?= <zed@example.net>", "", "@", "<", '"', ",,,"),
    *("(((zed@example.net)))", "zed@example.net (Zed)", "a@b@c", "=?x?q?", "=?punycode?q?a-b?= <zed@example.net>"),
    *("zed@example.net, yan@example.net", "undisclosed-recipients:;", "\udcff@x", "zed@[127.0.0.1]", "\x00@x"),
    *("calendar-notification@google.com", "=?utf-8?b?!!!?= <zed@example.net>", "Zed <zed@example.net", "x" * 3000),
)
RESULTS = (
    f"{EDGE.decode()}; dmarc=pass header.from=example.net",
    f"{EDGE.decode()}; spf=fail smtp.helo=[1.2.3.4]; dmarc=fail",
    f"{EDGE.decode()} (comment (deep)); dkim=pass header.d=example.net",
    *(f"{EDGE.decode()};;;=", "mx.example.net; dmarc=pass", "x", "", "(", f'"{EDGE.decode()}"; none'),
)
TYPES = (
    *(
        "text/calendar; method=REQUEST",
        "text/calendar; method=REPLY; charset=utf-8",
        "text/calendar",
        "application/ics",
    ),
    *('application/octet-stream; name="invite.ics"', "text/x-vcalendar", "text/plain", "text/html; charset=x", "x", ""),
    *("text/calendar; charset=punycode", 'text/calendar; charset="a\0b"', "text/calendar; charset=utf-16", ";;;="),
    *("application/x; name*0*=utf-8''in; name*1=vite.ics", "application/ms-tnef", "message/rfc822", "text/calendar ("),
    *("message/delivery-status", "text/rfc822-headers", "a/b; " + "x=y; " * 300, 'text/calendar; method="RE\\QUEST'),
)
ENCODINGS = ("base64", "base64", "8bit", "quoted-printable", "7bit", "x-uuencode", "binary", "x", "base64 (c)", "")
NAMES = ("invite.ics", "=?utf-8?q?invite=2Eics?=", "a.vcs", "x", "../../x.ics", '"', "(", "x" * 900, "\udcff.ics")
BOUNDARIES = ("b", "b", "=_a:b", "bb", "b--", " b", "", "b" * 70, "b" * 300, "é", "--b", "a'b?c")
METHODS = ("REQUEST", "REPLY", "CANCEL", "COUNTER", "REFRESH", "ADD", "PUBLISH", "DECLINECOUNTER", "X", "")
MOST = 6_000_000
"""Max bytes of a mail: more than the server takes."""
COUNTS = (1, 1, 1, 1, 1, 2, 40)


def mail(dice: Random, number: str, uids: list[str]) -> bytes:
    """A mail; ``uids``: of events that exist. Sometimes one of the corpus."""
    if dice.random() < 0.03:
        return CORPUS[dice.choice(list(CORPUS))]()
    raw = _head(dice, number) + _body(dice, number, uids, 0)
    if dice.random() < 0.1:
        raw = _broken(dice, raw)
    ends = dice.choice((b"\r\n",) * 8 + (b"\n", b"\r"))
    return (raw.replace(b"\r\n", ends) if ends != b"\r\n" else raw)[:MOST]


def calendar(dice: Random, number: str, uids: list[str]) -> bytes:
    """An iTIP message: about a known event or a new one; or any hostile calendar text."""
    uid = dice.choice([*uids, f"{number}@example.net"])
    if dice.random() < 0.3:
        text = texts.calendar(dice, uid)
        return text.replace(b"PRODID:fuzz", b"PRODID:fuzz\r\nMETHOD:" + dice.choice(METHODS).encode(), 1)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:fuzz", f"METHOD:{dice.choice(METHODS)}"]
    for _ in range(dice.choice((1, 1, 1, 3, 40))):
        lines += ["BEGIN:VEVENT", f"UID:{uid}", f"SEQUENCE:{dice.choice((0, 1, 2, 10**17))}"]
        lines += [f"DTSTAMP:{dice.choice(texts.MOMENTS)}", f"DTSTART:{dice.choice(texts.MOMENTS[:3])}"]
        lines += [f"ORGANIZER:{dice.choice(('mailto:zed@example.net', 'mailto:ann.1001@example.com', 'x'))}"]
        partstat = dice.choice(("ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "x"))
        people = ("zed@example.net", "ann.1001@example.com", "yan@example.net")
        lines += [f"ATTENDEE;PARTSTAT={partstat}:mailto:{dice.choice(people)}"] * dice.choice((1, 1, 2, 300))
        if dice.random() < 0.3:
            lines.append(f"RRULE:{texts.rule(dice)}")
        if dice.random() < 0.3:
            lines.append(f"RECURRENCE-ID:{dice.choice(texts.MOMENTS)}")
        lines += [f"SUMMARY:{dice.choice(texts.WORDS)}", "END:VEVENT"]
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode("utf-8", "surrogateescape")


def _head(dice: Random, number: str) -> bytes:
    fields = [("Message-ID", f"<{number}@example.net>")]
    for name, values in (("From", ADDRESSES), ("From", ADDRESSES[:2]), ("Authentication-Results", RESULTS)):
        if dice.random() < 0.6:
            fields += [(name, dice.choice(values))] * dice.choice(COUNTS)
    for name in ("Sender", "Reply-To", "To", "Return-Path"):
        if dice.random() < 0.2:
            fields.append((name, dice.choice(ADDRESSES)))
    fields += [("Received", "from a by b")] * dice.choice((0, 1, 5, 99, 150))
    if dice.random() < 0.1:
        fields.append((dice.choice(("X", "x y", "", "é", "Subject ")), "y" * dice.choice((1, 9_000, 300_000))))
    dice.shuffle(fields)
    return b"".join(f"{name}: {_folded(dice, value)}\r\n".encode("utf-8", "surrogateescape") for name, value in fields)


def _folded(dice: Random, value: str) -> str:
    return value.replace(" ", dice.choice(("\r\n ", "\r\n\t", "\n ", " \r\n  "))) if dice.random() < 0.1 else value


def _body(dice: Random, number: str, uids: list[str], depth: int) -> bytes:
    if depth < 6 and dice.random() < (0.6 if depth < 2 else 0.3):
        boundary = dice.choice(BOUNDARIES)
        kind = dice.choice(("mixed", "alternative", "related", "report", "digest", "x"))
        head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
        parts = [_body(dice, number, uids, depth + 1) for _ in range(dice.choice((0, 1, 2, 3)))]
        parts *= dice.choice((1,) * 20 + ((100, 2000) if depth == 0 else (1,)))
        line = f"--{boundary}".encode()
        whole = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
        return head.encode() + whole + dice.choice((line + b"--\r\n", b"", line, line + b"--x\r\n"))
    content = calendar(dice, number, uids) if dice.random() < 0.7 else dice.randbytes(dice.choice((0, 9, 900, 90_000)))
    encoding = dice.choice(ENCODINGS)
    if encoding.startswith("base64"):
        content = base64.encodebytes(content)
    elif encoding == "quoted-printable":
        content = quopri.encodestring(content)
    head = f"Content-Type: {dice.choice(TYPES)}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    if dice.random() < 0.3:
        head += f'Content-Disposition: attachment; filename="{dice.choice(NAMES)}"\r\n'
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + content


def _broken(dice: Random, raw: bytes) -> bytes:
    """The mail with a piece cut out, doubled, or overwritten."""
    at, size = dice.randrange(len(raw) or 1), dice.choice((1, 9, 900))
    middle = dice.choice((b"", raw[at : at + size] * 2, dice.randbytes(size), b"\0" * size, b"(" * size, b"\r" * size))
    return raw[:at] + middle + raw[at + size :]
