"""Edits of a calendar object's text: made when a change is decided, applied when facts are read. Nothing is parsed.

A client that changes a title writes DTSTAMP, LAST-MODIFIED and SEQUENCE as well. One range from the first to the last
of them would hold nearly the whole text, so a change has several ranges where lines between them stayed (ADR 99).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from televent.domain.calendar_object.events import Edit, Splice
from televent.ical.objects.calendar_text import CalendarText

MAX_EDITS: Final = 32
"""Max edits of one change; the last one reaches to the end of what differs."""
AHEAD: Final = 12
"""Max lines that are looked through for the next line that stayed."""
APART: Final = 16
"""Min bytes between two edits: fewer cost less than another edit."""

Range = tuple[int, int, int, int]
"""Start and end in the old text, start and end in the new one."""


def changed(text: CalendarText, change: Splice) -> CalendarText:
    """The text after a change."""
    old = text.raw
    parts, at = [], 0
    for each in change.edits:
        parts += [old[at : each.offset], each.inserted]
        at = each.offset + each.removed
    return CalendarText(b"".join((*parts, old[at:])))


def change_between(before: CalendarText, after: CalendarText) -> Splice:
    """The edits that lead from ``before`` to ``after``."""
    old, new = before.raw, after.raw
    head, old_end, _, new_end = _shrunk(old, new, 0, len(old), 0, len(new))
    found: list[Range] = []
    for each in _differing(old, new, head, old_end, new_end):
        start, end, other, other_end = _shrunk(old, new, *each)
        if found and start - found[-1][1] < APART:
            start, _, other, _ = found.pop()
        found.append((start, end, other, other_end))
    if not found:
        return Splice(head, 0, b"")
    first, *more = (Edit(start, end - start, new[other:other_end]) for start, end, other, other_end in found)
    return Splice(first.offset, first.removed, first.inserted, tuple(more))


def _shrunk(old: bytes, new: bytes, start: int, end: int, other: int, other_end: int) -> Range:
    """The range without what both texts begin and end with."""
    left, right = old[start:end], new[other:other_end]
    limit = min(len(left), len(right))
    head = _common(left, right, limit)
    tail = _common(left[head:][::-1], right[head:][::-1], limit - head)
    return start + head, end - tail, other + head, other_end - tail


def _differing(old: bytes, new: bytes, head: int, old_end: int, new_end: int) -> Iterator[Range]:
    """The ranges that differ, in order, between the first difference and the last."""
    left, right = old[head:old_end].splitlines(keepends=True), new[head:new_end].splitlines(keepends=True)
    at, other, i, j = head, head, 0, 0
    for number in range(MAX_EDITS):
        while i < len(left) and j < len(right) and left[i] == right[j]:
            at, other, i, j = at + len(left[i]), other + len(right[j]), i + 1, j + 1
        if i == len(left) and j == len(right):
            return
        skip, over = _next_same(left, right, i, j) if number < MAX_EDITS - 1 else (len(left) - i, len(right) - j)
        end, other_end = at + sum(map(len, left[i : i + skip])), other + sum(map(len, right[j : j + over]))
        yield at, end, other, other_end
        at, other, i, j = end, other_end, i + skip, j + over


def _next_same(left: list[bytes], right: list[bytes], i: int, j: int) -> tuple[int, int]:
    """How many lines of both sides lie before the nearest line that stayed; all where none is near."""
    for total in range(1, 2 * AHEAD):
        for skip in range(max(0, total - AHEAD), min(total, AHEAD) + 1):
            a, b = i + skip, j + total - skip
            if a < len(left) and b < len(right) and left[a] == right[b]:
                return skip, total - skip
    return len(left) - i, len(right) - j


def _common(left: bytes, right: bytes, limit: int) -> int:
    """The length of the common prefix, by binary search: comparing slices is much faster than a loop over bytes."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
