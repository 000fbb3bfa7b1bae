"""The time zone: in words, by location, by buttons; asked once of people who never chose one."""

from uuid import uuid4

import pytest

from support.chat import Chats, Someone, buttons
from televent.application.event_store.context import Context
from televent.application.use_cases.people.accounts import open_account
from televent.domain.ids import AccountId


@pytest.mark.parametrize(
    ("words", "zone", "said"),
    [
        ("Moscow", "Europe/Moscow", "Your time zone is that of Moscow. It is 12:30 PM (UTC+3) there now."),
        ("MSK", "Europe/Moscow", "that of Moscow"),
        ("нью-йорк", "America/New_York", "that of New York. It is 4:30 AM (UTC-5)"),
        ("NYC", "America/New_York", "that of New York"),
        ("europe/berlin", "Europe/Berlin", "that of Berlin"),
        ("Europe/Kiev", "Europe/Kiev", "that of Kyiv"),
        ("UTC", "UTC", "that of UTC. It is 9:30 AM there now."),
    ],
)
def test_the_zone_is_set_by_a_place_in_words(chats: Chats, words: str, zone: str, said: str) -> None:
    ann = chats.person("Ann", zone="Asia/Tokyo")
    ann.says(f"/timezone {words}")
    ann.hears(said)
    assert ann.account.timezone == zone


def test_several_places_are_offered_to_tap(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/timezone +3")
    choice = ann.hears("Which one do you mean by “+3”?")
    assert buttons(choice) == [
        "Moscow, UTC+3", "Istanbul, UTC+3", "Minsk, UTC+3", "Nairobi, UTC+3", "Kirov, UTC+3", "UTC+3",
    ]  # fmt: skip
    ann.taps("Istanbul, UTC+3")
    ann.hears("that of Istanbul. It is 12:30 PM (UTC+3)")
    assert ann.account.timezone == "Europe/Istanbul"
    ann.says("/timezone Mosow")
    ann.taps("Moscow, UTC+3", ann.hears("Which one"))
    ann.hears("that of Moscow")


def test_an_unknown_place_changes_nothing(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Asia/Tokyo")
    for words in ("xyzzy", "+99", "x" * 500, "<b>"):
        ann.says(f"/timezone {words}")
        ann.hears("I know no place")
    assert ann.account.timezone == "Asia/Tokyo"


def test_a_shared_location_sets_the_zone_at_any_time(chats: Chats) -> None:
    ann = chats.person("Ann", language="ru", zone="Europe/Moscow")
    ann.sends_location(43.24, 76.89)
    ann.hears("Часовой пояс: Алматы. Сейчас там 14:30 (UTC+5).")
    assert ann.account.timezone == "Asia/Almaty"
    ann.sends_location(0, -140)
    ann.hears("UTC-9")


def test_the_question_has_a_location_button_and_cities(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Moscow")
    ann.says("/timezone")
    question = ann.hears("Your time zone is that of Moscow: it is 12:30 PM (UTC+3) there now.")
    ann.taps("📍 My location", question)
    ann.hears("Tap the button below the chat.")
    chats.do(ann.phone.taps("📍 Share my location", latitude=52.52, longitude=13.4))
    ann.hears("that of Berlin")
    assert chats.do(ann.phone.keyboard()) == []
    ann.says("/timezone")
    ann.taps("🏙 Other cities", ann.hears("Your time zone is that of Berlin"))
    cities = ann.hears("Choose a city, or type yours.")
    assert "Sydney, UTC+11" in buttons(cities)
    ann.says("Köln")
    ann.hears("that of Cologne")
    ann.says("/timezone")
    ann.hears("Your time zone is that of Berlin")
    ann.taps("Skip")
    ann.hears("All right. I show times for 10:30 AM (Berlin, UTC+1).")


def never_asked(chats: Chats, name: str, language: str = "en") -> Someone:
    """A person whose account was opened before there was a question for the zone."""
    someone = chats.stranger(name, language=language, started=True)
    tenant = AccountId(uuid4())
    context = Context(tenant, str(tenant), "bot", chats.now, uuid4(), "test")
    open_account(chats.core.backend, context, telegram_id=someone.id, name=name, locale=language)
    return someone


def test_a_person_who_never_chose_is_asked_once_after_the_answer_to_their_command(chats: Chats) -> None:
    bob = never_asked(chats, "Bob")
    bob.says("/today")
    bob.hears("Nothing is planned")
    question = bob.hears("In London it is 9:30 AM (UTC) now. Right?")
    bob.says("/today")
    bob.hears("Nothing is planned")
    bob.says("Sydney")
    bob.hears("that of Sydney")
    bob.says("/today")
    bob.hears("Nothing is planned")
    said = [each["text"] for each in bob.messages() if each["from"] == "bot"]
    assert sum("Right?" in each for each in said) == 1
    # A tap on the old question still counts.
    bob.taps("✓ Yes, London", question)
    bob.hears("that of London")
    assert bob.account.timezone == "Europe/London"


def test_nobody_is_asked_within_a_dialogue(chats: Chats) -> None:
    bob = never_asked(chats, "Боб", "ru")
    bob.says("/create")
    bob.hears("Как назвать?")
    bob.says("Обед")
    bob.hears("Когда?")
    bob.says("/cancel")
    bob.hears("я остановился")
    bob.hears("Москва: сейчас 12:30 (UTC+3). Верно?")


def test_a_sentence_like_an_event_is_no_city(chats: Chats) -> None:
    bob = never_asked(chats, "Bob")
    bob.says("/today")
    bob.hears("Right?")
    bob.says("Lunch tomorrow 3pm")
    bob.says("qwertz")
    bob.hears("I know no place “qwertz”")
    assert not any("no place “Lunch" in each["text"] for each in bob.messages() if each["from"] == "bot")


def test_a_person_who_writes_russian_is_offered_russian_once(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/create Обед, завтра 15:00")
    ann.hears("Shall I create this?")
    offer = ann.hears("Перейти на русский?")
    ann.says("/timezone Москва")
    ann.hears("that of Moscow")
    ann.taps("Да, по-русски", offer)
    ann.hears("Настройки")
    assert ann.account.locale == "ru"
