"""The mails about answers and about proposals of another time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from televent.adapters.email.meetings.card_mail import ANSWERS
from televent.adapters.email.meetings.written import Written, short, time_of_details, time_of_entry, title_of
from televent.adapters.email.texts import say
from televent.application.use_cases.scheduling.cards import Card
from televent.application.use_cases.scheduling.news import Answers
from televent.domain.calendar_object.details import Answered
from televent.domain.calendar_object.events import CounterProposed
from televent.domain.calendar_object.proposals import ProposalAnswerReceived
from televent.wording.changes import time_of
from televent.wording.display import Display
from televent.wording.texts import text_of
from televent.wording.times import day_of

MAX_ANSWERS: Final = 100
"""Max answers that one mail lists."""


def answers_mail(card: Card, told: Answers, display: Display) -> Written:
    """The mail that tells an organizer who answered."""
    language, entry = display.language, card.entry
    title, when = title_of(entry.summary, language), time_of_entry(entry, display)
    lines = [line for each in told.answers[:MAX_ANSWERS] for line in _answer(each, display)]
    more = len(told.answers) - MAX_ANSWERS
    if more > 0:
        lines.append(text_of("televent.adapters.email", language, "meeting-more-answers", count=more))
    return Written(
        language=language,
        subject=say(language, "meeting-subject-answers", title=title, when=when),
        lead=title,
        lines=(*lines, say(language, "time", when=when)),
        version=told.version,
    )


def proposal_mail(fact: CounterProposed, display: Display, link: str | None) -> Written:
    """The mail that tells an organizer of the time that an attendee proposes. ``link``: the page that answers."""
    language, was, now = display.language, fact.was, fact.now
    title = title_of(was.title if was is not None else "", language)
    name, when = short(fact.name or fact.attendee), time_of_details(was, display)
    lines = [say(language, "time", when=when), say(language, "meeting-proposed", when=time_of_details(now, display))]
    if now is not None and now.place and (was is None or was.place != now.place):
        lines.append(say(language, "meeting-proposal-place", place=short(now.place)))
    return Written(
        language=language,
        subject=say(language, "meeting-subject-proposal", title=title, when=when),
        lead=say(language, "meeting-proposal", name=name, title=title),
        lines=(*lines, *_note(fact.comment, language)),
        link=link,
        asks=True,
        choices=("meeting-proposal-accept", "meeting-proposal-keep"),
        elsewhere="meeting-proposal-how",
    )


def declined_mail(fact: ProposalAnswerReceived, display: Display) -> Written:
    """The mail that tells an attendee that the organizer keeps the time."""
    language = display.language
    title = title_of(fact.was.title if fact.was is not None else "", language)
    return Written(
        language=language,
        subject=say(language, "meeting-subject-declined", title=title),
        lead=say(language, "meeting-declined", name=short(fact.organizer_name or fact.organizer), title=title),
        lines=(
            say(language, "meeting-proposed", when=time_of_details(fact.now, display)),
            *_note(fact.comment, language),
        ),
    )


def _answer(answered: Answered, display: Display) -> Iterator[str]:
    language, name = display.language, short(answered.name or answered.address)
    if answered.now in ANSWERS:
        text = say(language, f"meeting-they-{ANSWERS[answered.now]}", name=name)
    elif answered.now == "DELEGATED" and answered.delegated_to:
        text = say(language, "meeting-they-delegated", name=name, delegate=short(answered.delegated_to))
    elif answered.now == "NEEDS-ACTION":
        text = say(language, "meeting-they-took-back", name=name)
    else:
        text = say(language, "meeting-they-answered", name=name, answer=short(answered.now))
    if answered.guests:
        text += " " + text_of("televent.adapters.email", language, "meeting-they-bring", count=answered.guests)
    at = time_of(answered.occurrence.original) if answered.occurrence is not None else None
    yield f"{text} ({day_of(at, display)})" if at is not None else text
    yield from _note(answered.comment, language)


def _note(comment: str | None, language: str) -> Iterator[str]:
    if comment:
        yield say(language, "meeting-note", note=" ".join(comment.split())[:500])
