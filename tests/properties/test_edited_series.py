"""A series that moves there and back, or is split in two, has the same instances as before; other lines stay."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from televent.ical.editing.changes import EventChange
from televent.ical.editing.event_edits import change_all, change_one, remove_one
from televent.ical.editing.refusals import UnmovableSeries, UnsplittableSeries
from televent.ical.editing.splitting import split_series
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.validity import validate
from televent.ical.recurrence.occurrences import FIRST, LAST
from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.zones.moments import utc_of

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SHOWN = 30
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=2",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;BYDAY=MO,WE,SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
    "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SA,SU,TU",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY",
)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "")


@st.composite
def series(draw: st.DrawFn) -> CalendarText:
    """A series with removed, added and changed occurrences, in a zone, in UTC, floating or of whole days."""
    zone, whole = draw(st.sampled_from(ZONES)), draw(st.booleans())
    start = datetime(2026, 1, 1, 4, 0) + timedelta(hours=draw(st.integers(0, 8000)))  # noqa: DTZ001 (a wall clock)
    rule = draw(st.sampled_from(RULES))
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))

    def line(name: str, *whens: datetime) -> str:
        if whole:
            return f"{name};VALUE=DATE:" + ",".join(f"{each:%Y%m%d}" for each in whens)
        params = f";TZID={zone}" if zone not in ("", "UTC") else ""
        z = "Z" if zone == "UTC" else ""
        return f"{name}{params}:" + ",".join(f"{each:%Y%m%dT%H%M%S}{z}" for each in whens)

    if end == "COUNT":
        rule += f";COUNT={draw(st.integers(3, 20))}"
    elif end == "UNTIL":
        until = start + timedelta(days=draw(st.integers(20, 200)))
        if whole:
            rule += f";UNTIL={until:%Y%m%d}"
        elif zone == "":
            rule += f";UNTIL={until:%Y%m%dT%H%M%S}"
        else:
            rule += f";UNTIL={until.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC):%Y%m%dT%H%M%S}Z"
    length = "DURATION:P1D" if whole else "DURATION:PT45M"
    head = ["BEGIN:VEVENT", "UID:1@example.com", "DTSTAMP:20261101T090000Z", line("DTSTART", start), length]
    body = [*head, f"RRULE:{rule}", "X-KEPT;A=1:as it came", "SUMMARY:Sync"]
    extra = draw(st.lists(st.integers(1, 150), max_size=2, unique=True))
    if extra:
        body.append(line("RDATE", *(start + timedelta(days=each) for each in sorted(extra))))
    text = _calendar([*body, "END:VEVENT"])
    planned = list(islice(RecurrenceSet(text.tree).instances(FIRST, LAST), 12))
    picked = draw(st.lists(st.integers(0, max(len(planned) - 1, 0)), max_size=3, unique=True)) if planned else []
    walls = [each.start.replace(tzinfo=None) if isinstance(each.start, datetime) else None for each in planned]
    whens = [walls[each] or datetime.combine(planned[each].start, datetime.min.time()) for each in picked if each]
    parts = []
    for number, when in enumerate(whens):
        if number % 2 == 0:
            body.append(line("EXDATE", when))
        else:
            moved = when + timedelta(days=draw(st.integers(-2, 2)), hours=0 if whole else draw(st.integers(-3, 3)))
            own = ["BEGIN:VEVENT", "UID:1@example.com", "DTSTAMP:20261101T090000Z", line("RECURRENCE-ID", when)]
            parts += [*own, line("DTSTART", moved), length, "SUMMARY:Other", "END:VEVENT"]
    return _calendar([*body, "END:VEVENT", *parts])


def _calendar(lines: list[str]) -> CalendarText:
    return CalendarText("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode())


def shown(text: CalendarText, limit: int = SHOWN) -> list[tuple[datetime, datetime, str | None]]:
    """The first instances, with the title of each."""
    found = [
        (utc_of(each.start), utc_of(each.end), each.component.value("SUMMARY"))
        for each in islice(RecurrenceSet(text.tree).instances(FIRST, LAST), limit)
    ]
    return sorted(found)


@settings(max_examples=150)
@given(text=series(), hours=st.integers(-50, 50))
def test_there_and_back_again(text: CalendarText, hours: int) -> None:
    whole = b"VALUE=DATE" in text.raw
    by = timedelta(days=hours) if whole else timedelta(hours=hours)
    try:
        there = change_all(text, EventChange(by=by), now=NOW)
    except UnmovableSeries:
        assume(False)
        return
    validate(there)
    back = change_all(there, EventChange(by=-by), now=NOW)
    assert shown(back) == shown(text)
    assert b"X-KEPT;A=1:as it came\r\n" in there.raw


@settings(max_examples=150)
@given(text=series(), place=st.integers(0, 11))
def test_two_halves_have_the_instances_of_the_whole(text: CalendarText, place: int) -> None:
    every = sorted(
        islice(RecurrenceSet(text.tree).instances(FIRST, LAST), SHOWN), key=lambda each: each.recurrence_id or ""
    )
    assume(place < len(every))
    rid = every[place].recurrence_id
    assert rid is not None
    try:
        split = split_series(text, rid, uid="2@example.com", now=NOW)
    except UnsplittableSeries:
        assume(False)
        return
    validate(split.rest)
    assert b"X-KEPT;A=1:as it came\r\n" in split.rest.raw
    if split.before is None:
        assert split.rest == text
        return
    validate(split.before)
    first = shown(split.before, 1000)
    rest = shown(split.rest, SHOWN)
    assert first
    assert len(first) + len(rest) >= len(shown(text))
    whole = shown(text, len(first) + len(rest))
    assert sorted([*first, *rest]) == whole


@settings(max_examples=100)
@given(text=series(), place=st.integers(0, 11))
def test_one_occurrence_is_changed_alone(text: CalendarText, place: int) -> None:
    every = list(islice(RecurrenceSet(text.tree).instances(FIRST, LAST), SHOWN))
    assume(place < len(every))
    rid = every[place].recurrence_id
    assert rid is not None
    changed = change_one(text, EventChange(title="Once"), now=NOW, recurrence_id=rid)
    others = [each for each in shown(changed) if each[2] != "Once"]
    assert len(shown(changed)) - len(others) == 1
    assert [each[:2] for each in shown(changed)] == [each[:2] for each in shown(text)]
    without = remove_one(text, rid, now=NOW)
    left = shown(without, SHOWN - 1) if without is not None else []
    gone = (utc_of(every[place].start), utc_of(every[place].end))
    assert gone not in [each[:2] for each in left] or [each[:2] for each in shown(text)].count(gone) > 1
