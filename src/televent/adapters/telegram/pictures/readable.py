"""Texts as the fonts of the pictures can show them."""

from __future__ import annotations

import re
from typing import Final

from televent.adapters.telegram.cards.one_line import one_line

COVERED: Final = (
    "\u0020-\u007e\u00a0-\u017f\u0192\u01a0-\u01b0\u0218-\u021b\u0370-\u03ff\u0400-\u052f\u1e80-\u1e85\u1ea0-\u1ef9"
    "\u2010-\u2027\u2030-\u203a\u2044\u20ac\u20b4\u20bd\u2116\u2122\u2190-\u2199\u21d2\u2200-\u2265\u25a0-\u25cf"
    "\u2600-\u2605\u260e\u2611\u2665\u2713-\u2717"
)
"""The characters that both fonts have: the content of a character class."""
MAX_TEXT: Final = 200
"""Max characters of a text that is measured."""
_FOREIGN: Final = re.compile(rf"[^\W{COVERED}]+")
_OTHERS: Final = re.compile(rf"[^{COVERED}]+")


def readable(text: str) -> str:
    """The text in one line. Words in other scripts become "…", and pictograms are left out: a font without them would
    show boxes."""
    line = one_line(text, MAX_TEXT)
    return " ".join(_OTHERS.sub("", _FOREIGN.sub("…", line)).split())
