"""Decides which hour of the day is meant: "at 3", "3-4pm", "в 8 вечера", "dinner at 8"."""

from __future__ import annotations

from dataclasses import replace

from televent.phrases.grammar.values import Clock, Clocks

PART_HOURS = {"morning": 9, "afternoon": 14, "evening": 19, "night": 21}
"""The hour that is assumed for a part of the day."""
_EVENING_EVENTS = ("dinner", "supper", "ужин", "drinks", "вечеринк")
_MORNING_EVENTS = ("breakfast", "завтрак", "wake", "alarm", "разбуд", "будильник", "подъем")

Minutes = int
"""Minutes since midnight; 1,440 and more are on the next day."""


def minutes_of(clock: Clock, part: str | None, title: str) -> tuple[Minutes, bool]:
    """The time in minutes since midnight, and whether the half of the day was guessed. Raises ValueError."""
    half = clock.half or part
    hour = clock.hour
    if clock.exact or hour > 12 or hour == 0:
        return hour * 60 + clock.minute, False
    if half:
        return _in_half(hour, half) * 60 + clock.minute, False
    words = title.lower().split()
    if hour < 12 and hour > 4 and any(word.startswith(_EVENING_EVENTS) for word in words):
        return (hour + 12) * 60 + clock.minute, True
    if 4 < hour < 8 and any(word.startswith(_MORNING_EVENTS) for word in words):
        return hour * 60 + clock.minute, True
    if hour < 8:
        return (hour + 12) * 60 + clock.minute, True
    return hour * 60 + clock.minute, False


def _in_half(hour: int, half: str) -> int:
    """The hour of 24. Raises ValueError where the part of the day has no such hour."""
    if half in ("am", "morning"):
        if half == "morning" and hour == 12:
            raise ValueError(hour)
        return 0 if hour == 12 else hour
    if half == "night":
        return 24 if hour == 12 else hour if hour < 5 else hour + 12
    if half == "evening" and (hour == 12 or hour < 3):
        raise ValueError(hour)
    return 12 if hour == 12 else hour + 12


def range_of(clocks: Clocks, part: str | None, title: str) -> tuple[Minutes, Minutes, bool]:
    """Start and end in minutes since the start's midnight, and whether the half was guessed. Raises ValueError.

    "3-4pm": the half of the end counts for both, unless the start would then be after the end ("11-1pm").
    """
    first, last = clocks.first, clocks.last
    end, end_guessed = minutes_of(last, None if first.half else part, title)
    if first.half is None and last.half not in (None, "midnight") and not first.exact and first.hour <= 12:
        start, guessed = minutes_of(replace(first, half=last.half), None, title)
        if start >= end:
            start, guessed = first.hour * 60 + first.minute, False
    else:
        start, guessed = minutes_of(first, part, title)
    if last.half is None and not last.exact and last.hour <= 12 and (not end_guessed or end <= start or start >= 780):
        early = last.hour % 24 * 60 + last.minute
        to_24 = last.written and first.half is None and (first.hour > 12 or first.exact)
        end = next((each for each in (early, early + (1440 if to_24 else 720), early + 1440) if each > start), end)
        end_guessed = end - 720 == early
        guessed = guessed or (end_guessed and not last.written)
    if first.half is None and not first.exact and guessed and not last.half and last.hour > 12:
        # "3-17": the end counts to 24, so the start does as well.
        start, guessed = first.hour * 60 + first.minute, first.hour < 7
    if end <= start:
        end += 1440
    return start, end, guessed or (end_guessed and last.half is None)
