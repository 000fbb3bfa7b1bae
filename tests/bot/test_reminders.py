"""Reminders, snooze and the daily summary, as people get them in the chat."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest

from support.chat import MONDAY, Chats, Someone, buttons
from support.waiting import await_settled, wait_until
from televent.application.event_store.context import Context
from televent.application.followers import topics_of
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.application.use_cases.people.accounts import open_account, verify_address
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.scheduling.meetings import cancel_meeting
from televent.domain.ids import AccountId
from televent.ical.objects.calendar_text import CalendarText
from televent.projections.due_reminders import DUE_REMINDERS

WAITING = """
    SELECT (SELECT count(*) FROM reminder WHERE tenant_id = %s AND plan_at < '2000-01-01'),
        (SELECT count(*) FROM event WHERE topic = ANY (%s)
            AND position > (SELECT position FROM consumer WHERE name = 'due_reminders'))"""


def event(*lines: str, name: str = "sync") -> CalendarText:
    """The text of an event. DTSTART, DTEND and SUMMARY have defaults."""
    given = {"DTSTART": "DTSTART:20261123T100000Z", "DTEND": "DTEND:20261123T110000Z", "SUMMARY": "SUMMARY:Sync"}
    for line in lines:
        given.pop(line.replace(";", ":").partition(":")[0], None)
    text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//App//EN", "BEGIN:VEVENT", f"UID:{name}@example.com"]
    text += ["DTSTAMP:20261101T080000Z", *given.values(), *lines, "END:VEVENT", "END:VCALENDAR", ""]
    return CalendarText("\r\n".join(text).encode())


def put(person: Someone, *lines: str, name: str = "sync") -> Stored:
    """Puts an event, as a calendar app does."""
    backend, href = person.chats.core.backend, f"{name}.ics"
    return put_object(backend, person.context(), calendar="default", href=href, text=event(*lines, name=name))


def alarm(trigger: str, *more: str) -> list[str]:
    return ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", f"TRIGGER{trigger}", *more, "END:VALARM"]


def choose(person: Someone, **choices: object) -> None:
    change_preferences(person.chats.core.backend, person.context(), choices)


def planned(chats: Chats, person: Someone | AccountId) -> None:
    """Waits until the worker has planned all reminders of a person whose copies it knows."""
    tenant = person.account.tenant if isinstance(person, Someone) else person
    await_settled(chats.core.recorder)

    def rows() -> list[tuple[object, ...]]:
        with chats.core.pool.connection() as connection:
            return connection.execute(WAITING, (tenant, list(topics_of(DUE_REMINDERS)))).fetchall()

    wait_until(lambda: rows() == [(0, 0)], what="all reminders are planned")


def texts(person: Someone, word: str) -> list[str]:
    return [each["text"] for each in person.messages() if word in each["text"]]


def test_an_event_without_an_alarm_reminds_a_quarter_of_an_hour_before(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    put(ann, "LOCATION:Room 3", "CONFERENCE;VALUE=URI:https://meet.example.com/abc")
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=15)
    heard = ann.hears("Sync")
    assert heard["text"].splitlines() == [
        "⏰ Sync",
        "🕒 in 15 minutes • Mon, Nov 23 • 11:00 AM - 12:00 PM",
        "📍 Room 3",
        "🔗 https://meet.example.com/abc",
    ]
    assert buttons(heard) == ["💤 5 min", "💤 15 min", "💤 1 hour", "💤 At the start", "✓ Done"]


def test_snooze_comes_again_once_however_often_it_is_tapped(chats: Chats) -> None:
    ann = chats.person("Ann")
    put(ann)
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=15)
    heard = ann.hears("in 15 minutes")
    assert ann.taps("💤 5 min", heard)["answer"]["text"] == "I will remind you again at 9:50 AM"
    chats.now = MONDAY + timedelta(minutes=20)
    again = ann.hears("in 10 minutes")
    assert ann.taps("💤 At the start", again)["answer"]["text"] == "I will remind you again at 10:00 AM"
    chats.now = MONDAY + timedelta(minutes=30)
    last = ann.hears("now")
    assert ann.taps("✓ Done", last)["answer"]["text"] == "Done"
    assert [buttons(each) for each in ann.messages() if each["text"].startswith("⏰")] == [[], [], []]
    assert len(texts(ann, "⏰")) == 3


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_alarms_of_the_event_count_and_not_the_usual_time(chats: Chats, language: str) -> None:
    ann = chats.person("Ann", language=language)
    put(ann, *alarm(":-PT5M"), *alarm(";RELATED=END:-PT10M"))
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=25)
    ann.hears("in 5 minutes" if language == "en" else "через 5 минут")
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=80)
    ann.hears("began 50 minutes ago" if language == "en" else "началось 50 минут назад")
    assert len(texts(ann, "⏰")) == 2


def test_a_person_whose_phone_rings_is_reminded_by_the_bot_of_the_others_only(chats: Chats) -> None:
    ann = chats.person("Ann")
    choose(ann, remind_in_chat=False)
    put(ann, "SUMMARY:By the phone", *alarm(":-PT15M"), name="phone")
    put(ann, "SUMMARY:By the bot", name="bot")
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=15)
    ann.hears("By the bot")
    assert texts(ann, "By the phone") == []


def test_an_alarm_that_the_phone_has_acknowledged_is_not_repeated(chats: Chats) -> None:
    ann = chats.person("Ann")
    put(ann, "SUMMARY:Known", *alarm(":-PT15M", "ACKNOWLEDGED:20261123T094500Z"), name="known")
    put(ann, "SUMMARY:Also", "X-MOZ-LASTACK:20261123T094500Z", *alarm(":-PT15M"), name="also")
    put(ann, "SUMMARY:New", *alarm(":-PT15M", "ACKNOWLEDGED:20261122T094500Z"), name="new")
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=15)
    ann.hears("New")
    assert (texts(ann, "Known"), texts(ann, "Also")) == ([], [])


@pytest.mark.parametrize("role", ["organizer", "attendee", "alone"])
def test_done_silences_the_phone_and_tells_nobody(chats: Chats, role: str) -> None:
    ann = chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")
    me, other = f"mailto:{ann.account.addresses[0]}", "mailto:zoe@example.net"
    people = [f"ORGANIZER:{me}", f"ATTENDEE;PARTSTAT=ACCEPTED:{other}"]
    if role == "attendee":
        people = [f"ORGANIZER:{other}", f"ATTENDEE;PARTSTAT=ACCEPTED:{me}"]
    more = alarm(":-PT15M", "X-OWN:kept")
    put(ann, *(people if role != "alone" else []), "RRULE:FREQ=DAILY", "SEQUENCE:3", *more)
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=15)
    heard = ann.hears("Sync")
    before = text_of(ann)
    owed = messages_owed(ann)
    assert ann.taps("✓ Done", heard)["answer"]["text"] == "Done"
    chats.now = MONDAY + timedelta(minutes=16)
    after = text_of(ann)
    new = [each for each in after.splitlines() if each not in before.splitlines()]
    assert new == ["ACKNOWLEDGED:20261123T094500Z"]
    assert "SEQUENCE:3" in after
    assert messages_owed(ann) == owed
    planned(chats, ann)
    chats.now = MONDAY + timedelta(days=1, minutes=15)
    ann.hears("Tue, Nov 24")


def text_of(person: Someone, name: str = "sync") -> str:
    """The text of the person's event, as a phone gets it."""
    reads = person.chats.core.reads
    (row,) = reads.by_uid(person.account.tenant, f"{name}@example.com")
    found = reads.by_stream(person.account.tenant, row.stream_id)
    assert found is not None
    assert found.ics is not None
    return bytes(found.ics).decode()


def messages_owed(person: Someone) -> list[tuple[object, ...]]:
    """The iTIP messages from this person, to people here and elsewhere. They are queued with the facts."""
    query = "SELECT outbox_id FROM outbox WHERE tenant_id = %s AND kind ~ '^(itip_local|calendar_)' ORDER BY outbox_id"
    with person.chats.core.pool.connection() as connection:
        return connection.execute(query, (person.account.tenant,)).fetchall()


def test_a_reminder_follows_the_event_and_a_cancelled_one_is_silent(chats: Chats) -> None:
    ann = chats.person("Ann")
    put(ann, "SUMMARY:Moved", name="moved")
    gone = put(ann, "SUMMARY:Gone", name="gone")
    put(ann, "SUMMARY:Stays", name="stays")
    planned(chats, ann)
    put(ann, "SUMMARY:Moved", "DTSTART:20261123T103000Z", name="moved")
    cancel_meeting(chats.core.backend, ann.context("bot"), stream_id=gone.stream_id)
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=15)
    ann.hears("Stays")
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=45)
    assert "in 15 minutes • Mon, Nov 23 • 10:30 AM - 11:00 AM" in ann.hears("Moved")["text"]
    assert texts(ann, "Gone") == []


def test_each_occurrence_reminds_but_not_those_that_are_excluded_or_declined(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    put(ann, "RRULE:FREQ=DAILY", "EXDATE:20261124T100000Z")
    planned(chats, ann)
    for day, said in ((0, True), (1, False), (2, True)):
        chats.now = MONDAY + timedelta(days=day, minutes=15)
        if said:
            ann.hears(f"Nov {23 + day} •")
            planned(chats, ann)
    assert len(texts(ann, "⏰")) == 2


def test_many_at_once_come_in_one_message(chats: Chats) -> None:
    ann = chats.person("Ann")
    for number in range(7):
        put(ann, f"SUMMARY:Number {number}", name=f"n{number}")
    planned(chats, ann)
    chats.now = MONDAY + timedelta(minutes=15)
    heard = ann.hears("Coming up")
    assert [f"Number {number}" in heard["text"] for number in range(7)] == [True] * 7
    assert len(texts(ann, "Number")) == 1


def test_after_hours_of_downtime_the_late_ones_are_one_message(chats: Chats) -> None:
    ann = chats.person("Ann")
    put(ann, "SUMMARY:Over", name="over")
    put(ann, "SUMMARY:Running", "DTSTART:20261123T120000Z", "DTEND:20261123T160000Z", name="running")
    put(ann, "SUMMARY:Ahead", "DTSTART:20261123T143500Z", "DTEND:20261123T160000Z", *alarm(":-PT2H"), name="ahead")
    planned(chats, ann)
    chats.now = MONDAY + timedelta(hours=5)
    heard = ann.hears("While I was away")
    lines = heard["text"].splitlines()
    assert [line.split(" ", 1)[0] for line in lines if "•" in line] == ["•", "•", "•"]
    assert lines.index("Still ahead or running") < lines.index("Already over")
    assert ["(in 5 minutes) /e_" in line for line in lines if "Ahead" in line] == [True]
    assert len(texts(ann, "Over")) == 1


def test_quiet_hours_hold_what_can_wait_and_not_a_flight(chats: Chats) -> None:
    ann = chats.person("Ann")
    choose(ann, quiet_from=time(22), quiet_until=time(7))
    put(ann, "SUMMARY:Flight", "DTSTART:20261124T060000Z", "DTEND:20261124T080000Z", name="flight")
    put(ann, "SUMMARY:Talk", "DTSTART:20261124T090000Z", "DTEND:20261124T100000Z", *alarm(":-PT4H"), name="talk")
    planned(chats, ann)
    chats.now = datetime(2026, 11, 24, 5, 45, tzinfo=UTC)
    ann.hears("Flight")
    assert texts(ann, "Talk") == []
    chats.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    assert "in 2 hours" in ann.hears("Talk")["text"]


def test_the_summary_comes_at_the_persons_hour_with_one_line_per_series(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    put(ann, "SUMMARY:Hourly", "DTSTART:20261124T090000Z", "DTEND:20261124T091000Z", "RRULE:FREQ=HOURLY;COUNT=4")
    put(ann, "SUMMARY:Early", "DTSTART:20261125T053000Z", "DTEND:20261125T060000Z", name="early")
    put(ann, "SUMMARY:Lunch", "DTSTART:20261125T130000Z", "DTEND:20261125T140000Z", name="lunch")
    planned(chats, ann)
    chats.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    heard = ann.hears("Your day")
    assert heard["text"].count("Hourly") == 1
    early = heard["text"].partition("Early tomorrow")[2].strip()
    assert early.startswith("• 6:30 AM–7:00 AM Early /e_")
    assert "Lunch" not in heard["text"]
    # A tap on a code is the text that it shows.
    ann.says(early.split()[-1])
    assert "Early" in ann.hears("6:30 AM")["text"]


def test_an_evening_summary_has_the_whole_of_tomorrow(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    choose(ann, digest_at=time(18))
    put(ann, "SUMMARY:Dinner", "DTSTART:20261124T190000Z", "DTEND:20261124T200000Z", name="dinner")
    put(ann, "SUMMARY:Daily", "DTSTART:20261124T180000Z", "DTEND:20261124T181000Z", "RRULE:FREQ=DAILY", name="daily")
    put(ann, "SUMMARY:Lunch", "DTSTART:20261125T130000Z", "DTEND:20261125T140000Z", name="lunch")
    put(ann, "SUMMARY:Holiday", "DTSTART;VALUE=DATE:20261125", "DTEND;VALUE=DATE:20261126", name="holiday")
    planned(chats, ann)
    chats.now = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    heard = ann.hears("Your day")["text"]
    assert "Early tomorrow" not in heard
    today, _, tomorrow = heard.partition("Tomorrow")
    assert "Dinner" in today
    assert [word for word in ("Holiday", "Lunch", "Daily") if word in tomorrow] == ["Holiday", "Lunch", "Daily"]
    assert tomorrow.index("All day Holiday") < tomorrow.index("2:00 PM–3:00 PM Lunch") < tomorrow.index("Daily")


def test_unanswered_invitations_of_the_summary_have_their_day(chats: Chats) -> None:
    ann = chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")
    people = ("ORGANIZER:mailto:zoe@example.com", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{ann.account.addresses[0]}")
    put(ann, "SUMMARY:Gala", "DTSTART:20261201T190000Z", "DTEND:20261201T230000Z", *people, name="gala")
    planned(chats, ann)
    chats.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    heard = ann.hears("Invitations that wait for your answer")["text"]
    assert "• Tue, Dec 1 · 7:00 PM–11:00 PM Gala ✉️ (no answer yet) /e_" in heard


def test_a_day_with_nothing_has_no_summary_and_neither_has_a_person_who_wants_none(chats: Chats) -> None:
    ann, bob, cid = chats.person("Ann"), chats.person("Bob"), chats.person("Cid")
    choose(bob, digest_at=None)
    for person in (bob, cid):
        put(person, "DTSTART:20261124T120000Z", "DTEND:20261124T130000Z")
        planned(chats, person)
    chats.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    cid.hears("Your day")
    assert (texts(ann, "Your day"), texts(bob, "Your day")) == ([], [])


def test_a_person_without_a_chat_is_reminded_by_mail(chats: Chats) -> None:
    backend, tenant = chats.core.backend, AccountId(uuid4())

    def context() -> Context:
        return Context(tenant, str(tenant), "caldav", chats.now, uuid4(), "test")

    open_account(backend, context(), telegram_id=None, name="Dora", timezone="Europe/Berlin")
    verify_address(backend, context(), address="dora@example.com", code=None)
    put_object(backend, context(), calendar="default", href="sync.ics", text=event())
    planned(chats, tenant)
    chats.now = MONDAY + timedelta(minutes=15)
    (mail,) = chats.do(chats.control.get("/sandbox/mails", to="dora@example.com", wait=20))
    assert mail["subject"] == "Reminder: Sync"
    whole = str(chats.do(chats.control.get(f"/sandbox/mails/{mail['id']}/view")))
    assert "in 15 minutes: Mon, Nov 23 • 11:00 AM - 12:00 PM" in whole
