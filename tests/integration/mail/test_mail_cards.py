"""People who have no chat get news of their meetings by mail."""

from __future__ import annotations

from typing import Any

import pytest

from support.followers import catch_up
from support.mail_cards import (
    BOB,
    EVE,
    LATER,
    PUBLIC,
    Web,
    link_in,
    mails,
    post,
    text_of,
    without_chat,
)
from support.post import OtherServer, itip_mail, message, open_post_office
from support.town import Person, Town, meeting
from televent.application.use_cases.people.preferences import change_preferences
from televent.application.use_cases.scheduling.proposals import decline_proposal, open_proposals, propose_time
from televent.ical.text.values import moment


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return without_chat(town, "bob")


def test_a_whole_meeting_by_mail(town: Town, other: OtherServer, web: Web, ann: Person, bob: Person) -> None:
    ann.put(meeting("LOCATION:Room 5", people=(BOB,)))
    town.carry()
    post(town, other)
    (mail,) = mails(other)
    assert (mail["Subject"], mail["From"].addresses[0].addr_spec, mail["Auto-Submitted"]) == (
        "Invitation: Sync @ Tue, Dec 1 • 10:00 AM - 11:00 AM",
        "noreply@televent.app",
        "auto-generated",
    )
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    for word in ("Ann invited you.", "Time: Tue, Dec 1 • 10:00 AM - 11:00 AM", "Location: Room 5"):
        assert word in text_of(mail)
    link = link_in(mail)
    assert text_of(mail, "html").count(f'href="{PUBLIC}{link}?answer=') == 3

    before = town.topics(bob)
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT"):
        page = web.ask(method, link)
        assert page.status == {"OPTIONS": 405, "PUT": 405}.get(method, 200)
    assert town.topics(bob) == before
    page = web.ask("GET", link)
    for word in ("Sync", "Tue, Dec 1 • 10:00 AM - 11:00 AM", "Place: Room 5", "You have not answered yet", "as Bob"):
        assert word in page.text
    assert web.answers(link, "accept", "I bring\r\nthe cake", page).status == 303
    town.carry()
    assert (bob.says(bob), ann.says(bob)) == ("ACCEPTED", "ACCEPTED")
    assert "You accepted." in web.ask("GET", link).text
    assert [(each.now, each.comment) for each in town.answers(ann)] == [("ACCEPTED", "I bring\nthe cake")]
    assert [each["kind"] for each in town.owed("rsvp_notification")] == ["rsvp_notification"]

    ann.put(meeting("LOCATION:Room 5", *LATER, people=(BOB,)))
    town.carry()
    post(town, other)
    _, update = mails(other)
    assert {"Ann changed this meeting.", "was 10:00 AM → now 12:00 PM"} <= set(text_of(update).splitlines())
    assert update["Subject"].startswith("Changed: Sync @ ")
    assert update["In-Reply-To"] == update["References"] == mail["Message-ID"]
    assert (update["Message-ID"] != mail["Message-ID"], link_in(update)) == (True, link)

    ann.delete()
    town.carry()
    post(town, other)
    _, _, end = mails(other)
    assert end["Subject"].startswith("Cancelled: Sync @ ")
    assert ("This meeting was cancelled." in text_of(end), "/i/" in text_of(end)) == (True, False)
    assert end["In-Reply-To"] == mail["Message-ID"]
    gone = web.ask("GET", link)
    assert ("This meeting was cancelled." in gone.text, "<form" in gone.body) == (True, False)
    assert web.answers(link, "decline", shown=page).status == 409


def test_several_changes_are_one_mail_and_none_comes_twice(
    town: Town, other: OtherServer, ann: Person, bob: Person
) -> None:
    ann.put(meeting(people=(BOB,)))
    town.carry()
    ann.put(meeting(*LATER, people=(BOB,)))
    town.carry()
    post(town, other)
    (mail,) = mails(other)
    assert mail["Subject"] == "Invitation: Sync @ Tue, Dec 1 • 12:00 PM - 1:00 PM"
    post(town, other)
    assert len(mails(other)) == 1


def test_an_organizer_without_a_chat_reads_the_answers(town: Town, other: OtherServer, bob: Person) -> None:
    eve, ann = town.person("eve"), town.person("ann")
    bob.put(meeting(people=(EVE, ann.address), organizer=BOB))
    town.carry()
    eve.answer("DECLINED")
    ann.answer("ACCEPTED")
    town.carry()
    post(town, other)
    (mail,) = mails(other)
    assert mail["Subject"].startswith("Answers: Sync @ ")
    assert {"Eve declined your meeting.", "Ann accepted your meeting."} <= set(text_of(mail).splitlines())
    eve.answer("ACCEPTED")
    town.carry()
    post(town, other)
    _, second = mails(other)
    assert ("Ann" in text_of(second), "Eve accepted your meeting." in text_of(second)) == (False, True)
    assert second["In-Reply-To"] == mail["Message-ID"]


def test_proposals_and_their_refusal_come_by_mail(town: Town, other: OtherServer, bob: Person) -> None:
    eve, backend = without_chat(town, "eve"), town.core.backend
    bob.put(meeting(people=(EVE,), organizer=BOB))
    town.carry()
    start, end = moment("20261201T150000Z"), moment("20261201T160000Z")
    assert start is not None
    assert end is not None
    stream = eve.row().stream_id
    propose_time(
        backend, eve.context(), stream_id=stream, recurrence_id=None, start=start, end=end, comment="Trains are late"
    )
    town.carry()
    post(town, other)
    (mail,) = mails(other)
    for word in ("Eve proposes another time for Sync", "Proposed: Tue, Dec 1 • 3:00 PM - 4:00 PM", "Trains are late"):
        assert word in text_of(mail)
    (standing,) = open_proposals(backend, bob.tenant, bob.row().stream_id)
    decline_proposal(
        backend, bob.context(), stream_id=bob.row().stream_id, proposal=standing.proposal.key, comment="No room"
    )
    town.carry()
    post(town, other)
    refusal = mails(other, EVE)[-1]
    assert "Bob keeps the time of Sync." in text_of(refusal)
    assert "No room" in text_of(refusal)


def test_words_zone_and_language_are_the_reader_s(town: Town, other: OtherServer, web: Web, ann: Person) -> None:
    without_chat(town, "bob", timezone="Europe/Moscow", locale="ru")
    ann.put(meeting('SUMMARY:<b>Обед</b> & "кофе"', people=(BOB,)))
    town.carry()
    post(town, other)
    (mail,) = mails(other)
    assert mail["Subject"].startswith("Приглашение: <b>Обед</b>")
    assert "13:00" in text_of(mail)
    assert "<b>Обед" not in text_of(mail, "html")
    page = web.ask("GET", link_in(mail))
    for word in ("13:00", "Вы ещё не ответили.", "Принять", "Организатор: ann"):
        assert word.lower() in page.text.lower()
    assert ('<html lang="ru">' in page.body, "<b>Обед" in page.body, "{{" in page.body) == (True, False, False)
    assert "&lt;b&gt;Обед&lt;/b&gt; &amp; &quot;кофе&quot;" in page.body


def test_without_a_public_address_a_mail_has_the_facts_and_no_link(
    town: Town, other: OtherServer, ann: Person, bob: Person
) -> None:
    ann.put(meeting(people=(BOB,)))
    town.carry()
    post(town, other, None)
    (mail,) = mails(other)
    for kind in ("plain", "html"):
        assert "answer in your calendar app" in text_of(mail, kind)
        assert "/i/" not in text_of(mail, kind)


def test_an_invitation_that_came_by_mail_is_not_mailed_again(town: Town, other: OtherServer, bob: Person) -> None:
    lines = ("ORGANIZER;CN=Zed:mailto:zed@example.net", f"ATTENDEE;RSVP=TRUE:mailto:{BOB}")
    with open_post_office(town) as office:
        change_preferences(town.core.backend, bob.context(), {"strangers": "always"})
        office.send(itip_mail(message("REQUEST", *lines, uid="out@example.net")), bob.address)
    assert bob.row("out@example.net").ics is not None
    post(town, other)
    assert mails(other) == []


def test_nobody_with_a_chat_or_without_an_address_gets_a_mail(town: Town, other: OtherServer, ann: Person) -> None:
    town.person("eve")
    ann.put(meeting(people=(EVE,)))
    town.carry()
    catch_up(town.core)
    assert town.owed("meeting_mail") == []
    kinds: list[Any] = [each["kind"] for each in town.owed("invite_notification")]
    assert kinds == ["invite_notification"]
