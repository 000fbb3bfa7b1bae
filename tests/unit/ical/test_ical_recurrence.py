"""When a calendar object happens: RFC 5545 §3.8.4.4, §3.8.5."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ical_texts import calendar, event

from support.as_bytes import each_occurrence, next_occurrence, occurrences
from televent.ical.recurrence.occurrences import Occurrence, span
from televent.ical.text.errors import InvalidCalendarData, TooManyInstances
from televent.ical.text.tree import parse
from televent.ical.zones.moments import utc_of

NEW_YORK = ZoneInfo("America/New_York")
ZONED = "DTSTART;TZID=Europe/Berlin:20260325T090000"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def happens(text: bytes, start: datetime, end: datetime) -> list[str]:
    return [f"{utc_of(each.start):%m%dT%H%M}/{utc_of(each.end):%m%dT%H%M}" for each in occurrences(text, start, end)]


MARCH = (at(2026, 3, 1), at(2026, 4, 1))
NOVEMBER = (at(2026, 11, 20), at(2026, 11, 26))


def test_a_meeting_at_nine_stays_at_nine_over_a_clock_change() -> None:
    text = calendar(event("DTEND;TZID=Europe/Berlin:20260325T093000", "RRULE:FREQ=DAILY;INTERVAL=3", start=ZONED))
    assert happens(text, *MARCH) == ["0325T0800/0325T0830", "0328T0800/0328T0830", "0331T0700/0331T0730"]


def test_a_time_that_the_clock_skips_is_the_one_that_is_meant_by_the_offset_before() -> None:
    text = calendar(event("RRULE:FREQ=DAILY;COUNT=3", start="DTSTART;TZID=Europe/Berlin:20260328T023000"))
    assert happens(text, *MARCH) == ["0328T0130/0328T0130", "0329T0130/0329T0130", "0330T0030/0330T0030"]
    skipped = occurrences(text, *MARCH)[1].start
    assert isinstance(skipped, datetime)
    assert skipped.hour == 3


def test_a_day_by_duration_follows_the_clock_and_one_by_dtend_lasts_as_long() -> None:
    start = "DTSTART;TZID=Europe/Berlin:20260327T120000"
    nominal = calendar(event("DURATION:P1D", "RRULE:FREQ=DAILY;COUNT=2", start=start))
    exact = calendar(event("DTEND;TZID=Europe/Berlin:20260328T120000", "RRULE:FREQ=DAILY;COUNT=2", start=start))
    assert happens(nominal, *MARCH) == ["0327T1100/0328T1100", "0328T1100/0329T1000"]
    assert happens(exact, *MARCH) == ["0327T1100/0328T1100", "0328T1100/0329T1100"]


def test_days_and_floating_times_are_read_where_the_reader_is() -> None:
    days = calendar(event("RRULE:FREQ=DAILY;COUNT=2", start="DTSTART;VALUE=DATE:20261121"))
    window = at(2026, 11, 22, 4), at(2026, 11, 22, 6)
    (only,) = occurrences(days, *window, floating_zone=NEW_YORK)[:1]
    assert (only.start, only.end, only.recurrence_id) == (date(2026, 11, 21), date(2026, 11, 22), "20261121")
    assert not isinstance(only.start, datetime)
    assert [each.start for each in occurrences(days, *window)] == [date(2026, 11, 22)]
    floating = calendar(event("DURATION:PT1H", start="DTSTART:20261121T230000"))
    assert occurrences(floating, *window, floating_zone=NEW_YORK)[0].start == datetime(2026, 11, 21, 23)  # noqa: DTZ001
    assert occurrences(floating, *window) == []


def test_dates_are_added_with_their_own_length_and_taken_out() -> None:
    text = calendar(
        event(
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=4",
            "RDATE;VALUE=PERIOD:20261123T180000Z/PT3H,20261124T180000Z/20261124T200000Z",
            "RDATE:20261125T180000Z,20261121T100000Z",
            "EXDATE:20261122T100000Z,20261123T100000Z",
        )
    )
    assert happens(text, *NOVEMBER) == [
        "1121T1000/1121T1100",
        "1123T1800/1123T2100",
        "1124T1000/1124T1100",
        "1124T1800/1124T2000",
        "1125T1800/1125T1900",
    ]


@pytest.mark.parametrize(
    ("start", "named"),
    [
        ("DTSTART:20261121T100000Z", "EXDATE;VALUE=DATE:20261122"),
        ("DTSTART;TZID=America/New_York:20261121T100000", "EXDATE:20261122T150000Z"),
        ("DTSTART;TZID=America/New_York:20261121T100000", "EXDATE:20261122T100000"),
        ("DTSTART;VALUE=DATE:20261121", "EXDATE;TZID=Europe/Berlin:20261122T000000"),
        ("DTSTART;VALUE=DATE:20261121", "RECURRENCE-ID;TZID=Europe/Berlin:20261122T000000"),
        ("DTSTART;TZID=America/New_York:20261121T100000", "RECURRENCE-ID:20261122T150000Z"),
        ("DTSTART;TZID=America/New_York:20261121T100000", "RECURRENCE-ID;VALUE=DATE:20261122"),
    ],
)
def test_an_instance_may_be_named_otherwise_than_the_series_starts(start: str, named: str) -> None:
    parts = [event("RRULE:FREQ=DAILY;COUNT=3", *([named] if named.startswith("EX") else []), start=start)]
    if named.startswith("REC"):
        parts.append(event(named, start="DTSTART:20270101T100000Z"))
    days = [utc_of(each.start).day for each in occurrences(calendar(*parts), *NOVEMBER)]
    assert days == [21, 23]


def test_an_override_takes_the_place_of_its_instance_wherever_it_has_moved() -> None:
    text = calendar(
        event("DURATION:PT1H", "RRULE:FREQ=DAILY"),
        event("RECURRENCE-ID:20261122T100000Z", "DURATION:PT2H", start="DTSTART:20261123T150000Z"),
        event("RECURRENCE-ID:20261124T100000Z", "DURATION:PT2H", start="DTSTART:20270101T150000Z"),
        event("RECURRENCE-ID:20270601T100000Z", "DURATION:PT2H", start="DTSTART:20261121T150000Z"),
    )
    found = occurrences(text, at(2026, 11, 21), at(2026, 11, 26))
    assert [(each.recurrence_id, utc_of(each.start).day) for each in found] == [
        ("20261121T100000Z", 21),
        ("20270601T100000Z", 21),
        ("20261123T100000Z", 23),
        ("20261122T100000Z", 23),
        ("20261125T100000Z", 25),
    ]


def test_this_and_future_moves_and_stretches_what_follows() -> None:
    text = calendar(
        event("DTEND;TZID=Europe/Berlin:20260325T100000", "RRULE:FREQ=DAILY;COUNT=6", start=ZONED),
        event(
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260327T090000",
            "DTEND;TZID=Europe/Berlin:20260328T170000",
            start="DTSTART;TZID=Europe/Berlin:20260328T140000",
        ),
    )
    # Each moves by a day and five hours of wall-clock time, although a clock change lies between.
    assert happens(text, *MARCH) == [
        "0325T0800/0325T0900",
        "0326T0800/0326T0900",
        "0328T1300/0328T1600",
        "0329T1200/0329T1500",
        "0330T1200/0330T1500",
        "0331T1200/0331T1500",
    ]
    first, last = span(parse(text))
    assert first <= at(2026, 3, 25, 8)
    assert last is not None
    assert at(2026, 3, 31, 15) <= last < at(2026, 4, 3)


def test_this_and_future_far_from_its_origin_is_found() -> None:
    text = calendar(
        event("RRULE:FREQ=DAILY"),
        event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261201T100000Z", start="DTSTART:20270101T100000Z"),
    )
    (found,) = occurrences(text, at(2027, 6, 1), at(2027, 6, 2))
    assert (found.recurrence_id, found.start) == ("20270501T100000Z", at(2027, 6, 1, 10))


def test_what_does_not_recur_has_no_recurrence_id() -> None:
    (only,) = occurrences(calendar(event()), *NOVEMBER)
    assert isinstance(only, Occurrence)
    assert only.recurrence_id is None


def test_a_long_instance_is_found_by_its_end() -> None:
    text = calendar(event("DURATION:P40D", "RRULE:FREQ=YEARLY", start="DTSTART:20201020T100000Z"))
    assert happens(text, *NOVEMBER) == ["1020T1000/1129T1000"]


def test_until_counts_the_last_instance_in() -> None:
    for until in ("20261123T100000Z", "20261123", "20261123T100000"):
        assert len(occurrences(calendar(event(f"RRULE:FREQ=DAILY;UNTIL={until}")), *NOVEMBER)) == 3


@pytest.mark.parametrize(
    "rule", ["FREQ=OFTEN", "DAILY", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;COUNT=x", "FREQ=DAILY;BYDAY=XX"]
)
def test_what_is_no_rule_is_refused_by_name(rule: str) -> None:
    with pytest.raises(InvalidCalendarData):
        occurrences(calendar(event(f"RRULE:{rule}")), *NOVEMBER)


BOMBS = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY",
    "FREQ=HOURLY;BYMINUTE={0};BYSECOND={0}",
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR={1};BYMINUTE={0};BYSECOND={0};BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=WEEKLY;BYMONTH=2;BYDAY={2}",
]


@pytest.mark.parametrize("start", ["00010101T000000Z", "20000101T000000Z"])
@pytest.mark.parametrize("rule", BOMBS)
def test_a_rule_that_has_no_end_or_never_fits_ends(rule: str, start: str) -> None:
    numbers = (",".join(map(str, range(60))), ",".join(map(str, range(24))), ",".join(["99MO"] * 700))
    text = calendar(event(f"RRULE:{rule.format(*numbers)}", start=f"DTSTART:{start}"))
    with pytest.raises(TooManyInstances):
        occurrences(text, at(2000, 1, 1), at(9998, 1, 1))
    assert span(parse(text))[1] is None


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        ("FREQ=MINUTELY;COUNT=1000000000", at(2000, 1, 1) + (10**9 - 1) * timedelta(minutes=1)),
        ("FREQ=HOURLY;INTERVAL=5;COUNT=1000000", at(2000, 1, 1) + (10**6 - 1) * timedelta(hours=5)),
        ("FREQ=DAILY;INTERVAL=2;COUNT=30000", at(2000, 1, 1) + 29_999 * timedelta(days=2)),
        ("FREQ=WEEKLY;COUNT=100000", at(2000, 1, 1) + 99_999 * timedelta(weeks=1)),
        ("FREQ=DAILY;COUNT=5;UNTIL=20000102T000000Z", at(2000, 1, 2)),
        ("FREQ=DAILY;COUNT=0", at(2000, 1, 1)),
    ],
)
def test_a_count_that_leaves_no_doubt_is_not_counted(rule: str, last: datetime) -> None:
    text = calendar(event(f"RRULE:{rule}", "DURATION:PT0S", start="DTSTART:20000101T000000Z"))
    found = occurrences(text, last - timedelta(days=1), last + timedelta(days=400))
    assert found[-1].start == last
    assert span(parse(text))[1] in (last, last + timedelta(hours=1), at(2000, 1, 2) + timedelta(hours=1))


def test_a_window_far_from_the_start_costs_no_more_than_one_near() -> None:
    for rule in ("FREQ=DAILY", "FREQ=HOURLY", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MINUTELY;BYHOUR=9;BYMINUTE=0"):
        text = calendar(event(f"RRULE:{rule}", start="DTSTART:00040101T090000Z"))
        assert occurrences(text, at(9000, 1, 1), at(9000, 1, 15))


def test_more_instances_than_asked_for_are_refused_and_one_by_one_they_come() -> None:
    text = calendar(event("RRULE:FREQ=DAILY"))
    with pytest.raises(TooManyInstances):
        occurrences(text, at(2026, 11, 21), at(2027, 11, 21), limit=100)
    assert next(each_occurrence(text, at(2026, 11, 22), at(9998, 1, 1))).recurrence_id == "20261122T100000Z"


def test_more_single_dates_than_are_counted_are_refused() -> None:
    dates = ",".join(["20261122T100000Z"] * 20_001)
    for name in ("RDATE", "EXDATE"):
        with pytest.raises(TooManyInstances):
            span(parse(calendar(event(f"{name}:{dates}"))))


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20260101T000000Z", "DURATION:P999999D"],
        ["DTSTART:20260101T000000Z", "DTEND:99991231T235959Z"],
        ["DTSTART:99991231T235959Z"],
        ["DTSTART:00010101T000000Z"],
        ["DTSTART;VALUE=DATE:00010101"],
        ["DTSTART;VALUE=DATE:99991231"],
        ["DTSTART;TZID=Asia/Tokyo:00010101T000000"],
        ["DTSTART;TZID=America/New_York:99991231T235959"],
    ],
)
@pytest.mark.parametrize("rule", ["FREQ=YEARLY", "FREQ=YEARLY;COUNT=2", "FREQ=YEARLY;UNTIL=99991231T235959Z"])
def test_the_ends_of_time_are_no_trap(lines: list[str], rule: str) -> None:
    start, *more = lines
    root = parse(calendar(event(*more, f"RRULE:{rule}", start=start)))
    first, last = span(root)
    assert last is None or first <= last
    for each in occurrences(root, *NOVEMBER):
        assert utc_of(each.start) < NOVEMBER[1]


@pytest.mark.parametrize(
    ("rule", "following"),
    [
        ("FREQ=MINUTELY", at(2026, 12, 1, 0, 1)),
        ("FREQ=WEEKLY", at(2026, 12, 5, 10)),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", at(2028, 2, 29, 10)),
        ("FREQ=DAILY;COUNT=3", None),
        ("FREQ=DAILY;UNTIL=20261130T235959Z", None),
    ],
)
def test_the_next_occurrence_is_the_first_after(rule: str, following: datetime | None) -> None:
    found = next_occurrence(calendar(event(f"RRULE:{rule}")), at(2026, 12, 1))
    assert (found.start if found is not None else None) == following


def test_the_next_occurrence_knows_exceptions_and_overrides() -> None:
    text = calendar(
        event("RRULE:FREQ=DAILY", "EXDATE:20261122T100000Z"),
        event("RECURRENCE-ID:20261123T100000Z", start="DTSTART:20261125T090000Z"),
        event("RECURRENCE-ID:20261124T100000Z", start="DTSTART:20261124T090000Z"),
    )
    seen: list[datetime] = []
    after = at(2026, 11, 20)
    while len(seen) < 4:
        found = next_occurrence(text, after)
        assert found is not None
        after = utc_of(found.start)
        seen.append(after)
    assert seen == [at(2026, 11, 21, 10), at(2026, 11, 24, 9), at(2026, 11, 25, 9), at(2026, 11, 25, 10)]


def test_the_span_holds_all_instances_and_an_endless_series_has_no_end() -> None:
    assert span(parse(calendar(event("RRULE:FREQ=DAILY")))) == (at(2026, 11, 21, 10), None)
    first, last = span(parse(calendar(event("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=10"))))
    assert first == at(2026, 11, 21, 10)
    assert last is not None
    assert timedelta(0) <= last - at(2026, 11, 30, 11) <= timedelta(hours=1)
    days = span(parse(calendar(event("RRULE:FREQ=DAILY;COUNT=2", start="DTSTART;VALUE=DATE:20261121"))))
    assert days[0] == at(2026, 11, 20, 10)
