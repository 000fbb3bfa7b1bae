"""Reads Microsoft's TNEF, the format of winmail.dat, in one pass within bounds (MS-OXTNEF §2.1; ADR 62).

tnefparse is not used: it copies the rest of the file for each of its attributes, and counts to a number of properties
that the file names, up to four thousand million.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from televent.adapters.email.reading.charsets import text_in

MAX_ATTRIBUTES: Final = 1000
"""Max attributes of a file."""
MAX_PROPERTIES: Final = 5000
"""Max MAPI properties of a file, in all its attributes."""
MAX_VALUES: Final = 1000
"""Max values of one property."""

SIGNATURE: Final = b"\x78\x9f\x3e\x22"
_MESSAGE: Final = 1
_CODE_PAGE: Final = 0x9007
_PROPERTIES: Final = 0x9003
_ATTACHMENT_BEGINS: Final = 0x9002
_ATTACHMENT_DATA: Final = 0x800F
_ATTACHMENT_NAME: Final = 0x8010
_ATTACHMENT_PROPERTIES: Final = 0x9005
_LONG_NAME: Final = 0x3707
_SIZES: Final = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of a value of each type with a fixed size, with its padding to four."""
_VARIABLE: Final = (0x0D, 0x1E, 0x1F, 0x102)
_FILETIME: Final = datetime(1601, 1, 1, tzinfo=UTC)

Key = int | tuple[UUID, int]
"""The id of a property, or the set and the number of a named one."""


class BadTnef(Exception):
    """The file is no TNEF, ends too early, or is beyond the bounds."""


@dataclass(slots=True)
class Attachment:
    """An attached file."""

    name: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Tnef:
    """The attributes of a message, its MAPI properties, and its attached files. The first of each counts."""

    attributes: dict[int, bytes] = field(default_factory=dict)
    properties: dict[Key, tuple[int, bytes]] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    charset: str = "windows-1252"

    def text(self, key: Key) -> str:
        """A property with text; "" where there is none."""
        kind, value = self.properties.get(key, (0x1E, b""))
        found = text_in("utf-16-le" if kind == 0x1F else self.charset, value) if kind in (0x1E, 0x1F) else ""
        return found.split("\0", 1)[0]

    def number(self, key: Key) -> int:
        """A property with a number or a truth value; 0 where there is none."""
        kind, value = self.properties.get(key, (0, b""))
        return int.from_bytes(value[:2] if kind == 0x0B else value[:4], "little") if kind in (0x02, 0x03, 0x0B) else 0

    def time(self, key: Key) -> datetime | None:
        """A property with a time (in UTC); None where there is none."""
        kind, value = self.properties.get(key, (0, b""))
        if kind != 0x40:
            return None
        try:
            return _FILETIME + timedelta(microseconds=int.from_bytes(value, "little") // 10)
        except OverflowError:
            return None

    def bytes(self, key: Key) -> bytes:
        """A property with bytes; empty where there is none."""
        kind, value = self.properties.get(key, (0, b""))
        return value if kind == 0x102 else b""


def read_tnef(data: bytes) -> Tnef:
    """The content of a file. Raises BadTnef."""
    if not data.startswith(SIGNATURE):
        raise BadTnef("it has no TNEF signature")
    found, place, room = Tnef(), 6, MAX_PROPERTIES
    for _ in range(MAX_ATTRIBUTES):
        if place + 9 > len(data):
            return found
        level, name, _, size = struct.unpack_from("<BHHI", data, place)
        start, place = place + 9, place + 11 + size
        if place > len(data):
            raise BadTnef("it ends within an attribute")
        value = data[start : start + size]
        room = (_of_message if level == _MESSAGE else _of_attachment)(found, name, value, room)
    raise BadTnef(f"it has more than {MAX_ATTRIBUTES} attributes")


def _of_message(found: Tnef, name: int, value: bytes, room: int) -> int:
    if name == _PROPERTIES:
        properties, room = _properties(value, room)
        found.properties = {**properties, **found.properties}
    elif name == _CODE_PAGE and len(value) >= 4:
        number = int.from_bytes(value[:4], "little")
        found.charset = {65001: "utf-8", 20127: "ascii", 20866: "koi8-r", 28591: "iso-8859-1"}.get(
            number, f"windows-{number}"
        )
    else:
        found.attributes.setdefault(name, value)
    return room


def _of_attachment(found: Tnef, name: int, value: bytes, room: int) -> int:
    if name == _ATTACHMENT_BEGINS or not found.attachments:
        found.attachments.append(Attachment())
    last = found.attachments[-1]
    if name == _ATTACHMENT_DATA:
        last.data = value
    elif name == _ATTACHMENT_NAME and not last.name:
        last.name = text_in(found.charset, value).rstrip("\0")
    elif name == _ATTACHMENT_PROPERTIES:
        properties, room = _properties(value, room)
        last.name = Tnef(properties=properties, charset=found.charset).text(_LONG_NAME) or last.name
    return room


def _properties(data: bytes, room: int) -> tuple[dict[Key, tuple[int, bytes]], int]:
    """The properties of an attribute, and how many more may come."""
    found: dict[Key, tuple[int, bytes]] = {}
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        place = 4
        if count > room:
            raise BadTnef(f"it has more than {MAX_PROPERTIES} properties")
        for _ in range(count):
            kind, number = struct.unpack_from("<HH", data, place)
            place += 4
            key: Key | None = number
            if number >= 0x8000:
                key, place = _name(data, place)
            values, place = _values(data, place, kind)
            if key is not None and values:
                found.setdefault(key, (kind, values[0]))
    except struct.error:
        raise BadTnef("it ends within a property") from None
    return found, room - count


def _name(data: bytes, place: int) -> tuple[Key | None, int]:
    """The name of a property: a set and a number, or None for a text; and the place after it."""
    kind, number = struct.unpack_from("<II", data, place + 16)
    if kind == 0:
        return (UUID(bytes_le=data[place : place + 16]), number), place + 24
    return None, place + 24 + _padded(number)


def _values(data: bytes, place: int, kind: int) -> tuple[list[bytes], int]:
    """The values of a property, and the place after them."""
    base, count = kind & 0x0FFF, 1
    if kind & 0x1000 or base in _VARIABLE:
        (count,) = struct.unpack_from("<I", data, place)
        place += 4
    if count > MAX_VALUES or (base not in _VARIABLE and base not in _SIZES):
        raise BadTnef("it has a property of an unknown type, or with too many values")
    values = []
    for _ in range(count):
        size = _SIZES.get(base)
        if size is None:
            (size,) = struct.unpack_from("<I", data, place)
            place += 4
        if place + size > len(data):
            raise BadTnef("it ends within a property")
        values.append(data[place : place + size])
        place += _padded(size)
    return values, place


def _padded(size: int) -> int:
    return size + (-size) % 4
