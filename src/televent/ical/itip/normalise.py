"""Mends the calendar text of a mail before it is read: RFC 6047 and mail seen in practice, SPEC B3/B4.

A careless program may write a bad calendar part: folded with CR CR LF, wrapped by a relay, cut short, or labelled with
a charset that does not exist. Its good lines must still count. A stored text is never mended: the client gets back the
same bytes.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import Final

from televent.ical.itip.zone_lines import with_quoted_zone
from televent.ical.text.characters import clean, whole_text
from televent.ical.text.charsets import decoded as decoded_as
from televent.ical.text.charsets import known, unlabelled
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.values import escape
from televent.ical.zones.tzid import spelled

MAX_MESSAGE: Final = 1024 * 1024
"""Max bytes of calendar text in a message (SPEC B3)."""
MAX_COMPONENTS: Final = 1000
"""Max VEVENT, VTODO, VJOURNAL and VFREEBUSY components in a message (SPEC B3)."""
MAX_SHORT: Final = 512
"""Max characters of a line that is mended once and remembered."""

# Not "\r*\n|\r": on a row of carriage returns it would begin again at each of them.
_LINE_END: Final = re.compile(r"\r+\n?|\n")
# RFC 5545 allows no underscore in a name, but Lotus Notes writes it; such a line must not be joined to the one before.
_CONTENT_LINE: Final = re.compile(r"[A-Za-z0-9._-]+[;:]")
_NAME: Final = re.compile(r"[^;:]*+")
_EMPTY_PARAMETER: Final = re.compile(r";(?=[;:])")
_FREE_TEXT: Final = frozenset({"DESCRIPTION", "COMMENT", "SUMMARY", "LOCATION", "X-ALT-DESC", "CONTACT"})
_DATED: Final = frozenset({"DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "DTSTAMP"})
_DATE_VALUE: Final = re.compile(r"\d{8}(T\d{6}Z?)?\Z")
_ZONED: Final = _DATED | {"EXDATE", "RDATE"}
_ADDRESSED: Final = frozenset({"ATTENDEE", "ORGANIZER"})
_UNQUOTED_URI: Final = re.compile(r'(;[A-Za-z0-9-]+=)(mailto:[^";:,]+)(?=[;:])', re.IGNORECASE)
# Possessive, so that a line costs one pass.
_TO_VALUE: Final = re.compile(r'[^":]*+(?:"[^"]*+"[^":]*+)*+:')
_ENUMERATED: Final = re.compile(r';(ROLE|PARTSTAT|RSVP|CUTYPE)=(?:3D)?"?([A-Za-z0-9_-]+)"?(?=[;:])', re.IGNORECASE)


def decoded(data: bytes, charset: str | None = None) -> str:
    """The characters of *data*: the named charset where it exists and fits, else UTF-8, else windows-1252.

    US-ASCII is tried as UTF-8, its superset: mail programs write that label over anything. The characters that no
    calendar text has are left out.
    """
    codec = known(charset or "")
    if codec not in (None, "utf-8", "ascii"):
        with suppress(UnicodeDecodeError):
            return clean(decoded_as(data, codec).lstrip("\ufeff"))
    if (codec := unlabelled(data)) is not None:
        with suppress(UnicodeDecodeError):
            return clean(decoded_as(data, codec).lstrip("\ufeff"))
    return clean(whole_text(data).lstrip("\ufeff"))


def unfolded(text: str) -> list[str]:
    """The content lines of *text*: unfolded (RFC 5545 §3.1), with wrapped lines joined again.

    A line that does not begin with ``NAME[;:]`` is the rest of the line before it. In free text the break becomes a
    line break of the text; elsewhere (a UID, an address) it is dropped.
    """
    lines: list[list[str]] = []
    for raw in _LINE_END.split(text):
        if raw[:1] in {" ", "\t"} and lines:
            lines[-1].append(raw[1:])
        elif not raw.strip():
            continue
        elif _CONTENT_LINE.match(raw) or not lines:
            lines.append([raw])
        else:
            head = _name_of(lines[-1][0])
            lines[-1].append(("\\n" if head in _FREE_TEXT else "") + raw)
    return ["".join(parts) for parts in lines]


def _mended_line(line: str) -> str | None:
    """The line as a strict reader accepts it; None where it cannot be used."""
    name = _name_of(line)
    if name in _ADDRESSED:
        # SENT-BY=mailto:x without its quotes ends the parameters too early (I-21).
        line = _UNQUOTED_URI.sub(r'\1"\2"', line)
        line = _ENUMERATED.sub(lambda m: f";{m[1].upper()}={m[2].upper().replace('REQ_P', 'REQ-P')}", line)
    if name in _ZONED:
        line = with_quoted_zone(line)
    elif name == "TZID":
        return f"TZID:{escape(spelled(line.partition(':')[2]))}"
    value_at = _value_start(line)
    if value_at is None:
        # A quotation mark that never closes would hide the value, so all quotation marks are dropped.
        line = line.replace('"', "")
        value_at = _value_start(line)
    if value_at is None:
        return None
    head, value = line[:value_at], line[value_at:]
    if ";;" in head or ";:" in head:
        # Zoom writes empty parameters.
        head = _EMPTY_PARAMETER.sub("", head)
    if name == "UID":
        value = value.strip()
    elif name in _DATED and not _DATE_VALUE.match(value := value.strip()):
        return None
    elif name == "SEQUENCE":
        value = value.strip()
        if not re.fullmatch(r"\d{1,18}", value):
            return None
    return head + value


def _name_of(line: str) -> str:
    found = _NAME.match(line)
    assert found is not None
    return found[0].upper()


def _value_start(line: str) -> int | None:
    """The position of a content line's value: after the first colon outside quotation marks."""
    found = _TO_VALUE.match(line)
    return found.end() if found is not None else None


def mended(data: bytes, *, charset: str | None = None) -> bytes:
    """*data* as a well-formed iCalendar stream: UTF-8, CRLF, folded at 75 bytes, every BEGIN with its END.

    A component that the end of the text cuts off is left out, because its missing part is unknown. A component that an
    outer END closes is kept. Raises :class:`InvalidCalendarData` where there is no VCALENDAR, or there are more than
    :data:`MAX_MESSAGE` bytes or :data:`MAX_COMPONENTS` components.
    """
    if len(data) > MAX_MESSAGE:
        raise InvalidCalendarData(f"A message may have {MAX_MESSAGE} bytes of calendar data, not {len(data)}.")
    out: list[bytes] = []
    open_at: list[tuple[str, int]] = []
    seen = 0
    done = False
    for line in unfolded(decoded(data, charset)):
        keyword, _, rest = line.partition(":")
        keyword = keyword.strip().upper()
        kind = rest.strip().upper()
        if keyword == "BEGIN":
            if not open_at and (kind != "VCALENDAR" or done):
                continue
            seen += kind in {"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"}
            open_at.append((kind, len(out)))
            out.append(_folded(f"BEGIN:{kind}"))
        elif keyword == "END":
            if not any(name == kind for name, _ in open_at):
                continue
            while open_at:
                name, _ = open_at.pop()
                out.append(_folded(f"END:{name}"))
                if name == kind:
                    break
            done = done or not open_at
        elif open_at and (mended_line := _mended(line)) is not None:
            out.append(mended_line)
        if seen > MAX_COMPONENTS:
            raise InvalidCalendarData(f"A message may have {MAX_COMPONENTS} components.")
    if len(open_at) > 1:
        del out[open_at[1][1] :]
    if open_at:
        out.append(_folded("END:VCALENDAR"))
    if not out:
        raise InvalidCalendarData("There is no VCALENDAR in this message.")
    return b"".join(out)


def _mended(line: str) -> bytes | None:
    """The line as a strict reader accepts it, folded; None where it cannot be used."""
    return _short_line(line) if len(line) <= MAX_SHORT else _folded_line(line)


def _folded_line(line: str) -> bytes | None:
    mended_line = _mended_line(line)
    return _folded(mended_line) if mended_line is not None else None


# The messages of one meeting have nearly the same lines. The number and the length of the lines bound the memory.
_short_line = lru_cache(maxsize=4096)(_folded_line)


def _folded(line: str) -> bytes:
    """*line* in UTF-8, folded at 75 bytes, never inside a character (RFC 5545 §3.1)."""
    data = line.encode()
    if len(data) <= 75:
        return data + b"\r\n"
    pieces: list[bytes] = []
    start, room = 0, 75
    while len(data) - start > room:
        cut = start + room
        while cut > start and data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[start:cut])
        start, room = cut, 74
    pieces.append(data[start:])
    return b"\r\n ".join(pieces) + b"\r\n"
