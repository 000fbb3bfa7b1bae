"""The characters of a calendar text: RFC 5545 §3.1, XML 1.0 §2.2.

GET sends a stored text as it is, and a report sends it as character data of XML. Both are the same text only if its
bytes are UTF-8 and XML allows each character. So a client's text must pass :func:`check_characters`; the text of a mail
and of the server itself is mended.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from televent.ical.text.errors import InvalidCalendarData

NEVER: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff"
"""The characters that no calendar text has, for a character class: those that RFC 5545 or XML 1.0 forbids."""
_NEVER: Final = re.compile(f"[{NEVER}]")
_NEVER_IN_LINE: Final = re.compile(f"[{NEVER}\n\r]")
# A reader takes LF, CR LF and CR CR LF for a line ending, and so does text that ends in CR.
_LONE_CR: Final = r"\r(?!\r?(?:\n|\Z))"
_FORBIDDEN: Final = re.compile(f"[{NEVER}]|{_LONE_CR}")
_FORBIDDEN_BY_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ALLOWED: Final = bytes(each for each in range(256) if each >= 0x20 or each in b"\t\n\r")
"""The bytes that are no part of a character that XML forbids."""
_NEAR_FORBIDDEN: Final = "\uffff".encode()[:2]
"""The first two bytes of U+FFFE and U+FFFF, which cannot be recognized by a single byte."""
_FOLD: Final = re.compile(rb"\r{0,2}\n[ \t]")
_SPLIT: Final = re.compile(
    rb"[\xc2-\xf4][\x80-\xbf]{0,2}(?:\r{0,2}\n[ \t])++[\x80-\xbf](?:(?:\r{0,2}\n[ \t])*+[\x80-\xbf]){0,2}"
)
"""A character of several bytes with at least one fold inside it."""


def check_characters(data: bytes) -> None:
    """Raises InvalidCalendarData, which names the line, for bytes that are no UTF-8 and for forbidden characters."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise InvalidCalendarData(f"line {number} is not valid UTF-8") from None
    found = _FORBIDDEN.search(text)
    if found is not None:
        number, code = text.count("\n", 0, found.start()) + 1, ord(found[0])
        raise InvalidCalendarData(f"line {number} has the character U+{code:04X}, which no calendar text may have")


def with_whole_characters(data: bytes) -> bytes:
    """*data* with every fold that splits a UTF-8 character moved before it.

    Simple programs fold after a number of bytes; a reader has to restore the character (RFC 5545 §3.1).
    """
    return _SPLIT.sub(_joined, data)


def clean(text: str) -> str:
    """*text* without the characters that no calendar text has. Line endings stay."""
    return _NEVER.sub("", text)


def clean_line(text: str) -> str:
    """*text* without the characters that no content line has: those, and line endings."""
    return _NEVER_IN_LINE.sub("", text)


def served_text(data: bytes) -> str:
    """A stored text as clients get it: the same characters by GET and by a report.

    They are those of the bytes if these are UTF-8 that XML allows. Else each line is read as our reader reads it
    (UTF-8, else windows-1252), and the other characters become U+FFFD; only texts that were stored before they were
    checked need that.
    """
    # A search in bytes is faster than one in characters.
    if not data.translate(None, _ALLOWED) and _NEAR_FORBIDDEN not in data:
        with suppress(UnicodeDecodeError):
            return data.decode()
    rows = (text_of(row) for row in with_whole_characters(data).split(b"\n"))
    return _FORBIDDEN_BY_XML.sub("\ufffd", "\n".join(rows))


def served_together(texts: Sequence[bytes]) -> str | None:
    """The texts as clients get them, with U+0000 between each two; None unless all are UTF-8 that XML allows."""
    data = b"\0".join(texts)
    if not texts or data.translate(None, _ALLOWED) != b"\0" * (len(texts) - 1) or _NEAR_FORBIDDEN in data:
        return None
    # A character that two texts have in halves would be cut by the zero between them.
    with suppress(UnicodeDecodeError):
        return data.decode()
    return None


def servable(data: bytes) -> bytes:
    """The bytes of :func:`served_text`; the same object where they are *data*."""
    served = served_text(data).encode()
    return data if served == data else served


def mended(data: bytes) -> bytes:
    """*data* as it passes :func:`check_characters`; the same object if it does."""
    try:
        check_characters(data)
    except InvalidCalendarData:
        return _FORBIDDEN.sub("", served_text(data)).encode()
    return data


def whole_text(data: bytes) -> str:
    """A text as characters: UTF-8, else UTF-8 where folds split characters, else windows-1252; never fails."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return text_of(with_whole_characters(data))


def text_of(data: bytes) -> str:
    """Bytes as text: UTF-8, else windows-1252, which some mail programs write; never fails."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")


def _joined(found: re.Match[bytes]) -> bytes:
    return b"".join(_FOLD.findall(found[0])) + _FOLD.sub(b"", found[0])
