"""Splits a foreign calendar text into logical lines and decodes quoted-printable: vCalendar 1.0 §2.1; RFC 5545 §3.1."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import Final

from televent.ical.text.characters import clean
from televent.ical.text.charsets import known
from televent.ical.text.errors import TooLarge

MAX_LINES: Final = 1_000
"""Max logical lines of a text that needs this reader: vobject takes fifty times as long for a line as our own."""
MAX_LINE: Final = 64 * 1024
"""Max characters of one logical line."""

# Not "\r*\n|\r": on a row of carriage returns it would begin again at each of them.
_LINE_END: Final = re.compile(r"\r+\n?|\n")
# Possessive, so that a hostile line costs one pass: parameters whose quotes do not close match nothing.
_PARAM_VALUE: Final = r'(?:"[^"]*+"|[^";:,]*+)'
_HEAD: Final = re.compile(
    r"(?P<name>(?:[A-Za-z0-9_-]++\.)?+[A-Za-z0-9_-]++)"
    rf"(?P<params>(?:;(?=[;:]))?+(?:;[A-Za-z0-9_-]++(?:={_PARAM_VALUE})?+(?:,{_PARAM_VALUE})*+)*+):"
)
_QUOTED_PRINTABLE: Final = re.compile(r';(?:ENCODING=)?"?QUOTED-PRINTABLE"?(?=[;:]|\Z)', re.IGNORECASE)
_CHARSET: Final = re.compile(r';CHARSET="?([A-Za-z0-9_.:-]{1,40})"?(?=[;:]|\Z)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One content line. ``params`` is its text with the leading ``;``, or empty; ``value`` is decoded."""

    name: str
    params: str
    value: str


def logical_lines(text: str, *, keep_blank: bool = False) -> list[LogicalLine]:
    """The content lines of *text*; other lines are left out.

    ``keep_blank`` unfolds as RFC 822 and vCalendar 1.0 do: the blank that begins the next row stays. Soft line
    breaks of quoted-printable values are joined and the values decoded. Raises TooLarge past :data:`MAX_LINES` lines
    or :data:`MAX_LINE` characters of one.
    """
    found: list[LogicalLine] = []
    for row in _joined(text, keep_blank):
        head = _HEAD.match(row)
        if head is not None:
            found.append(_decoded(head["name"], head["params"], row[head.end() :]))
    return found


def _joined(text: str, keep_blank: bool) -> list[str]:
    rows: list[list[str]] = []
    soft = False
    for raw in _LINE_END.split(text):
        if soft and rows:
            rows[-1].append("\n" + raw)
        elif raw[:1] in (" ", "\t") and rows:
            rows[-1].append(raw if keep_blank else raw[1:])
        elif raw.strip():
            rows.append([raw])
            if len(rows) > MAX_LINES:
                raise TooLarge(f"more than {MAX_LINES} lines")
        else:
            soft = False
            continue
        # Only the first row of a line names its encoding, so the joined rows are not searched again.
        soft = raw.endswith("=") and _QUOTED_PRINTABLE.search(rows[-1][0].partition(":")[0]) is not None
    joined = ["".join(parts) for parts in rows]
    if any(len(each) > MAX_LINE for each in joined):
        raise TooLarge(f"a line of more than {MAX_LINE} characters")
    return joined


def _decoded(name: str, params: str, value: str) -> LogicalLine:
    encoded = _QUOTED_PRINTABLE.search(params) is not None
    charset = _CHARSET.search(params)
    params = _CHARSET.sub("", _QUOTED_PRINTABLE.sub("", params))
    if not encoded:
        return LogicalLine(name, params, value)
    data = binascii.a2b_qp(value.encode("utf-8", errors="replace"))
    codec = known(charset[1]) if charset is not None else None
    try:
        decoded = data.decode(codec or "utf-8")
    except UnicodeDecodeError:
        decoded = data.decode("windows-1252", errors="replace")
    # A line break in a decoded value is part of the text, not the end of the line.
    return LogicalLine(name, params, clean(re.sub(r"\r\n|\r|\n", r"\\n", decoded)))
