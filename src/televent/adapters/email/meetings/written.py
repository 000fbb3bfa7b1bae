"""A mail about a meeting as plain values, and the forms in which it is sent: text and HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final

from televent.adapters.email.texts import say
from televent.application.use_cases.calendars.agenda import Entry
from televent.domain.calendar_object.details import Details
from televent.wording.changes import time_of
from televent.wording.display import Display
from televent.wording.times import when_of

MAX_TEXT: Final = 256
"""Max characters of a title, a place or a name."""


@dataclass(frozen=True, slots=True)
class Written:
    """A mail: its lead, the lines below it, and the addresses of its choices. Nothing in it is escaped.

    ``link``: the page that answers, None where there is nothing to answer by a link. ``asks``: an answer is wanted.
    ``version``: that of the newest fact which it tells of. ``choices``: the keys of the answers on that page.
    ``elsewhere``: the key of the sentence that says how to answer without a link.
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

    @property
    def plain(self) -> str:
        """The text/plain part."""
        return "\n".join([self.lead, "", *self.lines, *(["", *self._closing()] if self.asks else [])]) + "\n"

    @property
    def html(self) -> str:
        """The text/html part: no style, no picture, nothing is loaded."""
        body = f"<p><b>{html.escape(self.lead)}</b></p>"
        body += "<p>" + "<br>".join(html.escape(each) for each in self.lines) + "</p>"
        if self.asks and self.link is not None:
            href = html.escape(self.link)
            choices = (say(self.language, each) for each in self.choices)
            body += "<p>" + " · ".join(f'<a href="{href}">{html.escape(each)}</a>' for each in choices) + "</p>"
            body += f"<p>{html.escape(say(self.language, 'meeting-answer-private'))}</p>"
        elif self.asks:
            body += f"<p>{html.escape(say(self.language, self.elsewhere))}</p>"
        return body

    def _closing(self) -> list[str]:
        if self.link is None:
            return [say(self.language, self.elsewhere)]
        return [
            say(self.language, "meeting-answer", link=self.link),
            say(self.language, "meeting-answer-private"),
        ]


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
