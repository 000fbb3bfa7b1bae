"""The message of an event that was just created, and what a change says: what is there, once."""

from support.chat import Chats
from support.event_stage import made
from support.event_views import current, loses_buttons, opened, pressed
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.which import Which
from televent.ical.editing.changes import EventChange


def test_a_created_event_says_what_it_has_and_not_what_it_has_not(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    ann.says("Stand-up every weekday 11:30 for 15 minutes")
    preview = ann.hears("Shall I create this?")
    assert "🕒 Mon, Nov 23 • 11:30 AM - 11:45 AM\n🔁 every weekday" in preview["text"]
    ann.taps("✅ Create", preview)
    question = ann.hears("Invite others?")
    created = current(ann, preview)
    head, body = created["text"].split("\n\n")
    assert head.startswith("✅ Created. Code: ")
    assert body == "📅 Stand-up\n🕒 Mon, Nov 23 • 11:30 AM - 11:45 AM\n🔁 every weekday"
    ann.says(f"@{bob.id}")
    ann.hears("Invited to Stand-up")
    later = ann.hears("👥 Bob")
    assert later["message_id"] == created["message_id"]
    assert "🔁 every weekday\n👥 Bob" in later["text"]
    loses_buttons(ann, question)


def test_guests_place_and_description_of_the_sentence_are_shown(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("Lunch with bob@example.com tomorrow at noon at the Corner Cafe")
    ann.taps("✅ Create", ann.hears("Shall I create this?"))
    ann.hears("Invited to")
    shown = ann.hears("👥 bob@example.com")
    assert "Created" in shown["text"]
    assert "📍 Corner Cafe\n👥 bob@example.com" in shown["text"].replace("the Corner", "Corner")
    for absent in ("No location", "No description", "0 attendees"):
        assert absent not in shown["text"]


def test_saved_says_the_new_time_once_beside_the_event(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    made(ann, "Sync")
    saved = pressed(ann, opened(ann), "⏩ Move", "+1 hour")
    assert saved["text"].startswith(
        "✅ Saved\nwas 3:00 PM → now 4:00 PM\n\n📅 Sync\n🕐 Tue, Nov 24 at 4:00 PM - 5:00 PM\n"
    )
    assert saved["text"].count("4:00 PM") == 2, "was → now, and the event"
    pressed(ann, saved, "✏️ Edit", "Description")
    ann.says("Bring cakes")
    assert ann.hears("✅ Saved")["text"].count("Bring cakes") == 1


def test_the_history_of_a_first_invitation_is_what_a_person_understands(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    row = made(ann, "Sync", bob)
    bob.taps("✅ Accept", bob.hears("Ann invited you"))
    ann.hears("Bob accepted")
    change = EventChange(reminders=(5,), description="Bring cakes")
    change_event(chats.core.backend, ann.context(), which=Which(row.stream_id), change=change)
    text = pressed(ann, opened(ann), "🕘 History")["text"]
    assert "organizer" not in text
    assert " AM · Bob\nBob: Accepted" in text
    assert "meeting" not in text
    assert "· you · Telegram\nInvited: Bob" in text
    assert "· you · calendar app\nChanged: description, reminders" in text
