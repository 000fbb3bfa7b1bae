"""/deleteaccount and /keepaccount in the chat: a request with a date, reminders, the ways to stay, the end."""

from datetime import timedelta

import pytest

from support.chat import Chats, Someone, buttons
from support.event_stage import copies, made
from support.event_views import current
from support.waiting import wait_until
from televent.application.use_cases.people.accounts import erase_account
from televent.application.use_cases.people.erasure import request_erasure

DELETE, KEEP = "🗑 Delete my account", "Keep my account"


def asks(someone: Someone) -> None:
    """The person requests the erasure."""
    someone.says("/deleteaccount")
    page = someone.hears("Delete your account?")
    someone.taps(DELETE, page)
    wait_until(lambda: someone.account.erase_at is not None, what="the erasure is requested")


def test_a_request_says_what_happens_and_until_when(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    ann.says("/delete_account")
    page = ann.hears("Delete your account?")
    for words in ("30 days", "unreadable for good", "Others keep", "Nobody is told", "Telegram is out of my reach"):
        assert words in page["text"]
    assert buttons(page) == [DELETE, KEEP]
    assert ann.account.erase_at is None
    ann.taps(DELETE, page)
    shown = current(ann, page)
    assert ann.account.erase_at == chats.now + timedelta(days=30)
    assert "Dec 23" in shown["text"]
    assert buttons(shown) == [KEEP]
    ann.says("delete my account")
    assert "Dec 23" in ann.hears("will be deleted on")["text"]
    ann.taps(KEEP, shown)
    assert ann.account.erase_at is None
    assert "Your account is kept" in current(ann, page)["text"]


def test_who_does_not_confirm_asks_for_nothing(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/deleteaccount")
    page = ann.hears("Delete your account?")
    ann.taps(KEEP, page)
    assert "stays" in current(ann, page)["text"]
    assert ann.account.erase_at is None
    ann.says("/keepaccount")
    ann.hears("Nobody asked to delete")


def test_in_russian(chats: Chats) -> None:
    ann = chats.person("Аня", language="ru")
    ann.says("удалить аккаунт")
    page = ann.hears("Удалить аккаунт?")
    ann.taps("🗑 Удалить мой аккаунт", page)
    shown = current(ann, page)
    assert "Ваш аккаунт будет удалён" in shown["text"]
    assert buttons(shown) == ["Оставить мой аккаунт"]
    ann.says("/today")
    ann.hears("⏳ Ваш аккаунт будет удалён")
    ann.says("/keepaccount")
    ann.hears("Ваш аккаунт остаётся")


@pytest.mark.parametrize("words", ["/start", "/keepaccount", "/device add phone"])
def test_these_keep_the_account(chats: Chats, words: str) -> None:
    ann = chats.person("Ann")
    asks(ann)
    ann.says(words)
    ann.hears("Your account is kept")
    assert ann.account.erase_at is None


def test_other_use_keeps_nothing_and_is_told_so_once_a_day(chats: Chats) -> None:
    ann = chats.person("Ann")
    asks(ann)
    final_at = ann.account.erase_at
    ann.says("/today")
    ann.hears("⏳ Your account will be deleted on")
    ann.says("/week")
    ann.says("/start nonsense")
    ann.hears("I do not know what this link should open")
    assert sum(each["text"].startswith("⏳") for each in ann.messages()) == 1
    chats.now += timedelta(days=1)
    ann.says("/today")
    ann.hears("⏳ Your account will be deleted on")
    assert ann.account.erase_at == final_at


def test_reminders_come_and_the_last_one_still_keeps(chats: Chats) -> None:
    ann = chats.person("Ann")
    asks(ann)
    start = chats.now
    chats.now = start + timedelta(days=23)
    first = ann.hears("with everything in it")
    chats.now = start + timedelta(days=29)
    last = ann.hears("with everything in it")
    assert last["message_id"] > first["message_id"]
    ann.taps(KEEP, last)
    assert "Your account is kept" in current(ann, last)["text"]
    assert ann.account.erase_at is None


def test_who_asked_elsewhere_is_told_in_the_chat(chats: Chats) -> None:
    ann = chats.person("Ann")
    request_erasure(chats.core.backend, ann.context("cli"))
    shown = ann.hears("Your account will be deleted on")
    assert buttons(shown) == [KEEP]


def test_after_the_end_start_begins_again(chats: Chats) -> None:
    ann = chats.person("Ann")
    made(ann, "Sync")
    before = ann.account.tenant
    asks(ann)
    chats.now += timedelta(days=30)
    wait_until(lambda: chats.core.reads.account_by_telegram(ann.id) is None, what="the account is erased")
    ann.says("/today")
    ann.hears("Please send /start first")
    ann.says("/start")
    ann.hears("Hello, Ann")
    assert ann.account.tenant != before
    assert ann.account.erase_at is None
    # Once more: the second account is erased and replaced as well.
    asks(ann)
    second = ann.account.tenant
    chats.now += timedelta(days=30)
    wait_until(lambda: chats.core.reads.account_by_telegram(ann.id) is None, what="the account is erased")
    ann.says("/start")
    ann.hears("Hello, Ann")
    assert ann.account.tenant not in (before, second)


def test_a_card_of_an_organizer_who_is_gone_names_nobody_and_still_takes_an_answer(chats: Chats) -> None:
    ann, bob = chats.person("Annaquill"), chats.person("Bob")
    made(ann, "Sync", bob)
    card = bob.hears("Annaquill invited you")
    erase_account(chats.core.backend, ann.context())
    wait_until(lambda: b"Deleted user" in (copies(bob)[0].ics or b""), what="the placeholder stands in the copy")
    seen = bob.seen
    answer = bob.taps("✅ Accept", card)["answer"]
    assert "nobody is told" in answer["text"]
    shown = current(bob, card)
    assert "Deleted user" in shown["text"]
    assert "Annaquill" not in shown["text"]
    bob.says("/list")
    bob.hears("Sync")
    assert [each for each in bob.messages() if each["revision"] > seen and "Annaquill" in each["text"]] == []
