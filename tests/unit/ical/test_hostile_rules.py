"""The cost of a recurrence rule is bounded: every query of a series ends, with a bounded answer.

Cost is counted in steps (days that a rule visits, instances that it makes), never in time. The counts are the same on
every machine. With these counts each query takes less than about 50 ms of a processor.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.as_bytes import occurs, validate
from support.hostile_rules import HOSTILE, hostile, zone
from televent.ical.objects.validity import Limits
from televent.ical.queries.freebusy import busy_periods
from televent.ical.queries.occurs import MAX_KEPT
from televent.ical.queries.partial import MAX_BYTES, MAX_COPIED, MAX_EXPANDED, DataSpec, select
from televent.ical.queries.query import CompFilter, PropFilter, TimeRange, matches
from televent.ical.recurrence.occurrences import next_occurrence, occurrences
from televent.ical.recurrence.recurrence_set import INSTANCE_WORK, MAX_DATES, RecurrenceSet
from televent.ical.rules.expansion import MAX_WORK, Expansion
from televent.ical.text.errors import IcalError, TooManyInstances
from televent.ical.text.tree import Component, parse
from televent.ical.text.wall_clock import FIRST, LAST
from televent.ical.zones import onsets
from televent.ical.zones import tzid as zones
from televent.ical.zones.observances import ObservedZone, observed

WEEK = (datetime(2090, 1, 2, tzinfo=UTC), datetime(2090, 1, 9, tzinfo=UTC))
CENTURY = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2126, 1, 1, tzinfo=UTC))
MADE = MAX_WORK // INSTANCE_WORK
"""Instances that rules can make before their work is used up."""


def asking(alarm: bool, start: datetime | None, end: datetime | None) -> Callable[[Component], object]:
    """A filter by time."""
    span = TimeRange(start, end)

    def ask(root: Component) -> object:
        kind = root.components()[-1].name
        inner = CompFilter(kind, comps=(CompFilter("VALARM", time_range=span),)) if alarm else None
        return matches(root, CompFilter("VCALENDAR", comps=(inner or CompFilter(kind, time_range=span),)))

    return ask


WAYS: dict[str, Callable[[Component], object]] = {
    "stored": lambda root: validate(root.to_bytes()),
    "indexed": occurs,
    "expanded, a week": lambda root: select(root, DataSpec(expand=WEEK)),
    "expanded, a century": lambda root: select(root, DataSpec(expand=CENTURY)),
    "limited": lambda root: select(root, DataSpec(limit_recurrence=CENTURY)),
    "busy, a week": lambda root: busy_periods([root], *WEEK),
    "busy, a century": lambda root: busy_periods([root], *CENTURY),
    "next": lambda root: next_occurrence(root, WEEK[0]),
    "asked for a week": asking(False, *WEEK),
    "asked for a century": asking(False, *CENTURY),
    "asked for all time": asking(False, None, None),
    "asked for what comes": asking(False, WEEK[0], None),
    "alarms of a week": asking(True, *WEEK),
    "alarms of a century": asking(True, *CENTURY),
    "alarms to come": asking(True, WEEK[0], None),
}


class Steps:
    """How many days were visited and how many instances were made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.days = self.instances = 0
        fits, instance, times = Expansion.fits, RecurrenceSet._instance, RecurrenceSet.times

        def counting_days(expansion: Expansion, day: Any) -> bool:
            self.days += 1
            return fits(expansion, day)

        def counting_instances(every: RecurrenceSet, *what: Any) -> Any:
            self.instances += 1
            return instance(every, *what)

        def counting_times(every: RecurrenceSet, part: Component) -> Any:
            self.instances += 1
            return times(every, part)

        monkeypatch.setattr(Expansion, "fits", counting_days)
        monkeypatch.setattr(RecurrenceSet, "_instance", counting_instances)
        monkeypatch.setattr(RecurrenceSet, "times", counting_times)


def noting(seen: list[Component]) -> Callable[[Component], ObservedZone | None]:
    """Evaluates a zone and notes that it did."""

    def observing(part: Component) -> ObservedZone | None:
        seen.append(part)
        return observed(part)

    return observing


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(monkeypatch)


@pytest.fixture(params=[*HOSTILE.values()], ids=[*HOSTILE])
def text(request: pytest.FixtureRequest) -> bytes:
    found: bytes = request.param
    return found


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_query_of_a_hostile_text_takes_a_bounded_number_of_steps(
    text: bytes, way: Callable[[Component], object], steps: Steps
) -> None:
    root = parse(text)
    with suppress(IcalError):
        way(root)
    # A rule pays a step for two days. It is evaluated twice at most (checked, then bounded). Zones have their own
    # allowance: a number of days for each year that is evaluated.
    years = MADE // 365 + 3
    assert steps.days <= 4 * MAX_WORK + years * onsets.MAX_DAYS + 12 * onsets.MAX_DAYS
    # Items that a text lists one by one have bounds of their own: changed occurrences, single dates.
    said = 4 * min(len(root.components()), 3 * Limits().overrides) + MAX_DATES
    assert steps.instances <= MADE + said


def test_a_hostile_rule_is_answered_within_its_bound(text: bytes) -> None:
    found = 0
    with suppress(TooManyInstances):
        every = RecurrenceSet(parse(text))
        for _ in every.instances(FIRST, LAST):
            found += 1
    assert found <= MADE + MAX_DATES + 2 * Limits().overrides


def test_the_index_keeps_no_more_of_it_than_of_others(text: bytes) -> None:
    index = occurs(text)
    said = MAX_DATES + Limits().overrides if text.count(b"DATE") > 3 or b"RDATE" in text else 0
    assert len(index.firm) + len(index.floats) + len(index.loose) <= MAX_KEPT + 2 + max(
        said, text.count(b"RECURRENCE-ID")
    )
    assert index.span is not None


def test_answers_are_bounded(text: bytes) -> None:
    root = parse(text)
    with suppress(IcalError):
        assert len(occurrences(root, *WEEK)) <= 10_000
    for span in ((FIRST, LAST), CENTURY, (CENTURY[0], CENTURY[0] + timedelta(days=7))):
        with suppress(IcalError):
            expanded = select(root, DataSpec(expand=span))
            assert expanded.count(b"BEGIN:VEVENT") <= MAX_EXPANDED
            assert len(expanded) <= len(text) + MAX_BYTES + 100 * MAX_EXPANDED
            assert expanded.count(b"\n") <= text.count(b"\n") + MAX_COPIED + 3 * MAX_EXPANDED
    assert len(busy_periods([root], *WEEK)) <= 10_000


def test_the_zones_of_one_text_are_evaluated_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Component] = []
    monkeypatch.setattr(zones, "observed", noting(seen))
    root = parse(HOSTILE["many zones"])
    occurs(root)
    validate(root.to_bytes())
    first = len([each for each in seen if each in root.components()])
    assert first == zones.MAX_OWN
    assert len(seen) == 2 * zones.MAX_OWN, "each text has its own, and each of them is evaluated once"


def test_a_zone_is_evaluated_once_however_many_dates_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Component] = []
    monkeypatch.setattr(zones, "observed", noting(seen))
    days = [f"EXDATE;TZID=Mine:202602{number % 28 + 1:02}T{number % 24:02}0000" for number in range(300)]
    root = parse(hostile("RRULE:FREQ=DAILY", *days, before=zone(parts=2)))
    within = PropFilter("EXDATE", time_range=TimeRange(*WEEK))
    assert not matches(root, CompFilter("VCALENDAR", comps=(CompFilter("VEVENT", props=(within,)),)))
    assert len(seen) == 1
