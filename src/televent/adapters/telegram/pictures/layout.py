"""Where each event stands in a picture: from a scene to rectangles, without any drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from televent.adapters.telegram.pictures.scene import Item, Scene

WIDTH: Final = 1280
"""Pixels of a picture's width: Telegram makes wider photos smaller."""
LEFT: Final = 96
"""Pixels of the column with the hours."""
HEADER: Final = 84
"""Pixels of the headings."""
BAND_ROW: Final = 34
"""Pixels of one row of the band of whole days."""
GRID: Final = 840
"""Pixels of the hours."""
FOOT: Final = 34
"""Pixels of the line with the numbers of events that have no room."""
LOWEST: Final = 28
"""Min pixels of an event's height: one line of text."""
GAP: Final = 2
"""Pixels between two events."""
MAX_BAND: Final = 4
"""Max rows of the band of whole days."""
NARROWEST: Final = 56
"""Min pixels of an event's width: of events at the same time, as many stand side by side."""
MIN_HOURS: Final = 8
"""Min hours that are shown."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int
    item: Item


@dataclass(frozen=True, slots=True)
class Layout:
    """``band``: the events of whole days; ``grid``: the parts of the others. ``hidden``: for each day the number of
    events without room there. ``left_out``: the number of events without room on any day.
    ``now``: the left, right and vertical place of the line of the present time."""

    height: int
    band_top: int
    grid_top: int
    columns: tuple[tuple[int, int], ...]
    first_hour: int
    last_hour: int
    band: tuple[Box, ...]
    grid: tuple[Box, ...]
    hidden: tuple[int, ...]
    left_out: int
    now: tuple[int, int, int] | None

    def hour_at(self, hour: int) -> int:
        """The vertical place of an hour's line."""
        return self.grid_top + (hour - self.first_hour) * GRID // (self.last_hour - self.first_hour)

    @property
    def grid_bottom(self) -> int:
        """The lower end of the hours."""
        return self.grid_top + GRID


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of an event on one day, in minutes of that day."""

    day: int
    start: int
    end: int
    item: Item


def arrange(scene: Scene) -> Layout:
    """The places of all events of a scene. Each has at least one rectangle, or is counted as hidden on its days."""
    days = len(scene.headings)
    columns = tuple(_column(day, days) for day in range(days))
    hidden = [0] * days
    parts, whole = _parts(scene)
    rows, band = _band(whole, columns, hidden)
    first, last = _hours(parts)
    grid_top = HEADER + rows * BAND_ROW + (GAP * 3 if rows else 0)
    grid = _grid(parts, columns, grid_top, (first, last), hidden)
    today = (scene.now.date() - scene.first).days
    now = None
    minute = scene.now.hour * 60 + scene.now.minute
    if 0 <= today < days and first * 60 <= minute < last * 60:
        now = (*columns[today], _at(minute, grid_top, (first, last)))
    drawn = {id(box.item) for box in (*band, *grid)}
    left_out = len({id(item) for item in (*(part.item for part in parts), *(item for *_, item in whole))} - drawn)
    return Layout(
        height=grid_top + GRID + FOOT,
        band_top=HEADER,
        grid_top=grid_top,
        columns=columns,
        first_hour=first,
        last_hour=last,
        band=tuple(band),
        grid=tuple(grid),
        hidden=tuple(hidden),
        left_out=left_out,
        now=now,
    )


def _column(day: int, days: int) -> tuple[int, int]:
    room = WIDTH - LEFT
    return LEFT + day * room // days, LEFT + (day + 1) * room // days


def _parts(scene: Scene) -> tuple[list[_Part], list[tuple[int, int, Item]]]:
    """The timed parts for each day, and the events of whole days with their first and last column."""
    parts: list[_Part] = []
    whole: list[tuple[int, int, Item]] = []
    count = len(scene.headings)
    midnight = datetime.combine(scene.first, time())
    for item in scene.items:
        first = (item.start - midnight) // _DAY
        # An end at midnight is not on the day that begins then.
        last = max(first, (item.end - midnight - timedelta(microseconds=1)) // _DAY)
        if last < 0 or first >= count:
            continue
        if item.all_day or item.end - item.start >= _DAY:
            whole.append((max(first, 0), min(last, count - 1), item))
            continue
        for day in range(max(first, 0), min(last, count - 1) + 1):
            begin = midnight + day * _DAY
            start, end = max(item.start - begin, timedelta(0)), min(item.end - begin, _DAY)
            parts.append(_Part(day, start // timedelta(minutes=1), max(end, start) // timedelta(minutes=1), item))
    return parts, whole


def _band(
    whole: Iterable[tuple[int, int, Item]], columns: Sequence[tuple[int, int]], hidden: list[int]
) -> tuple[int, list[Box]]:
    """The number of rows and the bars in them. The longest come first: they would have no room in a full band."""
    free = [[0] * len(columns) for _ in range(MAX_BAND)]
    boxes = []
    rows = 0
    for first, last, item in sorted(whole, key=lambda each: (each[0], each[0] - each[1])):
        row = next((n for n, taken in enumerate(free) if not any(taken[first : last + 1])), None)
        if row is None:
            for day in range(first, last + 1):
                hidden[day] += 1
            continue
        free[row][first : last + 1] = [1] * (last + 1 - first)
        rows = max(rows, row + 1)
        top = HEADER + row * BAND_ROW
        boxes.append(Box(columns[first][0] + GAP, top + GAP, columns[last][1] - GAP, top + BAND_ROW - GAP, item))
    return rows, boxes


def _hours(parts: Sequence[_Part]) -> tuple[int, int]:
    """The first and the last hour that are shown: all events, and MIN_HOURS at least."""
    if not parts:
        return 9, 9 + MIN_HOURS
    first = min(each.start for each in parts) // 60
    last = max(first + 1, min(24, -(-max(each.end for each in parts) // 60)))
    lacking = max(0, MIN_HOURS - (last - first))
    first = max(0, first - lacking // 2)
    last = min(24, max(last, first + MIN_HOURS))
    return min(first, last - MIN_HOURS) if last - first < MIN_HOURS else first, last


def _at(minute: int, top: int, hours: tuple[int, int]) -> int:
    return top + (minute - hours[0] * 60) * GRID // ((hours[1] - hours[0]) * 60)


def _grid(
    parts: Sequence[_Part],
    columns: Sequence[tuple[int, int]],
    top: int,
    hours: tuple[int, int],
    hidden: list[int],
) -> list[Box]:
    boxes: list[Box] = []
    for day, column in enumerate(columns):
        spans = []
        for part in (each for each in parts if each.day == day):
            upper = _at(part.start, top, hours)
            lower = min(max(_at(part.end, top, hours), upper + LOWEST), top + GRID)
            spans.append((min(upper, lower - LOWEST), lower, part.item))
        for group in _groups(sorted(spans, key=lambda each: (each[0], -each[1]))):
            boxes += _side_by_side(group, column, day, hidden)
    return boxes


def _groups(spans: Iterable[tuple[int, int, Item]]) -> list[list[tuple[int, int, Item]]]:
    """The spans in groups that do not touch each other."""
    groups: list[list[tuple[int, int, Item]]] = []
    lowest = -1
    for span in spans:
        if span[0] >= lowest:
            groups.append([])
        groups[-1].append(span)
        lowest = max(lowest, span[1])
    return groups


def _side_by_side(
    group: Sequence[tuple[int, int, Item]], column: tuple[int, int], day: int, hidden: list[int]
) -> list[Box]:
    most = max(1, (column[1] - column[0]) // NARROWEST)
    ends: list[int] = []
    placed: list[tuple[int, int, int, Item]] = []
    for upper, lower, item in group:
        lane = next((n for n, end in enumerate(ends) if end <= upper), None)
        if lane is None and len(ends) == most:
            hidden[day] += 1
            continue
        if lane is None:
            lane = len(ends)
            ends.append(lower)
        ends[lane] = lower
        placed.append((lane, upper, lower, item))
    left, room = column[0] + GAP, column[1] - column[0] - 2 * GAP
    return [
        Box(left + lane * room // len(ends), upper, left + (lane + 1) * room // len(ends) - GAP, lower - GAP, item)
        for lane, upper, lower, item in placed
    ]
