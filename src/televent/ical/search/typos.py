"""Finds words that are one typing error away: a character too many, too few, wrong, or exchanged with the next one.

Two words with one error between them become equal when one character is taken out of one or both. So each word is
stored with the short forms of its beginning, and a query looks for equal ones: no list of words is read through.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

MIN_LENGTH: Final = 4
"""Min characters of a word in which an error is forgiven. With fewer, too many words are one error away."""
HEAD: Final = 8
"""Characters at the beginning of a word that have short forms."""
# One character of Cyrillic is several in Latin script: an error in it is one error, too.
_SOUNDS: Final = {"sch": "щ", "zh": "ж", "ch": "ч", "sh": "ш", "ts": "ц", "yu": "ю", "ya": "я", "yi": "ї", "ye": "є"}
_SOUND: Final = re.compile("|".join(_SOUNDS))


def forgiving(word: str) -> bool:
    """Whether an error in this word is forgiven: none is in a number, which is another number then."""
    return len(_sounded(word)) >= MIN_LENGTH and word.isalpha()


def short_forms(word: str) -> list[int]:
    """Numbers for the beginning of the word, and for it without one of its characters. Other words may have the same
    numbers: see ``near``."""
    forms = {form for spelling in {word, _sounded(word)} for form in _short(spelling[:HEAD])}
    return sorted(int.from_bytes(hashlib.blake2b(each.encode(), digest_size=4).digest(), signed=True) for each in forms)


def near(query: str, word: str) -> bool:
    """Whether ``word``, or its beginning, is ``query`` with at most one error."""
    return _near(query, word) or _near(_sounded(query), _sounded(word))


def _sounded(word: str) -> str:
    """The word with one character for each of Cyrillic."""
    return _SOUND.sub(lambda found: _SOUNDS[found[0]], word)


def _short(head: str) -> Iterator[str]:
    yield head
    for at in range(len(head)):
        yield head[:at] + head[at + 1 :]


def _near(query: str, word: str) -> bool:
    if _one_error(query, word):
        return True
    return any(_one_error(query, word[:length]) for length in range(len(query) - 1, min(len(query) + 2, len(word))))


def _one_error(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    if one[at + 1 :] == other[at + 1 :]:
        return True
    return one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
