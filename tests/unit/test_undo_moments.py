"""Moments in the past, as people and operators type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from televent.adapters.telegram.handlers.undoing_devices import since_of
from televent.commands.moments import moment_of
from televent.runtime.database import OperatorError

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 7, 1, 12, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("11:30", "2026-07-01T11:30+01:00"),
        ("12:30", "2026-06-30T12:30+01:00"),
        ("2h", "2026-07-01T10:00+01:00"),
        ("30m", "2026-07-01T11:30+01:00"),
        ("3d", "2026-06-28T12:00+01:00"),
        ("2026-06-30", "2026-06-30T00:00+01:00"),
        ("2026-06-30 14:00", "2026-06-30T14:00+01:00"),
        ("2026-06-30T14:00Z", "2026-06-30T15:00+01:00"),
    ],
)
def test_both_read_the_same(text: str, moment: str) -> None:
    wanted = datetime.fromisoformat(moment)
    assert since_of(text, NOW) == wanted
    assert moment_of(text, LONDON, NOW.astimezone(UTC)) == wanted


@pytest.mark.parametrize("text", ["soon", "25:00", "", "99999h", "2026-13-01", "5x"])
def test_anything_else_is_refused(text: str) -> None:
    assert since_of(text, NOW) is None
    with pytest.raises(OperatorError):
        moment_of(text, LONDON, NOW)


def test_people_write_in_russian_and_never_of_the_future() -> None:
    assert since_of("2ч", NOW) == since_of("2 Ч", NOW) == since_of("2h", NOW)
    assert since_of("2027-01-01", NOW) is None
