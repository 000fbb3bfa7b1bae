"""The first conversation: zone, address, who may ask when the person is busy, help. One question after another."""

import re

from support.chat import Chats, Someone, buttons


def asked(someone: Someone) -> list[str]:
    """The bot's messages so far, the oldest first."""
    return [each["text"] for each in someone.messages() if each["from"] == "bot"]


def code_for(chats: Chats, address: str) -> str:
    """The code that is mailed to the address."""
    [mail] = chats.do(chats.control.get("/sandbox/mails", to=address, wait=30))
    view = chats.do(chats.control.get(f"/sandbox/mails/{mail['id']}/view"))
    found = re.search(r"\b\d{6}\b", view["text"])
    assert found is not None
    return found[0]


def test_a_new_person_is_led_through_one_question_at_a_time(chats: Chats) -> None:
    ann = chats.stranger("Ann")
    ann.says("/start")
    ann.hears("Hello, Ann")
    question = ann.hears("In London it is 9:30 AM (UTC) now. Right?")
    assert buttons(question) == ["✓ Yes, London", "📍 My location", "🏙 Other cities", "Skip"]
    assert len(asked(ann)) == 2
    ann.taps("✓ Yes, London")
    email = ann.hears("please provide your email")
    assert chats.core.reads.account_by_telegram(ann.id) == ann.account
    assert ann.account.timezone == "Europe/London"
    assert any("Your time zone is that of London. It is 9:30 AM (UTC) there now." in each for each in asked(ann))
    ann.taps("Skip", email)
    offer = ann.hears("Who may ask when you are busy")
    ann.taps("Keep it so", offer)
    ann.hears("What I can do")
    assert len(asked(ann)) == 5


def test_the_same_in_russian_with_a_city_in_words(chats: Chats) -> None:
    ira = chats.stranger("Ира", language="ru")
    ira.says("/start")
    question = ira.hears("Москва: сейчас 12:30 (UTC+3). Верно?")
    assert buttons(question) == ["✓ Да, Москва", "📍 Местоположение", "🏙 Другие города", "Пропустить"]
    ira.says("питер")
    ira.hears("Часовой пояс: Санкт-Петербург. Сейчас там 12:30 (UTC+3).")
    ira.hears("укажите вашу почту")
    assert (ira.account.timezone, ira.account.locale) == ("Europe/Moscow", "ru")


def test_a_command_in_between_is_answered_and_the_question_stays_open(chats: Chats) -> None:
    bob = chats.stranger("Bob")
    bob.says("/start")
    bob.hears("Right?")
    bob.says("/today")
    bob.hears("Nothing is planned")
    bob.says("/create")
    bob.hears("What is it called?")
    bob.says("/cancel")
    bob.hears("I have stopped")
    bob.says("Tokyo")
    bob.hears("Your time zone is that of Tokyo. It is 6:30 PM (UTC+9) there now.")
    bob.hears("please provide your email")
    bob.says("/today")
    bob.hears("Nothing is planned")
    bob.says("bob-in-between@example.com")
    bob.hears("code")


def test_a_link_in_between_asks_the_open_question_again(chats: Chats) -> None:
    bob = chats.stranger("Bob")
    bob.says("/start week")
    bob.hears("Right?")
    bob.hears("Nothing is planned")
    bob.says("/start")
    bob.hears("Right?")
    bob.taps("Skip")
    bob.hears("All right. I show times for 9:30 AM (UTC).")
    bob.hears("please provide your email")
    bob.says("/start")
    bob.hears("please provide your email")
    assert bob.account.timezone == "UTC"


def test_a_running_dialogue_gets_no_question(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    ann.hears("What is it called?")
    ann.says("/start")
    ann.hears("What I can do")
    ann.says("Lunch")
    ann.hears("When")


def test_an_address_is_verified_and_the_conversation_goes_on(chats: Chats) -> None:
    eve = chats.stranger("Eve")
    eve.says("/start")
    eve.hears("Right?")
    eve.taps("✓ Yes, London")
    eve.hears("please provide your email")
    eve.says("eve-start.example.com")
    eve.hears("That is not an email address.")
    # The question stays open, and what is plainly no address is answered as ever.
    eve.says("thanks")
    eve.hears("You are welcome")
    # A sentence that reads like an event is no address either, and no handler is kept from it.
    eve.says("Lunch tomorrow 3pm")
    eve.says("eve-start@example.com")
    eve.hears("I have sent a code to eve-start@example.com")
    eve.says("/start")
    eve.hears("I have sent a code to eve-start@example.com")
    eve.says("000000")
    eve.hears("That code is not right")
    eve.says(code_for(chats, "eve-start@example.com"))
    eve.hears("eve-start@example.com is yours")
    eve.hears("Who may ask when you are busy")
    assert eve.account.addresses == ("eve-start@example.com",)


def test_a_person_who_answered_is_not_asked_again(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Paris", address="ann-known@example.com")
    ann.says("/start")
    offer = ann.hears("Who may ask when you are busy")
    ann.taps("Nobody", offer)
    ann.hears("ann-known@example.com")
    ann.hears("What I can do")
    ann.says("/start")
    ann.hears("ann-known@example.com")
    assert sum("Who may ask" in each for each in asked(ann)) == 1
