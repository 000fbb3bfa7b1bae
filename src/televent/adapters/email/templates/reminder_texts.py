"""The content of reminders and of the daily summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from televent.adapters.email.templates.content import Content, Link
from televent.adapters.email.texts import say
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.reminders.telling import Told
from televent.wording.display import Display
from televent.wording.reminders import distance_of
from televent.wording.times import when_of

MAX_TITLE: Final = 256
"""Max characters of a title or a place."""


def reminder_content(
    events: Sequence[Told], display: Display, now: datetime, link_of: Callable[[Told], str | None]
) -> Content | None:
    """The mail of one reminder; None without an event. ``link_of``: the page that snoozes or ends it, None without."""
    if not events:
        return None
    language, lines = display.language, list[str]()
    links = [(title_of(each.entry, language), link) for each in events if (link := link_of(each)) is not None]
    for each in events:
        # The title of a single event is the lead.
        named = [title_of(each.entry, language)] if len(events) > 1 else []
        lines += [*([""] if lines else []), *named, *_reminded(each, display, now)]
    subject, choices = (
        say(language, "reminder-subject", summary=title_of(events[0].entry, language)),
        say(language, "reminder-choices"),
    )
    alone = len(links) == 1
    return Content(
        language=language,
        subject=subject,
        lead=subject,
        lines=lines,
        buttons=[Link(choices, link, main=True) for _, link in links] if alone else (),
        links=() if alone else [Link(f"{name}: {choices}", link) for name, link in links],
        notes=(say(language, "reminder-private"),) if links else (),
    )


def list_content(key: str, parts: Sequence[tuple[str, Sequence[Entry]]], display: Display) -> Content | None:
    """A mail with lists of events, each below the text of its key; None where all are empty. ``key``: its subject."""
    lines: list[str] = []
    for heading, entries in parts:
        if entries:
            lines += [*([""] if lines else []), say(display.language, heading)]
            lines += [f"- {_when(each, display)}: {title_of(each, display.language)}" for each in entries]
    subject = say(display.language, key)
    return Content(display.language, subject, subject, lines=lines) if lines else None


def title_of(entry: Entry, language: str) -> str:
    """The title in one line, or words for none."""
    return " ".join(entry.summary.split())[:MAX_TITLE] or say(language, "untitled")


def _reminded(each: Told, display: Display, now: datetime) -> Iterator[str]:
    entry, language = each.entry, display.language
    yield f"{distance_of(each.start, each.end, display, now, whole_days=entry.all_day)}: {_when(entry, display)}"
    if place := " ".join(entry.location.split())[:MAX_TITLE]:
        yield say(language, "location", place=place)
    if each.link is not None and each.link not in entry.location:
        yield each.link


def _when(entry: Entry, display: Display) -> str:
    return when_of(entry.start, entry.end, display, getattr(entry.start, "tzinfo", None))
