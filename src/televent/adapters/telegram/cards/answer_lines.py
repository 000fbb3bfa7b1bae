"""The answers of attendees, in lines for the organizer, as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

from televent.adapters.telegram.cards.card_buttons import ANSWERS
from televent.adapters.telegram.cards.meeting_cards import short
from televent.adapters.telegram.texts import plain, say
from televent.domain.calendar_object.details import Answered, Occurrence
from televent.wording.changes import time_of
from televent.wording.display import Display
from televent.wording.times import moment_of

MAX_NAME, MAX_COMMENT = 128, 500
"""Max characters of a name and of a note in a line."""
MAX_DATES: Final = 3
"""Max dates that one line names."""
_OTHERS: Final = {
    "NEEDS-ACTION": "took-back",
    "DELEGATED": "delegated",
    "COMPLETED": "completed",
    "IN-PROCESS": "started",
}
"""The end of the text keys for each other PARTSTAT that has a sentence (RFC 5545 §3.2.12)."""


def answer_lines(answers: Sequence[Answered], display: Display) -> list[str]:
    """One line for each attendee and answer, in the order of the first; with the dates that it is for."""
    groups: dict[tuple[str, str | None, str, str | None, int, bool], list[Answered]] = {}
    for each in answers:
        # An answer to the series and one to a date are two things, also where both are the same word.
        whole = each.occurrence is None
        groups.setdefault((each.address, each.was, each.now, each.comment, each.guests, whole), []).append(each)
    return [_line(group, display) for group in groups.values()]


def _line(group: Sequence[Answered], display: Display) -> str:
    language, first = display.language, group[0]
    name = short(first.name or first.address, MAX_NAME)
    was, now = ANSWERS.get(first.was or ""), ANSWERS.get(first.now)
    if first.was == first.now and now is not None and first.comment:
        text = say(language, "they-noted", name=name, answer=plain(language, f"word-{now}"))
    elif was is not None and now is not None and was != now:
        text = say(
            language, "they-changed", name=name, was=plain(language, f"word-{was}"), now=plain(language, f"word-{now}")
        )
    elif now is not None:
        text = say(language, f"they-{now}", name=name)
    elif first.now == "DELEGATED" and first.delegated_to:
        text = say(language, "they-delegated-to", name=name, delegate=short(first.delegated_to, MAX_NAME))
    else:
        text = say(language, f"they-{_OTHERS.get(first.now, 'answered')}", name=name, answer=first.now)
    dates = [each.occurrence for each in group if each.occurrence is not None]
    if len(dates) == len(group):
        text += f" ({_dates(dates, display)})"
    if first.guests:
        text += " " + say(language, "they-bring", count=first.guests)
    if first.comment:
        text += f"\n💬 <i>{html.escape(short(first.comment, MAX_COMMENT), quote=False)}</i>"
    return text


def _dates(dates: Sequence[Occurrence], display: Display) -> str:
    shown = [_date(each, display) for each in dates[:MAX_DATES]]
    more = len(dates) - len(shown)
    return "; ".join([*shown, *([say(display.language, "and-dates", count=more)] if more else [])])


def _date(occurrence: Occurrence, display: Display) -> str:
    at = time_of(occurrence.original)
    if at is None:
        return html.escape(occurrence.recurrence_id, quote=False)
    return moment_of(at, display)
