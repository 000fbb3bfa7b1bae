"""Reads parts of the day: "in the morning", "tonight", "after work", "end of day", "вечером", "с утра пораньше"."""

from __future__ import annotations

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Item, Part
from televent.phrases.words.compounds import NIGHTS, OF_THE_DAY, WISHES
from televent.phrases.words.vocabulary import DASHES, HALVES, NUMBERS, PARTS, RELATIVE_DAYS, THIS, WEEKDAYS

_EVENTS = {
    ("lunchtime",): ("afternoon", 13), ("lunch", "time"): ("afternoon", 13), ("after", "lunch"): ("afternoon", 14),
    ("before", "lunch"): ("morning", 11), ("over", "lunch"): ("afternoon", 13), ("after", "work"): ("evening", 18),
    ("before", "work"): ("morning", 8), ("after", "school"): ("afternoon", 16), ("before", "school"): ("morning", 8),
    ("after", "breakfast"): ("morning", 9), ("before", "breakfast"): ("morning", 7),
    ("after", "dinner"): ("evening", 20), ("after", "tea"): ("evening", 19), ("before", "bed"): ("night", 22),
    ("first", "thing"): ("morning", 9), ("eod",): ("evening", 17), ("cob",): ("evening", 17),
    ("cop",): ("evening", 17), ("end", "of", "day"): ("evening", 17), ("end", "of", "the", "day"): ("evening", 17),
    ("end", "of", "play"): ("evening", 17), ("close", "of", "business"): ("evening", 17),
    ("close", "of", "play"): ("evening", 17), ("teatime",): ("evening", 17), ("tea", "time"): ("evening", 17),
    ("dinnertime",): ("evening", 19), ("dinner", "time"): ("evening", 19), ("at", "bedtime"): ("evening", 21),
    ("breakfast", "time"): ("morning", 8), ("midmorning",): ("morning", 10), ("mid", "morning"): ("morning", 10),
    ("mid", "-", "morning"): ("morning", 10), ("mid", "afternoon"): ("afternoon", 15),
    ("mid", "-", "afternoon"): ("afternoon", 15), ("crack", "of", "dawn"): ("morning", 6),
    ("last", "thing"): ("evening", 21), ("в", "обед"): ("afternoon", 13), ("с", "обеда"): ("afternoon", 13),
    ("после", "обеда"): ("afternoon", 14), ("в", "обеденный", "перерыв"): ("afternoon", 13),
    ("к", "обеду"): ("afternoon", 13), ("обед", "время"): ("afternoon", 13), ("районе", "обеда"): ("afternoon", 13),
    ("около", "обеда"): ("afternoon", 13), ("за", "обедом"): ("afternoon", 13), ("до", "обеда"): ("morning", 10),
    ("перед", "обедом"): ("morning", 11), ("после", "работы"): ("evening", 18), ("перед", "работой"): ("morning", 8),
    ("до", "работы"): ("morning", 8), ("после", "школы"): ("afternoon", 16), ("перед", "школой"): ("morning", 8),
    ("после", "ужина"): ("evening", 20), ("после", "завтрака"): ("morning", 9), ("перед", "сном"): ("evening", 22),
    ("с", "утра", "пораньше"): ("morning", 8), ("с", "утра"): ("morning", 9), ("с", "утречка"): ("morning", 9),
    ("утром", "пораньше"): ("morning", 8), ("рано", "утром"): ("morning", 7), ("ранним", "вечером"): ("evening", 18),
    ("рано", "с", "утра"): ("morning", 7), ("ранним", "утром"): ("morning", 7),
    ("поздно", "вечером"): ("evening", 22), ("поздним", "вечером"): ("evening", 22),
    ("ближе", "к", "обеду"): ("afternoon", 13), ("под", "вечер"): ("evening", 18),
    ("до", "конца", "дня"): ("evening", 18), ("к", "концу", "дня"): ("evening", 18),
    ("в", "конце", "дня"): ("evening", 18), ("до", "конца", "рабочего", "дня"): ("evening", 18),
    ("к", "концу", "рабочего", "дня"): ("evening", 18), ("в", "конце", "рабочего", "дня"): ("evening", 18),
    ("первую", "половину", "дня"): ("morning", 10), ("первой", "половине", "дня"): ("morning", 10),
    ("вторую", "половину", "дня"): ("afternoon", 14), ("второй", "половине", "дня"): ("afternoon", 14),
    ("первая", "половина", "дня"): ("morning", 10), ("вторая", "половина", "дня"): ("afternoon", 14),
    ("второй", "половины", "дня"): ("afternoon", 14),
}  # fmt: skip
"""Parts of the day that are named by what happens then."""
_CLUBS = (("after", "school"), ("before", "school"))
"""Words that make a noun with the next one as well: "after school club"."""
_BY_FIRST_WORD: dict[str, list[tuple[str, ...]]] = {}
for _words in _EVENTS:
    _BY_FIRST_WORD.setdefault(_words[0], []).append(_words)
_EDGES = {
    "early": {"morning": 7, "afternoon": 13, "evening": 18, "tonight": 18},
    "late": {"morning": 11, "afternoon": 16, "evening": 21, "night": 22, "tonight": 22},
    "later": {"tonight": 21},
}
"""Hours of the parts of the day after these words."""
_BEFORE = ("in", "at", "the", "this", "by", "around", "about", "on", "в", "ближе", "к", "до")


def part_at(text: Sentence, place: int) -> Item | None:
    """The part of the day at a place."""
    at = text.skip(place, _BEFORE, 3)
    for first in range(place, at + 1):
        for words in _BY_FIRST_WORD.get(text.low(first), ()):
            if text.follows(first, *words):
                named = words in _CLUBS and text.low(first + len(words)) in OF_THE_DAY
                return Item(Part(*_EVENTS[words]), place, first + len(words), titled=named)
    edge = text.look_up(at, _EDGES)
    if edge is not None and (behind := text.skip(at + 1, ("in", "the", "on", "-"), 2)) and text.low(behind) in edge:
        return Item(Part(PARTS[text.low(behind)], edge[text.low(behind)]), place, behind + 1)
    if text.low(at) == "eve" and (_is_day(text, at - 1) or text.low(at - 1) == "this"):
        return Item(Part("evening"), place, at + 1)
    part = text.look_up(at, PARTS)
    low = text.low(at)
    if part is None:
        return _half_of_a_day(text, place)
    if text.low(at - 1) in WISHES or (at == place and low in ("nights", "mornings", "evenings", "afternoons")):
        return None
    return Item(Part(part), place, at + 1, titled=at == place and _is_noun(text, at))


def _is_noun(text: Sentence, at: int) -> bool:
    """Whether a part of the day belongs to a noun of the title as well: "quiz night", "evening class"."""
    if _is_day(text, at - 1) or text.low(at) in ("tonight", "tonite"):
        return text.low(at + 1) in ("shift", "school") and not _is_day(text, at - 1)
    joined = at + 1 + (text.low(at + 1) in DASHES and text.token(at + 1).glued)
    before = at - 1 - (text.low(at - 1) in ("'", "’") or text.low(at - 1) in DASHES)
    hyphen = text.low(at - 1) in DASHES and text.token(at).glued
    return hyphen or text.low(before) in NIGHTS or text.low(joined) in OF_THE_DAY


def _is_day(text: Sentence, place: int) -> bool:
    low = text.low(place)
    return low in WEEKDAYS or low in RELATIVE_DAYS or low in THIS or text.token(place).kind in ("number", "iso", "dots")


def _half_of_a_day(text: Sentence, place: int) -> Item | None:
    """ "Fri am", "tomorrow pm": a half of the day without an hour."""
    half = text.look_up(place, HALVES)
    if half not in ("am", "pm") or text.low(place - 1) in NUMBERS or text.token(place).glued:
        return None
    if not (text.low(place - 1) in WEEKDAYS or text.low(place - 1) in RELATIVE_DAYS):
        return None
    return Item(Part("morning" if half == "am" else "afternoon"), place, place + 1)
