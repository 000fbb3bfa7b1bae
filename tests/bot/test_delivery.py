"""Messages reach people although Telegram refuses, slows down or fails; those that cannot are told to the organizer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from support.chat import Chats, Someone
from support.outages import failing
from support.sent_mail import parse_mail
from support.town import meeting
from support.waiting import wait_until
from televent.adapters.sandbox.mail.store import Mails
from televent.application.conditions import NONE
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.scheduling.proposals import decline_proposal, open_proposals, propose_time
from televent.ical.objects.calendar_text import CalendarText

UID = "review@example.com"


def invites(ann: Someone, *guests: str, uid: str = UID, title: str = "Review") -> None:
    """Ann's calendar app stores a meeting with these guests."""
    text = meeting(f"SUMMARY:{title}", people=guests, organizer=ann.account.addresses[0], uid=uid)
    put_object(
        ann.chats.core.backend,
        ann.context(),
        calendar="default",
        href=f"{uid}.ics",
        text=CalendarText(text),
        conditions=NONE,
    )


def blocks(someone: Someone, *, blocked: bool) -> None:
    chats = someone.chats
    chats.do(chats.control.post(f"/sandbox/people/{someone.id}/block", blocked=blocked))


def inside(someone: Someone) -> str:
    """The address of everybody with Telegram; no mail goes there."""
    return f"tg_{someone.id}@televent.internal"


def by_uid(chats: Chats, someone: Someone) -> UUID:
    (row,) = chats.core.reads.by_uid(someone.account.tenant, UID)
    return row.stream_id


def mails_to(caught: Mails, address: str) -> list[EmailMessage]:
    """The mails that the catcher has for this address, the oldest first."""
    return [parse_mail(each.content) for each in list(caught.caught.values()) if address in each.recipients]


def fault(chats: Chats, **fields: Any) -> None:
    chats.do(chats.control.post("/sandbox/faults", **fields))


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")


@pytest.fixture
def bob(chats: Chats) -> Someone:
    return chats.person("Bob", address=f"bob{next(chats.numbers)}@example.com")


def test_the_organizer_is_told_of_a_guest_who_has_blocked_the_bot_and_has_no_address(
    chats: Chats, ann: Someone
) -> None:
    dan = chats.person("Dan")
    blocks(dan, blocked=True)
    invites(ann, inside(dan))
    told = ann.hears("Dan did not get the invitation to “Review”")
    invites(ann, inside(dan), uid="second@example.com", title="Second")
    ann.hears("Dan did not get the invitation to “Second”")
    assert [each["text"] for each in ann.messages()].count(told["text"]) == 1
    assert not any("invited you" in each["text"] for each in dan.messages())


def test_a_person_who_lets_the_bot_write_again_gets_the_next_invitation(chats: Chats, ann: Someone) -> None:
    dan = chats.person("Dan")
    blocks(dan, blocked=True)
    invites(ann, inside(dan))
    ann.hears("Dan did not get the invitation")
    blocks(dan, blocked=False)
    invites(ann, inside(dan), uid="second@example.com", title="Second")
    assert "Second" in dan.hears("Ann invited you")["text"]


def test_a_guest_who_has_blocked_the_bot_gets_the_invitation_by_mail(chats: Chats, ann: Someone, bob: Someone) -> None:
    address = bob.account.addresses[0]
    blocks(bob, blocked=True)
    invites(ann, address)
    caught = chats.control.sandbox.mails
    wait_until(lambda: mails_to(caught, address), what="the mail is sent")
    (mail,) = mails_to(caught, address)
    assert "Review" in mail["Subject"]
    assert not any("did not get the invitation" in each["text"] for each in ann.messages())
    assert not any("invited you" in each["text"] for each in bob.messages())


def test_an_organizer_who_has_blocked_the_bot_reads_answers_and_proposals_by_mail(
    chats: Chats, ann: Someone, bob: Someone
) -> None:
    invites(bob, ann.account.addresses[0], title="Plan")
    card = ann.hears("Bob invited you")
    blocks(bob, blocked=True)
    ann.taps("✅ Accept", card)
    caught, address = chats.control.sandbox.mails, bob.account.addresses[0]
    wait_until(lambda: mails_to(caught, address), what="the mail is sent")
    assert mails_to(caught, address)[0]["Subject"].startswith("Answers: Plan")
    backend, stream = chats.core.backend, next(iter(chats.core.reads.by_uid(ann.account.tenant, UID))).stream_id
    start = datetime(2026, 12, 1, 15, tzinfo=UTC)
    propose_time(
        backend,
        ann.context("bot"),
        stream_id=stream,
        recurrence_id=None,
        start=start,
        end=start + timedelta(hours=1),
        comment=None,
    )
    wait_until(lambda: len(mails_to(caught, address)) == 2, what="the second mail is sent")
    proposal = mails_to(caught, address)[1]
    assert proposal["Subject"].startswith("Another time proposed: Plan")
    (standing,) = open_proposals(backend, bob.account.tenant, by_uid(chats, bob))
    blocks(ann, blocked=True)
    decline_proposal(backend, bob.context(), stream_id=by_uid(chats, bob), proposal=standing.proposal.key, comment=None)
    mine = ann.account.addresses[0]
    wait_until(lambda: mails_to(caught, mine), what="the refusal is sent")
    assert mails_to(caught, mine)[0]["Subject"] == "The time stays: Plan"


@pytest.mark.parametrize(
    "broken",
    [{"status": 502, "times": 2}, {"status": 429, "times": 1, "retry_after": 1}, {"status": 500, "times": 1}],
    ids=["bad gateway", "too many requests", "server error"],
)
def test_an_answer_that_telegram_did_not_take_is_sent_again(chats: Chats, bob: Someone, broken: dict[str, Any]) -> None:
    fault(chats, method="sendMessage", chat_id=bob.id, **broken)
    bob.says("/today")
    bob.hears("Nothing is planned")


def test_a_card_that_telegram_did_not_take_is_sent_again(chats: Chats, ann: Someone, bob: Someone) -> None:
    fault(chats, method="sendMessage", chat_id=bob.id, status=429, times=1, retry_after=1)
    invites(ann, bob.account.addresses[0])
    bob.hears("Ann invited you")


def test_a_card_comes_once_though_the_database_is_away_after_it_was_sent(
    chats: Chats, ann: Someone, bob: Someone
) -> None:
    noted = sql.SQL("NEW.shown > OLD.shown")
    with failing(chats.core.conninfo, "living_message", "UPDATE", "57P03", only=noted) as failed:
        invites(ann, bob.account.addresses[0])
        bob.hears("Ann invited you")
        wait_until(failed, what="it was not noted")
    invites(ann, bob.account.addresses[0], uid="second@example.com", title="Second")
    bob.hears("Second")
    wait_until(lambda: not {"pending", "processing"} & set(chats.core.outbox.counts()), what="all is delivered")
    assert sum("Review" in each["text"] for each in bob.messages()) == 1
