"""Cuts a sentence into words, numbers and marks, each with its place in the sentence."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from televent.phrases.words.spelling import MIN_LENGTH, mended

_TOKEN = re.compile(
    r"(?P<mail>[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|(?P<link>https?://\S{1,2000})"
    r"|(?P<name>(?<!\w)@[A-Za-z]\w{3,31}(?!\w))"
    r"|(?P<iso>(?<![\d.:/-])\d{4}-\d{1,2}-\d{1,2}(?![\d-]))"
    r"|(?P<pair>(?<!\d)1[:-]1(?![\d:]))"
    r"|(?P<word2>2(?:mor\w{1,4}|moz|day|nite|night)\b)"
    r"|(?P<oclock>o['’ ]?clock\b)"
    r"|(?P<particle>[^\W\d_]+-(?:то|нибудь|либо)\b)"
    r"|(?P<dashed>(?<![\d.:/-])\d{1,2}-\d{1,2}-(?:\d{4}|\d\d)(?![\d-]))"
    r"|(?P<colon>(?<![\d:])\d{1,2}:\d\d(?::00)?(?!:?\d))"
    r"|(?P<dots>(?<![\d./:])\d{1,4}[./]\d{1,2}(?:[./]\d{1,4})?(?![\d/:]))"
    r"|(?P<number>\d+)"
    r"|(?P<word>[ap]\.\s?m\.?(?!\w)|[^\W\d_]+(?:['’][^\W\d_]+)*)"
    r"|(?P<mark>\S)",
    re.IGNORECASE,
)
_UNSEEN = {"Cc", "Cf"}
_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark. ``low`` is its form for look-ups; ``glued``: no space before it."""

    text: str
    low: str
    kind: str
    start: int
    end: int
    glued: bool

    @property
    def mended(self) -> bool:
        """Whether a slip of the writer was mended."""
        slip = self.kind == "word" and len(self.low) >= MIN_LENGTH and self.low != _plain(self.text)
        return slip and not self.low.startswith("o'")

    @property
    def number(self) -> int | None:
        """The value of a number of at most four digits; None for anything else."""
        return int(self.low) if self.kind == "number" and len(self.low) < 5 else None


def clean(text: str) -> str:
    """The text without characters that nobody sees, with ASCII digits, one character for one."""
    return "".join(_clean(each) for each in unicodedata.normalize("NFC", text))


def _clean(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() or character == "\n" else " "
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character == _JOINER:
        return character  # parts of an emoji
    category = unicodedata.category(character)
    if category == "Cs" or category in _UNSEEN:
        return ""
    return "\n" if category in ("Zl", "Zp") else character


def tokens_of(text: str) -> list[Token]:
    """The tokens of a cleaned text, in order. Nothing but spaces is between them."""
    found: list[Token] = []
    before = -1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        kind = {"word2": "word", "particle": "word", "oclock": "word", "pair": "word", "dashed": "dots"}.get(kind, kind)
        found.append(Token(match[0], _low(match[0], kind), kind, match.start(), match.end(), match.start() == before))
        before = match.end()
    return found


def _low(text: str, kind: str) -> str:
    low = _plain(text)
    if kind == "dots":
        return low.replace("-", ".")
    if kind != "word":
        return low
    if low.startswith("o") and low.endswith("clock"):
        return "o'clock"
    if low.startswith("2"):
        return {"2day": "today", "2nite": "tonight", "2night": "tonight"}.get(low, "tomorrow")
    if low.startswith(("a.", "p.")):
        return f"{low[0]}m"
    return mended(low)


def _plain(text: str) -> str:
    low = text.lower().replace("ё", "е").replace("’", "'")
    return low[:-2] if low.endswith("'s") else low
