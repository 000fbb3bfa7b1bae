"""The settings that are preferences: how each is shown, which values its buttons have, how its words are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from babel import Locale

from televent.adapters.telegram.handlers.settings import reading
from televent.adapters.telegram.texts import plain
from televent.domain.account.preferences import STRANGERS, UNINVITED, Preferences
from televent.wording.display import Display
from televent.wording.times import clock_of, length_of, weekday_name

Choices = Mapping[str, Any]
_EXAMPLE: Final = datetime(2026, 1, 1, 14, 30)  # noqa: DTZ001 (a wall clock)


@dataclass(frozen=True, slots=True)
class Item:
    """One setting. ``values``: what its buttons set. ``choices``: a value → fields of Preferences.
    ``value``: the one that holds. ``words``: the value in words. ``read``: a typed text → a value; raises Unreadable.
    """

    values: Sequence[Any]
    choices: Callable[[Any], Choices]
    value: Callable[[Preferences], Any]
    words: Callable[[Any, Display], str]
    read: Callable[[str], Any]
    typed: bool = False
    """Whether a button asks for another value in words."""


def _switch(name: str, field: str) -> Item:
    """A setting that is on or off. Its words say what happens: a bare "off" would leave that open."""

    def words(value: bool, display: Display) -> str:
        return plain(display.language, f"setting-{name}-{'on' if value else 'off'}")

    return Item(
        (False, True), lambda value: {field: value}, lambda chosen: getattr(chosen, field), words, reading.switch
    )


def _strangers(value: str, display: Display) -> str:
    return plain(display.language, f"setting-strangers-{value}")


def _uninvited(value: str, display: Display) -> str:
    return plain(display.language, f"setting-uninvited-{value}")


def _clock(value: bool | None, display: Display) -> str:
    key = "usual" if value is None else "24" if value else "12"
    example = clock_of(_EXAMPLE, replace(display, clock24=value))
    return plain(display.language, f"setting-clock-{key}", example=example)


def _week(value: int | None, display: Display) -> str:
    if value is not None:
        return weekday_name(value, display)
    usual = int(Locale.parse(display.language).first_week_day)
    return plain(display.language, "setting-week-usual", day=weekday_name(usual, display))


def _reminders(value: tuple[int, ...], display: Display) -> str:
    if not value:
        return plain(display.language, "setting-none")
    return ", ".join(_ahead(each, display) for each in value)


def _ahead(minutes: int, display: Display) -> str:
    if not minutes:
        return plain(display.language, "setting-at-start")
    return length_of(timedelta(minutes=minutes), display)


def _digest(value: time | None, display: Display) -> str:
    return plain(display.language, "setting-off") if value is None else _of_day(value, display)


def _quiet(value: tuple[time, time] | None, display: Display) -> str:
    if value is None:
        return plain(display.language, "setting-none")
    return f"{_of_day(value[0], display)} – {_of_day(value[1], display)}"


def _of_day(value: time, display: Display) -> str:
    return clock_of(datetime.combine(display.now.date(), value), display)


def _quiet_choices(value: tuple[time, time] | None) -> Choices:
    start, end = value or (None, None)
    return {"quiet_from": start, "quiet_until": end}


def _quiet_value(chosen: Preferences) -> tuple[time, time] | None:
    if chosen.quiet_from is None or chosen.quiet_until is None:
        return None
    return chosen.quiet_from, chosen.quiet_until


ITEMS: Final[Mapping[str, Item]] = {
    "clock": Item(
        (False, True, None), lambda value: {"clock24": value}, lambda chosen: chosen.clock24, _clock, reading.clock24
    ),
    "week": Item(
        (0, 6, 5, None), lambda value: {"week_start": value}, lambda chosen: chosen.week_start, _week,
        reading.week_start,
    ),
    "reminders": Item(
        ((), 5, 10, 15, 30, 60, 1440), lambda value: {"reminders": value}, lambda chosen: chosen.reminders, _reminders,
        reading.reminders, typed=True,
    ),
    "digest": Item(
        (None, time(7), time(8), time(9)), lambda value: {"digest_at": value}, lambda chosen: chosen.digest_at, _digest,
        reading.digest, typed=True,
    ),
    "notifications": _switch("notifications", "notifications"),
    "invites": _switch("invites", "notify_on_invite"),
    "quiet": Item(
        (None, (time(22), time(7)), (time(23), time(8))), _quiet_choices, _quiet_value, _quiet, reading.quiet,
        typed=True,
    ),
    "app": _switch("app", "remind_in_chat"),
    "shared": _switch("shared", "show_shared"),
    "strangers": Item(
        STRANGERS, lambda value: {"strangers": value}, lambda chosen: chosen.strangers, _strangers, reading.strangers
    ),
    "uninvited": Item(
        UNINVITED, lambda value: {"uninvited": value}, lambda chosen: chosen.uninvited, _uninvited, reading.uninvited
    ),
    "profile": _switch("profile", "published"),
}  # fmt: skip
"""The preferences, in the order of the menu."""


def tapped(name: str, number: int, standing: Preferences) -> Any:
    """The value after a tap on the button with that number. Raises IndexError.

    A tap on a reminder adds it, or takes it away where it is there.
    """
    value = ITEMS[name].values[number]
    if name != "reminders" or value == ():
        return value
    others = tuple(each for each in standing.reminders if each != value)
    return others if value in standing.reminders else (*others, value)


def is_chosen(name: str, value: Any, standing: Preferences) -> bool:
    """Whether the button with this value is marked."""
    holds = ITEMS[name].value(standing)
    return value in holds if name == "reminders" and value != () else bool(value == holds)
