"""Recurrence (RFC 5545 §3.3.10, §3.8.5): rules agree with dateutil, objects with recurring-ical-events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st
from icalendar import Calendar

from support.as_bytes import next_occurrence, occurrences
from televent.ical.recurrence.occurrences import span
from televent.ical.rules.expansion import expand
from televent.ical.rules.rule import parse_rule
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import parse
from televent.ical.zones.moments import utc_of

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
WINDOW = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))


def some(low: int, high: int, *, negative: bool = False, most: int = 3) -> st.SearchStrategy[str]:
    """A list of numbers for a BYxxx part."""
    numbers = st.integers(low, high)
    if negative:
        numbers = numbers | st.integers(-high, -low)
    return st.lists(numbers, min_size=1, max_size=most, unique=True).map(lambda each: ",".join(map(str, each)))


@st.composite
def rules(draw: st.DrawFn, *, dense: bool = True) -> str:
    """Rules with the parts that §3.3.10 allows together."""
    frequencies = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", *(["HOURLY", "MINUTELY"] if dense else [])]
    freq = draw(st.sampled_from(frequencies))
    parts = {"FREQ": freq}

    def maybe(name: str, value: st.SearchStrategy[str], *, one_in: int = 4) -> None:
        if draw(st.integers(1, one_in)) == 1:
            parts[name] = draw(value)

    interval = st.integers(2, 5) if freq != "MINUTELY" else st.sampled_from([20, 45, 100, 1441, 5000])
    maybe("INTERVAL", interval.map(str), one_in=1 if freq == "MINUTELY" else 3)
    maybe("BYMONTH", some(1, 12))
    if freq != "WEEKLY":
        maybe("BYMONTHDAY", some(1, 31, negative=True))
    if freq == "YEARLY":
        maybe("BYYEARDAY", some(1, 366, negative=True), one_in=8)
        maybe("BYWEEKNO", some(1, 53), one_in=6)
    days = st.sampled_from(DAYS)
    if freq == "MONTHLY" or (freq == "YEARLY" and "BYWEEKNO" not in parts):
        # dateutil lets "MO" and "1TU" in one list exclude each other.
        ordinals = st.sampled_from(["1", "2", "5", "-1", "-2"])
        days = st.tuples(ordinals, days).map("".join) if draw(st.booleans()) else days
    # Without BYDAY a week's day is that of DTSTART, by §3.3.10; dateutil takes all seven.
    needed = "BYWEEKNO" in parts
    maybe("BYDAY", st.lists(days, min_size=1, max_size=3, unique=True).map(",".join), one_in=1 if needed else 2)
    maybe("BYHOUR", some(0, 23), one_in=6)
    maybe("BYMINUTE", some(0, 59), one_in=6)
    if any(name.startswith("BY") for name in parts) and freq not in ("HOURLY", "MINUTELY", "WEEKLY"):
        # BYSETPOS in the week of DTSTART: dateutil counts only from DTSTART on.
        maybe("BYSETPOS", some(1, 3, negative=True))
    maybe("WKST", st.sampled_from(DAYS))
    maybe("COUNT", st.integers(1, 40).map(str), one_in=4)
    return ";".join(f"{name}={value}" for name, value in parts.items())


STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda each: each.replace(microsecond=0))  # noqa: DTZ001


@settings(max_examples=80, deadline=None)
@given(rules(), STARTS)
@example("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", datetime(2024, 1, 1))  # noqa: DTZ001
@example("FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU,WE;WKST=SU", datetime(2024, 1, 1))  # noqa: DTZ001
@example("FREQ=HOURLY;INTERVAL=30;BYMONTH=3", datetime(2024, 1, 1, 5))  # noqa: DTZ001
def test_a_rule_means_what_dateutil_says(text: str, start: datetime) -> None:
    # All instances from the start, and those of a later window: the shortcut to that window omits none.
    for years in (0, 1):
        low = start + timedelta(days=365 * years)
        high = low + timedelta(days=250)
        try:
            found = list(expand(parse_rule(text, None), start, low, high))
        except TooManyInstances:
            reject()
        try:
            wanted = rrulestr(text, dtstart=start).between(low, high - timedelta(seconds=1), inc=True)
        except ValueError:  # dateutil's error for a rule without any instance
            wanted = []
        assert found == wanted


@st.composite
def objects(draw: st.DrawFn) -> bytes:
    """A series with a zone, floating or all-day, with added, excluded and changed dates."""
    start = draw(STARTS)
    kind = draw(st.sampled_from([*ZONES, "UTC", "floating", "days"]))
    rule = draw(rules(dense=False))
    assume(kind != "days" or not any(each in rule for each in ("BYHOUR", "BYMINUTE")))

    def prop(name: str, *values: datetime) -> str:
        if kind == "days":
            return f"{name};VALUE=DATE:" + ",".join(f"{each:%Y%m%d}" for each in values)
        written = ",".join(f"{each:%Y%m%dT%H%M%S}{'Z' if kind == 'UTC' else ''}" for each in values)
        return f"{name};TZID={kind}:{written}" if kind in ZONES else f"{name}:{written}"

    # The series starts with an instance of its rule: otherwise §3.8.5.3 leaves open what it means.
    starts = list(expand(parse_rule(rule, None), start, start, start + timedelta(days=1500)))[:60]
    assume(starts)
    start = starts[0]
    length = draw(st.sampled_from([timedelta(hours=1), timedelta(hours=30)])) if kind != "days" else timedelta(days=2)
    lines = ["BEGIN:VEVENT", "UID:1@example.com", "DTSTAMP:20260101T000000Z", prop("DTSTART", start)]
    lines += [prop("DTEND", start + length), f"RRULE:{rule}"]
    picked = draw(st.lists(st.sampled_from(starts), max_size=4, unique=True))
    out, changed = picked[:2], picked[2:]
    # recurring-ical-events takes an EXDATE for the whole day, also where the rule puts several times into it.
    assume(not out or not any(each in rule for each in ("BYHOUR", "BYMINUTE")))
    if out:
        lines.append(prop("EXDATE", *out))
    if draw(st.booleans()):
        lines.append(prop("RDATE", start + timedelta(days=draw(st.integers(1, 900)), hours=3 * (kind != "days"))))
    lines.append("END:VEVENT")
    for original in changed:
        moved = original + timedelta(days=draw(st.integers(-40, 40)))
        lines += ["BEGIN:VEVENT", "UID:1@example.com", "DTSTAMP:20260101T000000Z", "SEQUENCE:1"]
        lines += [prop("RECURRENCE-ID", original), prop("DTSTART", moved), prop("DTEND", moved + length), "END:VEVENT"]
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN"]
    return "\r\n".join([*head, *lines, "END:VCALENDAR", ""]).encode()


def pairs(times: list[tuple[date, date]], text: bytes) -> list[tuple[datetime, datetime]]:
    """Instants, of which the end counts only without a clock change: the exact duration that §3.8.5.3 asks for where
    DTEND is written is a duration on the wall clock in recurring-ical-events."""
    found = [(utc_of(start), utc_of(end)) for start, end in times]
    return sorted((start, start if b"TZID=" in text else end) for start, end in found)


@settings(max_examples=100, deadline=None)
@given(objects())
def test_an_object_happens_when_recurring_ical_events_says(text: bytes) -> None:
    found = [(each.start, each.end) for each in occurrences(text, *WINDOW)]
    wanted = recurring_ical_events.of(Calendar.from_ical(text)).between(*WINDOW)
    assert pairs(found, text) == pairs([(each["DTSTART"].dt, each["DTEND"].dt) for each in wanted], text)


@settings(max_examples=100, deadline=None)
@given(objects())
def test_every_occurrence_is_in_the_span_and_the_next_is_the_first_of_those_that_follow(text: bytes) -> None:
    root = parse(text)
    first, last = span(root)
    found = occurrences(root, *WINDOW)
    assert all(first <= utc_of(each.start) and (last is None or utc_of(each.end) <= last) for each in found)
    after = WINDOW[0] + timedelta(days=1)
    following = [each for each in found if utc_of(each.start) > after]
    coming = next_occurrence(root, after)
    if following:
        assert coming is not None
        assert utc_of(coming.start) == utc_of(following[0].start)
    else:
        assert coming is None or utc_of(coming.start) >= WINDOW[1]


@settings(deadline=None)
@given(st.sampled_from(ZONES), rules(dense=False), STARTS)
def test_a_series_in_a_zone_keeps_its_wall_clock(zone: str, rule: str, start: datetime) -> None:
    assume(not any(each in rule for each in ("BYHOUR", "BYMINUTE")))
    # Times that a clock change skips are another matter.
    start = start.replace(hour=12)
    text = (
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}\r\nRRULE:{rule}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for each in occurrences(text.encode(), *WINDOW):
        assert isinstance(each.start, datetime)
        assert each.start.astimezone(ZoneInfo(zone)).time() == start.time()
