"""Finds the place in the words of a sentence that are no time: "at the Corner Cafe", "@ Monmouth", "в кафе Пушкин"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from televent.phrases.grammar.tokens import Token

_ALWAYS = frozenset(["at", "@"])
_BEFORE_A_NAME = frozenset(["in", "via", "on", "в", "во", "на"])
_NOUNS = (
    "room", "office", "cafe", "café", "zoom", "teams", "skype", "park", "church", "hall", "gym", "library",
    "school", "hospital", "pub", "restaurant", "station", "airport", "cinema", "theatre", "clinic", "club", "hotel",
    "house", "studio", "meet", "home", "work", "bar", "downtown", "town", "kitchen", "boardroom", "lobby", "garden",
    "кафе", "офис", "парк", "зал", "кабинет", "переговор", "ресторан", "бар", "школ", "поликлиник", "больниц",
    "театр", "клуб", "гостиниц", "отел", "библиотек", "зум", "скайп", "аэропорт", "вокзал", "музе", "комнат",
    "аудитори", "стади", "кофейн", "столов", "студи", "дом", "даче", "площад", "улиц", "ул", "метро", "тц", "центр",
    "садик", "церкв", "конференц", "коворкинг", "кухн", "двор", "пицц",
)  # fmt: skip
_LABELS = frozenset(["where", "location", "venue", "place", "address", "где", "место", "адрес"])
"""Words before a colon and a place."""
_FULL_STOPS = frozenset([",", ";", "\n", "|"])
Run = Sequence[Token]


def split_place(runs: Sequence[Run], commas: Sequence[bool]) -> tuple[list[Run], Run]:
    """The runs of words for the title, and the words of the place. No word is lost.

    ``commas``: whether a comma stands before each run, behind a time.
    """
    for number in range(len(runs) - 1, -1, -1):
        run = runs[number]
        for at in range(len(run) - 1, -1, -1):
            if not _begins_place(run, at):
                continue
            label = at - 1 if run[at].low == ":" else at
            rest = [*runs[:number], run[:label], *runs[number + 1 :]]
            if not any(rest):
                continue
            return [each for each in rest if each], run[at + 1 :]
    if len(runs) > 1 and commas[len(runs) - 1] and all(each.low not in _FULL_STOPS for each in runs[-1]):
        return list(runs[:-1]), runs[-1]
    return list(runs), ()


def _begins_place(run: Run, at: int) -> bool:
    low = run[at].low
    behind = next((each for each in islice(run, at + 1, at + 4) if each.low not in ("the", "a")), None)
    if behind is None or (behind.kind == "mark" and behind.low not in ("#", '"', "«", "“")):
        return False
    if low in _ALWAYS or (low == ":" and run[at - 1].low in _LABELS and at > 0):
        return True
    if low not in _BEFORE_A_NAME or (at == 0 and low in ("on",)):
        return False
    named = behind.text[:1].isupper() and not behind.text.isupper()
    return named or behind.low.startswith(_NOUNS)
