"""Reads the Content-Type header (RFC 9110 §8.3)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_PARAMETER: Final = re.compile(r';\s*([!#-\'*+\-.^-z|~]++)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s;,"]*+))')


def media_type_of(content_type: str) -> str:
    """The media type in lower case without parameters; "" for an empty header."""
    return content_type.partition(";")[0].strip().lower()


MAX_KEPT: Final = 256
"""Max characters of a header that is read once for all requests that have it: a stranger may send any, of any
length."""
MAX_CHARSET: Final = 64
"""Max characters of a charset's name: those of RFC 2978 §2.3 have 40. A longer one is cut, and is unknown then, too:
answers to bodies are kept by it."""


def charset_of(content_type: str) -> str | None:
    """The charset parameter (§8.3.2), at most MAX_CHARSET characters; None without one. The first of two counts."""
    return _charset_once(content_type) if len(content_type) <= MAX_KEPT else _charset(content_type)


def _charset(content_type: str) -> str | None:
    for found in _PARAMETER.finditer(content_type):
        if found[1].lower() == "charset":
            charset = re.sub(r"\\(.)", r"\1", found[2] if found[2] is not None else found[3])
            return charset.strip().strip("'")[:MAX_CHARSET] or None
    return None


_charset_once = lru_cache(maxsize=256)(_charset)
