"""Text as XML 1.0 carries it."""

from __future__ import annotations

import re

# RFC 4791 §9.6: an XML parser turns a bare CR into LF, so the CR of calendar data is written as a reference.
# Characters that XML 1.0 §2.2 does not know at all cannot be written: a client could not read the whole answer.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


_ALLOWED = bytes(each for each in range(256) if each >= 0x20 or each in b"\t\n\r")
_NEAR_FORBIDDEN = "\uffff".encode()[:2]
"""How U+FFFE and U+FFFF begin, which no single octet shows."""


def escape(text: str) -> str:
    """Character data."""
    return _FORBIDDEN.sub("�", _escaped(text))


def _escaped(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if "\r" in text:
        text = text.replace("\r", "&#13;")
    return text


def attribute(text: str) -> str:
    """An attribute's value, to stand between double quotes."""
    return escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def octets(data: bytes) -> str:
    """Stored octets as character data."""
    text = data.decode("utf-8", "replace")
    # Hardly any text has what is forbidden, and octets are looked through much faster than characters.
    clean = not data.translate(None, _ALLOWED) and _NEAR_FORBIDDEN not in data
    return _escaped(text) if clean else escape(text)
