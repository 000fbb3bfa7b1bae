"""Decodes text by the charset that a mail names.

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


def known(charset: str) -> str | None:
    """The name of Python's codec for a charset; None where it is unknown or no charset."""
    name = charset.strip().strip('"')
    if _CHARSET.fullmatch(name) is None:
        return None
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def text_in(charset: str, data: bytes) -> str:
    """The text in that charset; where the charset is unknown or wrong, as UTF-8 with replacement characters."""
    try:
        return data.decode(known(charset) or "utf-8")
    except UnicodeError:
        return data.decode("utf-8", "replace")


def in_utf8(charset: str, data: bytes, *, cut: bool = False) -> bytes:
    """The data converted to UTF-8; unchanged where the charset is unknown or wrong.

    ``cut``: the data may end inside a character.
    """
    name = known(charset)
    if name is None or name in ("utf-8", "ascii"):
        return data
    try:
        return data.decode(name, "replace" if cut else "strict").encode()
    except UnicodeError:
        return data
