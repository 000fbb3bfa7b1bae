"""A meeting from its first sentence to its answer, in two chats."""

from support.chat import Chats, buttons


def test_a_meeting_is_made_in_one_line_and_answered_by_a_tap(chats: Chats) -> None:
    ann, bob = chats.person("Ann", zone="Europe/London"), chats.person("Bob", zone="Europe/Berlin")
    ann.says("/create Team Meeting, tomorrow 3pm, 1 hour")
    preview = ann.hears("Shall I create this?")
    assert "Tue, Nov 24 at" in preview["text"] or "Tue, Nov 24 • 3:00 PM - 4:00 PM" in preview["text"]
    ann.taps("✅ Create", preview)
    ann.hears("Invite others?")
    ann.says(f"@{bob.id}")
    card = bob.hears("Ann invited you")
    assert "4:00 PM - 5:00 PM" in card["text"]
    assert buttons(card)[:2] == ["✅ Accept", "❌ Decline"]
    bob.taps("✅ Accept", card)
    bob.hears("You accepted this invitation")
    ann.hears("Bob accepted your meeting")
