"""Escapes text for XML 1.0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from televent.ical.text.characters import served_text, served_together

# RFC 4791 §9.6: an XML parser turns a bare CR into LF, so the CR of calendar data is written as a reference.
# Characters that XML 1.0 §2.2 forbids are replaced: a client could not parse an answer that contains one.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

MAX_TOGETHER: Final = 256 * 1024
"""Max bytes of texts that are escaped together: each step makes a copy of all of them."""


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


def escape_each(texts: Sequence[bytes]) -> list[str]:
    """``escape_bytes`` of each text. All together are searched once, which is several times faster."""
    joined = served_together(texts) if sum(map(len, texts)) <= MAX_TOGETHER else None
    return [escape_bytes(each) for each in texts] if joined is None else _escaped(joined).split("\0")
