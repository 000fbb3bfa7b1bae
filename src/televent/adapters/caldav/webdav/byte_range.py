"""Reads the Range header (RFC 9110 §14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_SINGLE: Final = re.compile(r"\s*bytes\s*=[\s,]*([0-9]*)-([0-9]*)[\s,]*\Z", re.IGNORECASE)
_DIGITS: Final = 18
"""Max digits of a number that is read as it is; a longer one is beyond the end of everything."""


class Unsatisfiable(Exception):
    """The range is beyond the end (§15.5.17)."""


def wanted_range(headers: Mapping[str, str], size: int, etag: str) -> tuple[int, int] | None:
    """The first byte of the requested range and the one after the last; None to send all ``size`` bytes.

    A header that is not a single range of bytes is ignored, and so is any if If-Range is not ``etag`` (§13.1.5, §14.2);
    no other validator is sent. Raises Unsatisfiable."""
    value = headers.get("range")
    condition = headers.get("if-range")
    if value is None or (condition is not None and condition.strip() != f'"{etag}"'):
        return None
    found = _SINGLE.match(value)
    if found is None or not (found[1] or found[2]):
        return None
    first, last = _number(found[1]), _number(found[2])
    if not found[1]:
        if last == 0:
            raise Unsatisfiable()
        # §14.1.2: a suffix of an empty representation is all of it.
        return (max(size - last, 0), size) if size else None
    if found[2] and last < first:
        return None
    if first >= size:
        raise Unsatisfiable()
    return first, min(last + 1, size) if found[2] else size


def _number(digits: str) -> int:
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _DIGITS else 10**_DIGITS
