"""Reads the Prefer header (RFC 7240 §2, RFC 8144)."""

from __future__ import annotations

import re
from collections.abc import Mapping

# A comma inside quotation marks ends nothing. A mark without its partner is a character like others.
_EACH = re.compile(r'(?:"[^"]*"|[^,])++')
_PREFERENCE = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s",;]*)))?')


def preferences(headers: Mapping[str, str]) -> dict[str, str]:
    """The preferences of the Prefer header, values by names, both in lower case. The first of two with the same name
    counts (RFC 7240 §2). Parameters are ignored, because no preference used here has any."""
    found: dict[str, str] = {}
    for each in _EACH.findall(headers.get("prefer", "")):
        preference = _PREFERENCE.match(each)
        if preference is not None:
            found.setdefault(preference[1].lower(), (preference[2] or preference[3] or "").lower())
    return found
