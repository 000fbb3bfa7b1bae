"""Another time for a meeting is proposed and answered, in two chats."""

from datetime import timedelta
from typing import Any

from support.app_meetings import meeting, stream_of, text_of, two
from support.chat import Chats, Someone, buttons
from televent.application.use_cases.scheduling.proposals import propose_time

PROPOSE = "🕒 Propose a new time"


def proposed(ann: Someone, bob: Someone, text: str = "15:30") -> Any:
    """Bob proposes a time for the meeting; Ann's card."""
    meeting(ann, bob)
    bob.hears("Ann invited you")
    bob.taps(PROPOSE)
    bob.hears("When would you like it?")
    bob.says(text)
    bob.taps("📨 Send", bob.hears("Shall I propose this to Ann?"))
    bob.hears("Sent to Ann")
    return ann.hears("Bob proposes another time")


def test_a_time_is_proposed_with_a_note_and_accepted(chats: Chats) -> None:
    ann, bob = two(chats)
    cy = chats.person("Cy", zone="UTC")
    meeting(ann, bob, cy)
    card = bob.hears("Ann invited you")
    cy.hears("Ann invited you")
    assert buttons(card) == ["✅ Accept", "❌ Decline", "❔ Tentative", PROPOSE]
    bob.taps(PROPOSE, card)
    asked = bob.hears("When would you like it?")
    assert "Tue, Nov 24 • 3:00 PM - 4:00 PM" in asked["text"]
    assert buttons(asked)[:2] == [
        "+1 h: Tue, Nov 24 • 4:00 PM - 5:00 PM",
        "+1 day: Wed, Nov 25 • 3:00 PM - 4:00 PM",
    ]
    bob.says("wed 5pm")
    preview = bob.hears("Shall I propose this to Ann?")
    assert "Was: Tue, Nov 24 • 3:00 PM - 4:00 PM" in preview["text"]
    assert "Proposed: Wed, Nov 25 • 5:00 PM - 6:00 PM" in preview["text"]
    bob.taps("💬 Add a note", preview)
    bob.hears("Which note")
    bob.says("I am in <the> train")
    bob.hears("Sent to Ann")
    # Ann lives an hour behind.
    offer = ann.hears("Bob proposes another time for Sync & Co")
    assert "Was: Tue, Nov 24 • 2:00 PM - 3:00 PM" in offer["text"]
    assert "Proposed: Wed, Nov 25 • 4:00 PM - 5:00 PM" in offer["text"]
    assert "💬 I am in <the> train" in offer["text"]
    assert "DTSTART;TZID=Europe/Berlin:20261124T150000" in text_of(ann, ann)
    ann.taps("✅ Accept the new time", offer)
    ann.hears("The event has the new time")
    assert "DTSTART;TZID=Europe/Berlin:20261125T170000" in text_of(ann, ann)
    # Cy is asked again. Bob proposed the time, so Bob is not.
    assert buttons(cy.hears("Wed, Nov 25 • 4:00 PM - 5:00 PM"))[0] == "✅ Accept"
    assert "You accepted this invitation" in bob.hears("Wed, Nov 25 • 5:00 PM - 6:00 PM")["text"]
    ann.hears("Bob accepted your meeting")
    assert "PARTSTAT=ACCEPTED" in text_of(bob, ann)


def test_a_quick_choice_is_proposed_and_declined_with_a_note(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob)
    bob.taps(PROPOSE, bob.hears("Ann invited you"))
    bob.hears("When would you like it?")
    bob.taps("+1 h: Tue, Nov 24 • 4:00 PM - 5:00 PM")
    bob.hears("Shall I propose this to Ann?")
    bob.taps("📨 Send")
    bob.hears("Sent to Ann")
    offer = ann.hears("Bob proposes another time")
    ann.taps("💬 Keep it, with a note", offer)
    ann.hears("What shall I tell")
    ann.says("The room is taken")
    ann.hears("Bob is told")
    told = bob.hears("Ann keeps the time of Sync & Co")
    assert "Tue, Nov 24 • 4:00 PM - 5:00 PM" in told["text"]
    assert "💬 The room is taken" in told["text"]
    # The card's buttons are a second answer, and say so.
    assert ann.taps("✅ Accept the new time", offer)["answer"]["show_alert"]
    ann.hears("You have answered this proposal already")
    assert "T150000" in text_of(ann, ann)


def test_a_proposal_for_a_time_that_changed_since_is_never_applied(chats: Chats) -> None:
    ann, bob = two(chats)
    offer = proposed(ann, bob)
    meeting(ann, bob, start="20261124T110000", sequence=1)
    bob.hears("11:00 AM - 12:00 PM")
    answer = ann.taps("✅ Accept the new time", offer)["answer"]
    assert answer["show_alert"]
    assert "changed" in answer["text"]
    shown = ann.hears("The event has changed since this time was proposed")
    assert buttons(shown) == ["↩️ Keep the old time", "💬 Keep it, with a note"]
    assert "DTSTART;TZID=Europe/Berlin:20261124T110000" in text_of(ann, ann)
    ann.taps("↩️ Keep the old time", shown)
    ann.hears("The event stays as it is")
    bob.hears("Ann keeps the time of")


def test_a_newer_proposal_takes_the_place_of_an_older_one(chats: Chats) -> None:
    ann, bob = two(chats)
    first = proposed(ann, bob)
    bob.taps(PROPOSE)
    bob.hears("When would you like it?")
    bob.says("17:00")
    bob.taps("📨 Send", bob.hears("Shall I propose this to Ann?"))
    second = ann.hears("Proposed: Tue, Nov 24 • 4:00 PM - 5:00 PM")
    assert "newer one" in ann.taps("✅ Accept the new time", first)["answer"]["text"]
    ann.taps("✅ Accept the new time", second)
    ann.hears("The event has the new time")
    assert "DTSTART;TZID=Europe/Berlin:20261124T170000" in text_of(ann, ann)


def test_a_clock_alone_means_the_day_of_the_event(chats: Chats) -> None:
    offer = proposed(*two(chats), "15:30")
    assert "Proposed: Tue, Nov 24 • 2:30 PM - 3:30 PM" in offer["text"]


def test_a_day_alone_keeps_the_time_of_day(chats: Chats) -> None:
    offer = proposed(*two(chats), "friday")
    assert "Proposed: Fri, Nov 27 • 2:00 PM - 3:00 PM" in offer["text"]


def test_words_that_are_no_time_are_named(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob)
    bob.taps(PROPOSE, bob.hears("Ann invited you"))
    bob.hears("When would you like it?")
    bob.says("tomorrow 4pm, in the kitchen")
    assert "kitchen" in bob.hears("I do not understand these words")["text"]
    bob.says("whenever")
    bob.hears("I ")
    bob.says("3pm")
    bob.taps("📨 Send", bob.hears("Shall I propose this to Ann?"))
    bob.hears("That is the time that the event has")


def test_a_tap_on_an_older_preview_sends_what_it_shows(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob)
    bob.taps(PROPOSE, bob.hears("Ann invited you"))
    bob.hears("When would you like it?")
    bob.says("wed 5pm")
    older = bob.hears("Proposed: Wed, Nov 25")
    bob.says("thu 5pm")
    bob.hears("Proposed: Thu, Nov 26")
    bob.taps("📨 Send", older)
    assert "Proposed: Wed, Nov 25 • 4:00 PM" in ann.hears("Bob proposes another time")["text"]


def test_one_date_of_a_series_is_moved(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob, lines="RRULE:FREQ=WEEKLY;COUNT=5\r\n")
    bob.taps(PROPOSE, bob.hears("Ann invited you"))
    dates = bob.hears("Which date do you mean?")
    assert len(buttons(dates)) == 5
    bob.taps("Tue, Dec 1 • 3:00 PM - 4:00 PM", dates)
    bob.hears("When would you like it?")
    bob.says("10:00")
    bob.taps("📨 Send", bob.hears("Proposed: Tue, Dec 1 • 10:00 AM - 11:00 AM"))
    ann.taps("✅ Accept the new time", ann.hears("Bob proposes another time"))
    ann.hears("The event has the new time")
    text = text_of(ann, ann)
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20261201T150000" in text
    assert "DTSTART;TZID=Europe/Berlin:20261201T100000" in text
    assert "DTSTART;TZID=Europe/Berlin:20261124T150000" in text


def test_what_is_over_takes_no_proposal(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob)
    card = bob.hears("Ann invited you")
    bob.taps(PROPOSE, card)
    bob.hears("When would you like it?")
    bob.says("thu 5pm")
    preview = bob.hears("Shall I propose this to Ann?")
    chats.now += timedelta(days=2)
    bob.taps("📨 Send", preview)
    bob.hears("This event is over")


def test_in_russian(chats: Chats) -> None:
    ann, bob = two(chats, "ru")
    meeting(ann, bob)
    bob.taps("🕒 Предложить другое время", bob.hears("Sync"))
    bob.hears("Когда вам удобно?")
    bob.says("завтра в 17:00")
    bob.taps("📨 Отправить", bob.hears("Отправить такое предложение?"))
    bob.hears("Предложение отправлено")
    offer = ann.hears("Bob предлагает другое время")
    ann.taps("↩️ Оставить прежнее", offer)
    ann.hears("Событие остаётся как есть")
    bob.hears("не меняется, так решает Ann")


def test_a_proposal_that_was_replaced_before_it_was_told_is_not_sent(chats: Chats) -> None:
    """Two proposals in one moment: the organizer reads of the newer one only, or of both in their order."""
    ann, bob = two(chats)
    meeting(ann, bob)
    bob.hears("Ann invited you")
    stream = stream_of(bob, ann)
    for hours in (1, 2):
        when = chats.now + timedelta(days=2, hours=hours)
        propose_time(chats.core.backend, bob.context(), stream_id=stream, start=when, end=when + timedelta(hours=1))
    assert "11:30 AM - 12:30 PM" in ann.hears("Wed, Nov 25 • 11:30 AM")["text"]
