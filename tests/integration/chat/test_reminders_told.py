"""A reminder is read again when it is delivered: what is outdated by then is not told, what moved has its new time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from support.town import NOON, Person, Town, meeting
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.reminders import DueCopy, DueOccurrence, ReminderDue, RemindersDue
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.reminders.digest import summary
from televent.application.use_cases.reminders.snooze import snooze
from televent.application.use_cases.reminders.telling import Told, missed, told
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.domain.ids import AccountId

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AT = NOON + 45 * MINUTE


def put(person: Person, start: datetime, *lines: str, name: str = "sync") -> None:
    times = (f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + HOUR:%Y%m%dT%H%M%SZ}")
    text = meeting(*times, *lines, people=(), organizer="X-NOBODY:x", uid=f"{name}@example.com")
    person.put(text, href=f"{name}.ics")


def account(town: Town, person: Person) -> AccountRow:
    found = town.core.reads.account(person.tenant)
    assert found is not None
    return found


def due(person: Person, *, snoozed: bool = False, at: datetime = AT) -> ReminderDue:
    """The reminder of an event at 13:00, a quarter of an hour before."""
    stream = person.row("sync@example.com").stream_id
    return ReminderDue(stream, at, (DueOccurrence(None, "20261121T130000Z", AT),), snoozed)


@pytest.fixture
def ann(town: Town) -> Person:
    ann = town.person(f"ann{uuid4().hex[:6]}")
    put(ann, NOON + HOUR)
    return ann


def say(town: Town, person: Person, message: ReminderDue, now: datetime = AT) -> list[Told]:
    return told(town.core.backend, account(town, person), message, now)


def test_what_is_unchanged_or_moved_closer_is_told_with_its_time_now(town: Town, ann: Person) -> None:
    reminder = due(ann)
    (found,) = say(town, ann, reminder)
    assert (found.start, found.entry.summary) == (NOON + HOUR, "Sync")
    put(ann, NOON + HOUR - 5 * MINUTE, "SUMMARY:Sooner")
    (found,) = say(town, ann, reminder)
    assert (found.start, found.entry.summary) == (NOON + HOUR - 5 * MINUTE, "Sooner")


@pytest.mark.parametrize(
    "lines",
    [
        ("STATUS:CANCELLED",),
        ("X-MOZ-LASTACK:20261121T124500Z",),
        ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "ACKNOWLEDGED:20261121T124501Z", "END:VALARM"),
    ],
)
def test_what_was_cancelled_or_dealt_with_meanwhile_is_not_told(
    town: Town, ann: Person, lines: tuple[str, ...]
) -> None:
    reminder = due(ann)
    put(ann, NOON + HOUR, *lines)
    assert say(town, ann, reminder) == []


def test_what_moved_further_away_or_is_over_or_gone_is_not_told(town: Town, ann: Person) -> None:
    reminder = due(ann)
    assert say(town, ann, reminder, NOON + 3 * HOUR) == []
    put(ann, NOON + HOUR + MINUTE)
    assert say(town, ann, reminder) == []
    ann.delete("sync.ics")
    assert say(town, ann, reminder) == []


def test_nothing_is_told_to_a_person_who_wants_no_messages_meanwhile(town: Town, ann: Person) -> None:
    reminder = due(ann)
    change_preferences(town.core.backend, ann.context(), {"notifications": False})
    assert say(town, ann, reminder) == []


def test_an_alarm_that_is_left_to_the_phone_is_told_only_where_it_was_snoozed_here(town: Town, ann: Person) -> None:
    put(ann, NOON + HOUR, "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM")
    reminder = due(ann)
    change_preferences(town.core.backend, ann.context(), {"remind_in_chat": False})
    assert say(town, ann, reminder) == []
    assert len(say(town, ann, due(ann, snoozed=True))) == 1


def test_a_declined_invitation_is_not_told_and_a_tentative_one_is(town: Town) -> None:
    ann, bob = town.person(f"a{uuid4().hex[:6]}"), town.person(f"b{uuid4().hex[:6]}")
    times = ("DTSTART:20261121T130000Z", "DTEND:20261121T140000Z")
    uid = f"{uuid4()}@example.com"
    ann.put(meeting(*times, people=(ann.address, bob.address), organizer=ann.address, uid=uid), href="m.ics")
    town.carry()
    stream = bob.row(uid).stream_id
    reminder = ReminderDue(stream, AT, (DueOccurrence(None, "20261121T130000Z", AT),))
    for partstat, count in (("TENTATIVE", 1), ("DECLINED", 0), ("ACCEPTED", 1)):
        answer_invitation(town.core.backend, bob.context(), stream_id=stream, partstat=partstat)
        assert len(say(town, bob, reminder)) == count


def test_a_late_list_names_each_event_once_and_says_what_is_over(town: Town, ann: Person) -> None:
    put(ann, NOON + HOUR, "RRULE:FREQ=HOURLY", name="hourly")
    put(ann, NOON + 5 * HOUR, name="moved")
    since = NOON + 30 * MINUTE
    names = ("sync", "hourly", "moved")
    copies = tuple(DueCopy(ann.row(f"{name}@example.com").stream_id, since) for name in names)
    now = NOON + 4 * HOUR + 30 * MINUTE
    message = RemindersDue((*copies, DueCopy(uuid4(), since)), now, True)
    ahead, over = missed(town.core.backend, account(town, ann), message, now)
    assert [each.start for each in ahead] == [NOON + 4 * HOUR]
    assert [each.start for each in over] == [NOON + HOUR]


def test_two_taps_are_one_snooze_and_the_first_choice_holds(town: Town, ann: Person) -> None:
    town.core.backend.clock = lambda: AT
    stream = ann.row("sync@example.com").stream_id
    person = account(town, ann)
    for choice in ("5", "15", "5"):
        assert snooze(town.core.backend, person, stream, None, choice, "1/2") == AT + 5 * MINUTE
    assert snooze(town.core.backend, person, stream, None, "15", "1/3") == AT + 15 * MINUTE
    assert [snooze(town.core.backend, person, stream, None, word, "1/4") for word in ("7", "", "done")] == [None] * 3
    assert snooze(town.core.backend, person, uuid4(), None, "5", "1/4") is None
    with town.core.pool.connection() as connection:
        queued = connection.execute("SELECT due_at FROM outbox WHERE tenant_id = %s ORDER BY due_at", (ann.tenant,))
        assert [row[0] for row in queued.fetchall()] == [AT + 5 * MINUTE, AT + 15 * MINUTE]


def test_a_snooze_of_somebody_elses_event_is_refused(town: Town, ann: Person) -> None:
    bob = town.person(f"bob{uuid4().hex[:6]}")
    stream = ann.row("sync@example.com").stream_id
    town.core.backend.clock = lambda: AT
    assert snooze(town.core.backend, account(town, bob), stream, None, "5", "1/2") is None


def test_a_summary_has_what_is_ahead_today_and_invitations_without_an_answer(town: Town, ann: Person) -> None:
    bob = town.person(f"bob{uuid4().hex[:6]}")
    times = ("DTSTART:20261125T130000Z", "DTEND:20261125T140000Z", "SUMMARY:Asked")
    uid = f"{uuid4()}@example.com"
    bob.put(meeting(*times, people=(bob.address, ann.address), organizer=bob.address, uid=uid), href="m.ics")
    town.carry()
    put(ann, NOON - 3 * HOUR, "SUMMARY:Over", name="over")
    put(ann, NOON + 17.5 * HOUR, "SUMMARY:Early", name="early")
    found = summary(town.core.backend, account(town, ann), NOON.date(), NOON)
    assert found is not None
    parts = ([each.summary for each in some] for some in (found.today, found.tomorrow, found.unanswered))
    assert list(parts) == [["Sync"], ["Early"], ["Asked"]]
    assert summary(town.core.backend, account(town, ann), NOON.date() - timedelta(days=1), NOON) is None
    assert summary(town.core.backend, account(town, bob), NOON.date(), NOON) is None


def test_a_reminder_of_an_account_that_is_gone_stops_nobody(town: Town) -> None:
    message = OutboxMessage(uuid4(), "snooze/none", ReminderDue(uuid4(), AT, ()), AT)
    assert town.core.backend.snoozes.snooze(AccountId(uuid4()), message, NOON) == AT
