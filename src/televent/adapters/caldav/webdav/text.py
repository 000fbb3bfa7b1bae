"""Escapes text for XML 1.0."""

from __future__ import annotations

import re

# RFC 4791 §9.6: an XML parser turns a bare CR into LF, so the CR of calendar data is written as a reference.
# Characters that XML 1.0 §2.2 forbids are replaced: a client could not parse an answer that contains one.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


_ALLOWED = bytes(each for each in range(256) if each >= 0x20 or each in b"\t\n\r")
_NEAR_FORBIDDEN = "\uffff".encode()[:2]
"""The first two bytes of U+FFFE and U+FFFF, which cannot be recognized by a single byte."""


def escape(text: str) -> str:
    """``text`` escaped as character data. Characters that XML forbids become U+FFFD."""
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
    """``text`` escaped as an attribute's value between double quotes."""
    return escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def escape_bytes(data: bytes) -> str:
    """Stored bytes escaped as character data. Bytes that are not UTF-8 become U+FFFD."""
    text = data.decode("utf-8", "replace")
    # Forbidden characters are rare, and searching bytes for them is much faster than searching characters.
    clean = not data.translate(None, _ALLOWED) and _NEAR_FORBIDDEN not in data
    return _escaped(text) if clean else escape(text)
