"""The second reader: the library timesense, behind a length limit, and translated into our readings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from timesense import TimeConfig, TimeSenseParser

from televent.phrases.reading import Reading

MAX_SECOND = 300
"""Max characters that the second reader is given: some of its searches take time that grows with the square."""


@cache
def _parser(language: str) -> Any:
    # use_morph=False: with pymorphy3 installed by chance, the same sentence would be read otherwise.
    return TimeSenseParser(
        TimeConfig(max_text_length=MAX_SECOND, default_language=language, use_morph=False, default_hour_for_one=13)
    )


def read_second(text: str, now: datetime, language: str) -> tuple[Reading, str] | None:
    """The reading of the second reader, and the words that it made the title; None where it understands nothing."""
    if len(text) > MAX_SECOND:
        return None
    try:
        found = _parser("auto").parse(text, now=now)
        return (_reading(found, now), str(found.title)) if found is not None else None
    except Exception:  # whatever a library raises for a stranger's text: it has read nothing
        return None


def _reading(found: Any, now: datetime) -> Reading:
    start, end = getattr(found, "start_at", None), getattr(found, "end_at", None)
    start = getattr(found, "deadline", None) or start or getattr(found, "datetime_at", None)
    if getattr(found, "deadline", None) is not None:
        end = None
    if start is None or getattr(found, "fuzzy", False):
        raise ValueError(found)
    rule = found.recurrence.to_rrule() if found.recurrence is not None else None
    if rule and ("MINUTELY" in rule or "SECONDLY" in rule):
        raise ValueError(found)  # no event repeats so often
    whole = _clock(start) in (time(0), time(23, 59)) and (
        end is None or end == start or _clock(end) in (time(23, 59), time(0))
    )
    if whole and (end is not None or _clock(start) == time(23, 59) or rule):
        last: date = end.date() if end is not None else start.date()
        return Reading(start.date(), last + timedelta(days=1), rule, past=last < now.date())
    start = start.astimezone(UTC).astimezone(now.tzinfo)  # a skipped time is moved on
    if end == start:
        end = None
    return Reading(start, end, rule, past=start < now)


def _clock(when: datetime) -> time:
    return when.time().replace(second=0, microsecond=0)
