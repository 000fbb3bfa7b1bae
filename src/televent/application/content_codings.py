"""The codings of an answer that a client accepts (RFC 9110 §12.5.3), and when compressing one pays."""

from __future__ import annotations

import re
from typing import Final

MIN_SIZE: Final = 1400
"""Min bytes of a body that is compressed. A smaller body fits into one packet anyway."""
LEVEL: Final = 1
"""The zlib level. The cheapest one already reduces a multistatus, or a list of events, to a tenth."""
_WEIGHT = re.compile(r"\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*\Z", re.IGNORECASE)


def takes_gzip(accept: str | None) -> bool:
    """True if the Accept-Encoding header allows gzip, by name or by ``*``."""
    wanted: dict[str, float] = {}
    for each in (accept or "").split(","):
        coding, _, rest = each.strip().partition(";")
        weight = _WEIGHT.match(f";{rest}") if rest else None
        wanted[coding.strip().lower()] = float(weight[1]) if weight is not None else (0.0 if rest else 1.0)
    for coding in ("gzip", "x-gzip", "*"):
        if coding in wanted:
            return wanted[coding] > 0
    return False
