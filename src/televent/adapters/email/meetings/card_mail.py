"""The mail of an invitation, of its change and of its cancellation: what a card in the chat says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from televent.adapters.email.meetings.written import Written, short, time_of_details, time_of_entry, title_of
from televent.adapters.email.texts import say
from televent.application.use_cases.scheduling.cards import Card
from televent.application.use_cases.scheduling.news import News
from televent.domain.calendar_object.details import Details, Difference
from televent.wording.changes import Shown, change_of, time_of
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.texts import text_of
from televent.wording.zones import unknown_zone_of

MAX_DATES: Final = 20
"""Max dates of a series whose change a mail lists."""
ANSWERS: Final = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
"""The end of the text keys for each PARTSTAT that a person can answer."""


def card_mail(card: Card, news: News, display: Display, link: str | None) -> Written:
    """The mail that tells of the news. ``link``: the page by which the reader answers, None where there is none."""
    language = display.language
    kind = "cancelled" if card.state == "cancelled" else "changed" if news.changed and not news.made else "invited"
    title, when = title_of(card.entry.summary, language), time_of_entry(card.entry, display)
    lines = [f"{title}", *_facts(card, display)]
    if card.state == "over":
        lines.append(say(language, "meeting-over"))
    elif card.open and card.entry.partstat in ANSWERS:
        lines.append(say(language, f"meeting-you-{ANSWERS[card.entry.partstat]}"))
    return Written(
        language=language,
        subject=say(language, f"meeting-subject-{kind}", title=title, when=when),
        lead=_lead(card, news, display),
        lines=tuple(lines),
        changes=tuple(_changes(card, news, display)),
        version=news.version,
        link=link,
        asks=card.open,
    )


def _lead(card: Card, news: News, display: Display) -> str:
    language = display.language
    if card.state == "cancelled":
        dated = card.recurs and card.recurrence_id is not None
        return say(language, "meeting-cancelled-date" if dated else "meeting-cancelled")
    name = short(news.organizer or card.entry.organizer_name or card.entry.organizer or "")
    if news.made or not (news.changed or news.asks):
        return say(language, "meeting-invited", name=name)
    return say(language, "meeting-changed" if news.changed else "meeting-asks-again", name=name)


def _facts(card: Card, display: Display) -> Iterator[str]:
    language = display.language
    yield say(language, "time", when=time_of_entry(card.entry, display))
    if unknown := unknown_zone_of(card.entry.unknown_zone, language):
        yield unknown
    if card.rule is not None:
        rule = rule_of(card.rule, display, card.first)
        yield say(language, "meeting-repeats" if card.recurrence_id is None else "meeting-one-of", rule=rule)
    if place := short(card.entry.location):
        yield say(language, "location", place=place)
    if organizer := short(card.entry.organizer_name or card.entry.organizer or ""):
        yield say(language, "organizer", name=organizer)


def _changes(card: Card, news: News, display: Display) -> Iterator[str]:
    """The lines "was → now"; none where the meeting is new or cancelled."""
    language = display.language
    if news.made or card.state == "cancelled":
        return
    if news.was is not None and news.now is not None:
        yield from change_of(_shown(news.was), _shown(news.now), display)
        if news.was.status != news.now.status:
            yield say(language, _status_key(news.was.status, news.now.status))
    for each in news.dates[:MAX_DATES]:
        yield _date_line(each, display)
    more = len(news.dates[MAX_DATES:]) + news.unlisted
    if more:
        yield text_of("televent.adapters.email", language, "meeting-more-dates", count=more)
    for name in news.properties:
        yield say(language, "meeting-property", name=name)


def _date_line(difference: Difference, display: Display) -> str:
    """One occurrence that changed: which, what it was, what it is now."""
    language, was, now = display.language, difference.was, difference.now
    if now is None or now.status == "CANCELLED":
        return say(language, "meeting-date-cancelled", when=time_of_details(was or now, display))
    if was is None or was.status == "CANCELLED":
        return say(language, "meeting-date-added", when=time_of_details(now, display))
    # An occurrence has no rule; the times are in the zone of each.
    changes = "; ".join(change_of(replace(_shown(was), rrule=None), replace(_shown(now), rrule=None), display))
    changes = changes or say(language, "meeting-date-edited")
    return say(language, "meeting-date-changed", when=time_of_details(was, display), changes=changes)


def _status_key(was: str | None, now: str | None) -> str:
    """The sentence for another STATUS, which is not CANCELLED now."""
    if was == "CANCELLED":
        return "meeting-back"
    return "meeting-not-certain" if now == "TENTATIVE" else "meeting-confirmed"


def _shown(details: Details) -> Shown:
    return Shown(time_of(details.start), time_of(details.end), details.rule, details.title, details.place)
