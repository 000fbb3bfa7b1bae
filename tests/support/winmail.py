"""Writes winmail.dat as Outlook does (MS-OXTNEF §2.1)."""

from __future__ import annotations

import struct
from base64 import encodebytes
from datetime import UTC, datetime
from uuid import UUID

from televent.adapters.email.reading.winmail import APPOINTMENT, MEETING

GLOBAL_ID = bytes.fromhex("040000008200E00074C5B7101A82E008") + bytes(4) + bytes.fromhex("0011223344556677") + bytes(12)
START, END = datetime(2026, 12, 1, 10, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC)
Key = int | tuple[UUID, int]
Value = str | int | bool | datetime | bytes


def attribute(name: int, value: bytes, *, level: int = 1, kind: int = 6) -> bytes:
    """One attribute with its checksum."""
    return struct.pack("<BHHI", level, name, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(values: dict[Key, Value]) -> bytes:
    """MAPI properties."""
    return struct.pack("<I", len(values)) + b"".join(_property(key, value) for key, value in values.items())


def _property(key: Key, value: Value) -> bytes:
    kinds = {bool: 0x0B, int: 0x03, str: 0x1F, datetime: 0x40, bytes: 0x102}
    kind = kinds[type(value)]
    if isinstance(key, int):
        head = struct.pack("<HH", kind, key)
    else:
        head = struct.pack("<HH", kind, 0x8001) + key[0].bytes_le + struct.pack("<II", 0, key[1])
    if isinstance(value, bool | int):
        return head + struct.pack("<I", value)
    if isinstance(value, datetime):
        return head + struct.pack("<Q", round((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() * 10**7))
    data = value.encode("utf-16-le") + b"\0\0" if isinstance(value, str) else value
    return head + struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)


def winmail_dat(kind: str, values: dict[Key, Value], *more: bytes) -> bytes:
    """The file. ``kind`` is the class of the message."""
    whole = [attribute(0x9007, struct.pack("<II", 1252, 0)), attribute(0x8008, kind.encode() + b"\0", kind=7)]
    whole += [attribute(0x9003, properties(values)), *more]
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(whole)


def meeting_values(**changed: Value) -> dict[Key, Value]:
    """The properties of a meeting. ``changed``: sequence, uid, recurring, all_day, start, end."""
    return {
        (MEETING, 0x23): changed.get("uid", GLOBAL_ID),
        (MEETING, 0x03): changed.get("uid", GLOBAL_ID),
        (APPOINTMENT, 0x820D): changed.get("start", START),
        (APPOINTMENT, 0x820E): changed.get("end", END),
        (APPOINTMENT, 0x8201): changed.get("sequence", 0),
        (APPOINTMENT, 0x8215): changed.get("all_day", False),
        (APPOINTMENT, 0x8223): changed.get("recurring", False),
        (APPOINTMENT, 0x8208): "Зал; 1",
        (MEETING, 0x1A): datetime(2026, 11, 20, 9, tzinfo=UTC),
        (MEETING, 0x01): datetime(2026, 11, 21, 9, tzinfo=UTC),
        0x0037: "Plan, and\r\nDTSTART:more",
    }


def mail_with(data: bytes, *, sender: str = "zed@example.net", to: str = "ann@example.com", proven: str = "") -> bytes:
    """A mail with that file. ``proven``: a line of Authentication-Results."""
    head = f"{proven}From: Zed <{sender}>\r\nTo: {to}\r\nSubject: Plan\r\nMIME-Version: 1.0\r\n"
    head += 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee it in Outlook.\r\n--b\r\n'
    head += 'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head.encode() + encodebytes(data).replace(b"\n", b"\r\n") + b"--b--\r\n"
