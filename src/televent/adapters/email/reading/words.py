"""Decodes encoded-words (RFC 2047), by known charsets only.

The email package decodes them by any codec of Python. Some of those are no charsets, and some make lone surrogates,
which have no UTF-8 form and so cannot be stored.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from televent.adapters.email.reading.bodies import decoded
from televent.adapters.email.reading.charsets import text_in

# RFC 2231 §5 adds a language to the charset. Many programs write spaces inside a word.
_WORD: Final = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,60})?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_LOST_SPACE: Final = "  "
"""Two spaces between encoded-words: Python before 3.12.6 writes a space of the text between them (gh-92081)."""


def shown(text: str) -> str:
    """The text with its encoded words decoded. A word that cannot be read stays as it is."""
    pieces: list[str] = []
    place, charset, data = 0, "", b""
    for found in _WORD.finditer(text):
        between = text[place : found.start()]
        # White space between two words is no part of the text (§6.2). Some programs cut a character in two.
        apart = between.strip(" \t") or (data and between == _LOST_SPACE)
        if not data or apart or found[1].lower() != charset:
            pieces.append(text_in(charset, data))
            pieces.append(" " if data and between == _LOST_SPACE else between if not data or apart else "")
            charset, data = found[1].lower(), b""
        data += _bytes(found[2], found[3].encode("ascii", "replace"))
        place = found.end()
    return "".join([*pieces, text_in(charset, data), text[place:]])


def _bytes(encoding: str, data: bytes) -> bytes:
    return decoded(data + b"===", "base64") if encoding in "bB" else binascii.a2b_qp(data, header=True)
