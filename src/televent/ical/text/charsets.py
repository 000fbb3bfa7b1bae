"""Reads bytes in the charset that a client or a mail names (RFC 2978).

Python has codecs that are no charsets: punycode takes quadratic time, unicode_escape executes escapes, and a name with
NUL raises ValueError. So only known charsets count.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_CHARSET: Final = re.compile(
    r"utf-?(?:7|8|16|32)(?:[-_]?(?:le|be|sig))?|(?:us-)?ascii|(?:iso[-_]?8859|latin|cp|windows|ibm)[-_]?\d{1,5}|"
    r"koi8[-_][rut]|(?:x-)?mac-?[a-z]+|shift[-_]?jis|sjis|euc[-_]?(?:jp|kr)|iso-?2022-?[a-z0-9-]+|"
    r"gb2312|gbk|gb18030|big5(?:-?hkscs)?|hz(?:-gb-2312)?|tis-?620|ks_c_5601-1987|johab",
    re.IGNORECASE,
)

_HEAD: Final = 8
"""Bytes at the start of a text by which UTF-16 is recognised."""


def unlabelled(data: bytes) -> str | None:
    """The codec of a text in UTF-16 without a label: it has a byte order mark, or a NUL in every second byte.

    None for every other text. A calendar begins with ASCII, so in UTF-16 every second byte is NUL there.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:_HEAD]
    if len(head) < _HEAD or b"\0" not in head:
        return None
    return "utf-16-be" if not any(head[::2]) else "utf-16-le" if not any(head[1::2]) else None


def known(charset: str) -> str | None:
    """The name of Python's codec for a charset; None where it is unknown or no charset."""
    name = charset.strip().strip('"')
    if _CHARSET.fullmatch(name) is None:
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def known_in_http(charset: str) -> str | None:
    """As :func:`known`, without UTF-7, which is for mail alone (RFC 2152)."""
    codec = known(charset)
    return None if codec == "utf-7" else codec


def decoded(data: bytes, codec: str) -> str:
    """*data* as text. ``codec`` is a result of :func:`known`. Raises UnicodeDecodeError.

    UTF-16 without a byte order mark is big-endian (RFC 2781 §4.3), unless its first character is then none of ASCII: a
    calendar and XML begin with one.
    """
    if codec == "utf-16" and data[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        codec = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    return data.decode(codec)


def to_utf8(data: bytes, codec: str) -> bytes:
    """*data* converted to UTF-8. Raises UnicodeError; :func:`bad_line` tells where.

    A surrogate without its other half is no character (RFC 3629 §3).
    """
    text = decoded(data, codec)
    return data if codec in ("utf-8", "ascii") else text.encode()


def bad_line(error: UnicodeError) -> int:
    """The number of the line, from 1, at which :func:`to_utf8` failed."""
    if isinstance(error, UnicodeEncodeError):
        return error.object.count("\n", 0, error.start) + 1
    assert isinstance(error, UnicodeDecodeError)
    return error.object[: error.start].decode(error.encoding, "replace").count("\n") + 1
