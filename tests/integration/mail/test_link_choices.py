"""The links of reminder mails and proposal mails: the same choices as the buttons in the chat."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from email.message import EmailMessage
from uuid import UUID

import psycopg
import pytest

from support.followers import catch_up
from support.mail_cards import BOB, PUBLIC, Web, link_in, mails, post, text_of, without_chat
from support.post import OtherServer, run_on
from support.town import NOON, Person, Town, meeting
from televent.adapters.email.meetings.sender import MeetingMailSender
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.reminders import ReminderMails
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.messages.outbox import Undeliverable
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.people.turn_off import issue_off_link
from televent.application.use_cases.scheduling.proposals import open_proposals, propose_time
from televent.domain.account.preferences import Preferences
from televent.projections.due_reminders import DUE_REMINDERS

pytestmark = pytest.mark.own_database

MINUTE = timedelta(minutes=1)
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT15M", "END:VALARM")


@pytest.fixture
def bob(town: Town) -> Person:
    town.core.reminders.begin(NOON)
    return without_chat(town, "bob")


def remind(town: Town, other: OtherServer, at: datetime, public_url: str | None = PUBLIC) -> None:
    """Sends the reminders that are due then, as a worker does."""
    town.now = at
    catch_up(town.core, DUE_REMINDERS)
    while town.core.reminders.step(town.now):
        pass
    identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal", public_url)
    mailer = SmtpMailer(SmtpRoute("127.0.0.1", other.port, tls="none"))
    sender = ReminderMails(mailer, town.core.backend, town.core.answer_links, identity)
    while claimed := town.core.outbox.claim(town.now, kinds=ReminderMails.kinds):
        for each in claimed:
            run_on(other.loop, sender.handle(each))
            town.core.outbox.complete(each, town.now)


def event(*lines: str) -> bytes:
    times = ("DTSTART:20261121T130000Z", "DTEND:20261121T140000Z")
    return meeting(*times, *lines, people=(), organizer="X-NOBODY:x")


def snoozed(town: Town) -> list[str]:
    """When reminders come again."""
    with psycopg.connect(town.url) as connection:
        rows = connection.execute(
            "SELECT kind, due_at FROM outbox WHERE key LIKE 'snooze/%%' ORDER BY due_at"
        ).fetchall()
    return [f"{kind} {due.astimezone(NOON.tzinfo):%H:%M}" for kind, due in rows]


def test_a_reminder_mail_leads_to_snooze(town: Town, other: OtherServer, web: Web, bob: Person) -> None:
    bob.put(event(*ALARM))
    remind(town, other, NOON + 45 * MINUTE)
    (mail,) = mails(other)
    link = link_in(mail)
    assert f'href="{PUBLIC}{link}"' in text_of(mail, "html")
    before = bytes(bob.row().ics or b"")
    page = web.ask("GET", link)
    assert [f'value="{each}"' in page.body for each in ("5", "15", "60", "start", "done")] == [True] * 5
    assert (web.ask("HEAD", link).status, snoozed(town)) == (200, [])
    first = web.answers(link, "5", shown=page)
    assert (first.status, "12:50 PM" in first.text) == (200, True)
    # A second press, or a reload, is the same snooze.
    assert "12:50 PM" in web.answers(link, "5", shown=page).text
    assert snoozed(town) == ["reminder_mail/1 12:50"]
    assert bytes(bob.row().ics or b"") == before
    remind(town, other, NOON + 50 * MINUTE)
    assert len(mails(other)) == 2
    assert web.answers(link, "start").status == 200
    assert snoozed(town)[-1] == "reminder_mail/1 13:00"


def test_done_by_a_link_is_done_on_the_phone_too(town: Town, other: OtherServer, web: Web, bob: Person) -> None:
    bob.put(event(*ALARM))
    remind(town, other, NOON + 45 * MINUTE)
    link = link_in(mails(other)[0])
    for each in ("", "tomorrow", "accept"):
        assert web.answers(link, each).status == 400
    assert b"ACKNOWLEDGED" not in bytes(bob.row().ics or b"")
    assert "Done" in web.answers(link, "done").text
    assert b"ACKNOWLEDGED:20261121T124500Z" in bytes(bob.row().ics or b"")
    town.now = NOON + 130 * MINUTE
    over = web.ask("GET", link)
    assert ("over" in over.text, "<form" in over.body, snoozed(town)) == (True, False, [])
    town.now += timedelta(days=2)
    assert web.ask("GET", link).status == 404


def test_a_deleted_event_and_a_server_without_an_address_have_no_choices(
    town: Town, other: OtherServer, web: Web, bob: Person
) -> None:
    bob.put(event())
    remind(town, other, NOON + 45 * MINUTE, public_url=None)
    assert "/i/" not in text_of(mails(other)[0])
    token = town.core.answer_links.issue(bob.tenant, bob.row().stream_id, None, NOON + timedelta(days=1), "reminder")
    bob.delete()
    gone = web.ask("GET", f"/i/{token}")
    assert ("nothing to remind you of" in gone.text, "<form" in gone.body) == (True, False)


@pytest.mark.parametrize(("language", "subject"), [("en", "Reminder: Sync"), ("ru", "Напоминание: Sync")])
def test_the_choices_of_the_person_hold_for_reminder_mails(
    town: Town, other: OtherServer, language: str, subject: str
) -> None:
    town.core.reminders.begin(NOON)
    bob = without_chat(town, "bob", locale=language)
    change_preferences(town.core.backend, bob.context(), {"quiet_from": time(12, 30), "quiet_until": time(12, 50)})
    bob.put(event(*ALARM, "SUMMARY:Sync"))
    remind(town, other, NOON + 46 * MINUTE)
    assert mails(other) == []
    remind(town, other, NOON + 50 * MINUTE)
    assert [each["subject"] for each in mails(other)] == [subject]
    change_preferences(town.core.backend, bob.context(), {"notifications": False})
    bob.put(event(*ALARM, "SUMMARY:Later", "X-A:b").replace(b"T13", b"T15").replace(b"T14", b"T16"))
    remind(town, other, NOON + 170 * MINUTE)
    assert len(mails(other)) == 1


def proposed(town: Town, other: OtherServer, bob: Person) -> tuple[Person, str]:
    """Ann, whom Bob invited, proposes three o'clock; returns her, and the link of Bob's mail."""
    ann = town.person("ann")
    bob.put(meeting(people=(ann.address,), organizer=bob.address))
    town.carry()
    start = datetime(2026, 12, 1, 15, tzinfo=NOON.tzinfo)
    stream: UUID = ann.row().stream_id
    backend = town.core.backend
    propose_time(backend, ann.context(), stream_id=stream, start=start, end=start + timedelta(hours=1), comment="Late")
    town.carry()
    post(town, other)
    return ann, link_in(next(each for each in mails(other) if "proposed" in str(each["subject"])))


def test_a_proposal_is_accepted_by_the_link(town: Town, other: OtherServer, web: Web, bob: Person) -> None:
    ann, link = proposed(town, other, bob)
    page = web.ask("GET", link)
    assert ("3:00 PM" in page.text, "Late" in page.text) == (True, True)
    assert bob.row().text.reading.instances()[0].start != datetime(2026, 12, 1, 15, tzinfo=NOON.tzinfo)
    assert web.answers(link, "accept", shown=page).status == 303
    town.carry()
    for person in (bob, ann):
        assert person.row().text.reading.instances()[0].start == datetime(2026, 12, 1, 15, tzinfo=NOON.tzinfo)
    told = web.ask("GET", link)
    assert ("You accepted" in told.text, "<form" in told.body) == (True, False)
    # A press on the page that still has the buttons changes nothing more.
    assert web.answers(link, "keep", shown=page).status == 409


def test_a_proposal_is_declined_with_a_note(town: Town, other: OtherServer, web: Web, bob: Person) -> None:
    _, link = proposed(town, other, bob)
    assert web.answers(link, "maybe").status == 400
    assert web.answers(link, "keep", "x" * 501).status == 400
    assert len(open_proposals(town.core.backend, bob.tenant, bob.row().stream_id)) == 1
    assert web.answers(link, "keep", "No room").status == 303
    assert "You kept the time" in web.ask("GET", link).text
    assert open_proposals(town.core.backend, bob.tenant, bob.row().stream_id) == []


def test_a_link_answers_its_own_question_only(town: Town, other: OtherServer, web: Web, bob: Person) -> None:
    _, link = proposed(town, other, bob)
    mine = f"/i/{town.core.answer_links.issue(bob.tenant, bob.row().stream_id, None, town.now + MINUTE, 'reminder')}"
    assert mine != link
    assert web.answers(mine, "accept").status == 400
    assert len(open_proposals(town.core.backend, bob.tenant, bob.row().stream_id)) == 1
    unknown = town.core.answer_links.issue(bob.tenant, bob.row().stream_id, None, town.now + MINUTE, "proposal:none")
    assert web.ask("GET", f"/i/{unknown}").status == 404


def test_the_organizer_is_told_of_a_guest_whose_address_nobody_has(town: Town, other: OtherServer, bob: Person) -> None:
    ann = town.person("ann")
    ann.put(meeting(people=(BOB,)))
    town.carry()
    catch_up(town.core)
    town.now += 2 * MINUTE
    other.refuse = "550 5.1.1 no such user"
    identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal", PUBLIC)
    mailer = SmtpMailer(SmtpRoute("127.0.0.1", other.port, tls="none"))
    core = town.core
    sender = MeetingMailSender(mailer, core.backend, core.answer_links, identity, core.outbox.enqueue)
    (claimed,) = core.outbox.claim(town.now, kinds=MeetingMailSender.kinds)
    for _ in range(2):
        with pytest.raises(Undeliverable):
            run_on(other.loop, sender.handle(claimed))
    with psycopg.connect(town.url) as connection:
        query = "SELECT tenant_id, payload->>'text_key' FROM outbox WHERE kind = 'telegram_notification/1'"
        assert connection.execute(query).fetchall() == [(ann.tenant, "guest-mail-unreachable")]


def off_link(mail: EmailMessage) -> str:
    """The path of the page that turns off mails of this kind."""
    return str(mail["List-Unsubscribe"]).strip("<>").removeprefix(PUBLIC)


def test_a_reminder_mail_can_turn_reminders_off_and_on(town: Town, other: OtherServer, web: Web, bob: Person) -> None:
    bob.put(event(*ALARM))
    remind(town, other, NOON + 45 * MINUTE)
    (mail,) = mails(other)
    link = off_link(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Turn reminders off: {PUBLIC}{link}" in text_of(mail)
    assert f'href="{PUBLIC}{link}"' in text_of(mail, "html")
    for method in ("GET", "HEAD", "GET"):
        assert web.ask(method, link).status == 200
    account = town.core.reads.account(bob.tenant)
    assert account is not None
    assert account.preferences == Preferences(strangers=account.preferences.strangers)
    page = web.ask("GET", link)
    assert "Reminders are on." in page.text

    # A mail program presses it by itself (RFC 8058 §3.2), perhaps twice.
    for _ in range(2):
        done = web.ask("POST", link, "List-Unsubscribe=One-Click")
        assert (done.status, "Reminders are off." in done.text, "/settings" in done.text) == (200, True, True)
    at_three = ("DTSTART:20261121T150000Z", "DTEND:20261121T160000Z")
    bob.put(meeting(*at_three, *ALARM, people=(), organizer="X-NOBODY:x", uid="three@example.com"), "three.ics")
    remind(town, other, NOON + 165 * MINUTE)
    assert len(mails(other)) == 1
    town.now = NOON + 250 * MINUTE
    on = web.answers(link, "on")
    assert (on.status, "Reminders are on." in on.text) == (200, True)
    at_five = ("DTSTART:20261121T170000Z", "DTEND:20261121T180000Z")
    bob.put(meeting(*at_five, *ALARM, people=(), organizer="X-NOBODY:x", uid="five@example.com"), "five.ics")
    remind(town, other, NOON + 285 * MINUTE)
    assert [off_link(each) for each in mails(other)] == [link, link]
    town.now += timedelta(days=401)
    assert web.ask("GET", link).status == 404


def test_the_daily_summary_is_turned_off_alone(town: Town, other: OtherServer, web: Web, bob: Person) -> None:
    bob.put(event())
    body = "List-Unsubscribe=One-Click"
    token = issue_off_link(town.core.backend, town.core.answer_links, bob.tenant, "digest")
    assert "The daily summary is off." in web.ask("POST", f"/i/{token}", body).text
    account = town.core.reads.account(bob.tenant)
    assert account is not None
    assert (account.preferences.digest_at, account.preferences.reminders) == (None, (15,))
    assert "The daily summary is on." in web.answers(f"/i/{token}", "on").text
    account = town.core.reads.account(bob.tenant)
    assert account is not None
    assert account.preferences.digest_at == time(8)


def test_invitations_have_no_list_unsubscribe(town: Town, other: OtherServer, bob: Person) -> None:
    """A click on it must not be taken for a declined invitation (SPEC A2)."""
    town.person("ann").put(meeting(people=(BOB,)))
    town.carry()
    post(town, other)
    (mail,) = mails(other)
    assert mail["List-Unsubscribe"] is None
