"""/settings: the menu with its buttons, the values in words, and what cannot be."""

from datetime import time

import pytest

from support.chat import Chats, Someone, buttons
from televent.domain.account.preferences import Preferences


def chosen(someone: Someone) -> Preferences:
    return someone.account.preferences


def test_the_menu_shows_every_setting_with_its_value(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin", address="ann-menu@example.com")
    ann.says("/settings")
    menu = ann.hears("Settings")
    assert menu["text"].splitlines() == [
        "⚙️ Settings. Tap a button to see what it is for, and to change it.",
        "👤 Your name, as others see it: Ann",
        "🌍 Time zone: 10:30 AM (Berlin, UTC+1)",
        "🗣 Language: English",
        "🕐 Clock: as usual in English (2:30 PM)",
        "📆 The week starts on: Monday, as usual in English",
        "⏰ Reminders before an event: 15 min",
        "☀️ Plan of the day: 8:00 AM",
        "🔔 Messages: I write to you by myself",
        "✉️ Invitations: each comes as a card",
        "🌙 Quiet hours: none",
        "📱 Events with their own alarm: I remind you too",
        "👥 Calendars that others share with you: in your agenda",
        "📨 Invitations from strangers: ask first",
        "🚪 People you did not invite: ask first",
        "🪪 Your public profile: there is none",
        "👀 Who may ask when you are busy: those you meet with or share a calendar with",
        "📧 Mail addresses for invitations: ann-menu@example.com",
    ]
    assert len(buttons(menu)) == 19


def test_values_are_chosen_by_buttons(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says("/settings")
    menu = ann.hears("Settings")
    ann.taps("🕐 Clock", menu)
    page = ann.hears("Now: as usual in English (2:30 PM).")
    assert page["message_id"] == menu["message_id"]
    assert buttons(page) == [
        "12 hours (2:30 PM)", "24 hours (14:30)", "✓ as usual in English (2:30 PM)", "← Back",
    ]  # fmt: skip
    ann.taps("24 hours (14:30)", page)
    ann.hears("Now: 24 hours")
    ann.taps("← Back", page)
    ann.hears("Time zone: 10:30 (Berlin, UTC+1)")
    ann.taps("⏰ Reminders", menu)
    ann.hears("Now: 15 min.")
    ann.taps("1 h", menu)
    ann.hears("Now: 15 min, 1 h.")
    ann.taps("✓ 15 min", menu)
    ann.hears("Now: 1 h.")
    ann.taps("← Back", menu)
    ann.hears("Quiet hours: none")
    ann.taps("🔔 Messages", menu)
    page = ann.hears("Now: I write to you by myself.")
    assert buttons(page) == ["I only answer you", "✓ I write to you by myself", "← Back"]
    ann.taps("I only answer you", menu)
    ann.hears("Now: I only answer you.")
    ann.taps("I write to you by myself", menu)
    ann.hears("Now: I write to you by myself.")
    ann.taps("← Back", menu)
    ann.hears("Quiet hours: none")
    ann.taps("🌙 Quiet hours", menu)
    ann.hears("it waits until they are over")
    ann.taps("22:00 – 07:00", menu)
    ann.hears("Now: 22:00 – 07:00.")
    assert chosen(ann) == Preferences(reminders=(60,), clock24=True, quiet_from=time(22), quiet_until=time(7))


def test_other_values_are_typed(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says("/settings")
    menu = ann.hears("Settings")
    ann.taps("☀️ Plan of the day", menu)
    ann.taps("✏️ Type another", ann.hears("At what time?"))
    ann.hears("At what time shall I send")
    ann.says("half past")
    ann.hears("I need a time of day")
    ann.says("6:45")
    ann.hears("Plan of the day: 6:45 AM")
    ann.taps("👤 Name")
    ann.hears("What shall I call you?")
    ann.says("x" * 65)
    ann.hears("A name has 1 to 64 characters")
    ann.says("Annie")
    ann.hears("as others see it: Annie")
    assert (chosen(ann).digest_at, ann.account.name) == (time(6, 45), "Annie")
    ann.says("/today")
    ann.hears("Nothing is planned")


@pytest.mark.parametrize(
    ("words", "shown", "wanted"),
    [
        ("clock 24", "Clock: 24 hours", Preferences(clock24=True)),
        ("часы 12", "Clock: 12 hours", Preferences(clock24=False)),
        ("week sunday", "The week starts on: Sunday", Preferences(week_start=6)),
        ("reminders 10 60", "Reminders before an event: 10 min, 1 h", Preferences(reminders=(10, 60))),
        ("напоминания 1 день", "Reminders before an event: 1 day", Preferences(reminders=(1440,))),
        ("reminders off", "Reminders before an event: none", Preferences(reminders=())),
        ("digest 8:30", "Plan of the day: 8:30 AM", Preferences(digest_at=time(8, 30))),
        ("digest off", "Plan of the day: off", Preferences(digest_at=None)),
        ("quiet 22-7", "Quiet hours: 10:00 PM – 7:00 AM", Preferences(quiet_from=time(22), quiet_until=time(7))),
        ("тихие часы с 23:30 до 7", "Quiet hours: 11:30 PM", Preferences(quiet_from=time(23, 30), quiet_until=time(7))),
        ("notifications off", "Messages: I only answer you", Preferences(notifications=False)),
        ("приглашения нет", "Invitations: no cards", Preferences(notify_on_invite=False)),
        ("shared off", "share with you: not in your agenda", Preferences(show_shared=False)),
        ("profile on", "Your public profile: shows your name", Preferences(published=True)),
        ("профиль нет", "Your public profile: there is none", Preferences()),
        ("app off", "Events with their own alarm: only your calendar app rings", Preferences(remind_in_chat=False)),
    ],
)
def test_a_setting_in_words(chats: Chats, words: str, shown: str, wanted: Preferences) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says(f"/settings {words}")
    ann.hears(shown)
    assert chosen(ann) == wanted


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("clock 13", "A clock has 12 or 24 hours"),
        ("week someday", "I need a weekday"),
        ("reminders", "I need at most five lengths of time"),
        ("reminders 1 2 3 4 5 6", "I need at most five lengths of time"),
        ("reminders 99999", "I need at most five lengths of time"),
        ("digest 25:00", "I need a time of day"),
        ("quiet 22", "I need two different times of day"),
        ("quiet 7-7", "I need two different times of day"),
        ("notifications maybe", "That is on or off"),
        ("name", "A name has 1 to 64 characters"),
        ("language fr", "I speak English and Russian"),
        ("busy sometimes", "/settings busy everyone|known|nobody"),
        ("colour red", "There is no setting “colour”"),
    ],
)
def test_a_value_that_cannot_be_gets_a_sentence_and_changes_nothing(chats: Chats, words: str, said: str) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    before = ann.account
    ann.says(f"/settings {words}")
    ann.hears(said)
    assert ann.account == before


def test_the_language_is_changed_by_command_and_by_button(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says("/language ru")
    menu = ann.hears("Настройки")
    assert "Часовой пояс: 10:30 (Берлин, UTC+1)" in menu["text"]
    ann.taps("🗣 Язык", menu)
    page = ann.hears("На каком языке")
    assert buttons(page) == ["English", "✓ Русский", "← Назад"]
    ann.taps("English", page)
    ann.hears("Settings")
    ann.says("/language klingon")
    ann.hears("I speak English and Russian")
    assert ann.account.locale == "en"


def test_the_zone_and_the_audience_are_in_the_menu(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says("/settings")
    menu = ann.hears("Settings")
    ann.taps("👀 When I am busy", menu)
    assert buttons(ann.hears("Who may ask"))[:3] == ["Everyone here", "✓ People I know", "Nobody"]
    ann.taps("Nobody", menu)
    ann.hears("Now: nobody.")
    ann.taps("← Back", menu)
    ann.hears("Who may ask when you are busy: nobody")
    ann.taps("🌍 Time zone", menu)
    ann.hears("Your time zone is that of Berlin")
    ann.says("Lisbon")
    ann.hears("that of Lisbon")
    ann.says("/settings city Прага")
    ann.hears("that of Prague")
    assert ann.account.timezone == "Europe/Prague"


@pytest.mark.parametrize(("language", "now"), [("en", "Now: "), ("ru", "Сейчас: ")])
def test_every_page_says_what_it_is_for_and_what_holds_and_marks_it(chats: Chats, language: str, now: str) -> None:
    ann = chats.person("Ann", language=language, zone="Europe/Berlin")
    ann.says("/settings")
    menu = ann.hears("⚙️")
    assert sum(":" in line for line in menu["text"].splitlines()[1:]) == 17
    opening = [each for each in buttons(menu) if each.split()[0] not in ("👤", "🌍", "🤝", "📧", "🔗")]
    assert len(opening) == 14
    for each in opening:
        ann.taps(each, menu)
        page = ann.hears(now)
        assert page["text"].split()[0] == each.split()[0]
        assert len(page["text"].partition(now)[0]) > 20
        assert sum(button.startswith("✓ ") for button in buttons(page)) == 1
        ann.taps(buttons(page)[-1], menu)
        ann.hears("⚙️")
