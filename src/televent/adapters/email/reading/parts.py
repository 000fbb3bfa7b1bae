"""The MIME parts of a mail, found in one pass over its bytes (RFC 2045, RFC 2046 §5.1).

No parser of the email package sees the mail: its memory and time have no bound. Here every line that may be a
delimiter is looked up once among the open boundaries, at whatever depth, and nothing is copied before a part is asked
for its content. The bounds are in ``bounds``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from televent.adapters.email.reading import bodies
from televent.adapters.email.reading.bounds import (
    BAD_CONTENT,
    LOOP,
    MAX_DASHED,
    MAX_DEPTH,
    MAX_FIELDS,
    MAX_HEAD,
    MAX_PART_HEAD,
    MAX_PARTS,
    MAX_RECEIVED,
    BeyondBounds,
)
from televent.adapters.email.reading.fields import CONTENT, SENDERS, Fields, bounded, fields, head_of, named
from televent.adapters.email.reading.parameters import parsed
from televent.adapters.email.reading.words import shown

MAX_BOUNDARY: Final = 200
"""Max characters of a boundary. RFC 2046 §5.1.1 allows 70; some programs write more."""
MESSAGES: Final = ("message/rfc822", "message/global")

_TOP: Final = named((*CONTENT, *SENDERS))
_INNER: Final = named(CONTENT)
_RECEIVED: Final = named(("received",))


@dataclass(eq=False)
class Part:
    """A mail or one of its parts. ``head``, ``start`` and ``end`` are places in ``raw``, the bytes of the mail.

    ``default``: the type of a part that names none (RFC 2045 §5.2, RFC 2046 §5.1.5).
    """

    raw: bytes = field(repr=False)
    head: int
    start: int
    fields: Fields
    level: int
    default: str = "text/plain"
    end: int = 0
    parts: list[Part] = field(default_factory=list)

    @cached_property
    def _typed(self) -> tuple[str, dict[str, str]]:
        kind, parameters = parsed(self._field("content-type"))
        main, _, sub = kind.partition("/")
        if not main or not sub or "/" in sub:
            # RFC 2045 §5.2: what has no valid type is text/plain.
            return (self.default if not kind else "text/plain"), parameters
        return kind, parameters

    @property
    def type(self) -> str:
        """The media type, in lower case: ``text/calendar``."""
        return self._typed[0]

    def parameter(self, name: str) -> str | None:
        """A parameter of Content-Type."""
        return self._typed[1].get(name)

    @property
    def filename(self) -> str:
        """The file name that the part is given; "" without one."""
        given = parsed(self._field("content-disposition"))[1].get("filename") or self.parameter("name")
        # RFC 2047 §5 forbids encoded words in parameters, but many programs write them.
        return shown(given or "")

    @property
    def boundary(self) -> bytes | None:
        """The boundary of a multipart; None for any other part."""
        given = (self.parameter("boundary") or "").rstrip() if self.type.startswith("multipart/") else ""
        return given.encode("ascii", "surrogateescape") if 0 < len(given) <= MAX_BOUNDARY and given.isascii() else None

    @property
    def size(self) -> int:
        """Bytes of the content as it is in the mail."""
        return max(0, self.end - self.start)

    def content(self, most: int | None = None) -> bytes:
        """The content, decoded. ``most``: max bytes of the encoded content that are decoded."""
        end = self.end if most is None else min(self.end, self.start + most)
        return bodies.decoded(self.raw[self.start : end], self._field("content-transfer-encoding"))

    def raw_items(self) -> Iterator[tuple[str, str]]:
        """The fields that are read, as in email.message.Message."""
        return iter(self.fields)

    def walk(self) -> Iterator[Part]:
        """This part and those in it, each before its own parts."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(part.parts))

    def _field(self, name: str) -> str:
        return next((value for each, value in self.fields if each == name), "")


def parse_mail(raw: bytes, *, returned: bool = False) -> Part:
    """The mail with its parts. Raises BeyondBounds.

    ``returned``: enclosed messages are read too, as in every multipart/report. Those of other mails are not ours to
    act on.
    """
    end, start = head_of(raw, 0, MAX_HEAD)
    if sum(1 for _ in fields(raw, 0, end, _RECEIVED)) > MAX_RECEIVED:
        raise BeyondBounds(LOOP, f"More than {MAX_RECEIVED} Received fields: a loop")
    root = Part(raw, 0, start, bounded(fields(raw, 0, end, _TOP)), 1)
    _Scan(raw, returned or root.type == "multipart/report").run(root)
    return root


class _Scan:
    """One pass over a mail. ``_open`` are the multiparts that are not closed, ``_levels`` their delimiters."""

    def __init__(self, raw: bytes, returned: bool) -> None:
        self._raw = raw
        self._returned = returned
        self._open: list[tuple[bytes, Part]] = []
        self._levels: dict[bytes, int] = {}
        self._unfinished: list[Part] = []
        self._count, self._read = 1, 0

    def run(self, root: Part) -> None:
        raw, dashed = self._raw, 0
        place = self._enter(root)
        while self._open and (at := raw.find(b"\n--", max(0, place - 1))) != -1:
            dashed += 1
            if dashed > MAX_DASHED:
                raise BeyondBounds(BAD_CONTENT, f"More than {MAX_DASHED} lines look like MIME delimiters")
            line, place = self._line(at + 1)
            level, closing = self._level(line)
            if level is not None:
                self._close(level, at, closing)
                if not closing:
                    place = self._next(self._open[level][1], place)
        self._finish(len(raw), 0)

    def _line(self, start: int) -> tuple[bytes, int]:
        """The line without its end, or the start of a longer one; and the place where the search goes on."""
        most = start + MAX_BOUNDARY + 100
        end = self._raw.find(b"\n", start, most)
        if end == -1:
            return self._raw[start:most].rstrip(b" \t\r"), min(most, len(self._raw))
        return self._raw[start:end].rstrip(b" \t\r"), end + 1

    def _level(self, line: bytes) -> tuple[int | None, bool]:
        found = self._levels.get(line)
        if found is None and line.endswith(b"--"):
            return self._levels.get(line[:-2]), True
        return found, False

    def _close(self, level: int, at: int, closing: bool) -> None:
        """Ends the part before a delimiter, and every multipart in it. The delimiter begins with a line break."""
        self._finish(at - (self._raw[at - 1 : at] == b"\r"), self._open[level][1].level)
        for delimiter, _ in self._open[level + (not closing) :]:
            if self._levels.get(delimiter, -1) >= level + (not closing):
                del self._levels[delimiter]
        del self._open[level + (not closing) :]

    def _finish(self, end: int, level: int) -> None:
        while self._unfinished and self._unfinished[-1].level > level:
            part = self._unfinished.pop()
            part.end = max(end, part.start)

    def _next(self, parent: Part, place: int) -> int:
        """Begins the next part of a multipart; returns the place where the search goes on."""
        kind = "message/rfc822" if parent.type == "multipart/digest" else "text/plain"
        return self._enter(self._begin(parent, place, kind, MAX_PART_HEAD))

    def _begin(self, parent: Part, place: int, default: str, most: int) -> Part:
        self._count += 1
        if self._count > MAX_PARTS:
            raise BeyondBounds(BAD_CONTENT, f"More than {MAX_PARTS} parts")
        if parent.level >= MAX_DEPTH:
            raise BeyondBounds(BAD_CONTENT, f"Parts more than {MAX_DEPTH} levels deep")
        end, start = head_of(self._raw, place, most)
        found = bounded(fields(self._raw, place, end, _INNER))
        self._read += sum(len(value) for _, value in found)
        if self._read > MAX_FIELDS:
            raise BeyondBounds(BAD_CONTENT, f"The Content fields of all parts have more than {MAX_FIELDS} bytes")
        part = Part(self._raw, place, start, found, parent.level + 1, default)
        parent.parts.append(part)
        return part

    def _enter(self, part: Part) -> int:
        """Opens a part; returns the place where the search goes on."""
        while True:
            self._unfinished.append(part)
            boundary = part.boundary
            if boundary is not None:
                delimiter = b"--" + boundary
                self._open.append((delimiter, part))
                # The delimiter of an outer multipart is never an inner one's (RFC 2046 §5.1.2).
                self._levels.setdefault(delimiter, len(self._open) - 1)
            if not self._returned or part.type not in MESSAGES or part.level >= MAX_DEPTH:
                return part.start
            part = self._begin(part, part.start, "text/plain", MAX_HEAD)
