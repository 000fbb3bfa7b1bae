"""Reminders are queued once each: with several workers, killed ones, clocks that jump, downtime and edits meanwhile."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from support.followers import catch_up
from support.town import NOON, Person, Town
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.adapters.postgres.followers.runner import following
from televent.adapters.postgres.reminders import reminder_queue
from televent.adapters.postgres.reminders.reminder_queue import ReminderQueue
from televent.application.event_store.context import Context
from televent.application.messages.reminders import DueCopy, RemindersDue
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.people.accounts import change_profile, erase_account
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.reminders.telling import missed
from televent.projections.due_reminders import DUE_REMINDERS

pytestmark = pytest.mark.own_database

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def event(start: datetime, *lines: str, uid: str = "sync@example.com", length: timedelta = HOUR) -> bytes:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App 1//EN", "BEGIN:VEVENT", f"UID:{uid}"]
    rows += ["DTSTAMP:20261101T080000Z", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + length:%Y%m%dT%H%M%SZ}"]
    rows += ["SUMMARY:Sync", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(rows).encode()


def put(person: Person, start: datetime, *lines: str, name: str = "sync", length: timedelta = HOUR) -> None:
    person.put(event(start, *lines, uid=f"{name}@example.com", length=length), href=f"{name}.ics")


def work(town: Town, *workers: ReminderQueue) -> None:
    """Follows the log, then queues and plans until nothing is left to do."""
    catch_up(town.core, DUE_REMINDERS)
    for each in workers or (town.core.reminders,):
        while each.step(town.now):
            pass


def another(town: Town) -> ReminderQueue:
    """The queue as another worker has it."""
    core = town.core
    return ReminderQueue(core.pool, core.wakeups, core.backend.people.addresses_of, following(DUE_REMINDERS))


def queued(town: Town, kind: str = "reminder_due") -> list[dict[str, Any]]:
    """The reminders in the outbox, the earliest first."""
    query = "SELECT payload FROM outbox WHERE split_part(kind, '/', 1) = %s ORDER BY payload->>'at', created_at"
    with town.core.pool.connection() as connection:
        return [row[0] for row in connection.execute(query, (kind,))]


def times(town: Town) -> list[str]:
    """When the queued reminders are due, as hours and minutes."""
    return [datetime.fromisoformat(each["at"]).astimezone(UTC).strftime("%d %H:%M") for each in queued(town)]


def move(town: Town, moment: datetime, *workers: ReminderQueue) -> None:
    town.now = moment
    work(town, *workers)


@pytest.fixture
def ann(town: Town) -> Person:
    town.core.reminders.begin(NOON)
    return town.person("ann")


def test_each_occurrence_is_queued_once_at_its_time(town: Town, ann: Person) -> None:
    put(ann, NOON + HOUR, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261122T130000Z")
    work(town)
    for minute in range(0, 3 * 24 * 60, 15):
        move(town, NOON + minute * MINUTE)
        assert times(town) == [each for each in ("21 12:45", "23 12:45") if each <= town.now.strftime("%d %H:%M")]
    with psycopg.connect(town.url) as connection:
        assert connection.execute("SELECT count(*) FROM reminder").fetchone() == (1,)
    move(town, NOON + timedelta(days=60))
    with psycopg.connect(town.url) as connection:
        assert connection.execute("SELECT count(*) FROM reminder").fetchone() == (0,)


def test_a_thousand_at_once_are_queued_once_each_by_three_workers(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminder_queue, "FIRED", 40)
    monkeypatch.setattr(reminder_queue, "PLANNED", 30)
    town.core.reminders.begin(NOON)
    people = [town.person(f"p{number}") for number in range(200)]
    for person in people:
        for number in range(5):
            put(person, NOON + HOUR, name=f"n{number}")
    work(town)
    town.now = NOON + 45 * MINUTE
    started = threading.Barrier(3)

    def run(worker: ReminderQueue) -> None:
        started.wait()
        while worker.step(town.now):
            pass

    threads = [threading.Thread(target=run, args=(another(town),)) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    work(town)
    names = [each["stream_id"] for each in queued(town)]
    assert (len(names), len(set(names))) == (1000, 1000)


class Killed(Exception):
    """The worker ends here."""


@pytest.mark.parametrize("step", ["fire", "merge", "plan", "digests"])
@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_ends_between_two_steps_loses_and_doubles_nothing(
    town: Town, ann: Person, step: str, after: bool
) -> None:
    def kill(worker: ReminderQueue) -> ReminderQueue:
        real = getattr(worker, step)

        def killed(now: datetime) -> int:
            if after:
                real(now)
            raise Killed

        setattr(worker, step, killed)
        return worker

    put(ann, NOON + HOUR, "RRULE:FREQ=DAILY;COUNT=2")
    for moment in (NOON, NOON + 45 * MINUTE, NOON + 20 * HOUR, NOON + 24 * HOUR + 45 * MINUTE):
        town.now = moment
        catch_up(town.core, DUE_REMINDERS)
        with pytest.raises(Killed):
            kill(another(town)).step(town.now)
        work(town, another(town))
    assert times(town) == ["21 12:45", "22 12:45"]
    assert [each["day"] for each in queued(town, "digest_due")] == ["2026-11-22"]


def test_a_statement_that_is_cut_off_queues_all_or_nothing(town: Town, ann: Person) -> None:
    put(ann, NOON + HOUR)
    work(town)
    with town.core.pool.connection() as connection:
        connection.execute("ALTER TABLE outbox ADD CONSTRAINT cut CHECK (kind <> 'reminder_due/1') NOT VALID")
    town.now = NOON + 45 * MINUTE
    with pytest.raises(psycopg.errors.CheckViolation):
        town.core.reminders.fire(town.now)
    with town.core.pool.connection() as connection:
        connection.execute("ALTER TABLE outbox DROP CONSTRAINT cut")
    work(town)
    assert times(town) == ["21 12:45"]


def test_a_clock_that_jumps_back_and_forth_repeats_nothing(town: Town, ann: Person) -> None:
    put(ann, NOON + HOUR, "RRULE:FREQ=HOURLY;COUNT=6", length=15 * MINUTE)
    work(town)
    for minutes in (45, 20, 45, 105, 60, 165, 0, 105, 225, 285, 345, 345):
        move(town, NOON + minutes * MINUTE)
    assert times(town) == [f"21 {hour}:45" for hour in range(12, 18)]


def test_after_hours_of_downtime_each_person_gets_one_message(town: Town, ann: Person) -> None:
    bob = town.person("bob")
    for name, start in (("over", HOUR), ("running", 4 * HOUR), ("ahead", 5.1 * HOUR), ("later", 8 * HOUR)):
        put(ann, NOON + start, name=name, length=2 * HOUR)
    put(ann, NOON + HOUR, "RRULE:FREQ=HOURLY", name="hourly", length=10 * MINUTE)
    put(bob, NOON + HOUR)
    work(town)
    # An event is moved, another one made, and a third deleted, while no worker runs.
    town.now = NOON + 2 * HOUR
    put(ann, NOON + 8 * HOUR, name="running")
    put(ann, NOON + 3 * HOUR, name="new")
    ann.delete("over.ics")
    move(town, NOON + 5 * HOUR)
    late = queued(town, "reminders_due")
    assert sorted(len(each["copies"]) for each in late) == [1, 4]
    assert all(each["late"] for each in late)
    assert queued(town) == []
    # The worker works on as always.
    for minutes in range(0, 180, 15):
        move(town, NOON + 5 * HOUR + minutes * MINUTE)
    assert times(town) == ["21 17:45", "21 18:45", "21 19:45", "21 19:45", "21 19:45"]


def test_nobody_is_reminded_of_what_was_due_before_the_first_worker(town: Town) -> None:
    ann = town.person("ann")
    put(ann, NOON + HOUR)
    put(ann, NOON + 5 * HOUR, name="later")
    town.now = NOON + 4 * HOUR
    town.core.reminders.begin(town.now)
    work(town)
    assert (queued(town), queued(town, "reminders_due")) == ([], [])
    move(town, NOON + 4 * HOUR + 45 * MINUTE)
    assert times(town) == ["21 16:45"]


def test_zone_and_preferences_move_what_is_planned(town: Town, ann: Person) -> None:
    put(ann, NOON + 3 * HOUR)
    day = event(NOON + 48 * HOUR, uid="day@example.com")
    day = day.replace(b"DTSTART:20261123T120000Z", b"DTSTART;VALUE=DATE:20261123").replace(
        b"DTEND:20261123T130000Z\r\n", b""
    )
    ann.put(day, href="day.ics")
    work(town)
    change_preferences(town.core.backend, ann.context(), {"reminders": (60, 10)})
    move(town, NOON + 2 * HOUR)
    move(town, NOON + 2 * HOUR + 50 * MINUTE)
    assert times(town) == ["21 14:00", "21 14:50"]
    change_profile(town.core.backend, ann.context(), name="Ann", timezone="Asia/Tokyo", locale="en")
    move(town, datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    assert times(town)[2:] == ["22 09:00"]
    change_preferences(town.core.backend, ann.context(), {"notifications": False})
    put(ann, NOON + 30 * HOUR, name="never")
    move(town, NOON + 30 * HOUR)
    assert len(times(town)) == 3


WHOLE = """
    UPDATE reminder SET message = message
        || jsonb_build_object('stream_id', stream_id, 'at', fires_at, 'snoozed', false)"""


@pytest.mark.parametrize("earlier", [False, True], ids=["planned now", "planned by an earlier program"])
def test_what_a_row_says_anyway_is_not_stored_in_its_message(town: Town, ann: Person, earlier: bool) -> None:
    put(ann, NOON + HOUR)
    work(town)
    with psycopg.connect(town.url) as connection:
        ((kept, stream_id),) = connection.execute("SELECT message, stream_id FROM reminder").fetchall()
        assert not kept.keys() & {"stream_id", "at", "snoozed"}
        if earlier:
            connection.execute(WHOLE)
    move(town, NOON + 45 * MINUTE)
    (sent,) = queued(town)
    assert sent["stream_id"] == str(stream_id)
    assert times(town) == ["21 12:45"]
    assert sent["occurrences"] == kept["occurrences"]


def test_a_rebuild_leaves_the_same_reminders_and_repeats_none(town: Town, ann: Person) -> None:
    put(ann, NOON + HOUR, "RRULE:FREQ=DAILY")
    put(ann, NOON + 48 * HOUR, name="later")
    put(ann, NOON + 48 * HOUR, name="gone")
    ann.delete("gone.ics")
    work(town)
    move(town, NOON + 46 * MINUTE)
    query = "SELECT stream_id, marked, changed_at, fires_at, reminder_id, done_until FROM reminder ORDER BY stream_id"
    digest = "SELECT tenant_id, due_at, done_at FROM digest"
    with psycopg.connect(town.url) as connection:
        before = connection.execute(query).fetchall(), connection.execute(digest).fetchall()
    core = town.core
    rebuild(core.pool, core.store.facts, "due_reminders", lambda *_: None, followers=[DUE_REMINDERS])
    work(town)
    with psycopg.connect(town.url) as connection:
        assert (connection.execute(query).fetchall(), connection.execute(digest).fetchall()) == before
    assert len(before[0]) == 2
    assert times(town) == ["21 12:45"]


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY;COUNT=30000", "FREQ=MINUTELY;COUNT=39000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"]
)
def test_a_hostile_series_has_one_row_and_costs_little(town: Town, ann: Person, rule: str) -> None:
    put(ann, NOON + HOUR, f"RRULE:{rule}", length=MINUTE)
    put(ann, NOON + HOUR, name="other")
    work(town)
    for minutes in range(0, 120, 10):
        move(town, NOON + minutes * MINUTE + 45 * timedelta(seconds=1))
    with psycopg.connect(town.url) as connection:
        assert connection.execute("SELECT count(*) <= 2 FROM reminder").fetchone() == (True,)
    assert len(queued(town)) in (1, 2)


def test_a_task_reminds_nobody_also_after_a_move(town: Town, ann: Person) -> None:
    task = event(NOON + HOUR).replace(b"VEVENT", b"VTODO").replace(b"DTEND", b"DUE")
    ann.put(task, href="task.ics")
    work(town)
    backend = town.core.backend
    create_calendar(backend, ann.context(), name="other")
    move_object(backend, ann.context(), source=Place("default", "task.ics"), destination=Place("other", "task.ics"))
    move(town, NOON + 45 * MINUTE)
    assert queued(town) == []


def test_a_summary_a_day_over_clock_changes_and_moves(town: Town, ann: Person) -> None:
    town.core.reminders.begin(NOON)
    change_profile(town.core.backend, ann.context(), name="Ann", timezone="Europe/Berlin", locale="en")
    change_preferences(town.core.backend, ann.context(), {"digest_at": time(2, 30)})
    # 2:30 does not exist on 2027-03-28, and comes twice on 2027-10-31.
    for first, days in (((2027, 3, 26), 4), ((2027, 10, 29), 4)):
        with psycopg.connect(town.url, autocommit=True) as connection:
            connection.execute("DELETE FROM outbox")
        start = datetime(*first, tzinfo=UTC)
        for half_hours in range(days * 48):
            move(town, start + half_hours * 30 * MINUTE)
        found = [each["day"] for each in queued(town, "digest_due")]
        assert sorted(found) == [(start + timedelta(days=number)).date().isoformat() for number in range(days)]


def test_a_move_to_another_zone_gives_no_second_summary(town: Town, ann: Person) -> None:
    change_profile(town.core.backend, ann.context(), name="Ann", timezone="Europe/Moscow", locale="en")
    work(town)
    move(town, datetime(2026, 11, 22, 5, 0, tzinfo=UTC))
    assert len(queued(town, "digest_due")) == 1
    change_profile(town.core.backend, ann.context(), name="Ann", timezone="America/New_York", locale="en")
    move(town, datetime(2026, 11, 22, 13, 0, tzinfo=UTC))
    assert len(queued(town, "digest_due")) == 1
    move(town, datetime(2026, 11, 23, 13, 0, tzinfo=UTC))
    assert sorted(each["day"] for each in queued(town, "digest_due")) == ["2026-11-22", "2026-11-23"]


def test_after_days_of_downtime_only_the_summary_of_today_comes(town: Town, ann: Person) -> None:
    work(town)
    move(town, NOON + timedelta(days=3))
    assert [each["day"] for each in queued(town, "digest_due")] == ["2026-11-24"]


def test_an_erased_person_leaves_no_row(town: Town, ann: Person) -> None:
    put(ann, NOON + HOUR)
    work(town)
    context = Context(ann.tenant, "operator", "cli", town.now, uuid4(), "test")
    erase_account(town.core.backend, context)
    move(town, NOON + HOUR)
    with psycopg.connect(town.url) as connection:
        left = connection.execute("SELECT (SELECT count(*) FROM reminder), (SELECT count(*) FROM digest)").fetchone()
    assert left == (0, 0)
    assert queued(town) == []


def test_a_change_after_the_trigger_loses_no_reminder_while_no_worker_runs(town: Town, ann: Person) -> None:
    town.core.reminders.begin(NOON)
    put(ann, NOON + HOUR, name="renamed")
    put(ann, NOON + HOUR, name="moved")
    put(ann, NOON + HOUR, name="away")
    # All three were due at 12:45. No worker has seen any of them.
    town.now = NOON + 50 * MINUTE
    put(ann, NOON + HOUR, "LOCATION:Room 3", name="renamed")
    put(ann, NOON + HOUR + 3 * MINUTE, name="moved")
    put(ann, NOON + 3 * HOUR, name="away")
    move(town, NOON + 52 * MINUTE)
    assert times(town) == ["21 12:45", "21 12:48"]
    move(town, NOON + 2 * HOUR + 45 * MINUTE)
    assert times(town) == ["21 12:45", "21 12:48", "21 14:45"]


def test_an_alarm_that_was_made_earlier_after_it_was_due_is_told_late(town: Town, ann: Person) -> None:
    def alarm(minutes: int) -> tuple[str, ...]:
        return ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-PT{minutes}M", "END:VALARM")

    put(ann, NOON + 2 * HOUR, *alarm(60))
    work(town)
    # No worker runs at 13:00. The alarm is set to 12:30 instead.
    town.now = NOON + 70 * MINUTE
    put(ann, NOON + 2 * HOUR, *alarm(90))
    move(town, NOON + 75 * MINUTE)
    (late,) = queued(town, "reminders_due")
    copies = tuple(DueCopy(UUID(each["stream_id"]), datetime.fromisoformat(each["since"])) for each in late["copies"])
    message = RemindersDue(copies, datetime.fromisoformat(late["until"]), late["late"])
    account = town.core.reads.account(ann.tenant)
    assert account is not None
    ahead, over = missed(town.core.backend, account, message, town.now)
    assert ([each.start for each in ahead], over) == ([NOON + 2 * HOUR], [])
    move(town, NOON + 2 * HOUR)
    assert (len(queued(town, "reminders_due")), queued(town)) == (1, [])
