"""The scenarios' own iCalendar reader, so that a mistake of the product's reader cannot hide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

_PARAM = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_SHAPES = {8: "%Y%m%d", 15: "%Y%m%dT%H%M%S", 16: "%Y%m%dT%H%M%SZ"}


@dataclass(frozen=True)
class Line:
    """One content line. ``params`` have no quotation marks."""

    name: str
    params: tuple[tuple[str, str], ...]
    value: str

    def param(self, name: str) -> str | None:
        return dict(self.params).get(name)

    def with_param(self, name: str, value: str | None) -> Line:
        kept = tuple(pair for pair in self.params if pair[0] != name)
        return Line(self.name, kept if value is None else (*kept, (name, value)), self.value)

    def __str__(self) -> str:
        params = "".join(
            f';{name}="{value}"' if set(value) & set(":;,") else f";{name}={value}" for name, value in self.params
        )
        return f"{self.name}{params}:{self.value}"


def read_line(text: str) -> Line:
    """Reads a content line. Raises ValueError for other text."""
    found = re.match(r"[A-Za-z0-9-]+", text)
    if found is None:
        raise ValueError(f"no content line: {text}")
    place, params = found.end(), []
    while param := _PARAM.match(text, place):
        params.append((param[1].upper(), param[2].replace('"', "")))
        place = param.end()
    if text[place : place + 1] != ":":
        raise ValueError(f"no content line: {text}")
    return Line(found[0].upper(), tuple(params), text[place + 1 :])


@dataclass
class Block:
    """A component."""

    name: str
    lines: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        return next((line.value for line in self.lines if line.name == name), None)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def content_lines(self) -> Iterator[str]:
        """The content lines of it and of all in it, unfolded."""
        yield f"BEGIN:{self.name}"
        yield from map(str, self.lines)
        for block in self.blocks:
            yield from block.content_lines()
        yield f"END:{self.name}"

    def to_bytes(self) -> bytes:
        return ("\r\n".join(self.content_lines()) + "\r\n").encode()

    def events(self) -> list[Block]:
        """The events and to-dos in it."""
        return [block for block in self.blocks if block.name in ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY")]

    def at(self, recurrence_id: str | None) -> Block | None:
        """The component with that RECURRENCE-ID as written; None: the one without."""
        return next((each for each in self.events() if each.value("RECURRENCE-ID") == recurrence_id), None)


def read_calendar(text: str) -> Block:
    """The VCALENDAR in a text. Raises ValueError."""
    root = Block("")
    stack = [root]
    for raw in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        if not raw.strip():
            continue
        line = read_line(raw)
        if line.name == "BEGIN":
            stack[-1].blocks.append(Block(line.value.upper()))
            stack.append(stack[-1].blocks[-1])
        elif line.name == "END":
            if stack.pop().name != line.value.upper():
                raise ValueError(f"END:{line.value} closes nothing")
        else:
            stack[-1].lines.append(line)
    (calendar,) = root.blocks
    return calendar


def set_apart(series: Block, recurrence_id: str) -> Block:
    """The occurrence as a client makes an override of it: the series' lines, moved to its day."""
    start = next(line for line in series.lines if line.name in ("DTSTART", "DUE"))
    by = _moment(recurrence_id) - _moment(start.value)
    fresh = Block(series.name, [], list(series.blocks))
    for line in series.lines:
        if line.name in ("RRULE", "RDATE", "EXDATE"):
            continue
        if line.name in ("DTSTART", "DTEND", "DUE"):
            line = Line(line.name, line.params, (_moment(line.value) + by).strftime(_SHAPES[len(line.value)]))
        fresh.lines.append(line)
    fresh.lines.append(Line("RECURRENCE-ID", start.params, recurrence_id))
    return fresh


def _moment(value: str) -> datetime:
    return datetime.strptime(value, _SHAPES[len(value)])  # noqa: DTZ007 (a wall clock)
