"""Tells words of time from the same words in another sense: "среду обитания", "we may", "Black Friday"."""

from __future__ import annotations

from collections.abc import Iterator

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Clocks, Days, Item
from televent.phrases.words.vocabulary import HOLIDAY_ADJECTIVES, MOVING, OTHER_SENSES, TOPIC, WEAK_WEEKDAYS, WEEKDAYS

_DOMAINS = frozenset(["com", "org", "net", "io", "app", "ru"])
_OPENING, _CLOSING = frozenset('«"“„'), frozenset('»"”“')
_ARTICLES = frozenset(["the", "a"])


def is_other_sense(text: Sentence, place: int) -> bool:
    """Whether a word of time is certainly another word here, which stays in the title."""
    before, after = OTHER_SENSES.get(text.low(place), ((), ()))
    following = place + 1 + (text.low(place + 1) == "-" and text.token(place + 1).glued)
    if text.low(place - 1) in before or text.low(following) in after:
        return True
    if _is_quoted(text, place):
        return True
    return text.low(place + 1) == "." and text.token(place + 2).glued and text.low(place + 2) in _DOMAINS


def _is_quoted(text: Sentence, place: int) -> bool:
    """Whether a weekday is a name in quotation marks: a café «Суббота»."""
    return text.low(place) in WEEKDAYS and text.low(place - 1) in _OPENING and text.low(place + 1) in _CLOSING


def is_holiday(text: Sentence, place: int) -> bool:
    """Whether a weekday is a holiday, which nobody reads: "Black Friday", "чистый четверг"."""
    return text.low(place) in WEEKDAYS and text.low(place - 1).startswith(HOLIDAY_ADJECTIVES)


def doubtful(text: Sentence, items: list[Item]) -> Iterator[Item]:
    """The items that may be no time of the event: "the cat sat on the mat", "ask about Friday", "moved from 3 to 4"."""
    moved = any(token.low.startswith(MOVING) for token in text.tokens)
    moved_days = moved and sum(isinstance(item.value, Days) for item in items) > 1
    for number, item in enumerate(items):
        topic = item.first - 1 - (text.low(item.first - 1) in _ARTICLES)
        about = text.low(topic) in TOPIC or text.low(item.first) in TOPIC
        if (isinstance(item.value, Clocks) and moved) or (isinstance(item.value, Days) and (about or moved_days)):
            yield item
            continue
        word = text.low(item.last - 1)
        if not isinstance(item.value, Days) or word not in WEAK_WEEKDAYS or len(text.tokens) == item.last - item.first:
            continue
        said = item.last - item.first > 1 and text.low(item.first) not in _ARTICLES
        beside = (number and items[number - 1].last == item.first) or (
            number + 1 < len(items) and items[number + 1].first == item.last
        )
        if not said and not beside:
            yield item
