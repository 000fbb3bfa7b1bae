"""What a rule may cost, whatever it says: every way to look at a series ends, with a bounded answer."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from ical_texts import calendar, event

from televent.ical.errors import IcalError, TooManyInstances
from televent.ical.expansion import MAX_WORK
from televent.ical.freebusy import busy_periods
from televent.ical.occurs import MAX_KEPT, occurs
from televent.ical.partial import MAX_EXPANDED, DataSpec, select
from televent.ical.query import CompFilter, TimeRange, matches
from televent.ical.recurrence import next_occurrence, occurrences
from televent.ical.recurrence_set import RecurrenceSet
from televent.ical.tree import parse
from televent.ical.validity import validate
from televent.ical.wall_clock import FIRST, LAST

EVERY_MINUTE = ",".join(map(str, range(60)))
DATES = range(19_000)
HOSTILE = {
    "never": ["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"],
    "never, four times": ["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] * 4,
    "never, by the second": ["RRULE:FREQ=SECONDLY;BYSECOND=59;BYMINUTE=59;BYHOUR=23;BYMONTHDAY=31;BYMONTH=2"],
    "every second": ["RRULE:FREQ=SECONDLY"],
    "every second, counted": ["RRULE:FREQ=SECONDLY;COUNT=99999999999"],
    "every minute, counted": ["RRULE:FREQ=MINUTELY;COUNT=40000"],
    "every day of a year": ["RRULE:FREQ=YEARLY;BYYEARDAY=" + ",".join(map(str, range(1, 367)))],
    "positions": [f"RRULE:FREQ=YEARLY;BYDAY=MO,TU;BYHOUR=1,2,3;BYMINUTE={EVERY_MINUTE};BYSETPOS=1,-1"],
    "a week that is not": ["RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6"],
    "dates": [
        "RDATE:" + ",".join(f"2026{1 + n % 12:02}{1 + n % 28:02}T{n % 24:02}{n % 60:02}00Z" for n in range(19_000))
    ],
    "exceptions": ["RRULE:FREQ=DAILY", "EXDATE:" + ",".join(["20261121T100000Z"] * 19_000)],
}
WEEK = (datetime(2090, 1, 2, tzinfo=UTC), datetime(2090, 1, 9, tzinfo=UTC))


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE)
def text(request: pytest.FixtureRequest) -> bytes:
    lines: list[str] = request.param
    return calendar(event(*lines))


def test_a_hostile_rule_is_answered_within_its_bound(text: bytes) -> None:
    found = 0
    with suppress(TooManyInstances):
        every = RecurrenceSet(parse(text))
        for _ in every.instances(FIRST, LAST):
            found += 1
            # What is found has been paid for, and no rule can pay with what another was given.
            assert found <= 2 * (MAX_WORK - max(every.budget.left, 0)) + 2
    assert found <= 2 * MAX_WORK


def test_the_index_keeps_no_more_of_it_than_of_others(text: bytes) -> None:
    index = occurs(text)
    assert len(index.firm) + len(index.floats) + len(index.loose) <= MAX_KEPT + 2
    assert index.span is not None


def test_every_other_way_to_look_at_it_ends(text: bytes) -> None:
    root = parse(text)
    with suppress(IcalError):
        validate(text)
    with suppress(IcalError):
        assert len(occurrences(root, *WEEK)) <= 10_000
    with suppress(IcalError):
        next_occurrence(root, WEEK[0])
    with suppress(IcalError):
        matches(root, CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", time_range=TimeRange(*WEEK)),)))
    with suppress(IcalError):
        assert select(root, DataSpec(expand=(FIRST, LAST))).count(b"BEGIN:VEVENT") <= MAX_EXPANDED
    assert len(busy_periods([root], *WEEK)) <= 10_000
