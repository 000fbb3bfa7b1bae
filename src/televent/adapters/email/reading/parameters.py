"""Reads the values of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183, RFC 2231)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from televent.adapters.email.reading.charsets import text_in
from televent.adapters.email.reading.fields import unfolded

MAX_SECTIONS: Final = 100
"""Max sections of one parameter (RFC 2231 §3)."""

_QUOTED: Final = r'"(?:[^"\\]|\\.)*+"?+'
_OUTSIDE: Final = re.compile(rf"{_QUOTED}|\\.|[^\"\\()]++|.", re.DOTALL)
_INSIDE: Final = re.compile(r"\\.|[^\\()]++|.", re.DOTALL)
_VALUE: Final = re.compile(r"\s*+([^\s;/]++(?:\s*+/\s*+[^\s;/]++)?+)?+")
_PARAMETER: Final = re.compile(rf";\s*+([^\s=;\"]++)\s*+=\s*+({_QUOTED}|[^;\"]*+)", re.DOTALL)
_SECTION: Final = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?\Z")


def parsed(value: str) -> tuple[str, dict[str, str]]:
    """The value before the parameters, in lower case and without white space; and the parameters by name.

    The first parameter of a name counts. Never raises; what cannot be read is left out.
    """
    value = _without_comments(unfolded(value))
    head = _VALUE.match(value)
    assert head is not None
    first = "".join((head[1] or "").split()).lower()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAMETER.finditer(value, head.end()):
        name = _SECTION.match(found[1].lower())
        if name is None:
            continue
        text = _unquoted(found[2])
        if name[2] is None and name[3] is None:
            plain.setdefault(name[1], text)
        elif len(of_name := sections.setdefault(name[1], {})) < MAX_SECTIONS:
            of_name.setdefault(int(name[2] or 0), (text, name[3] is not None))
    # A program that writes both forms means the one of RFC 2231 for those who can read it.
    return first, {**plain, **{name: _joined(of_name) for name, of_name in sections.items()}}


def _without_comments(value: str) -> str:
    """The value without its comments (RFC 5322 §3.2.2); unchanged where one does not end."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth = place = 0
    while place < len(value):
        found = (_INSIDE if depth else _OUTSIDE).match(value, place)
        assert found is not None
        piece, place = found[0], found.end()
        if piece == "(":
            depth += 1
        elif depth:
            depth -= piece == ")"
        else:
            kept.append(piece)
    return "".join(kept) if not depth else value


def _unquoted(text: str) -> str:
    text = text.strip()
    if not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", r"\1", text[1:].removesuffix('"'), flags=re.DOTALL)


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """A parameter in sections: the numbers from 0 to the first gap (RFC 2231 §3 and §4)."""
    charset, pieces, number = "", [], 0
    while number in sections:
        text, encoded = sections[number]
        if number == 0 and encoded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data = text.encode("utf-8", "surrogateescape")
        pieces.append(unquote_to_bytes(data) if encoded else data)
        number += 1
    return text_in(charset, b"".join(pieces))
