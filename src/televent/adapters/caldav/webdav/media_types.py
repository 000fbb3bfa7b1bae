"""Reads the Content-Type header (RFC 9110 §8.3)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_PARAMETER: Final = re.compile(r';\s*([!#-\'*+\-.^-z|~]++)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s;,"]*+))')


def media_type_of(content_type: str) -> str:
    """The media type in lower case without parameters; "" for an empty header."""
    return content_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=256)
def charset_of(content_type: str) -> str | None:
    """The charset parameter (§8.3.2); None without one. The first of two counts."""
    for found in _PARAMETER.finditer(content_type):
        if found[1].lower() == "charset":
            charset = re.sub(r"\\(.)", r"\1", found[2] if found[2] is not None else found[3])
            return charset.strip().strip("'") or None
    return None
