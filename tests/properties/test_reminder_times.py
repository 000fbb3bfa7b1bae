"""Reminders agree with a naive count over all occurrences, and come once whenever the worker looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from televent.application.messages.reminders import DueCopy, ReminderDue
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.reminders.planning import Waiting, owner_of, plan
from televent.application.use_cases.reminders.telling import holds, missed_of
from televent.domain.account.preferences import Preferences
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.reminders import Owner, firings, occurrence_of

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
FIRST, LAST = datetime(2026, 9, 20, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
TENANT = AccountId(UUID(int=1))


@st.composite
def leads(draw: st.DrawFn) -> tuple[str, int, timedelta, bool]:
    """A trigger, its days and exact rest, and whether it counts from the end."""
    sign, days = draw(st.sampled_from([-1, 1])), draw(st.integers(0, 9))
    minutes = draw(st.integers(0, 3000))
    text = f"{'-' if sign < 0 else ''}P{days}DT{minutes}M"
    return text, sign * days, timedelta(minutes=sign * minutes), draw(st.booleans())


@st.composite
def series(draw: st.DrawFn) -> tuple[str, str, timedelta, list[tuple[str, int, timedelta, bool]]]:
    """The text of a series, its zone, its length, and its triggers."""
    zone = draw(st.sampled_from(ZONES))
    start = datetime(2026, 9, draw(st.integers(1, 30)), draw(st.integers(3, 23)), draw(st.integers(0, 59)))  # noqa: DTZ001
    rule = draw(st.sampled_from(["FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=MO,SU", "FREQ=DAILY;COUNT=9", ""]))
    length = timedelta(minutes=draw(st.integers(1, 300)))
    triggers = draw(st.lists(leads(), min_size=1, max_size=3, unique_by=lambda each: each[0]))
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", "BEGIN:VEVENT", "UID:1@example.com"]
    rows += ["DTSTAMP:20260901T000000Z", f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}"]
    rows += [f"DURATION:PT{int(length.total_seconds()) // 60}M", *([f"RRULE:{rule}"] if rule else [])]
    for text, _, _, at_end in triggers:
        rows += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER;RELATED={'END' if at_end else 'START'}:{text}"]
        rows += ["END:VALARM"]
    return "\r\n".join([*rows, "END:VEVENT", "END:VCALENDAR", ""]), zone, length, triggers


def naive(text: str, zone: str, length: timedelta, triggers: list[tuple[str, int, timedelta, bool]]) -> list[datetime]:
    """Every alert in (FIRST, LAST], found by another library's occurrences and plain arithmetic."""
    found = []
    place = ZoneInfo(zone)
    span = (FIRST - timedelta(days=40), LAST + timedelta(days=40))
    for event in recurring_ical_events.of(Calendar.from_ical(text)).between(*span):
        start = event["DTSTART"].dt.astimezone(UTC)
        for _, days, rest, at_end in triggers:
            anchor = (start + length if at_end else start).astimezone(place).replace(tzinfo=None)
            there = (anchor + timedelta(days=days)).replace(tzinfo=place).astimezone(UTC)
            if FIRST < there + rest <= LAST:
                found.append(there + rest)
    return sorted(found)


@given(series())
def test_alarms_ring_when_a_naive_count_says(
    made: tuple[str, str, timedelta, list[tuple[str, int, timedelta, bool]]],
) -> None:
    text, zone, *_ = made
    found = firings(CalendarText(text.encode()), FIRST, LAST, Owner(ZoneInfo(zone), (), (15,)))
    # One occurrence may be alerted twice at a time, by two triggers; both have a name of their own.
    assert [each.at for each in found] == naive(*made)


@given(series(), st.lists(st.integers(1, 60 * 24 * 6), min_size=30, max_size=30))
def test_each_alert_is_planned_once_whenever_a_worker_looks(
    made: tuple[str, str, timedelta, list[tuple[str, int, timedelta, bool]]], steps: list[int]
) -> None:
    text = CalendarText(made[0].encode())
    account = AccountRow(TENANT, 1, "Ann", made[1], "en", None, preferences=Preferences())
    owner, since, now = owner_of(account, ()), FIRST, FIRST
    fired: list[tuple[datetime, UUID | None]] = []
    plan_at, due = FIRST, None
    for step in steps:
        now = min(now + timedelta(minutes=step), LAST)
        while True:
            if due is not None and due[0] <= now:
                fired.append(due)
                since, due = due[0], None
            elif plan_at <= now:
                made_plan = plan(text, Waiting(TENANT, UUID(int=2), FIRST, FIRST, since), account, owner, now)
                if made_plan is None:
                    plan_at = LAST + timedelta(days=1)
                    continue
                plan_at = made_plan.plan_at
                reminder = made_plan.reminder
                due = (reminder.at, made_plan.reminder_id) if reminder is not None else None
                if due is None and plan_at <= now:
                    raise AssertionError("a plan that is due again at once would never end")
            else:
                break
    expected = sorted({each for each in naive(*made) if each <= now})
    assert [each for each, _ in fired] == expected
    assert len({each for _, each in fired}) == len(fired)


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    """The history of an event: minutes that pass, then "edit" with a start in minutes and a lead, or "work"."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(["edit", "edit", "work"]),
                st.integers(0, 90),
                st.integers(0, 40).map(lambda each: each * 15),
                st.sampled_from([0, 5, 15, 30, 120]),
            ),
            min_size=2,
            max_size=12,
        )
    )


@given(edits(), st.booleans())
def test_no_change_loses_the_reminder_of_an_event_that_is_still_ahead(
    steps: list[tuple[str, int, int, int]], planned_first: bool
) -> None:
    """A worker looks now and then; the event is changed meanwhile, also after its reminder was due and was not told."""
    account = AccountRow(TENANT, 1, "Ann", "UTC", "en", None, preferences=Preferences())
    owner, now = owner_of(account, ()), FIRST
    stream = UUID(int=2)

    def event(start: datetime, lead: int) -> CalendarText:
        rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", "BEGIN:VEVENT", "UID:1@example.com"]
        rows += ["DTSTAMP:20260901T000000Z", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "DURATION:PT40M"]
        rows += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"TRIGGER:-PT{lead}M",
            "END:VALARM",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
        return CalendarText("\r\n".join(rows).encode())

    start, lead = FIRST + timedelta(minutes=300), 15
    text, done, changed_at, moved_at = event(start, lead), None, FIRST, FIRST
    due: ReminderDue | None = None
    plan_at: datetime | None = FIRST
    told_at: list[tuple[datetime, datetime]] = []

    def work() -> None:
        nonlocal due, done, plan_at
        while True:
            if due is not None and due.at <= now:
                if now - due.at > timedelta(minutes=10):
                    events = missed_of(text, DueCopy(stream, due.at), now, account, owner)
                    is_told, done = any(each.end > now for each in events), now
                else:
                    occurrence = occurrence_of(text, None, owner.zone)
                    assert occurrence is not None
                    is_told, done = holds(occurrence, due.occurrences[0], due, owner, now), due.at
                if is_told:
                    told_at.append((now, start))
                due = None
            elif plan_at is not None and plan_at <= now:
                waiting = Waiting(TENANT, stream, FIRST, changed_at, done, FIRST)
                made = plan(text, waiting, account, owner, now)
                done, plan_at = waiting.since, made.plan_at if made is not None else None
                due = made.reminder if made is not None else None
                assert due is not None or plan_at is None or plan_at > now, "this plan would be made for ever"
            else:
                return

    if planned_first:
        work()
    for what, minutes, at, before in [*steps, ("work", 0, 0, 0)]:
        now += timedelta(minutes=minutes)
        if what == "work":
            work()
            due_at = start - timedelta(minutes=lead)
            if FIRST < due_at <= now < start:
                assert any(moment >= moved_at or of == start for moment, of in told_at)
            continue
        if FIRST + timedelta(minutes=at) != start:
            moved_at = now
        start, lead, changed_at, plan_at = FIRST + timedelta(minutes=at), before, now, FIRST
        text = event(start, lead)
