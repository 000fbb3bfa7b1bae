"""The card of a meeting: what it is now, what changed, and what the reader answered. As HTML, in the reader's words."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aiogram.types import InlineKeyboardMarkup

from televent.adapters.telegram.cards import card_buttons
from televent.adapters.telegram.cards.card_buttons import ANSWERS
from televent.adapters.telegram.texts import plain, say
from televent.application.accounts.erased_people import is_placeholder
from televent.application.use_cases.scheduling.cards import Card
from televent.application.use_cases.scheduling.news import News
from televent.domain.calendar_object.details import Details, Difference
from televent.wording.changes import Shown, change_of, time_of
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.times import when_of
from televent.wording.zones import unknown_zone_of

MAX_TITLE: Final = 256
"""Max characters of a title or a place."""
MAX_DATES: Final = 5
"""Max dates of a series whose change a card lists."""


def view(
    card: Card, news: News, display: Display, *, asks: bool = False, following: bool = False
) -> tuple[str, InlineKeyboardMarkup | None]:
    """The text and the buttons of a card.

    ``news``: the changes that the card tells of. ``asks``: it asks again although there is an
    answer. ``following``: its answers are for the date of the card and all later ones.
    """
    answer = ANSWERS.get(card.entry.partstat or "") if not asks else None
    buttons = None
    if card.open:
        buttons = (
            card_buttons.answered(card, display.language)
            if answer is not None
            else card_buttons.asking(card, display.language, following=following)
        )
    return text_of(card, news, display, answer, following=following), buttons


def text_of(card: Card, news: News, display: Display, answer: str | None, *, following: bool = False) -> str:
    """The text of a card. ``answer``: the end of the key of the reader's answer."""
    language, date = display.language, "-date" if card.recurs and card.recurrence_id is not None else ""
    parts = [head_of(card, display), "\n".join(_told(card, news, display))]
    if card.state == "cancelled":
        name = _inviter(card, news, language)
        parts.append(say(language, "card-removed" if card.removed else f"card-cancelled{date}", name=name))
    elif card.state == "over":
        parts.append(say(language, "card-over"))
    if answer is not None:
        parts.append(say(language, f"you-{answer}{'-following' if date and following else date}"))
    elif card.open and date:
        parts.append(say(language, "answer-following" if following else "answer-date"))
    return "\n\n".join(part for part in parts if part)


def head_of(card: Card, display: Display) -> str:
    """The lines about the meeting itself: title, time, repetition and place."""
    return "\n".join(_head(card, display))


def short(text: str, limit: int = MAX_TITLE) -> str:
    """One line of at most ``limit`` characters, without HTML."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def title_of(card: Card, language: str) -> str:
    """The title of the event, as HTML."""
    title = short(card.entry.summary)
    return html.escape(title, quote=False) if title else say(language, "no-title")


def when(card: Card, display: Display) -> str:
    """The time that the card names."""
    start = card.entry.start
    zone = getattr(start, "tzinfo", None)
    return when_of(start, card.entry.end, display, zone)


def organizer_of(card: Card) -> str:
    """The organizer's name or address."""
    return card.entry.organizer_name or card.entry.organizer or ""


def _inviter(card: Card, news: News, language: str) -> str:
    """The organizer as the card names them. Older facts still have the name of one who was erased."""
    if is_placeholder(card.entry.organizer):
        return plain(language, "deleted-person")
    return short(news.organizer or organizer_of(card))


def _head(card: Card, display: Display) -> Iterator[str]:
    language = display.language
    yield f"📅 <b>{title_of(card, language)}</b>"
    yield f"🕒 {when(card, display)}"
    if unknown := unknown_zone_of(card.entry.unknown_zone, language):
        yield f"⚠️ {html.escape(unknown, quote=False)}"
    if card.rule is not None:
        rule = rule_of(card.rule, display, card.first)
        yield say(language, "card-repeats" if card.recurrence_id is None else "one-of", rule=rule)
    if place := short(card.entry.location):
        yield f"📍 {html.escape(place, quote=False)}"


def _told(card: Card, news: News, display: Display) -> Iterator[str]:
    language = display.language
    if card.state == "cancelled":
        return
    name = _inviter(card, news, language)
    if news.made or not (news.changed or news.asks):
        yield say(language, "invited-by", name=name)
        return
    yield say(language, "card-updated" if news.changed else "card-asks-again", name=name)
    if news.was is not None and news.now is not None:
        yield from _escaped(change_of(_shown(news.was), _shown(news.now), display))
        if news.was.status != news.now.status:
            yield say(language, _status_key(news.was.status, news.now.status))
    for each in news.dates[:MAX_DATES]:
        yield _date_line(each, display)
    more = len(news.dates[MAX_DATES:]) + news.unlisted
    if more:
        yield say(language, "more-dates", count=more)
    for name in news.properties:
        yield say(language, "changed-property", name=name)


def _date_line(difference: Difference, display: Display) -> str:
    """One occurrence that changed: which, what it was, what it is now."""
    was, now = difference.was, difference.now
    gone = now is None or now.status == "CANCELLED"
    back = was is None or was.status == "CANCELLED"
    if gone:
        return say(display.language, "date-cancelled", when=_when(was or now, display))
    if back:
        return say(display.language, "date-added", when=_when(now, display))
    assert was is not None
    assert now is not None
    # An occurrence has no rule; the times are in the zone of each.
    changes = change_of(replace(_shown(was), rrule=None), replace(_shown(now), rrule=None), display)
    return say(
        display.language,
        "date-changed",
        when=_when(was, display),
        changes="; ".join(changes) or plain(display.language, "date-edited"),
    )


def _status_key(was: str | None, now: str | None) -> str:
    """The sentence for another STATUS, which is not CANCELLED now."""
    if was == "CANCELLED":
        return "card-back"
    return "card-not-certain" if now == "TENTATIVE" else "card-confirmed"


def _when(details: Details | None, display: Display) -> str:
    start = time_of(details.start) if details is not None else None
    end = time_of(details.end) if details is not None else None
    return when_of(start, end if end is not None else start, display) if start is not None else "–"


def _shown(details: Details) -> Shown:
    return Shown(time_of(details.start), time_of(details.end), details.rule, details.title, details.place)


def _escaped(lines: tuple[str, ...]) -> Iterator[str]:
    return (html.escape(line, quote=False) for line in lines)
