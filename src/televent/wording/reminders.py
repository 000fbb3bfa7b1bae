"""The distance to an event, as reminders say it."""

from __future__ import annotations

from datetime import datetime, timedelta

from televent.wording.display import Display
from televent.wording.texts import text_of

_MINUTE = timedelta(minutes=1)


def distance_of(start: datetime, end: datetime, display: Display, now: datetime, *, whole_days: bool = False) -> str:
    """The time until an event, such as "in 15 minutes", "tomorrow", "now", "5 minutes ago" or "over". All are instants.

    ``whole_days``: the event has dates and no times.
    """

    def say(key: str, **values: int) -> str:
        return text_of("televent.wording", display.language, key, **values)

    days = (start.astimezone(display.zone).date() - now.astimezone(display.zone).date()).days
    if end <= now and not (start == end == now):
        return say("distance-over")
    if whole_days or days > 1:
        return (
            say("distance-today")
            if days <= 0
            else say("distance-tomorrow")
            if days == 1
            else say("distance-days", count=days)
        )
    if start < now:
        return say("distance-began", count=max((now - start) // _MINUTE, 1))
    # Rounded up: a message that is sent a second late says "in 15 minutes" too.
    minutes = -((now - start) // _MINUTE)
    if minutes == 0:
        return say("distance-now")
    if minutes < 60:
        return say("distance-minutes", count=minutes)
    if minutes % 60 == 0 or minutes >= 6 * 60:
        return say("distance-hours", count=round(minutes / 60))
    return say("distance-hours-minutes", hours=minutes // 60, minutes=minutes % 60)
