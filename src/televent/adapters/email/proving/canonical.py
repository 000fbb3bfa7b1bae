"""The canonical forms of a mail that DKIM signs (RFC 6376 §3.4). Each takes time linear in its input.

dkimpy takes the square of it: 2 seconds for a line of 40 KB of blanks.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Form = Literal["simple", "relaxed"]

_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")


def field(name: bytes, value: bytes, form: Form) -> bytes:
    """A header field with its line end. ``name`` and ``value`` are the bytes before and after the colon."""
    if form == "simple":
        return name + b":" + _crlf(value).removesuffix(b"\r\n").removesuffix(b"\r") + b"\r\n"
    # RFC 6376 §3.4.2: unfold, then one blank for each run of them, none at the ends.
    value = _single(_FOLD.sub(b"", value)).removesuffix(b"\n").removesuffix(b"\r").strip(b" \t")
    return name.lower().rstrip(b" \t") + b":" + value + b"\r\n"


def body(raw: bytes, form: Form) -> bytes:
    """The body of a mail. A bare LF counts as a line end, as everywhere in ``reading``."""
    # One name for all, so that each copy goes before the next but one is made. A substitution by a regular expression
    # would hold a piece for each match: 470 MB for a mail of empty lines.
    raw = _crlf(raw)
    if form == "simple":
        return raw[: _end(raw)] + b"\r\n"
    if raw and not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    raw = _single(raw)
    raw = raw.replace(b" \r\n", b"\r\n")
    # An empty body stays empty (RFC 6376 §3.4.4).
    end = _end(raw)
    return raw[:end] + b"\r\n" if end else b""


def _crlf(text: bytes) -> bytes:
    text = text.replace(b"\r\n", b"\n")
    return text.replace(b"\n", b"\r\n")


def _single(text: bytes) -> bytes:
    """The text with one blank for each run of them. Each pass halves the runs, without a search for their ends."""
    text = text.replace(b"\t", b" ")
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text


def _end(text: bytes) -> int:
    """The place where the line breaks at the end of the text begin. Every LF in it follows a CR."""
    if not text.endswith(b"\n"):
        return len(text)
    start = len(text.rstrip(b"\r\n"))
    # A CR before another CR ends no line.
    lone = text.rfind(b"\r\r", start)
    return start if lone == -1 else lone + 1
