"""Answers compressed for who asks (RFC 9110 §12.5.3). Only those without an ETag: a strong one names the octets of one
coding (§8.8.3.3), and calendar objects are small."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

SMALLEST: Final = 1400
"""Octets that fill one packet: below, compressing saves nobody anything."""
LEVEL: Final = 1
"""Multistatus shrinks to a tenth at the cheapest level already."""
_WEIGHT = re.compile(r"\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*\Z", re.IGNORECASE)


def takes_gzip(accept: str | None) -> bool:
    """Accept-Encoding names gzip, or anything, and does not forbid it."""
    wanted: dict[str, float] = {}
    for each in (accept or "").split(","):
        coding, _, rest = each.strip().partition(";")
        weight = _WEIGHT.match(f";{rest}") if rest else None
        wanted[coding.strip().lower()] = float(weight[1]) if weight is not None else (0.0 if rest else 1.0)
    for coding in ("gzip", "x-gzip", "*"):
        if coding in wanted:
            return wanted[coding] > 0
    return False


def gzipped(source: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks compressed, each so that a client can read it as soon as it arrives. Closing it closes the source."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    try:
        for chunk in source:
            yield packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH)
        yield packer.flush()
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()
