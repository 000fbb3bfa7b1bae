"""A view of an event that stays open while others act: pages open, and only a change on what has changed is refused."""

import pytest

from support.chat import Chats, buttons
from support.event_stage import made, starts, stored
from support.event_views import current, opened, pressed
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.which import Which
from televent.ical.editing.changes import EventChange


@pytest.mark.parametrize("rule", [None, "FREQ=WEEKLY;COUNT=3"])
def test_a_guests_answer_is_no_change_of_what_the_organizer_saw(chats: Chats, rule: str | None) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    row = made(ann, "Sync", bob, rule=rule)
    view = opened(ann)
    card = bob.hears("Ann invited you")
    bob.taps("✅ Accept", card)
    ann.hears("Bob accepted")
    page = pressed(ann, view, "⏩ Move", *(["All of them"] if rule else []))
    assert "+1 hour" in buttons(page)
    bob.taps("Change response")
    bob.taps("❌ Decline")
    ann.hears("Bob: accepted → declined")
    preview = pressed(ann, page, "+1 hour")
    assert "1 person will be told." in preview["text"]
    bob.taps("Change response")
    bob.taps("✅ Accept")
    ann.hears("Bob: declined → accepted")
    assert "✅ Saved" in pressed(ann, preview, "✅ Save")["text"]
    assert starts(stored(ann, row.stream_id)) == ["11-24 16:00"]


def test_a_button_that_only_opens_a_page_shows_the_event_as_it_is(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    row = made(ann, "Sync")
    views = {each: opened(ann) for each in ("⏩ Move", "✏️ Edit", "👥 Guests", "📋 Duplicate", "🗑 Delete")}
    ann.says(f"/invite sync @{bob.id}")
    ann.hears("Invited to")
    bob.taps("✅ Accept", bob.hears("Ann invited you"))
    ann.hears("Bob accepted")
    change = EventChange(title="Better sync")
    change_event(chats.core.backend, ann.context(), which=Which(row.stream_id), change=change)
    for button, view in views.items():
        page = pressed(ann, view, button)
        assert "changed since" not in page["text"], button
        assert "Better sync" in page["text"], button
        views[button] = page
    assert "Bob (Accepted)" in views["👥 Guests"]["text"]
    preview = pressed(ann, views["⏩ Move"], "+1 hour")
    assert "1 person will be told." in preview["text"]
    assert "✅ Saved" in pressed(ann, preview, "✅ Save")["text"]
    picker = pressed(ann, views["📋 Duplicate"], "📆 Another time…")
    assert "Which day?" in picker["text"], "opened before the save, it still opens"
    question = pressed(ann, views["✏️ Edit"], "Duration")
    assert "How long is it?" in question["text"]
    refused = pressed(ann, views["🗑 Delete"], "Yes, cancel it")
    assert "has changed since you looked" in refused["text"], "what acts on what was seen is refused"


def test_a_guest_chosen_from_an_old_list_is_chosen_again(chats: Chats) -> None:
    ann, bob, carol = chats.person("Ann"), chats.person("Bob"), chats.person("Carol")
    row = made(ann, "Sync", bob)
    page = pressed(ann, opened(ann), "👥 Guests")
    ann.says(f"/invite sync @{carol.id}")
    ann.hears("Invited to")
    toast = ann.taps("✖️ Bob", page)
    assert toast["answer"]["text"] == "The list has changed: please choose again."
    fresh = current(ann, page)
    assert {"✖️ Bob", "✖️ Carol"} <= set(buttons(fresh))
    assert "Take Carol off" in pressed(ann, fresh, "✖️ Carol")["text"]
    assert len(stored(ann, row.stream_id).text.reading.instances()[0].attendees) >= 2
