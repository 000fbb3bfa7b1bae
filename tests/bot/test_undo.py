"""/undo and /trash in the chat: a change is taken back once, and a deleted event comes back."""

from support.chat import Chats, buttons
from support.event_stage import copies, made, starts, stored
from support.event_views import current, loses_buttons, opened, pressed


def test_a_move_is_taken_back_and_done_again(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    row = made(ann, "Sync")
    before = starts(stored(ann, row.stream_id))
    pressed(ann, opened(ann), "⏩ Move", "+1 day")
    ann.says("/undo")
    page = ann.hears("Your last changes")
    assert "Moved" in page["text"]
    ann.taps("↩️ 1. Sync", page)
    ann.hears("📅 Sync")
    assert starts(stored(ann, row.stream_id)) == before
    done = current(ann, page)
    assert "Taken back" in done["text"]
    ann.taps("↪️ Do it again", done)
    ann.hears("📅 Sync")
    assert starts(stored(ann, row.stream_id)) != before


def test_a_guest_hears_of_it(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    row = made(ann, "Sync", bob)
    bob.hears("Sync")
    pressed(ann, opened(ann), "⏩ Move", "+1 day", "✅ Save")
    bob.hears("was")
    ann.says("/undo")
    page = ann.hears("Your last changes")
    ann.taps("↩️ 1. Sync", page)
    bob.hears("was")
    assert starts(stored(ann, row.stream_id)) == starts(copies(bob)[0])


def test_a_deleted_event_comes_back(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync & <tea>")
    page = pressed(ann, opened(ann), "🗑 Delete", "Yes, cancel it")
    loses_buttons(ann, page)
    assert copies(ann) == []
    ann.says("/trash")
    trash = ann.hears("Deleted in the last 30 days")
    ann.taps("♻️ 1. Sync & <tea>", trash)
    ann.hears("It is back")
    assert stored(ann, row.stream_id).stream_id == row.stream_id
    ann.says("trash")
    ann.hears("The trash is empty")


def test_nothing_to_undo_and_an_empty_trash_in_russian(chats: Chats) -> None:
    ann = chats.person("Ann", language="ru")
    ann.says("/undo")
    ann.hears("Отменять нечего")
    ann.says("/корзина")
    ann.hears("Корзина пуста")


def test_what_changed_again_is_refused(chats: Chats) -> None:
    ann = chats.person("Ann")
    made(ann, "Sync")
    pressed(ann, opened(ann), "⏩ Move", "+1 day")
    ann.says("/undo")
    page = ann.hears("Your last changes")
    pressed(ann, opened(ann), "⏩ Move", "+1 hour")
    assert "changed again" in ann.taps("↩️ 1. Sync", page)["answer"]["text"]
    assert buttons(current(ann, page)) != []
