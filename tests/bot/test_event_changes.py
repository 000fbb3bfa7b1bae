"""One event in the chat: it is edited, moved, copied and deleted; others are told once, and nothing is written over."""

import asyncio
from datetime import timedelta

from support.chat import Chats, buttons
from support.event_stage import copies, made, starts, stored
from support.event_views import current, loses_buttons, opened, pressed
from televent.adapters.telegram.handlers.events.picker import EMPTY
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.which import Which
from televent.ical.editing.changes import EventChange


def test_each_field_is_edited_by_a_button_and_a_typed_answer(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync")
    for field, question, typed, saved in (
        ("Title", "What is the new title?", "Sync & <tea>", "📅 Sync & <tea>"),
        ("Place", "Where is it?", "Room 4", "📍 Room 4"),
        ("Description", "What is the new description?", "Bring\ncakes", "📝 Bring\ncakes"),
        ("Duration", "How long is it?", "90m", "at 3:00 PM - 4:30 PM"),
        ("Time", "Which day?", "tomorrow 5pm", "Tue, Nov 24 at 5:00 PM - 6:30 PM"),
        ("Repetition", "How does it repeat?", "every tuesday 18:00", "at 6:00 PM - 7:30 PM\n🔁 "),
        ("Reminders", "When shall I remind you?", "10m, 1 day", "⏰ 10 min before, 1 day before"),
    ):
        view = opened(ann)
        if field in ("Reminders",):
            question_page = pressed(ann, view, "✏️ Edit", "All of them", field)
        else:
            question_page = pressed(ann, view, "✏️ Edit", field)
        assert question in question_page["text"]
        ann.says(typed)
        answer = ann.hears("✅ Saved")
        assert saved in answer["text"], (field, answer["text"])
        loses_buttons(ann, question_page)
    assert len(copies(ann)) == 1
    assert stored(ann, row.stream_id).text.reading.master is not None


def test_a_quick_move_is_done_at_once_where_nobody_is_told(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    row = made(ann, "Sync")
    view = pressed(ann, opened(ann), "⏩ Move", "+1 hour")
    assert "✅ Saved" in view["text"]
    assert "was 3:00 PM → now 4:00 PM" in view["text"]
    view = pressed(ann, view, "⏩ Move", "+1 day")
    assert starts(stored(ann, row.stream_id)) == ["11-25 16:00"]
    assert len(ann.messages()) == 2, "the message is edited in place"
    pressed(ann, view, "⏩ Move", "‹ Back", "✏️ Edit", "‹ Back")
    assert starts(stored(ann, row.stream_id)) == ["11-25 16:00"]


def test_guests_are_told_once_and_only_after_save(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    row = made(ann, "Sync", bob)
    bob.hears("Sync")
    preview = pressed(ann, opened(ann), "⏩ Move", "+1 day")
    assert "1 person will be told." in preview["text"]
    assert buttons(preview) == ["✅ Save", "✖️ Discard"]
    assert starts(stored(ann, row.stream_id)) == ["11-24 15:00"]

    async def both_taps() -> None:
        which = {"button": "✅ Save", "message_id": preview["message_id"]}
        await asyncio.gather(*(chats.control.tap(ann.id, **which) for _ in range(2)))

    chats.do(both_taps())
    assert "✅ Saved" in current(ann, preview)["text"]
    assert starts(stored(ann, row.stream_id)) == ["11-25 15:00"]
    assert [starts(each) for each in copies(bob)] == [["11-25 15:00"]]
    discarded = pressed(ann, current(ann, preview), "⏩ Move", "+1 hour", "✖️ Discard")
    assert "📅 Sync" in discarded["text"]
    assert starts(stored(ann, row.stream_id)) == ["11-25 15:00"]


def test_a_series_asks_once_which_occurrences_are_meant(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync", rule="FREQ=WEEKLY;COUNT=4")
    asked = pressed(ann, opened(ann), "⏩ Move")
    assert "Move which?" in asked["text"]
    assert buttons(asked) == ["Only Tue, Nov 24", "Tue, Nov 24 and all that follow", "All of them", "‹ Back"]
    view = pressed(ann, asked, "Only Tue, Nov 24", "+1 hour")
    assert "Only Tue, Nov 24" in view["text"]
    assert starts(stored(ann, row.stream_id)) == ["11-24 15:00", "11-24 16:00"]
    ann.says(f"/e_{row.stream_id.hex[:6]}_20261201")
    later = ann.hears("☝️ Only the one of Tue, Dec 1 is shown")
    rest = pressed(ann, later, "⏩ Move", "Tue, Dec 1 and all that follow", "+1 day")
    assert "✅ Saved" in rest["text"]
    assert len(copies(ann)) == 2
    assert starts(stored(ann, row.stream_id)) == ["11-24 15:00", "11-24 16:00"]
    new = next(each for each in copies(ann) if each.stream_id != row.stream_id)
    assert starts(new) == ["12-02 15:00"]
    assert "COUNT=3" in new.text.raw.decode()


def test_a_stale_view_changes_nothing_and_shows_the_event_as_it_is(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync")
    view = pressed(ann, opened(ann), "⏩ Move")
    backend = chats.core.backend
    change_event(backend, ann.context(), which=Which(row.stream_id), change=EventChange(title="Elsewhere"))
    fresh = pressed(ann, view, "+1 hour")
    assert "This event has changed since you looked" in fresh["text"]
    assert "📅 Elsewhere" in fresh["text"]
    assert starts(stored(ann, row.stream_id)) == ["11-24 15:00"]
    pressed(ann, fresh, "⏩ Move", "+1 hour")
    assert starts(stored(ann, row.stream_id)) == ["11-24 16:00"]


def test_a_time_is_picked_by_touch_in_russian(chats: Chats) -> None:
    vera = chats.person("Вера", language="ru", zone="Europe/Moscow")
    row = made(vera, "Обед")
    page = pressed(vera, opened(vera, "обед"), "⏩ Перенести", "📆 Другое время…")
    names = buttons(page)
    assert names[:3] == [EMPTY, "Ноябрь 2026", "›"]
    assert names[3:10] == ["пн", "вт", "ср", "чт", "пт", "сб", "вс"]
    assert "•23•" in names
    assert "[24]" in names
    assert "22" not in names
    page = pressed(vera, page, "›")
    assert buttons(page)[1] == "Декабрь 2026"
    page = pressed(vera, page, "7")
    assert "Пн, 7 декабря. В котором часу?" in page["text"]
    assert "9:00" in " ".join(buttons(page))
    hour = next(each for each in buttons(page) if each in ("9:00", "09:00"))
    page = pressed(vera, page, hour)
    quarter = next(each for each in buttons(page) if each.endswith("9:45"))
    view = pressed(vera, page, quarter)
    assert "✅ Сохранено" in view["text"]
    assert starts(stored(vera, row.stream_id)) == ["12-07 09:45"]
    back = pressed(vera, view, "⏩ Перенести", "📆 Другое время…", "‹ Назад")
    assert "📅 Обед" in back["text"]


def test_a_typed_time_works_beside_the_picker_and_unread_words_are_named(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync")
    pressed(ann, opened(ann), "⏩ Move", "📆 Another time…")
    ann.says("party tomorrow 3pm")
    assert "I do not understand “party” here" in ann.hears("do not understand")["text"]
    ann.says("nonsense")
    ann.hears("could not read")
    ann.says("friday 10:30")
    assert "✅ Saved" in ann.hears("✅ Saved")["text"]
    assert starts(stored(ann, row.stream_id)) == ["11-27 10:30"]


def test_a_copy_is_made_with_its_guests_or_without(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    row = made(ann, "Sync", bob)
    question = pressed(ann, opened(ann), "📋 Duplicate", "A week later")
    assert "Shall the guests be invited" in question["text"]
    view = pressed(ann, question, "Yes, invite the guest")
    assert "✅ Copied." in view["text"]
    assert "Tue, Dec 1 at 3:00 PM" in view["text"]
    assert sorted(starts(each)[0] for each in copies(bob)) == ["11-24 15:00", "12-01 15:00"]
    ann.says(f"/e_{row.stream_id.hex[:8]}")
    view = pressed(ann, ann.hears("Nov 24"), "📋 Duplicate", "The next day", "No, only me")
    assert "👥 0 attendees" in view["text"]
    assert sorted(starts(each)[0] for each in copies(ann)) == ["11-24 15:00", "11-25 15:00", "12-01 15:00"]


def test_deleting_one_occurrence_and_the_rest(chats: Chats) -> None:
    ann = chats.person("Ann")
    row = made(ann, "Sync", rule="FREQ=WEEKLY;COUNT=4")
    question = pressed(ann, opened(ann), "🗑 Delete", "Only Tue, Nov 24")
    assert "Cancel this event?" in question["text"]
    view = pressed(ann, question, "Yes, cancel it")
    assert "🗑 Deleted" in view["text"]
    assert "EXDATE" in stored(ann, row.stream_id).text.raw.decode()
    ann.says("/cancel sync")
    asked = ann.hears("Cancel this event?")
    gone = pressed(ann, asked, "🗑 Delete", "All of them", "Yes, cancel it")
    assert "🚫 Cancelled: Sync" in gone["text"]
    assert copies(ann) == []


def test_an_attendee_changes_own_parts_and_is_shown_ways_on(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    made(ann, "Sync", bob)
    bob.hears("Sync")
    view = opened(bob)
    page = pressed(bob, view, "✏️ Edit")
    assert "Only the organizer changes the rest" in page["text"]
    assert buttons(page) == ["Reminders", "Busy or free", "🕒 Propose a new time", "‹ Back"]
    view = pressed(bob, page, "Reminders", "10 min before")
    assert "⏰ 10 min before" in view["text"]
    view = pressed(bob, view, "✏️ Edit", "Reminders", "✓ 10 min before")
    assert "⏰" not in view["text"]
    view = pressed(bob, view, "✏️ Edit", "Reminders", "10 min before")
    assert "⏰ 10 min before" in view["text"]
    question = pressed(bob, view, "🗑 Delete")
    assert "The organizer will hear that you decline" in question["text"]
    pressed(bob, question, "Yes, cancel it")
    ann.hears("Bob declined your meeting")


def test_guests_are_listed_removed_and_invited(chats: Chats) -> None:
    ann, bob, carol = chats.person("Ann"), chats.person("Bob"), chats.person("Carol")
    made(ann, "Sync", bob)
    page = pressed(ann, opened(ann), "👥 Guests")
    assert "⏳ Bob (Pending)" in page["text"]
    asked = pressed(ann, page, "✖️ Bob")
    assert "Take Bob off the list?" in asked["text"]
    view = pressed(ann, asked, "✖️ Take off the list")
    assert "Bob is no longer invited." in view["text"]
    assert copies(bob)[0].text.reading.instances()[0].status == "CANCELLED"
    pressed(ann, view, "👥 Guests", "➕ Invite")
    ann.says(f"@{carol.id}")
    ann.hears("Invited")
    carol.hears("Ann invited you")
    assert "1 attendee" in ann.hears("📅 Sync")["text"]


def test_the_history_says_who_when_through_which_door_and_what(chats: Chats) -> None:
    ann, bob = chats.person("Ann", zone="Europe/London"), chats.person("Вова", language="ru", zone="Europe/Moscow")
    row = made(ann, "Sync", bob)
    chats.now += timedelta(minutes=5)
    pressed(ann, opened(ann), "⏩ Move", "+1 hour", "✅ Save")
    change = EventChange(place="Room 4")
    change_event(chats.core.backend, ann.context("caldav"), which=Which(row.stream_id), change=change)
    page = ann.answer_to("/history sync")
    while "🕘" not in page["text"]:
        page = ann.hears("🕘")
    text = page["text"]
    assert "Mon, Nov 23 • 9:35 AM · you · calendar app\nPlace" in text
    assert "Mon, Nov 23 • 9:35 AM · you · Telegram\nMoved\nwas 3:00 PM → now 4:00 PM" in text
    assert "Invited: Вова" in text
    assert "Created: Sync" in text
    assert text.index("Place") < text.index("Moved") < text.index("Created")
    bob.says("/history sync")
    shown = bob.hears("🕘")
    assert "Приглашение: Sync" in shown["text"]
    assert "Перенесено" in shown["text"]
    assert "📅 Sync" in pressed(bob, shown, "‹ Назад")["text"]


def test_a_restart_in_the_middle_of_an_edit_loses_nothing(chats: Chats) -> None:
    """Nothing of a dialogue is kept in the process: another bot's first update continues it from the database."""
    ann, bob = chats.person("Ann"), chats.person("Bob")
    row = made(ann, "Sync", bob)
    pressed(ann, opened(ann), "✏️ Edit", "Title")
    ann.says("Sync again")
    preview = ann.hears("will be told")
    pressed(ann, opened(ann), "✏️ Edit", "Place")
    ann.says("Room 4")
    second = ann.hears("will be told")
    pressed(ann, preview, "✅ Save")
    assert stored(ann, row.stream_id).text.reading.instances()[0].summary == "Sync again"
    stale = pressed(ann, second, "✅ Save")
    assert "has changed since you looked" in stale["text"]
    assert stored(ann, row.stream_id).text.reading.instances()[0].location == ""
