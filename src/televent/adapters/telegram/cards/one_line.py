"""Titles and names in one line, whatever their writers put into them."""

from __future__ import annotations

import html
import unicodedata
from typing import Final

MAX_MARKS: Final = 2
"""Max combining marks on one character; more of them would cover the lines above and below."""
_JOINERS: Final = "\u200c\u200d"
_ISOLATE, _END = "\u2068", "\u2069"


def one_line(text: str, limit: int) -> str:
    """The text in one line, at most ``limit`` characters, "…" at its end where some are left out.

    Without control characters and marks that turn the direction of what follows; text that runs from right to left is
    isolated, so that it turns nothing around it (Unicode TR 9).
    """
    # A character may need several of the text; and nothing that people read costs more than this.
    text = unicodedata.normalize("NFC", text[: limit * 8])
    kept: list[str] = []
    marks = 0
    for each in text:
        kind = unicodedata.category(each)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if kind in ("Zs", "Zl", "Zp") or (kind == "Cc" and each.isspace()):
            kept.append(" ")
        elif marks <= MAX_MARKS and (kind[0] != "C" or each in _JOINERS or kind == "Cn"):
            kept.append(each)
    line = " ".join("".join(kept).split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    turned = any(unicodedata.bidirectional(each) in ("R", "AL", "AN") for each in line)
    return f"{_ISOLATE}{line}{_END}" if turned else line


def escaped(text: str, limit: int) -> str:
    """The same as HTML."""
    return html.escape(one_line(text, limit), quote=False)
