"""Reads an answer that is a length of time alone: "30m", "1.5h", "полчаса"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.lengths import amount_at
from televent.phrases.grammar.tokens import clean, tokens_of
from televent.phrases.words.vocabulary import FOR

DEFAULT_DURATION = timedelta(hours=1)
"""Hours of an event whose sentence gives no duration."""
MAX_DURATION = timedelta(days=31)
"""Max days of an event."""
MAX_ANSWER = 60
"""Max characters of an answer that is a duration."""


def read_duration(text: str) -> timedelta | None:
    """The duration in a text such as "30m", "1 hour", "1.5h" or "1h 30m"; None where it has none.

    A number without a unit is minutes.
    """
    if len(text) > MAX_ANSWER:
        return None
    tokens = tokens_of(clean(text))
    sentence = Sentence(tokens, datetime(1970, 1, 1, tzinfo=UTC), "en")
    first = sentence.skip(0, FOR | {"about", "около", "примерно"}, 2)
    number = sentence.token(first).number
    if number is not None and first + 1 == len(tokens):
        length = timedelta(minutes=number)
    else:
        found = amount_at(sentence, first)
        if found is None or found[1] != len(tokens) or found[0].months:
            return None
        length = timedelta(minutes=found[0].minutes, days=found[0].days)
    return length if timedelta(0) < length <= MAX_DURATION else None
