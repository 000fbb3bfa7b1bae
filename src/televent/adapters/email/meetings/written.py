"""A mail about a meeting as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from televent.adapters.email.templates.content import Content, Link
from televent.adapters.email.texts import say
from televent.application.use_cases.calendars.agenda import Entry
from televent.domain.calendar_object.details import Details
from televent.wording.changes import time_of
from televent.wording.display import Display
from televent.wording.times import when_of

MAX_TEXT: Final = 256
"""Max characters of a title, a place or a name."""
_CHOSEN: Final = {
    "meeting-accept": "?answer=accept",
    "meeting-tentative": "?answer=tentative",
    "meeting-decline": "?answer=decline",
}
"""The end of a link for each choice: its page shows that button first. The link itself answers nothing."""


@dataclass(frozen=True, slots=True)
class Written:
    """A mail: its lead, the lines below it, and the addresses of its choices. Nothing in it is escaped.

    ``link``: the page that answers, None where there is nothing to answer by a link. ``asks``: an answer is wanted.
    ``version``: that of the newest fact which it tells of. ``choices``: the keys of the answers on that page.
    ``elsewhere``: the key of the sentence that says how to answer without a link; ``private``: of the one about the
    links. ``changes``: was → now, one line each.
    """

    language: str
    subject: str
    lead: str
    lines: tuple[str, ...]
    version: int = 0
    link: str | None = None
    asks: bool = False
    choices: tuple[str, ...] = ("meeting-accept", "meeting-tentative", "meeting-decline")
    elsewhere: str = "meeting-answer-elsewhere"
    private: str = "meeting-answer-private"
    changes: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        """The content of the mail."""
        language = self.language
        buttons: tuple[Link, ...] = ()
        notes: tuple[str, ...] = ()
        if self.asks and self.link is not None:
            buttons = tuple(
                Link(say(language, key), f"{self.link}{_CHOSEN.get(key, '')}", main=key == self.choices[0])
                for key in self.choices
            )
            notes = (say(language, self.private),)
        elif self.asks:
            notes = (say(language, self.elsewhere),)
        return Content(language, self.subject, self.lead, self.changes, self.lines, buttons=buttons, notes=notes)


def short(text: str) -> str:
    """One line of at most MAX_TEXT characters."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def title_of(title: str, language: str) -> str:
    """The title of an event in one line, or words for none."""
    return short(title) or say(language, "untitled")


def time_of_entry(entry: Entry, display: Display) -> str:
    """The time of an event in the reader's zone."""
    return when_of(entry.start, entry.end, display, getattr(entry.start, "tzinfo", None))


def time_of_details(details: Details | None, display: Display) -> str:
    """The time that a fact names; "–" for none."""
    start = time_of(details.start) if details is not None else None
    end = time_of(details.end) if details is not None else None
    return when_of(start, end if end is not None else start, display) if start is not None else "–"
