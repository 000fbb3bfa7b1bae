"""Escapes text for XML 1.0."""

from __future__ import annotations

import re

from televent.ical.text.characters import served_text

# RFC 4791 §9.6: an XML parser turns a bare CR into LF, so the CR of calendar data is written as a reference.
# Characters that XML 1.0 §2.2 forbids are replaced: a client could not parse an answer that contains one.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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
    """A stored text escaped as character data: the same text that a GET returns."""
    return _escaped(served_text(data))
