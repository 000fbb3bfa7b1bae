"""People without a chat are told of a requested erasure by mail, and keep the account by the link in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.mail_cards import BOB, Web, link_in, mails, post, text_of, without_chat
from support.post import OtherServer
from support.town import Person, Town
from televent.application.use_cases.people.erasure import keep_account, request_erasure
from televent.application.use_cases.people.preferences import change_preferences
from televent.runtime.workers.grace import step


@pytest.fixture
def bob(town: Town) -> Person:
    return without_chat(town, "bob")


def erase_at(town: Town, person: Person) -> object:
    return town.core.backend.people.account(person.tenant).erase_at


def test_the_link_shows_the_date_and_a_press_of_its_button_keeps_the_account(
    town: Town, other: OtherServer, web: Web, bob: Person
) -> None:
    final_at = request_erasure(town.core.backend, bob.context())
    post(town, other)
    (mail,) = mails(other)
    assert "will be deleted on Mon, Dec 21" in str(mail["subject"])
    assert "nobody can bring it back" in text_of(mail)
    link = link_in(mail)
    for _ in range(2):
        page = web.ask("GET", link)
        assert page.status == 200
        assert "will be deleted on Mon, Dec 21" in page.text
        assert "Keep my account" in page.body
    assert erase_at(town, bob) == final_at
    kept = web.ask("POST", link, "answer=keep")
    assert (kept.status, "Your account is kept" in kept.text) == (200, True)
    assert erase_at(town, bob) is None
    assert "Your account is kept" in web.ask("GET", link).text
    post(town, other)
    assert [str(each["subject"]) for each in mails(other)][1:] == ["Your Televent account is kept"]


def test_the_reminders_have_the_link_too_and_come_to_who_wants_no_notices(
    town: Town, other: OtherServer, web: Web, bob: Person
) -> None:
    change_preferences(town.core.backend, bob.context(), {"notifications": False})
    final_at = request_erasure(town.core.backend, bob.context())
    for days in (7, 1):
        town.now = final_at - timedelta(days=days)
        step(town.core)
        post(town, other)
    assert len(mails(other)) == 2 + 1
    assert web.ask("POST", link_in(mails(other)[-1]), "answer=keep").status == 200
    assert erase_at(town, bob) is None


def test_a_notice_that_is_no_longer_true_is_not_sent(town: Town, other: OtherServer, bob: Person) -> None:
    request_erasure(town.core.backend, bob.context())
    keep_account(town.core.backend, bob.context())
    post(town, other)
    assert [str(each["subject"]) for each in mails(other)] == ["Your Televent account is kept"]


def test_without_a_public_address_and_in_russian_it_says_whom_to_ask(town: Town, other: OtherServer) -> None:
    bob = without_chat(town, "bob", locale="ru")
    request_erasure(town.core.backend, bob.context())
    post(town, other, None)
    (mail,) = mails(other, BOB)
    assert "напишите тем, кто ведёт этот сервер" in text_of(mail)
