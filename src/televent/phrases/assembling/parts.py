"""Sorts what a sentence says about time into a start, an end and a repetition."""

from __future__ import annotations

from dataclasses import dataclass, field

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import (
    AllDay,
    Clock,
    Clocks,
    Count,
    Days,
    Item,
    Length,
    Offset,
    Part,
    Rule,
    Span,
    To,
    Zone,
)
from televent.phrases.words.vocabulary import BEFORE_A_TIME, OR

_MARKS = frozenset([",", ".", ";", "(", ")", ":", "|", "/", "\n"])


@dataclass(slots=True)
class Parts:
    """The items of a sentence by what they say. ``more``: items that contradict an earlier one."""

    days: list[Item] = field(default_factory=list)
    clocks: list[Item] = field(default_factory=list)
    parts: list[Item] = field(default_factory=list)
    lengths: list[Item] = field(default_factory=list)
    offsets: list[Item] = field(default_factory=list)
    rules: list[Item] = field(default_factory=list)
    counts: list[Item] = field(default_factory=list)
    zones: list[Item] = field(default_factory=list)
    whole_days: list[Item] = field(default_factory=list)
    end_days: list[Item] = field(default_factory=list)
    end_clocks: list[Item] = field(default_factory=list)
    ends: list[Item] = field(default_factory=list)
    loose: list[Item] = field(default_factory=list)

    def place(self, item: Item) -> None:
        """Puts an item of the start into its list."""
        match item.value:
            case Days() | Span():
                self.days.append(item)
            case Clock() | Clocks():
                self.clocks.append(item)
            case Part():
                self.parts.append(item)
            case Length():
                self.lengths.append(item)
            case Offset():
                self.offsets.append(item)
            case Rule():
                self.rules.append(item)
            case Count():
                self.counts.append(item)
            case Zone():
                self.zones.append(item)
            case AllDay():
                self.whole_days.append(item)
            case To():
                self.ends.append(item)


def sort(text: Sentence, items: list[Item]) -> Parts:
    """The items in their lists: those behind "to" or "until" are the end, all others the start."""
    parts = Parts()
    number = 0
    while number < len(items):
        item = items[number]
        number += 1
        if not isinstance(item.value, To):
            parts.place(item)
            continue
        group = _group(text, items, number)
        number += len(group)
        before = items[number - len(group) - 2] if number - len(group) > 1 else None
        joined = before is not None and touches(text, before, item)
        days = [each for each in group if isinstance(each.value, Days | Span)]
        clocks = [each for each in group if isinstance(each.value, Clock | Clocks)]
        if days and clocks and not parts.clocks:
            # "mon-fri 9:45": without a time of the start, the time belongs to all days.
            parts.clocks += clocks
            clocks = []
            group = [each for each in group if not isinstance(each.value, Clock | Clocks)]
        if not _is_end(parts, item.value, joined, days, clocks):
            for each in group:
                parts.place(each)
            if item.value.strong and not joined and text.low(item.first) not in ("до", "по", "ends", "ending"):
                parts.loose.append(item)
            else:
                parts.ends.append(item)
            continue
        parts.ends.append(item)
        parts.end_days += days
        parts.end_clocks += clocks
        for each in group:
            if each not in days and each not in clocks:
                parts.place(each)
    return parts


def _is_end(parts: Parts, to: To, joined: bool, days: list[Item], clocks: list[Item]) -> bool:
    """Whether what follows is an end, and not the start itself ("report to friday", "Fri - 15:00")."""
    if parts.rules and days and (joined or to.strong):
        return True
    if not joined and not to.strong:
        return False
    if days and not (parts.days or parts.offsets):
        return to.strong and not parts.clocks and not clocks and to.from_now
    if clocks and not days and not parts.clocks:
        return False
    return bool(days or clocks)


def _group(text: Sentence, items: list[Item], number: int) -> list[Item]:
    """The items right behind a "to": at most one day, one time and a part of the day."""
    group: list[Item] = []
    kinds: set[str] = set()
    while number < len(items):
        item = items[number]
        value = item.value
        kind = "day" if isinstance(value, Days | Span) else "clock" if isinstance(value, Clock | Clocks) else "part"
        if kind in kinds or not isinstance(value, Days | Span | Clock | Part):
            break
        if group and not touches(text, group[-1], item):
            break
        kinds.add(kind)
        group.append(item)
        number += 1
    return group


def touches(text: Sentence, before: Item, after: Item) -> bool:
    """Whether only marks and small words are between two items."""
    between = range(before.last, after.first)
    return all(text.low(each) in BEFORE_A_TIME or text.low(each) in _MARKS for each in between)


def are_choices(text: Sentence, before: Item, after: Item) -> bool:
    """Whether "or" is between two items."""
    return any(text.low(each) in OR for each in range(before.last, after.first))
