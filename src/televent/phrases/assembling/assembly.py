"""Puts the parts of a sentence together: the readings of its time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from televent.phrases.assembling.choices import MAX_CHOICES, choices_of, is_course
from televent.phrases.assembling.ends import after, later
from televent.phrases.assembling.parts import Parts
from televent.phrases.assembling.timing import Timing
from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Clocks, Days, Item, Length, Offset, Part, Rule
from televent.phrases.reading import Reading

LONG = 7
"""Days from which on nobody means one event that begins at a time of the day."""


@dataclass(slots=True)
class Assembled:
    """The readings, and the items that no reading could use."""

    readings: list[Reading] = field(default_factory=list)
    unread: list[Item] = field(default_factory=list)


def assemble(text: Sentence, parts: Parts, title: str) -> Assembled:
    """The readings of the sorted parts. Items that contradict others are unread."""
    result = Assembled(unread=[*parts.loose, *_unusable(text, parts)])
    _count_days(text, parts)
    if parts.offsets:
        result.unread += parts.days + parts.clocks + parts.parts + parts.rules + parts.counts + parts.end_days
        result.readings = _from_now(text, parts)
        return result
    timing = Timing(text, parts, title, result.unread)
    try:
        choices = choices_of(text, parts, result.unread)
    except (ValueError, OverflowError):
        result.unread += parts.days + parts.end_days
        return result
    for choice in choices:
        try:
            found = timing.readings(choice)
        except (ValueError, OverflowError):
            result.unread += parts.clocks + parts.end_clocks + parts.end_days
            continue
        result.readings += [each for each in found if each not in result.readings]
    result.readings = result.readings[:MAX_CHOICES]
    if not any(each.rrule for each in result.readings):
        result.unread += [each for each in parts.rules if each.titled]  # the repetition could not be offered
    return result


def _count_days(text: Sentence, parts: Parts) -> None:
    """ "Через сутки в 15:00": whole days from now, with another time of the day, are days."""
    offset = parts.offsets[0].value if parts.offsets else None
    if not isinstance(offset, Offset) or offset.minutes % 1440 or not (parts.clocks or parts.parts):
        return
    days = Days((text.today + timedelta(days=offset.minutes // 1440),), ("relative",))
    parts.days.append(replace(parts.offsets.pop(0), value=days))


def _unusable(text: Sentence, parts: Parts) -> list[Item]:
    """Items that say nothing without others, or that others contradict: nobody may think that they were read."""
    unread: list[Item] = []
    for only_one in (parts.zones, parts.counts, parts.lengths, parts.end_days, parts.end_clocks, parts.offsets):
        unread += only_one[1:]
    timed = parts.clocks or parts.parts or parts.offsets
    if not timed:
        unread += parts.zones + parts.end_clocks
        unread += [each for each in parts.lengths if isinstance(each.value, Length) and each.value.minutes]
    if timed:
        unread += parts.whole_days
    if any(isinstance(each.value, Clocks) for each in parts.clocks):
        unread += parts.end_clocks
    if not parts.rules or parts.end_days:
        unread += parts.counts
    unread += [each for each in parts.parts[1:] if not _is_same_part(parts.parts[0], each)]
    days = [each.value for each in parts.days if isinstance(each.value, Days)]
    if any(text.today not in each.choices for each in days):
        unread += [each for each in parts.parts if text.low(each.last - 1) == "tonight"]
    if not timed:
        unread += [each for each in parts.rules if isinstance(each.value, Rule) and each.value.freq == "HOURLY"]
    if parts.end_days and not parts.rules:
        unread += parts.lengths
    if parts.clocks and not parts.rules and not is_course(text, parts):
        unread += [each for each in parts.lengths if isinstance(each.value, Length) and each.value.days >= LONG]
    return unread


def _is_same_part(one: Item, other: Item) -> bool:
    """ "Last thing tonight": both are the evening."""
    return isinstance(one.value, Part) and isinstance(other.value, Part) and one.value.name == other.value.name


def _from_now(text: Sentence, parts: Parts) -> list[Reading]:
    """The time that is counted from now, such as "in 2 hours"."""
    offset, now = parts.offsets[0].value, text.now.replace(second=0, microsecond=0)
    if not isinstance(offset, Offset):
        return []
    try:
        start: datetime = later(now, timedelta(minutes=offset.minutes))
    except OverflowError:
        return []
    length = next((each.value for each in parts.lengths if isinstance(each.value, Length)), None)
    return [Reading(start, after(start, length) if length else None, past=start < now)]
