"""Mails that wait for a decision of a person without a chat: one mail, and a page that changes nothing by itself."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest

from support.mail_cards import BOB, Page, Web, link_in, mails, post, text_of, without_chat
from support.post import OtherServer, PostOffice, itip_mail, message, open_post_office
from support.town import Person, Town
from televent.application.mail_records.parked_mails import KEPT, card_id_of
from televent.application.messages.mail import ParkedMailNotice
from televent.application.messages.outbox import OutboxMessage
from televent.application.use_cases.mail.believed import believed_senders
from televent.application.use_cases.people.accounts import erase_account

ZED = "zed@example.net"


@pytest.fixture
def desk(town: Town) -> Iterator[PostOffice]:
    with open_post_office(town, strangers="ask") as desk:
        yield desk


@pytest.fixture
def bob(town: Town) -> Person:
    return without_chat(town, "bob")


def asked(uid: str, *lines: str, method: str = "REQUEST", sequence: int = 0) -> bytes:
    people = (f"ORGANIZER;CN=Zed:mailto:{ZED}", f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{BOB}")
    text = message(method, *people, *lines, uid=uid, sequence=sequence, stamp=f"20261121T1{3 + sequence}0000Z")
    return itip_mail(text, sender=f"Zed <{ZED}>", message_id=f"{uid}-{sequence}@example.net")


def decide(web: Web, link: str, choice: str) -> Page:
    return web.ask("POST", link, urlencode({"answer": choice}))


def test_an_unknown_sender_is_asked_about_by_one_mail(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    for number in range(3):
        desk.send(asked(f"{number}@example.net"), BOB)
    post(town, other)
    (mail,) = mails(other)
    assert mail["Subject"] == "Please decide: 3 mails from a sender you do not know"
    assert "It says that it is from Zed <zed@example.net> (unverified)." in text_of(mail)
    assert text_of(mail).count("New: “Sync”, Tue, Dec 1") == 3
    link = link_in(mail)
    for method in ("GET", "HEAD", "GET"):
        page = web.ask(method, link)
        assert page.status == 200
    assert "Apply" in page.text
    assert "Ignore" in page.text
    assert [bob.rows(f"{number}@example.net") for number in range(3)] == [[], [], []]
    assert "✅ Applied." in decide(web, link, "apply").text
    assert all(bob.rows(f"{number}@example.net") for number in range(3))
    again = decide(web, link, "ignore")
    assert (again.status, "This was applied already." in again.text) == (409, True)
    assert "<form" not in web.ask("GET", link).body


@pytest.mark.parametrize("days", [14, 31])
def test_each_mail_is_asked_about_also_after_earlier_ones_were_deleted(
    town: Town, desk: PostOffice, other: OtherServer, bob: Person, days: int
) -> None:
    began = town.now
    for number in range(5):
        town.now = began + timedelta(days=number * days)
        town.core.backend.parked.sweep(town.now - KEPT)
        desk.send(asked(f"{number}@example.net"), BOB)
        post(town, other)
        assert len(mails(other)) == number + 1
    # A notice that comes twice tells nothing twice.
    town.core.outbox.enqueue([_again(town, bob)], bob.tenant, "test", town.now)
    post(town, other)
    assert len(mails(other)) == 5


def _again(town: Town, bob: Person) -> OutboxMessage:
    card = card_id_of(bob.tenant, "sender-unknown", "", ZED)
    return OutboxMessage(uuid4(), "again", ParkedMailNotice(card, None), town.now)


def test_a_form_without_a_choice_changes_nothing(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    desk.send(asked("one@example.net"), BOB)
    post(town, other)
    link = link_in(mails(other)[0])
    for choice in ("", "accept", "applied", "believe\n"):
        assert decide(web, link, choice).status == 400
    assert bob.rows("one@example.net") == []
    assert "🚫 Ignored." in decide(web, link, "ignore").text
    assert bob.rows("one@example.net") == []


def test_a_sender_is_believed_by_a_link(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    desk.send(asked("one@example.net"), BOB)
    post(town, other)
    told = decide(web, link_in(mails(other)[0]), "believe")
    assert f"From now on I believe mails from {ZED}." in told.text
    assert believed_senders(town.core.backend, bob.tenant) == (ZED,)
    desk.send(asked("one@example.net", "LOCATION:Room 2", sequence=1), BOB)
    assert b"Room 2" in bob.text("one@example.net")


def test_an_erased_person_has_no_link_and_no_parked_mail(
    town: Town, desk: PostOffice, other: OtherServer, web: Web, bob: Person
) -> None:
    desk.send(asked("one@example.net"), BOB)
    post(town, other)
    link = link_in(mails(other)[0])
    erase_account(town.core.backend, bob.context())
    assert decide(web, link, "apply").status == 404
    with psycopg.connect(town.url) as connection:
        left = connection.execute("SELECT count(*) FROM parked_mail WHERE tenant_id = %s", (bob.tenant,)).fetchone()
    assert left == (0,)
