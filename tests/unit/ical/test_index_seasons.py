"""A series that is longer than its indexed beginning is indexed for the season as well (ADR 0023).

The index is never wrong, and a query within the season reads no text.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from ical_texts import calendar, event

from support.as_bytes import occurs
from televent.ical.queries.occurs import AHEAD, BEHIND, MAX_KEPT, Occurs, Range, season_of, wall_ranges
from televent.ical.recurrence.occurrences import occurrences
from televent.ical.text.tree import parse

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SEASON = season_of(NOW)
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
OLD = {
    "zoned": ("DTSTART;TZID=Europe/Berlin:20190304T090000", ["DURATION:PT30M", "RRULE:FREQ=DAILY"]),
    "over midnight": ("DTSTART:20190304T230000Z", ["DURATION:PT30H", "RRULE:FREQ=DAILY;INTERVAL=2"]),
    "all day": ("DTSTART;VALUE=DATE:20190304", ["RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"]),
    "floating": ("DTSTART:20190304T090000", ["DURATION:PT1H", "RRULE:FREQ=DAILY"]),
    "monthly, very old": ("DTSTART:19700101T090000Z", ["DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=-1FR"]),
    "with exceptions": (
        "DTSTART:20190304T090000Z",
        ["DURATION:PT1H", "RRULE:FREQ=DAILY", "EXDATE:20261124T090000Z,20190305T090000Z", "RDATE:20300101T000000Z"],
    ),
    "moved for good": (
        "DTSTART:20190304T090000Z",
        [
            *("DURATION:PT1H", "RRULE:FREQ=DAILY", "END:VEVENT", "BEGIN:VEVENT", "UID:1@example.com"),
            *("DTSTAMP:20261101T090000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261122T090000Z"),
            *("DTSTART:20261122T150000Z", "DURATION:PT2H"),
        ],
    ),
    "until next year": ("DTSTART:20190304T090000Z", ["DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20270301T090000Z"]),
    "counted": ("DTSTART:20190304T090000Z", ["DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2900"]),
    "by the hour": ("DTSTART:20190304T090000Z", ["DURATION:PT1M", "RRULE:FREQ=HOURLY"]),
}


def overlaps(ranges: tuple[Range, ...], start: datetime, end: datetime) -> bool:
    return any(
        (last is None or start < last or start == first == last) and (first is None or first < end)
        for first, last in ranges
    )


def says(index: Occurs, start: datetime, end: datetime) -> tuple[bool, bool]:
    """Whether an occurrence is certain, and whether one is possible, by the read store's conditions."""
    within, wide = wall_ranges(start, end, BERLIN)
    certain = overlaps(index.firm, start, end)
    if within is not None and within[0] is not None and within[1] is not None:
        certain = certain or overlaps(index.floats, within[0], within[1])
    assert wide[0] is not None
    assert wide[1] is not None
    return certain, certain or overlaps(index.loose, start, end) or overlaps(index.floats, wide[0], wide[1])


@pytest.mark.parametrize(("start", "lines"), OLD.values(), ids=OLD)
def test_what_the_index_says_is_what_the_text_says(start: str, lines: list[str]) -> None:
    text = calendar(event(*lines, start=start))
    index = occurs(text, season=SEASON)
    root, random = parse(text), Random(7)
    # Windows around the season's ends most of all, in the season, and anywhere.
    for _ in range(300):
        around = random.choice((BEGIN - BEHIND, BEGIN + AHEAD, NOW, BEGIN + random.random() * timedelta(days=3000)))
        begin = around + random.uniform(-60, 60) * timedelta(hours=1)
        end = begin + random.choice((1, 12, 24, 24 * 7)) * timedelta(hours=1)
        certain, possible = says(index, begin, end)
        so = bool(occurrences(root, begin, end, floating_zone=BERLIN))
        assert so or not certain, (begin, end)
        assert possible or not so, (begin, end)


@pytest.mark.parametrize("name", [name for name in OLD if name != "by the hour"])
def test_no_text_is_asked_in_the_season(name: str) -> None:
    start, lines = OLD[name]
    index = occurs(calendar(event(*lines, start=start)), season=SEASON)
    assert index.season == SEASON
    assert not overlaps(index.loose, NOW - timedelta(days=7), NOW + timedelta(days=270))
    assert overlaps((*index.firm, *index.floats), NOW, NOW + timedelta(days=40))
    bare = occurs(calendar(event(*lines, start=start)))
    assert bare.season == 0
    assert overlaps(bare.loose, NOW, NOW + timedelta(days=7))


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Kiritimati", "Europe/Berlin"])
def test_a_series_is_whole_from_its_first_hour_wherever_it_is(zone: str) -> None:
    text = calendar(event("DURATION:PT10M", "RRULE:FREQ=HOURLY;COUNT=30", start=f"DTSTART;TZID={zone}:20260602T090000"))
    begin = datetime(2026, 6, 2, 9, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert {start for start, _ in occurs(text, season=SEASON).firm} == {
        begin + n * timedelta(hours=1) for n in range(30)
    }


def test_an_event_over_before_the_season_is_not_indexed_again_for_the_next() -> None:
    text = calendar(event("RRULE:FREQ=DAILY;UNTIL=20250101T000000Z", start="DTSTART:20190304T090000Z"))
    index = occurs(text, season=SEASON, last=datetime(2025, 1, 1, 1, tzinfo=UTC))
    assert index.season == 0
    assert overlaps(index.loose, datetime(2024, 6, 1, tzinfo=UTC), datetime(2024, 6, 8, tzinfo=UTC))


def test_what_is_whole_needs_no_season() -> None:
    for rule in ("FREQ=DAILY;COUNT=50", "FREQ=WEEKLY;UNTIL=20200101T000000Z"):
        assert occurs(calendar(event(f"RRULE:{rule}", start="DTSTART:20190304T090000Z")), season=SEASON).season == 0


def test_a_series_too_dense_for_a_season_stays_with_its_text() -> None:
    start, lines = OLD["by the hour"]
    index = occurs(calendar(event(*lines, start=start)), season=SEASON)
    assert index.season == 0
    assert overlaps(index.loose, NOW, NOW + timedelta(days=1))


def test_no_more_than_twice_as_much_is_kept() -> None:
    for start, lines in OLD.values():
        index = occurs(calendar(event(*lines, start=start)), season=SEASON)
        assert len(index.firm) + len(index.floats) <= 2 * MAX_KEPT + 60
        assert len(index.loose) <= 2


def test_a_season_is_a_quarter_of_a_year() -> None:
    assert season_of(datetime(2026, 9, 30, 23, tzinfo=UTC)) + 1 == SEASON
    assert season_of(datetime(2027, 1, 1, tzinfo=UTC)) - 1 == SEASON
