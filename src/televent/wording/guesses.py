"""The assumptions of a reading, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from televent.phrases.reading import Reading
from televent.wording.display import Display
from televent.wording.texts import text_of
from televent.wording.times import clock_of, day_within, length_of

_KNOWN: Final = ("half", "hour", "day", "month", "year", "about", "skipped", "repeated")


def guesses_of(reading: Reading, display: Display, length: timedelta | None = None) -> list[str]:
    """One sentence for each thing that was assumed, such as "I assumed one hour."; none for none.

    ``length``: the length that was assumed for a reading without an end; None where it was given elsewhere.
    """
    start = reading.start
    assumed = dict.fromkeys((*reading.guesses, *([reading.gap] if reading.gap else [])))
    words = [each if each in _KNOWN else "other" for each in assumed]
    clock = clock_of(start, display) if isinstance(start, datetime) else ""
    values = {"clock": clock, "day": day_within(start, display), "year": str(start.year)}
    found = [text_of("televent.wording", display.language, f"guess-{each}", **values) for each in words]
    if length is not None and reading.end is None and isinstance(start, datetime):
        minutes, named = int(length.total_seconds()) // 60, length_of(length, display)
        found.append(text_of("televent.wording", display.language, "guess-length", minutes=minutes, length=named))
    return found
