"""Splits text into the words by which it is found (ADR 86).

A word is in lower case, without accents, and in Latin script where it was Cyrillic: so "Ёлка", "елка" and "elka" are
the same word. The text itself never changes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final

MAX_LENGTH: Final = 32
"""Max characters of a word; the rest of a longer one is not looked at."""

# The common way of writing Cyrillic on a Latin keyboard, not a standard: people search as they chat.
_CYRILLIC: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
}  # fmt: skip
_LATIN: Final = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
# "й" has its own place in the alphabet, and is no "и" with an accent. People write "е" for "ё".
_FOLDED: Final = str.maketrans(_CYRILLIC | _LATIN)
# Chinese and Japanese have no spaces between words: each character is a word.
_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")


def words_of(text: str, max_words: int, max_characters: int = 20_000) -> list[str]:
    """The distinct words of a text, in their order; at most ``max_words``, of the first ``max_characters``."""
    return list(islice(dict.fromkeys(_words(text[:max_characters])), max_words))


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(_folded(text)):
        yield found[0][:MAX_LENGTH]


def _folded(text: str) -> str:
    """The text in lower case and Latin script, without accents."""
    lower = unicodedata.normalize("NFC", text.casefold()).translate(_FOLDED)
    if lower.isascii():
        return lower
    parts = unicodedata.normalize("NFKD", lower)
    bare = "".join(each for each in parts if not unicodedata.combining(each))
    # Only now is "ё" the plain character.
    return unicodedata.normalize("NFC", bare.casefold()).translate(_FOLDED)
