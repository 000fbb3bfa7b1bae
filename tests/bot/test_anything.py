"""Every kind of message gets one answer and a way on."""

import pytest

from support.chat import Chats, buttons
from televent.adapters.telegram.handlers.anything.help import SECTIONS
from televent.adapters.telegram.texts import plain


def test_files_and_contacts_get_a_sentence(chats: Chats) -> None:
    ann, boris = chats.person("Ann"), chats.person("Борис", language="ru")
    ann.sends_file("holiday.png", b"\x89PNG")
    ann.hears("I can read calendar files (.ics) only")
    boris.sends_file("отпуск.png", b"\x89PNG")
    boris.hears("Я читаю только файлы календаря")
    ann.sends_contact(boris)
    ann.hears("no events")
    ann.says("Lunch, tomorrow at noon")
    ann.taps("✅ Create", ann.hears("Shall I create this?"))
    ann.taps("Skip", ann.hears("Invite others?"))
    ann.sends_contact(boris)
    ann.taps("Lunch · Tue, Nov 24 • 12:00 PM - 1:00 PM", ann.hears("event"))
    boris.hears("Lunch")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_help_has_a_page_for_each_subject(chats: Chats, language: str) -> None:
    ann = chats.person("Ann", language=language)
    shown = ann.answer_to("/help")
    assert buttons(shown) == [plain(language, f"help-button-{each}") for each in SECTIONS]
    for each in SECTIONS:
        ann.taps(plain(language, f"help-button-{each}"), shown)
        assert (
            ann.hears(plain(language, f"help-{each}").split(">")[1].split("<")[0])["message_id"] == shown["message_id"]
        )


def test_an_unknown_link_begins_as_start_does(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.opens("something-else")
    ann.hears("Hello, Ann")
