"""Plain sentences, words for commands, and small talk, in both languages."""

import pytest

from support.chat import Chats, buttons


def test_a_plain_sentence_offers_to_create(chats: Chats) -> None:
    ann, boris = chats.person("Ann"), chats.person("Boris", language="ru")
    ann.says("Team Meeting, tomorrow 3pm, 1 hour")
    assert "Tue, Nov 24 • 3:00 PM - 4:00 PM" in ann.hears("Shall I create this?")["text"]
    boris.says("Встреча, завтра в 15:00, 1 час")
    assert "Вт, 24 ноября • 15:00 - 16:00" in boris.hears("Создать?")["text"]


def test_a_time_without_a_title_asks_for_one(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("tomorrow at 3pm")
    ann.hears("What is it called?")
    ann.says("Tea")
    assert "Tea" in ann.hears("Shall I create this?")["text"]


def test_several_lines_without_a_time_get_one_answer(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("the weather is nice")
    hint = ann.hears("I can do most with a time")
    assert buttons(hint) == ["🆕 New event", "❓ Help"]
    ann.says("and the sea is calm")
    ann.says("/today")
    ann.hears("Today")
    assert len([each for each in ann.messages() if "I can do most" in each["text"]]) == 1
    ann.taps("🆕 New event", hint)
    ann.hears("When?")
    ann.says("tomorrow at noon")
    ann.hears("How long?")
    ann.taps("Skip")
    ann.hears("A description?")
    ann.taps("Skip")
    ann.hears("Where?")
    ann.taps("Skip")
    assert "the weather is nice" in ann.hears("Shall I create this?")["text"]


@pytest.mark.parametrize(
    ("language", "line", "answer"),
    [
        ("en", "hi!", "Hello, Ann"),
        ("en", "Thank you", "You are welcome"),
        ("en", "?", "I keep your calendar"),
        ("ru", "Привет", "Здравствуйте, Ann"),
        ("ru", "спасибо!", "Пожалуйста"),
    ],
)
def test_small_talk_gets_a_friendly_line(chats: Chats, language: str, line: str, answer: str) -> None:
    assert answer in chats.person("Ann", language=language).answer_to(line)["text"]


@pytest.mark.parametrize(
    ("language", "line", "answer"),
    [
        ("en", "/TODAY", "Nothing is planned"),
        ("en", "today", "Nothing is planned"),
        ("en", "Help", "What I can do"),
        ("en", "/Create", "What is it called?"),
        ("ru", "сегодня", "Ничего не запланировано"),
        ("ru", "Завтра", "Ничего не запланировано"),
        ("ru", "неделя", "Ничего не запланировано"),
        ("ru", "помощь", "Что я умею"),
        ("ru", "отмена", "Прерывать нечего"),
        ("ru", "/сегодня", "Ничего не запланировано"),
    ],
)
def test_commands_are_understood_as_people_write_them(chats: Chats, language: str, line: str, answer: str) -> None:
    assert answer in chats.person("Ann", language=language).answer_to(line)["text"]


def test_a_typo_is_answered_with_the_nearest_command(chats: Chats) -> None:
    ann, boris = chats.person("Ann"), chats.person("Boris", language="ru")
    offer = ann.answer_to("/tomorow")
    assert "Did you mean /tomorrow?" in offer["text"]
    ann.taps("/tomorrow", offer)
    ann.hears("Nothing is planned")
    assert "/today?" in boris.answer_to("/седня")["text"]
    assert "All commands: /help" in ann.answer_to("/qqqqqq")["text"]


def test_each_tap_on_new_event_begins_another_one(chats: Chats) -> None:
    ann = chats.person("Ann")
    help_ = chats.do(ann.phone.sends_file("a.bin", b"x"))
    help_ = ann.hears("calendar files")
    for title in ("One", "Two"):
        ann.taps("🆕 New event", help_)
        ann.hears("What is it called?")
        ann.says(title)
        ann.hears("When?")
        ann.says("tomorrow at noon")
        ann.hears("How long?")
        ann.says("1h")
        ann.hears("A description?")
        ann.taps("Skip")
        ann.hears("Where?")
        ann.taps("Skip")
        ann.taps("✅ Create", ann.hears("Shall I create this?"))
        assert title in ann.hears("Created")["text"]
        ann.hears("Invite others?")
        ann.taps("Skip")


def test_a_word_of_time_that_was_not_understood_is_named(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    ann.says("/create Dentist tomorrow sometime 3pm")
    assert "sometime" in ann.hears("I did not understand")["text"]
    assert buttons(ann.messages()[-1]) == ["Leave them out", "Write it again", "Another time", "✖️ Cancel"]
    ann.says("/create Dentist, 30 February")
    asked = ann.hears("30 February")
    assert buttons(asked) == ["Write it again", "Another time", "✖️ Cancel"]
    ann.taps("Another time", asked)
    ann.hears("When?")
    ann.says("28 February at 10am")
    assert "Sun, Feb 28, 2027 • 10:00 AM" in ann.hears("Shall I create this?")["text"]


def test_a_time_that_is_over_is_asked_about(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    ann.says("/create Dinner yesterday 8pm")
    ann.hears("This time is over")


def test_two_possible_times_are_two_buttons(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    ann.says("/create Server move tomorrow at midnight")
    asked = ann.hears("Which do you mean?")
    assert len(buttons(asked)) == 3
    ann.taps(buttons(asked)[1], asked)
    preview = ann.hears("Shall I create this?")
    assert buttons(asked)[0] in buttons(preview)
    assert buttons(asked)[1] in preview["text"]


def test_a_guest_in_the_sentence_is_invited(chats: Chats) -> None:
    ann, bob = chats.person("Ann", zone="Europe/London"), chats.person("Bob", zone="Europe/London")
    ann.says(f"/create Lunch tomorrow 1pm at the Corner Cafe with bob{bob.id}@example.com")
    preview = ann.hears("Shall I create this?")
    assert "Corner Cafe" in preview["text"]
    ann.taps("✅ Create", preview)
    assert f"bob{bob.id}@example.com" in ann.hears(f"bob{bob.id}@example.com")["text"]
