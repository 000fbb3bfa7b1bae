"""Managed attachments (RFC 8607): adding, changing, removing and reading them, and similar requests that are wrong.

``@MANAGED@`` stands for the id of one that the server has given.
"""

from __future__ import annotations

from random import Random

from fuzz.texts import MOMENTS

ACTIONS = ("attachment-add", "attachment-add", "attachment-update", "attachment-remove", "attachment", "", "%00")
IDS = ("@MANAGED@", "@MANAGED@", "@MANAGED@", "", "x", "11111111-2222-3333-4444-555555555555", "%ff", "9" * 3000)
RIDS = ("M", "m", "M,M", "M,20261125T100000Z", "20261126T100000Z", "", ",", ",".join(["M"] * 500), "%2C", *MOMENTS)
NAMES = (
    *("attachment;filename=agenda.html", 'attachment; filename="a \\"b\\".txt"', "attachment", "x", ";;=;", ""),
    *("attachment; filename*=UTF-8''%D0%BF%ED%A0%80.txt", "attachment; filename=../../etc/passwd"),
    *("attachment; filename=" + "x" * 5000, 'attachment; filename="' + "\\\\" * 3000, "attachment; filename*=x''%"),
)
TYPES = ("text/html; charset=utf-8", "text/calendar", "x", "", "a/b" * 900, "multipart/form-data; boundary=x")
LINES = (
    "ATTACH;MANAGED-ID=@MANAGED@;SIZE=3;FILENAME=x.txt:https://localhost/caldav/x/attachments/@MANAGED@/x.txt",
    'ATTACH;MANAGED-ID="@MANAGED@";SIZE=x;FILENAME="../\u202e":x',
    "ATTACH;MANAGED-ID=:x",
    "ATTACH;MANAGED-ID=11111111-2222-3333-4444-555555555555:x",
    "ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "QUFB" * 3000,
)


def query(dice: Random) -> str:
    """The query of a URL."""
    parts = [f"action={dice.choice(ACTIONS)}"] if dice.random() < 0.95 else []
    if dice.random() < 0.6:
        parts.append(f"managed-id={dice.choice(IDS)}")
    if dice.random() < 0.4:
        parts.append(f"rid={dice.choice(RIDS)}")
    if dice.random() < 0.1:
        parts.append(dice.choice(("action=attachment-add", "rid=M", "x", "&&&", "a=b&" * 60, "action=%ED%A0%80")))
    dice.shuffle(parts)
    return "&".join(parts)


def headers(dice: Random) -> dict[str, str]:
    """The headers for the content and for the answer."""
    given = {"Content-Type": dice.choice(TYPES), "Content-Disposition": dice.choice(NAMES)}
    if dice.random() < 0.3:
        given["Prefer"] = "return=representation"
    if dice.random() < 0.1:
        given["If-Match"] = dice.choice(('"x"', "*"))
    return given


def body(dice: Random) -> bytes:
    """A body: from empty to larger than one chunk in storage."""
    return b"octets " * dice.choice((0, 1, 1, 9, 9, 60_000))


def attached(dice: Random, text: bytes) -> bytes:
    """A calendar object with ATTACH lines in its first component."""
    lines = "".join(f"{line}\r\n" for line in dice.choices(LINES, k=dice.choice((1, 1, 2, 25))))
    head, end, tail = text.partition(b"\r\nEND:V")
    return head + b"\r\n" + lines.encode() + b"END:V" + tail if end else text
