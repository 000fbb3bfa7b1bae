"""The texts and buttons of proposals of another time, for the organizer and for the attendee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.texts import plain, say
from televent.adapters.telegram.tokens import token_of
from televent.application.messages.chat import CalendarTime
from televent.application.messages.proposals import Slot
from televent.domain.calendar_object.details import When
from televent.wording.display import Display
from televent.wording.times import when_of

MAX_TITLE: Final = 256
"""Max characters of a title or a place."""
MAX_COMMENT: Final = 500
"""Max characters of a comment."""
MAX_WRITTEN: Final = 11
"""Max characters of a span in callback data (Bot API: 64 bytes); longer ones are some years long."""
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_DAYS: Final = "~"
"""The first character of a span of whole days."""
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A start and an exclusive end: dates for whole days, else aware or floating times."""

    start: datetime | date
    end: datetime | date


def span_of(start: CalendarTime | When | None, end: CalendarTime | When | None) -> Span | None:
    """The times of a message or a fact; None where there is no start."""
    first = _moment(start)
    if first is None:
        return None
    last = _moment(end)
    return Span(
        first, last if last is not None and isinstance(last, datetime) == isinstance(first, datetime) else first
    )


def shown(span: Span | None, display: Display) -> str:
    """The times in words; "" without any."""
    return when_of(span.start, span.end, display) if span is not None else ""


def title_of(title: str, language: str) -> str:
    """The title in one line of at most MAX_TITLE characters, or words for none; not escaped."""
    return _short(title) or plain(language, "no-title")


def propose_button(stream_id: UUID, recurrence_id: str | None, language: str) -> InlineKeyboardButton:
    """The button under an invitation that begins a proposal."""
    return InlineKeyboardButton(
        text=plain(language, "button-propose"), callback_data=f"counter:{token_of(stream_id, recurrence_id)}"
    )


def proposal_text(name: str, title: str, was: Slot, now: Slot, comment: str | None, display: Display) -> str:
    """The card of an attendee's proposal, for the organizer, as HTML. ``name``: the attendee."""
    language = display.language
    lines = [say(language, "proposal-of", name=name, title=title_of(title, language))]
    before, after = span_of(was.start, was.end), span_of(now.start, now.end)
    if after is not None and after != before:
        lines.append(say(language, "proposal-time", was=shown(before, display), now=shown(after, display)))
    if now.place and now.place != was.place:
        lines.append(say(language, "proposal-place", was=_short(was.place or "–"), now=_short(now.place)))
    return "\n".join([*lines, *comment_lines(comment, language)])


def proposal_buttons(stream_id: UUID, proposal: str, language: str, *, open_: bool = True) -> InlineKeyboardMarkup:
    """The organizer's answers to a proposal. ``open_`` False: it is outdated, and can only be declined."""
    answers = [("yes", "button-proposal-accept")] if open_ else []
    answers += [("no", "button-proposal-keep"), ("note", "button-proposal-keep-note")]
    token = token_of(stream_id)
    return one_below_another([(plain(language, key), f"proposal:{word}:{proposal}:{token}") for word, key in answers])


def one_below_another(buttons: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup:
    """Buttons of (text, callback data), each in a row of its own."""
    rows = [[InlineKeyboardButton(text=text, callback_data=data)] for text, data in buttons]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def comment_lines(comment: str | None, language: str) -> list[str]:
    """The line with a comment; none without one."""
    return [say(language, "with-comment", comment=_short(comment, MAX_COMMENT))] if comment else []


def written(span: Span) -> str:
    """A span for callback data: minutes for times, days for dates. See ``fits``."""
    if isinstance(span.start, datetime) and isinstance(span.end, datetime):
        start, end = (each.astimezone(UTC) for each in (span.start, span.end))
        first, length = int(start.timestamp()) // 60, max((end - start) // _MINUTE, 0)
        return f"{_base36(first)}.{_base36(length)}"
    return f"{_DAYS}{_base36(span.start.toordinal())}.{_base36(max(span.end.toordinal() - span.start.toordinal(), 0))}"


def fits(span: Span) -> bool:
    """Whether a span can be written into callback data and read from it."""
    return read_span(written(span)) is not None


def read_span(text: str) -> Span | None:
    """The span of callback data; None for a text that is none: anybody can send any callback data."""
    first, dot, length = text.removeprefix(_DAYS).partition(".")
    if not dot or not text.isascii() or len(text) > MAX_WRITTEN:
        return None
    try:
        start, more = int(first, 36), int(length, 36)
        if text.startswith(_DAYS):
            span = Span(date.fromordinal(start), date.fromordinal(start + more))
        else:
            begin = datetime.fromtimestamp(start * 60, UTC)
            span = Span(begin, begin + more * _MINUTE)
    except (ValueError, OverflowError, OSError):
        return None
    return span if written(span) == text else None


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


def _moment(time: CalendarTime | When | None) -> datetime | date | None:
    if time is None:
        return None
    if time.utc is not None:
        return time.utc
    return datetime.fromisoformat(time.local) if "T" in time.local else date.fromisoformat(time.local)


def _short(text: str, limit: int = MAX_TITLE) -> str:
    """One line of at most ``limit`` characters. It is escaped later, by ``say``."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
