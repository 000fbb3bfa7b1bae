"""Quiet hours, in the person's zone."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from televent.domain.account.preferences import Preferences
from televent.domain.account.quiet_hours import quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Preferences(quiet_from=time(22), quiet_until=time(7))
NOON = Preferences(quiet_from=time(12), quiet_until=time(13, 30))


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("chosen", "now", "until"),
    [
        (Preferences(), at(3), None),
        (NIGHT, at(21, 59), None),
        (NIGHT, at(22), at(7, day=24)),
        (NIGHT, at(0), at(7)),
        (NIGHT, at(6, 59), at(7)),
        (NIGHT, at(7), None),
        (NOON, at(12), at(13, 30)),
        (NOON, at(13, 30), None),
        (NOON, at(11, 59), None),
    ],
)
def test_quiet_hours_end_when_they_say(chosen: Preferences, now: datetime, until: datetime | None) -> None:
    assert quiet_until(chosen, now) == until


def test_a_night_with_a_clock_change_ends_at_the_same_clock_time() -> None:
    until = quiet_until(NIGHT, datetime(2026, 3, 28, 23, 0, tzinfo=BERLIN))
    assert until is not None
    assert (until.hour, until.utcoffset()) == (7, datetime(2026, 3, 29, 7, tzinfo=BERLIN).utcoffset())
