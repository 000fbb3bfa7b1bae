"""Tells words of time from the same words in another sense: "среду обитания", "we may", "Black Friday"."""

from __future__ import annotations

from collections.abc import Iterator

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.grammar.values import Clock, Clocks, Days, Item, Span
from televent.phrases.words.vocabulary import (
    HOLIDAY_ADJECTIVES,
    MOVING,
    OTHER_SENSES,
    TOPIC,
    UNITS,
    WEAK_WEEKDAYS,
    WEEKDAYS,
)

_DOMAINS = frozenset(["com", "org", "net", "io", "app", "ru"])
_OPENING, _CLOSING = frozenset('«"“„'), frozenset('»"”“')
_TOLD = frozenset(
    ["was", "were", "wasn't", "weren't", "did", "didn't", "went", "been", "был", "была", "было", "были", "прошел",
     "прошла", "прошло", "прошли", "ходили", "ездили", "сходили", "съездили", "получился", "получилось"]
)  # fmt: skip
"""Words that tell of something past."""
_NO_PLANS = frozenset(
    ["thanks", "thank", "thx", "sorry", "happy", "love", "hate", "loved", "hated", "enjoyed", "met", "saw", "had",
     "missed", "ate", "spent", "forgot", "lost", "won", "came", "said", "told", "sent", "since", "blues",
     "vibes", "feeling", "feels", "mood", "motivation", "funday", "ugh", "finally", "already", "rained", "проспал",
     "проспала", "гуляли", "отдыхали", "спасибо",
     "благодарю", "извини", "извините", "прости", "простите", "люблю", "ненавижу", "обожаю", "виделись",
     "встретились", "играли", "приехал", "приехала", "забыл", "забыла", "сказал", "сказала", "написал", "написала",
     "отправил", "отправила", "потерял", "выиграли", "проиграли", "ходил", "ходила", "наконец", "ура", "поздравляю",
     "вышло", "начинается", "отлично", "понравилось"]
)  # fmt: skip
"""Words of a sentence that plans nothing, where it names a day without an hour."""
_BEFORE_OR_AFTER = frozenset(["before", "after", "до", "после", "перед"])
_ASKING = frozenset(
    ["what", "what's", "when", "when's", "which", "who", "who's", "why", "how", "where", "did", "was", "were", "has",
     "is", "что", "кто", "когда", "где", "почему", "зачем", "какой", "какая", "какие", "какое", "сколько", "как",
     "куда", "чей", "разве", "который"]
)  # fmt: skip
"""First words of a question about something, unlike "can we meet on Thursday at 4?"."""
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


def is_no_date(text: Sentence, place: int) -> bool:
    """Whether a pair of numbers is a figure of speech: "24/7", "50/50"."""
    return text.low(place) in ("24/7", "50/50", "9/11", "7/24", "20/20")


def _is_told_or_asked(text: Sentence) -> bool:
    """Whether the sentence tells of something past or asks for something: "did Friday's email go out?"."""
    first = next((token.low for token in text.tokens if token.kind == "word"), "")
    asks = text.tokens and text.tokens[-1].low == "?" and (first in _ASKING and not _is_proposal(text))
    return bool(asks) or any(token.low in _TOLD for token in text.tokens)


def _is_no_plan(text: Sentence) -> bool:
    """Whether a sentence with a day and no hour thanks, wishes or tells: "thanks for Monday!", "we met on Friday"."""
    return any(token.low in _NO_PLANS for token in text.tokens)


def _is_proposal(text: Sentence) -> bool:
    """ "How about Friday at noon?", "what about 5pm?", "как насчёт пятницы?"."""
    if any(token.low in ("sound", "suit", "тебе", "вам", "подойдет", "удобно") for token in text.tokens):
        return True
    return text.low(1) in ("about", "насчет", "думаешь", "if", "say") or text.low(0) == "does"


def _is_subject(text: Sentence, item: Item) -> bool:
    """ "Понедельник — день тяжёлый": a sentence about a weekday."""
    dash = text.low(item.last) in ("—", "–", "-") and not text.token(item.last).glued
    return item.first == 0 and item.last == 1 and dash and not text.low(0).isascii()


def _is_counted_from(text: Sentence, item: Item) -> bool:
    """ "За день до Нового года", "two days before Friday": some time before or after a day."""
    joint = item.first if text.low(item.first) in _BEFORE_OR_AFTER else item.first - 1
    return text.low(joint) in _BEFORE_OR_AFTER and text.low(joint - 1) in UNITS


def _is_possessive(text: Sentence, item: Item) -> bool:
    """ "Friday's email": which one it is, and not when."""
    owner = text.token(item.last - 1)
    named = owner.text.lower().endswith(("'s", "’s")) or owner.low in ("todays", "tomorrows")
    return named and text.token(item.last).kind == "word"


def doubtful(text: Sentence, items: list[Item]) -> Iterator[Item]:
    """The items that may be no time of the event: "the cat sat on the mat", "ask about Friday", "moved from 3 to 4"."""
    if _is_told_or_asked(text):
        yield from (item for item in items if isinstance(item.value, Days | Span))
        return
    if items and all(isinstance(item.value, Days | Span) for item in items) and _is_no_plan(text):
        yield from items
        return
    if len(items) == 1 and isinstance(items[0].value, Days):
        yield from (item for item in items if _is_subject(text, item) or _is_possessive(text, item))
    moved = any(token.low.startswith(MOVING) for token in text.tokens)
    moved_days = moved and sum(isinstance(item.value, Days) for item in items) > 1
    for number, item in enumerate(items):
        if isinstance(item.value, Days) and _is_counted_from(text, item):
            yield item
            continue
        if text.low(item.first - 1) in ("not", "n't", "не") and isinstance(item.value, Days | Clock):
            yield item
            continue
        topic = item.first - 1 - (text.low(item.first - 1) in _ARTICLES)
        about = text.low(topic) in TOPIC or text.low(item.first) in TOPIC
        if (isinstance(item.value, Clocks) and moved) or (isinstance(item.value, Days) and (about or moved_days)):
            yield item
            continue
        word = text.low(item.last - 1)
        if not isinstance(item.value, Days) or word not in WEAK_WEEKDAYS or len(text.tokens) == item.last - item.first:
            continue
        said = item.last - item.first > 1 and text.low(item.first) not in _ARTICLES
        beside = (number and item.first - items[number - 1].last < 2) or (
            number + 1 < len(items) and items[number + 1].first - item.last < 2
        )
        if not said and not beside:
            yield item
