"""Reads and writes content lines without loss: RFC 5545 §3.1, RFC 6868.

A *raw* line has the bytes of the text with folds and line ending. Its *unfolded* form has neither. The endings LF,
CR LF and CR CR LF are read alike; a new line gets the ending of the text that it is added to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from televent.ical.text.characters import clean_line

# A line and the lines that continue it: a line break followed by one blank is no break (RFC 5545 §3.1).
_RAW = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*\n?")
# No "\r*": on a row of carriage returns it would begin again at each of them.
_FOLD = re.compile(rb"\r{0,2}\n[ \t]")
_INDENTED = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r{0,2}\n)*([ \t]+)BEGIN[ \t]*:", re.IGNORECASE)
_HEAD = re.compile(rb"[ \t]*([A-Za-z0-9_.\-]+)[ \t]*([;:])")
_PARAM = re.compile(r'([^=;:,"]+)=')
_VALUE = re.compile(r'"([^"]*)"|([^";:,]*)')

Params = tuple[tuple[str, tuple[str, ...]], ...]

FOLD_AT = 75
"""Max bytes in a line, without its ending (RFC 5545 §3.1)."""


def split_raw(data: bytes) -> list[bytes]:
    """The text as raw lines; joined they give the text again.

    Where the whole text is indented, that indentation does not continue a line; a deeper one does.
    """
    indented = _INDENTED.match(data)
    if indented is None:
        return [found[0] for found in _RAW.finditer(data) if found[0]]
    own = re.escape(indented[1])
    rows = re.compile(rb"[^\n]*(?:\n(?:" + own + rb"[ \t]|(?!" + own + rb")[ \t])[^\n]*)*\n?")
    return [found[0] for found in rows.finditer(data) if found[0]]


def unfold(raw: bytes) -> bytes:
    """A raw line without folds and ending."""
    body = raw.rstrip(b"\r\n")
    return _FOLD.sub(b"", body) if b"\n" in body else body


def name_of(unfolded: bytes) -> tuple[str, int] | None:
    """The property's name in upper case, and the position of ``;`` or ``:``; None for what is no content line."""
    found = _HEAD.match(unfolded)
    return (found[1].decode("ascii").upper(), found.start(2)) if found else None


def parse_params(text: str) -> tuple[Params, str]:
    """Parameters and value in the text after a property's name: ``;A=b,"c":value``.

    Accepts empty parameters (``;;``) and parameters without ``=``, as real programs write them. Decodes RFC 6868
    escapes. A line without a value has the value "".
    """
    params: list[tuple[str, tuple[str, ...]]] = []
    place, end = 0, len(text)
    while place < end and text[place] == ";":
        place += 1
        found = _PARAM.match(text, place)
        if found is None:
            place = _skip(text, place)
            continue
        name, place = found[1].strip().upper(), found.end()
        values: list[str] = []
        while True:
            value = _VALUE.match(text, place)
            assert value is not None
            values.append(_decode(value[1] if value[1] is not None else value[2].strip()))
            place = value.end()
            if place < end and text[place] == ",":
                place += 1
                continue
            break
        if place < end and text[place] not in ";:":
            place = _skip(text, place)
        params.append((name, tuple(values)))
    return tuple(params), text[place + 1 :] if place < end and text[place] == ":" else ""


def _skip(text: str, place: int) -> int:
    """The next ``;`` or ``:`` outside quotes."""
    quoted = False
    while place < len(text) and (quoted or text[place] not in ";:"):
        quoted ^= text[place] == '"'
        place += 1
    return place


_DECODED = {"^n": "\n", "^N": "\n", "^^": "^", "^'": '"'}


def _decode(value: str) -> str:
    return re.sub(r"\^[nN^']", lambda found: _DECODED[found[0]], value) if "^" in value else value


def _encode(value: str) -> str:
    """A parameter's value as written: with RFC 6868 escapes, quoted where RFC 5545 §3.2 requires it."""
    value = value.replace("^", "^^").replace('"', "^'").replace("\r\n", "^n").replace("\n", "^n")
    value = clean_line(value)
    return f'"{value}"' if any(each in value for each in ":;,") or value != value.strip() else value


_QUOTED_ALWAYS = frozenset({"CN", "ALTREP", "DELEGATED-FROM", "DELEGATED-TO", "MEMBER", "SENT-BY", "DIR"})


def compose(name: str, params: Iterable[tuple[str, Sequence[str]]], value: str) -> bytes:
    """An unfolded content line. ``value`` is written as it is: escape TEXT before."""
    parts = [name]
    for key, values in params:
        written = [_encode(each) for each in values]
        if key in _QUOTED_ALWAYS:
            written = [each if each.startswith('"') else f'"{each}"' for each in written]
        parts.append(f";{key}={','.join(written)}")
    line = "".join(parts) + ":" + value
    return clean_line(line.replace("\n", "\\n")).encode()


def fold(line: bytes, ending: bytes = b"\r\n") -> bytes:
    """A raw line with at most 75 bytes a row, never cut inside a UTF-8 sequence."""
    if len(line) <= FOLD_AT:
        return line + ending
    rows, start, room = [], 0, FOLD_AT
    while len(line) - start > room:
        cut = start + room
        while cut > start + 1 and line[cut] & 0xC0 == 0x80:
            cut -= 1
        rows.append(line[start:cut])
        start, room = cut, FOLD_AT - 1
    rows.append(line[start:])
    return (ending + b" ").join(rows) + ending
