"""/undo and /trash in the chat: a change is taken back once, and a deleted event comes back."""

import pytest

from support.chat import Chats, buttons
from support.event_stage import copies, made, starts, stored
from support.event_views import current, opened, pressed
from support.waiting import wait_until
from televent.application.use_cases.calendars.calendars import create_calendar, delete_calendar
from televent.application.use_cases.calendars.sharing import DISPLAY_NAME
from televent.application.use_cases.objects.move_object import Place, move_object


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


@pytest.mark.parametrize(
    ("language", "move", "undo"), [("en", "⏩ Move", "↩️ Undo"), ("ru", "⏩ Перенести", "↩️ Отменить изменение")]
)
def test_a_saved_change_is_taken_back_by_its_own_button(chats: Chats, language: str, move: str, undo: str) -> None:
    ann = chats.person("Ann", language=language)
    row = made(ann, "Sync")
    before = starts(stored(ann, row.stream_id))
    view = opened(ann)
    assert undo not in buttons(view), "nothing was changed here yet"
    first = next(each for each in buttons(pressed(ann, view, move)) if "1" in each)
    page = pressed(ann, current(ann, view), first)
    wait_until(lambda: undo in buttons(current(ann, page)), what="the change can be undone")
    assert starts(stored(ann, row.stream_id)) != before
    ann.taps(undo, current(ann, page))
    wait_until(lambda: starts(stored(ann, row.stream_id)) == before, what="the change is taken back")


def test_a_deletion_is_taken_back_by_its_own_button(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync")
    page = pressed(ann, opened(ann), "🗑 Delete", "Yes, cancel it")
    wait_until(lambda: buttons(current(ann, page)) == ["↩️ Undo"], what="the message can be undone")
    ann.taps("↩️ Undo", page)
    ann.hears("Taken back")
    assert [each.stream_id for each in copies(ann)] == [row.stream_id]


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
    wait_until(lambda: buttons(current(ann, page)) == ["↩️ Undo"], what="the message can be undone")
    assert copies(ann) == []
    ann.says("/trash")
    trash = ann.hears("Deleted in the last 30 days")
    ann.taps("♻️ 1. Sync & <tea>", trash)
    ann.hears("It is back")
    assert stored(ann, row.stream_id).stream_id == row.stream_id
    ann.says("trash")
    ann.hears("The trash is empty")


@pytest.mark.parametrize(
    ("language", "trash", "back"),
    [
        ("en", "Calendar Tea & <cake>, with its events", "Calendar Tea & <cake> is back, with one event"),
        (
            "ru",
            "Календарь Tea & <cake> вместе с событиями",
            "Tea & <cake> снова здесь. Вернулось событий: 1.",
        ),
    ],
)
def test_a_deleted_calendar_comes_back_with_its_events(chats: Chats, language: str, trash: str, back: str) -> None:
    ann = chats.person("Ann", language=language)
    row = made(ann, "Sync")
    backend = chats.core.backend
    create_calendar(backend, ann.context("caldav"), name="tea", props={DISPLAY_NAME: "Tea &amp; &lt;cake&gt;"})
    source, destination = Place("default", row.href), Place("tea", row.href)
    move_object(backend, ann.context("caldav"), source=source, destination=destination, overwrite=False)
    delete_calendar(backend, ann.context("caldav"), name="tea")
    ann.says("/trash")
    page = ann.hears(trash)
    ann.taps("🗂 1. Tea & <cake>", page)
    wait_until(lambda: back in current(ann, page)["text"], what="the calendar is back")
    assert len(copies(ann)) == 1
    ann.says("trash" if language == "en" else "/корзина")
    ann.hears("trash is empty" if language == "en" else "Корзина пуста")


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
