"""The entity tags in conditions of requests (RFC 9110 §8.8.3, §13.1)."""

from __future__ import annotations

import re
from typing import Final

MAX_HEADER: Final = 4096
"""Max characters of a header with entity tags that are read."""
_TAG: Final = re.compile(r'(?P<weak>W/)?"(?P<tag>[^"]*)"')


def strong_tags(header: str | None) -> tuple[str, ...] | None:
    """The strong tags of an If-Match header, unquoted, or "*" for any; None without the header. A weak tag never
    matches there (§13.1.1)."""
    if header is None:
        return None
    if header.strip() == "*":
        return ("*",)
    return tuple(each["tag"] for each in _TAG.finditer(header[:MAX_HEADER]) if not each["weak"])


def is_known(header: str | None, tag: str) -> bool:
    """Whether an If-None-Match header has this tag, weak or strong, or "*" (§13.1.2)."""
    if header is None:
        return False
    return header.strip() == "*" or tag in (each["tag"] for each in _TAG.finditer(header[:MAX_HEADER]))
