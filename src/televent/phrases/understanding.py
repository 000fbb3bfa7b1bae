"""Reads a whole sentence, such as "Team Meeting, tomorrow 3pm, 1 hour"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import islice

from televent.phrases.grammar.tokens import clean, tokens_of
from televent.phrases.joining import join
from televent.phrases.own import OwnReading, read_own
from televent.phrases.reading import Understood
from televent.phrases.second import read_second
from televent.phrases.words.vocabulary import TIME_WORDS

MAX_SENTENCE = 300
"""Max characters of a text that is read as one sentence. In a longer one, the first line or sentence with a time is."""
MAX_PIECE = 1_200
"""Max characters of such a line or sentence: the longest title, and a time beside it."""
MAX_TEXT = 4096
"""Max characters of a text that is looked at: as many as a message of Telegram has."""
MAX_LONG = 2
"""Max such lines that are longer than a sentence."""
MAX_PIECES = 60
"""Max lines or sentences of a long text that are looked at for a time."""
_ENDS = re.compile(r"(?<=[.!?…])\s+|\n+")


def understand(text: str, *, now: datetime, language: str) -> Understood:
    """The event in a sentence: its readings, and its texts. Raises nothing for any text.

    ``now`` is aware, in the person's zone. ``language`` ("en", "ru") is the one that is tried first.
    """
    # People mean whole minutes, and two readings of "in 2 hours" that differ in seconds would look the same.
    now = now.replace(second=0, microsecond=0)
    cleaned = clean(text[:MAX_TEXT]).strip()
    rest = text[MAX_TEXT:]
    if len(cleaned) <= MAX_SENTENCE:
        return replace(_understand(cleaned, now, language), rest=rest)
    return _in_long_text(cleaned, rest, now, language)


def _in_long_text(text: str, rest: str, now: datetime, language: str) -> Understood:
    """The first line or sentence that names a time; the others are the rest.

    A line with a time that is too long for a title becomes the title without a reading: the caller refuses its length.
    """
    begin = long = 0
    too_long: Understood | None = None
    for end in [*islice(_ENDS.finditer(text), MAX_PIECES), None]:
        last = end.start() if end else len(text)
        piece = text[begin:last].strip()
        if _may_name_a_time(piece):
            others = f"{text[:begin].strip()}\n{text[last:].strip()}\n{rest}".strip()
            long += len(piece) > MAX_SENTENCE
            if len(piece) > MAX_PIECE or long > MAX_LONG:
                too_long = too_long or Understood(title=piece, rest=others)
            else:
                found = _understand(piece, now, language)
                if found.readings or found.unread:
                    return replace(found, rest=others)
        begin = end.end() if end else last
    return too_long or Understood(rest=f"{text}{rest}")


def _may_name_a_time(text: str) -> bool:
    return any(token.low in TIME_WORDS or token.low[:1].isdigit() for token in tokens_of(text))


def _understand(text: str, now: datetime, language: str) -> Understood:
    own: OwnReading = read_own(text, now, language)
    return join(own, read_second(own.text, now, language), now)
