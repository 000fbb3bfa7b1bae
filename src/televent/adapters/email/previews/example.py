"""The data of the examples: one meeting, in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from televent.adapters.email.templates.content import Content
from televent.domain.calendar_object.details import Details, When
from televent.wording.display import Display

NOW: Final = datetime(2026, 12, 1, 9, tzinfo=UTC)
"""The time at which the examples are sent."""
ZONE: Final = ZoneInfo("Europe/Berlin")
PAGE: Final = "https://cal.example.com/i/0123456789abcdef0123456789abcdef"
RULE: Final = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"


@dataclass(frozen=True, slots=True)
class Words:
    """The words that people wrote."""

    title: str
    place: str
    description: str
    comment: str
    second: str


WORDS: Final = {
    "en": Words(
        title="Quarterly planning",
        place="Room 5, second floor",
        description="Please bring the numbers of your team.\n\nAgenda: https://example.com/agenda?week=50",
        comment="The train comes at noon.",
        second="Lunch with Eve",
    ),
    "ru": Words(
        title="План на квартал",
        place="Переговорная 5, второй этаж",
        description="Возьмите, пожалуйста, цифры вашей команды.\n\nПовестка: https://example.com/agenda?week=50",
        comment="Поезд приходит в полдень.",
        second="Обед с Евой",
    ),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A mail: its content, and for an iTIP message its METHOD and its calendar."""

    content: Content
    method: str = ""
    calendar: bytes = b""


def display_of(language: str) -> Display:
    """The reader of an example."""
    return Display(ZONE, language, NOW.astimezone(ZONE))


def at(hour: int, day: int = 8) -> datetime:
    """A time in December 2026."""
    return datetime(2026, 12, day, hour, tzinfo=ZONE)


def details(language: str, hour: int, day: int = 8, *, rule: str | None = None) -> Details:
    """The meeting at that hour, as facts keep it."""
    start, end = (
        When(each.strftime("%Y%m%dT%H%M%S"), ZONE.key, each.astimezone(UTC))
        for each in (at(hour, day), at(hour + 1, day))
    )
    return Details(start, end, rule, WORDS[language].title, WORDS[language].place, None)
