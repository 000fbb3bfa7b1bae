"""The names of the people of the guide, and their sentences, in each language. The bot has its own texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Words:
    """``zone``: where the people live. ``reminded``: an event whose reminder comes within a minute or two; its title is
    ``reminded_title``. ``digest``: the setting of the plan of the day, without the time."""

    language: str
    zone: str
    ann: str
    bob: str
    eve: str
    reminded: str
    reminded_title: str
    lunch: str
    lunch_title: str
    others: tuple[str, ...]
    unread: str
    note: str
    digest: str
    file: str
    file_title: str


WORDS: Final = {
    "en": Words(
        language="en",
        zone="Europe/London",
        ann="Ann",
        bob="Bob",
        eve="Eve",
        reminded="Call the bank in 17 minutes",
        reminded_title="Call the bank",
        lunch="Lunch tomorrow at noon at the Corner Cafe",
        lunch_title="lunch",
        others=(
            "Stand-up every weekday 9:30 for 15 minutes",
            "Review Thursday 3-4:30pm",
            "Swimming every Wednesday at 7pm",
        ),
        unread="Dentist on Friday sometime 3pm",
        note="I may be five minutes late.",
        digest="/settings digest",
        file="concert.ics",
        file_title="Concert",
    ),
    "ru": Words(
        language="ru",
        zone="Europe/Moscow",
        ann="Аня",
        bob="Борис",
        eve="Ева",
        reminded="Позвонить в банк через 17 минут",
        reminded_title="Позвонить в банк",
        lunch="Обед завтра в полдень в кафе «Угол»",
        lunch_title="обед",
        others=(
            "Планёрка каждый будний день в 9:30 на 15 минут",
            "Обзор в четверг с 15:00 до 16:30",
            "Бассейн каждую среду в 19:00",
        ),
        unread="Стоматолог 30 февраля",
        note="Могу опоздать на пять минут.",
        digest="/settings сводка",
        file="концерт.ics",
        file_title="Концерт",
    ),
}
