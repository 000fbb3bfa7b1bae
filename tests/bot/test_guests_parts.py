"""The parts of a guest, of a former guest and of a sharee in an event of somebody else."""

import pytest

from support.chat import Chats, buttons
from support.event_stage import copies, made, stored
from support.event_views import current, loses_buttons, opened, pressed
from support.waiting import wait_until
from televent.application.refusals import UnknownResource
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar
from televent.application.use_cases.events.read_history import read_history
from televent.application.use_cases.events.remove_guest import remove_guest
from televent.application.use_cases.events.which import Which


def test_a_guest_deletes_a_date_and_all_that_follow_by_declining_them(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    row = made(ann, "Sync", bob, rule="FREQ=WEEKLY;COUNT=4")
    bob.taps("✅ Accept", bob.hears("Ann invited you"))
    ann.hears("Bob accepted")
    bob.says(f"/e_{copies(bob)[0].stream_id.hex[:8]}_20261208")
    view = bob.hears("☝️ Only the one of Tue, Dec 8 is shown")
    asked = pressed(bob, view, "🗑 Delete")
    assert buttons(asked) == ["Only Tue, Dec 8", "Tue, Dec 8 and all that follow", "All of them", "‹ Back"]
    question = pressed(bob, asked, "Tue, Dec 8 and all that follow")
    assert "The organizer will hear that you decline" in question["text"]
    gone = pressed(bob, question, "Yes, cancel it")
    assert gone["text"].startswith("❌ Declined\nTue, Dec 8 and all that follow")
    ann.hears("Bob")
    declined = [
        each.recurrence_id
        for each in stored(ann, row.stream_id).text.reading.overrides
        if any(one.partstat == "DECLINED" for one in each.attendees)
    ]
    assert len(declined) == 2
    page = pressed(bob, view, "‹ Back") if "‹ Back" in buttons(current(bob, view)) else opened(bob)
    assert "and all that follow" not in str(buttons(pressed(bob, page, "✏️ Edit")))


def test_a_removed_guest_reads_that_the_meeting_goes_on(chats: Chats) -> None:
    ann, bob, carol = chats.person("Ann"), chats.person("Bob"), chats.person("Carol")
    row = made(ann, "Sync", bob, carol)
    card = bob.hears("Ann invited you")
    bob.taps("✅ Accept", card)
    address = chats.core.backend.people.internal_address(bob.id)
    remove_guest(chats.core.backend, ann.context("bot"), which=Which(row.stream_id), address=address)
    told = bob.hears("took you off the list")
    assert "🚫 Ann took you off the list. The meeting goes on without you." in told["text"]
    assert "cancelled" not in told["text"]
    assert "✅ Accept" not in buttons(told)
    assert "(you are no longer invited)" in opened(bob)["text"]
    toast = bob.taps("💬 Add a note", card) if "💬 Add a note" in buttons(current(bob, card)) else None
    assert toast is None or toast["answer"]["text"] == "You are no longer invited to this meeting."
    ann.says("/cancel sync")
    ann.taps("Yes, cancel it", ann.hears("Cancel this event?"))
    assert "This meeting was cancelled." in carol.hears("cancelled")["text"]


def test_the_first_of_two_equal_cards_takes_the_answer(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    # Telegram takes the first card and does not say so, so it comes again: both have buttons.
    chats.do(chats.control.fault("timeout_after", method="sendMessage", chat_id=bob.id, times=1))
    made(ann, "Sync", bob)
    first = bob.hears("Ann invited you")
    second = bob.hears("Ann invited you")
    assert second["message_id"] > first["message_id"]
    assert second["text"] == first["text"]
    bob.taps("✅ Accept", first)
    ann.hears("Bob accepted your meeting.")
    answered = bob.hears("You accepted this invitation.")
    assert answered["message_id"] == second["message_id"]
    loses_buttons(bob, first)


@pytest.mark.parametrize("access", ["read", "read-write"])
def test_an_event_of_a_shared_calendar_is_opened_with_what_the_share_allows(chats: Chats, access: str) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    backend = chats.core.backend
    row = made(ann, "Team lunch")
    share_calendar(backend, ann.context(), name="default", sharee=bob.account, access=access)
    (share,) = wait_until(lambda: chats.core.reads.shares_of(bob.account.tenant))
    answer_share(backend, bob.context(), share_id=share.share_id, accept=True)
    bob.says("/event lunch")
    view = bob.hears("📅 Team lunch")
    assert "🕐 Tue, Nov 24 at 3:00 PM - 4:00 PM" in view["text"]
    assert "🗂" in view["text"]
    if access == "read":
        assert buttons(view) == ["👥 Guests"]
        assert buttons(pressed(bob, view, "👥 Guests")) == ["‹ Back"]
    else:
        assert buttons(view) == ["✏️ Edit", "⏩ Move", "👥 Guests", "🗑 Delete"]
        assert "✅ Saved" in pressed(bob, view, "⏩ Move", "+1 hour")["text"]
        start = stored(ann, row.stream_id).text.reading.instances()[0].start
        assert start is not None
        assert f"{start:%H:%M}" == "16:00"
    bob.says("/history lunch")
    bob.hears("The history of this event is for the owner of its calendar.")
    with pytest.raises(UnknownResource):
        read_history(backend, bob.account.tenant, row.stream_id)


def test_an_unknown_link_gets_a_sentence_and_first_steps(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.opens("no_such_thing_7")
    ann.hears("I do not know what this link should open.")
    ann.hears("What I can do")
    ann.opens("week")
    ann.hears("The next seven days")
    said = [each["text"] for each in ann.messages()]
    assert sum("this link" in each for each in said) == 1
    new = chats.stranger("Neu", started=True)
    new.opens("no_such_thing_7")
    new.hears("I do not know what this link should open.")
    new.hears("Right?")
