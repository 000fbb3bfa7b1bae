"""Quiet hours, and the hour of the daily summary."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.reminders.digest import next_digest
from televent.application.use_cases.reminders.quiet import quiet_end, rings_at
from televent.application.use_cases.reminders.snooze import moment_of_choice
from televent.domain.account.preferences import Preferences
from televent.domain.ids import AccountId

NIGHT = Preferences(quiet_from=time(22), quiet_until=time(7))
ANN = AccountRow(AccountId(UUID(int=1)), 1, "Ann", "Europe/Berlin", "en", None)
HOUR = timedelta(hours=1)


def at(day: int, hour: float) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC) + hour * HOUR


@pytest.mark.parametrize(
    ("due", "start", "expected"),
    [
        (at(2, 23), at(3, 9), at(3, 7)),
        (at(3, 5.75), at(3, 6), at(3, 5.75)),
        (at(3, 6.75), at(3, 7), at(3, 6.75)),
        (at(3, 6.75), at(3, 7.01), at(3, 7)),
        (at(2, 23.5), at(3, 6), at(2, 23.5)),
        (at(3, 12), at(3, 13), at(3, 12)),
    ],
)
def test_a_reminder_waits_for_the_end_of_quiet_hours_where_it_still_helps(
    due: datetime, start: datetime, expected: datetime
) -> None:
    assert rings_at(due, start, start + HOUR, UTC, NIGHT, whole_days=False) == expected


def test_quiet_hours_and_events_that_run_or_last_days() -> None:
    day = (at(3, 0), at(4, 0))
    assert rings_at(at(3, 0), *day, UTC, NIGHT, whole_days=True) == at(3, 7)
    # A parking ticket that ends at midnight rings; what is over can wait.
    assert rings_at(at(2, 23.8), at(2, 20), at(3, 0), UTC, NIGHT, whole_days=False) == at(2, 23.8)
    assert rings_at(at(2, 23), at(2, 20), at(2, 22.5), UTC, NIGHT, whole_days=False) == at(3, 7)


@pytest.mark.parametrize("moment", [at(2, 22), at(2, 23.9), at(3, 0), at(3, 6.9)])
def test_quiet_hours_last_over_midnight(moment: datetime) -> None:
    assert quiet_end(moment, UTC, NIGHT) == at(3, 7)
    assert quiet_end(moment, UTC, Preferences()) is None


def test_quiet_hours_begin_and_end_at_their_times() -> None:
    assert quiet_end(at(3, 7), UTC, NIGHT) is None
    assert quiet_end(at(3, 21.9), UTC, NIGHT) is None
    noon = Preferences(quiet_from=time(12), quiet_until=time(14))
    assert quiet_end(at(3, 13), UTC, noon) == at(3, 14)
    assert quiet_end(at(3, 13), UTC, replace(noon, quiet_until=time(12))) is None


def test_the_summary_is_due_once_a_date_whatever_the_clock_does() -> None:
    ann = replace(ANN, preferences=Preferences(digest_at=time(2, 30)))
    for first in (datetime(2027, 3, 26, 12, tzinfo=UTC), datetime(2027, 10, 29, 12, tzinfo=UTC)):
        done, due = None, first
        dates = []
        for _ in range(4):
            following = next_digest(ann, done, due)
            assert following is not None
            done = due = following
            dates.append((due.astimezone(UTC) + HOUR).date())
        assert [later - earlier for earlier, later in pairwise(dates)] == [timedelta(days=1)] * 3


def test_nobody_gets_a_summary_who_wants_none_or_cannot_be_reached() -> None:
    now = at(3, 0)
    assert next_digest(replace(ANN, preferences=Preferences(digest_at=None)), None, now) is None
    assert next_digest(replace(ANN, preferences=Preferences(notifications=False)), None, now) is None
    assert next_digest(replace(ANN, telegram_id=None), None, now) is None
    assert next_digest(replace(ANN, telegram_id=None, addresses=("ann@example.com",)), None, now) == at(3, 7)


def test_snooze_never_ends_after_the_event() -> None:
    start, end, now = at(3, 10), at(3, 11), at(3, 9.75)
    assert moment_of_choice("5", start, end, now) == now + timedelta(minutes=5)
    assert moment_of_choice("start", start, end, now) == start
    assert moment_of_choice("start", start, end, at(3, 10.5)) is None
    assert moment_of_choice("60", start, end, at(3, 10.5)) is None
    assert moment_of_choice("7", start, end, now) is None
    assert moment_of_choice("start", start, start, now) == start
