"""Changes that wait for a tap on Save, each with its own message: an older preview saves what it shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiogram.fsm.context import FSMContext

from televent.ical.editing.changes import EventChange
from televent.ical.text.values import Moment

MAX_PENDING: Final = 5
"""Max changes of one person that wait; the oldest is forgotten."""
_KEY: Final = "event-changes"


async def keep(state: FSMContext, message_id: int, changes: list[EventChange]) -> None:
    """Keeps the change that the message shows, or those among which it lets choose."""
    kept: dict[str, Any] = (await state.get_data()).get(_KEY, {})
    kept.pop(str(message_id), None)
    kept[str(message_id)] = [_stored(each) for each in changes]
    await state.update_data({_KEY: dict(list(kept.items())[-MAX_PENDING:])})


async def kept_for(state: FSMContext, message_id: int, zone: ZoneInfo) -> list[EventChange]:
    """The changes of the message; none where it was long ago. Times are in ``zone``."""
    kept: dict[str, Any] = (await state.get_data()).get(_KEY, {})
    return [_restored(each, zone) for each in kept.get(str(message_id), [])]


def _stored(change: EventChange) -> dict[str, Any]:
    return {
        "title": change.title,
        "place": change.place,
        "description": change.description,
        "times": [_written(each) for each in change.times] if change.times is not None else None,
        "by": change.by.total_seconds() if change.by is not None else None,
        "rule": change.rule,
        "reminders": list(change.reminders) if change.reminders is not None else None,
        "transparent": change.transparent,
    }


def _restored(stored: dict[str, Any], zone: ZoneInfo) -> EventChange:
    times, by, reminders = stored["times"], stored["by"], stored["reminders"]
    return EventChange(
        title=stored["title"],
        place=stored["place"],
        description=stored["description"],
        times=(_read(times[0], zone), _read(times[1], zone)) if times is not None else None,
        by=timedelta(seconds=by) if by is not None else None,
        rule=stored["rule"],
        reminders=tuple(reminders) if reminders is not None else None,
        transparent=stored["transparent"],
    )


def _written(value: Moment) -> str:
    aware = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) and aware else value.isoformat()


def _read(text: str, zone: ZoneInfo) -> Moment:
    if "T" not in text:
        return date.fromisoformat(text)
    value = datetime.fromisoformat(text)
    return value if value.tzinfo is None else value.astimezone(zone)
