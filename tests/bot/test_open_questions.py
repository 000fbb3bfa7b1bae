"""A question stays open, and what is plainly something else is not taken for its answer."""

from typing import Any

import pytest

from support.chat import Chats, Someone, buttons
from support.event_stage import copies, made, stored
from support.event_views import current, loses_buttons, opened, pressed


def created(someone: Someone, line: str = "Lunch tomorrow at noon for 1 hour") -> Any:
    """Makes an event of a sentence; returns the question for guests."""
    someone.says(line)
    someone.taps("✅ Create", someone.hears("Shall I create this?"))
    question = someone.hears("Invite others?")
    while not buttons(question):
        question = someone.hears("Invite others?")  # An older question that loses its buttons is heard as well.
    return question


def titles(someone: Someone) -> list[str]:
    """The titles of the person's events."""
    return sorted(each.text.reading.instances()[0].summary for each in copies(someone))


def guests(someone: Someone) -> list[str]:
    """The names of those who are invited to the person's only event."""
    (row,) = copies(someone)
    return sorted(each.cn or each.address for each in row.text.reading.instances()[0].attendees)


def test_the_next_sentence_is_no_guest(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    question = created(ann)
    assert "email addresses (separated by spaces), @usernames or contacts, or forward a message" in question["text"]
    ann.says("Dentist on friday at 10:00")
    preview = ann.hears("Shall I create this?")
    assert "Dentist" in preview["text"]
    ann.says("today")
    ann.hears("Today")
    ann.says(f"@{bob.id}")
    ann.hears("Invited to Lunch")
    assert titles(ann) == ["Lunch"]
    assert guests(ann) == ["Ann", "Bob"]
    loses_buttons(ann, question)
    ann.taps("✅ Create", preview)
    ann.hears("Invite others?")
    assert titles(ann) == ["Dentist", "Lunch"]


def test_an_older_question_for_guests_goes_when_the_next_comes(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    first = created(ann)
    second = created(ann, "Dentist on friday at 10:00 for 1 hour")
    loses_buttons(ann, first)
    assert buttons(current(ann, second)) == ["Skip"]
    ann.says(f"@{bob.id} and nobody@example.com")
    told = ann.hears("Invited to Dentist")
    assert "Bob" in told["text"]
    assert "nobody@example.com" in told["text"]
    assert "and –" not in told["text"]


@pytest.mark.parametrize("way", ["tap", "no", "Никого"])
def test_skip_says_so_in_the_question(chats: Chats, way: str) -> None:
    ann = chats.person("Ann")
    question = created(ann)
    if way == "tap":
        ann.taps("Skip", question)
    else:
        ann.says(way)
    skipped = ann.hears("Skipped")
    assert skipped["message_id"] == question["message_id"]
    assert "nobody else is invited. Later: /invite" in skipped["text"]
    assert buttons(skipped) == []
    assert guests(ann) == []


def test_what_names_nobody_is_said_and_asked_again(chats: Chats) -> None:
    ann = chats.person("Ann")
    question = created(ann)
    ann.says("my sister")
    assert "“my sister” names nobody" in ann.hears("names nobody")["text"]
    assert buttons(current(ann, question)) == ["Skip"]


def test_a_contact_and_a_forwarded_message_answer_the_question_for_guests(chats: Chats) -> None:
    ann, bob, carol = chats.person("Ann"), chats.person("Bob"), chats.person("Carol")
    created(ann)
    ann.sends_contact(bob)
    ann.hears("Invited to Lunch")
    assert guests(ann) == ["Ann", "Bob"]
    pressed(ann, opened(ann, "lunch"), "👥 Guests", "➕ Invite")
    ann.forwards("See you tomorrow at 5pm", {"type": "user", "person": carol.id})
    ann.hears("Invited to Lunch")
    assert guests(ann) == ["Ann", "Bob", "Carol"]
    created(ann, "Dentist on friday at 10:00 for 1 hour")
    ann.sends_contact(None, name="Dora", phone="+44 20 7946 0000")
    ann.hears("does not tell me who Dora is")


def test_the_question_of_the_guest_list_is_the_same(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    made(ann, "Sync", bob)
    page = pressed(ann, opened(ann), "👥 Guests", "➕ Invite")
    assert "Invite others?" in page["text"]
    ann.says("Dentist on friday at 10:00")
    assert "Dentist" in ann.hears("Shall I create this?")["text"]
    ann.says("my sister")
    ann.hears("names nobody")
    ann.says("bob@example.com")
    ann.hears("Invited to Sync")


def test_a_question_that_only_buttons_answer_takes_no_text(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    made(ann, "Sync")
    ann.says(f"/invite @{bob.id}")
    question = ann.hears("Which event do you invite people to?")
    ann.says("Dentist on friday at 10:00")
    ann.hears("Shall I create this?")
    ann.says("today")
    ann.hears("Today")
    pressed(ann, question, buttons(question)[0])
    ann.hears("Invited to Sync")
    ann.says("/invite sync")
    ann.hears("Whom do you invite?")
    ann.says("Tea on friday at 16:00")
    assert "Tea" in ann.hears("Shall I create this?")["text"]
    ann.says("carol@example.com")
    ann.hears("carol@example.com")


def test_a_note_that_is_an_event_is_asked_about(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    made(ann, "Sync", bob)
    card = bob.hears("Ann invited you")
    bob.taps("✅ Accept", card)
    bob.taps("💬 Add a note")
    bob.hears("What shall I tell Ann?")
    bob.says("Dentist on friday at 10:00")
    question = bob.hears("Is this your answer, or a new event?")
    bob.taps("🆕 A new event", question)
    assert "Dentist" in bob.hears("Shall I create this?")["text"]
    loses_buttons(bob, question)
    bob.says("Train arrives tomorrow at 9:30")
    bob.taps("My answer", bob.hears("Is this your answer, or a new event?"))
    bob.hears("Ann gets your note")
    ann.hears("Train arrives tomorrow at 9:30")


def test_a_new_title_that_is_an_event_is_asked_about(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync")
    pressed(ann, opened(ann), "✏️ Edit", "Title")
    ann.says("Dentist on friday at 10:00")
    question = ann.hears("Is this your answer, or a new event?")
    ann.taps("🆕 A new event", question)
    ann.hears("Shall I create this?")
    assert stored(ann, row.stream_id).text.reading.instances()[0].summary == "Sync"
    ann.says("Better sync")
    ann.hears("✅ Saved")
    assert stored(ann, row.stream_id).text.reading.instances()[0].summary == "Better sync"


def test_an_event_in_the_place_of_a_time_has_a_way_on(chats: Chats) -> None:
    ann = chats.person("Ann")
    made(ann, "Sync")
    pressed(ann, opened(ann), "✏️ Edit", "Time")
    ann.says("Dentist on friday at 10:00")
    unread = ann.hears("I do not understand “Dentist” here")
    assert buttons(unread) == ["🆕 A new event"]
    ann.taps("🆕 A new event", unread)
    assert "Dentist" in ann.hears("Shall I create this?")["text"]
    ann.says("friday 11:00")
    ann.hears("✅ Saved")


def test_in_russian(chats: Chats) -> None:
    vera = chats.person("Вера", language="ru")
    vera.says("Обед завтра в 13:00 на час")
    vera.taps("✅ Создать", vera.hears("Создать?"))
    question = vera.hears("Пригласить кого-нибудь?")
    vera.says("Зубной в пятницу в 10:00")
    assert "Зубной" in vera.hears("Создать?")["text"]
    vera.says("сестру")
    vera.hears("так я никого не найду")
    vera.taps("Пропустить", question)
    assert "Пропущено" in vera.hears("Пропущено")["text"]
