"""PUT, DELETE and MOVE of a copy: given facts, when a command, then facts or a refusal."""

from dataclasses import replace

import pytest
from copies import ALONE, ANN, BOB, CY, EVE, HOME, INVITED, NOON, ORGANIZED, Copy, kinds, meeting, messages, says

from televent.domain.calendar_object.events import (
    AttendeeInvited,
    AttendeeRemoved,
    EventCreated,
    EventMoved,
    MessagesWritten,
    RsvpGiven,
)
from televent.domain.calendar_object.refusals import UidConflict, UnknownResource

SECOND = NOON.replace(microsecond=0)


def test_an_event_of_ones_own_is_stored_as_it_came() -> None:
    decision = Copy(ANN).when(Copy(ANN).put(meeting(people=(), organizer=None)))
    (created,) = decision.facts
    assert isinstance(created, EventCreated)
    assert (created.calendar_id, created.href, created.uid) == (HOME, "m.ics", "sync@example.com")
    assert created.change.inserted == meeting(people=(), organizer=None)
    assert (created.outline.role, created.outline.summary, created.outline.partstat) == ("none", "Sync", None)
    assert not decision.messages
    assert ALONE.state.schedule_tag is None


def test_a_meeting_invites_its_guests() -> None:
    decision = Copy(ANN).when(Copy(ANN).put(meeting(people=(ANN, BOB, CY))))
    assert kinds(decision) == ["EventCreated", "AttendeeInvited", "AttendeeInvited", "MessagesWritten"]
    assert decision.facts[1:] == [AttendeeInvited(BOB, None), AttendeeInvited(CY, None), MessagesWritten(SECOND)]
    assert messages(decision) == [("REQUEST", BOB, "invite"), ("REQUEST", CY, "invite")]


@pytest.mark.parametrize("copy", [ALONE, ORGANIZED, INVITED], ids=["alone", "organizer", "attendee"])
def test_the_same_text_again_changes_nothing(copy: Copy) -> None:
    decision = copy.when(copy.put(copy.state.text.raw))
    assert (list(decision.facts), list(decision.messages)) == ([], [])


def test_another_time_is_a_reschedule_that_tells_everybody() -> None:
    decision = ORGANIZED.when(ORGANIZED.put(meeting(hour=12)))
    assert kinds(decision) == ["EventRescheduled", "MessagesWritten"]
    assert messages(decision) == [("REQUEST", BOB, "update"), ("REQUEST", CY, "update")]
    assert all(each.significant and each.sequence == 1 for each in decision.messages)


def test_another_title_is_a_revision() -> None:
    decision = ORGANIZED.when(ORGANIZED.put(meeting(title="Talk")))
    assert kinds(decision) == ["EventRevised", "MessagesWritten"]
    assert not any(each.significant for each in decision.messages)


def test_who_comes_and_who_goes_are_facts() -> None:
    decision = ORGANIZED.when(ORGANIZED.put(meeting(people=(CY, EVE))))
    assert kinds(decision) == ["EventRevised", "AttendeeInvited", "AttendeeRemoved", "MessagesWritten"]
    assert AttendeeInvited(EVE, None) in decision.facts
    assert AttendeeRemoved(BOB, None) in decision.facts
    assert ("CANCEL", BOB, "cancel") in messages(decision)
    assert ("REQUEST", EVE, "invite") in messages(decision)


def test_messages_of_one_second_have_rising_stamps() -> None:
    first = ORGANIZED.given(ORGANIZED.put(meeting(title="Two")))
    second = first.when(first.put(meeting(title="Three")))
    stamps = [fact.dtstamp for fact in (*first.facts, *second.facts) if isinstance(fact, MessagesWritten)]
    assert [(stamp - SECOND).total_seconds() for stamp in stamps] == [0, 1, 2]
    assert {each.dtstamp for each in second.messages} == {stamps[-1]}


def test_force_send_sends_without_a_change_and_is_not_kept() -> None:
    forced = f"ATTENDEE;PARTSTAT=NEEDS-ACTION;SCHEDULE-FORCE-SEND=REQUEST:mailto:{BOB}"
    decision = ORGANIZED.when(ORGANIZED.put(meeting(people=(forced, CY))))
    assert kinds(decision) == ["MessagesWritten"]
    assert messages(decision) == [("REQUEST", BOB, "update")]
    created = Copy(ANN).given(Copy(ANN).put(meeting(people=(forced, CY))))
    assert b"FORCE-SEND" not in created.state.text.raw


def test_an_attendees_put_of_an_answer_is_an_answer() -> None:
    text = INVITED.state.text.raw.replace(b"PARTSTAT=NEEDS-ACTION:mailto:bob", b"PARTSTAT=ACCEPTED:mailto:bob")
    text = text.replace(b"PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob", b"PARTSTAT=ACCEPTED:mailto:bob")
    decision = INVITED.when(INVITED.put(text))
    assert kinds(decision) == ["RsvpGiven", "MessagesWritten"]
    given = decision.facts[0]
    assert isinstance(given, RsvpGiven)
    assert (given.attendee, given.partstat, given.own, given.outline.partstat) == (BOB, "ACCEPTED", True, "ACCEPTED")
    assert messages(decision) == [("REPLY", ANN, "reply")]


def test_what_an_attendee_may_not_change_stays() -> None:
    decision = INVITED.when(INVITED.put(INVITED.state.text.raw.replace(b"SUMMARY:Sync", b"SUMMARY:Mine")))
    assert (list(decision.facts), list(decision.messages)) == ([], [])


def test_an_invitation_stored_with_its_answer_is_answered() -> None:
    decision = Copy(BOB).when(Copy(BOB).put(meeting(people=(says(BOB, "ACCEPTED"), CY))))
    assert kinds(decision) == ["EventCreated", "MessagesWritten"]
    assert messages(decision) == [("REPLY", ANN, "reply")]


def test_ones_own_change_moves_the_schedule_tag() -> None:
    for copy in (ORGANIZED, INVITED):
        text = copy.state.text.raw.replace(b"END:VEVENT", b"X-COLOUR:red\r\nEND:VEVENT")
        assert copy.given(copy.put(text)).state.schedule_tag not in {None, copy.state.schedule_tag}


def test_ones_own_answer_alone_leaves_the_schedule_tag() -> None:
    accepted = INVITED.state.text.raw.replace(b"PARTSTAT=NEEDS-ACTION:mailto:bob", b"PARTSTAT=ACCEPTED:mailto:bob")
    assert accepted != INVITED.state.text.raw
    alone = INVITED.when(INVITED.put(accepted))
    assert kinds(alone) == ["RsvpGiven", "MessagesWritten"]
    assert INVITED.given(INVITED.put(accepted)).state.schedule_tag == INVITED.state.schedule_tag
    assert INVITED.given(INVITED.answer("DECLINED")).state.schedule_tag == INVITED.state.schedule_tag


def test_an_answer_that_changes_more_moves_the_schedule_tag() -> None:
    accepted = INVITED.state.text.raw.replace(b"PARTSTAT=NEEDS-ACTION:mailto:bob", b"PARTSTAT=ACCEPTED:mailto:bob")
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT"
    for text in (accepted.replace(b"END:VEVENT", alarm), accepted.replace(b"END:VEVENT", b"X-A:1\r\nEND:VEVENT")):
        decision = INVITED.when(INVITED.put(text))
        assert kinds(decision) == ["EventRevised", "RsvpGiven", "MessagesWritten"]
        after = INVITED.given(INVITED.put(text)).state
        assert after.text.raw.count(b"PARTSTAT=ACCEPTED") == 1
        assert after.schedule_tag != INVITED.state.schedule_tag


def test_a_client_that_knows_only_the_schedule_tag_does_not_undo_an_unread_answer() -> None:
    stale = INVITED.state.text.raw.replace(b"END:VEVENT", b"X-COLOUR:red\r\nEND:VEVENT")
    answered = INVITED.given(INVITED.answer("ACCEPTED"))
    merged = answered.given(replace(answered.put(stale), merge=True)).state.text.raw
    assert b"X-COLOUR:red" in merged
    assert b"PARTSTAT=ACCEPTED:mailto:bob" in merged
    assert messages(answered.when(replace(answered.put(stale), merge=True))) == []
    taken_back = answered.given(answered.put(stale)).state.text.raw
    assert b"PARTSTAT=NEEDS-ACTION:mailto:bob" in taken_back


def test_another_uid_under_the_same_name_is_refused() -> None:
    with pytest.raises(UidConflict) as refused:
        ORGANIZED.when(ORGANIZED.put(meeting(uid="other@example.com")))
    assert refused.value.details == {"href": "m.ics"}


def test_what_the_organizer_deletes_is_cancelled() -> None:
    decision = ORGANIZED.when(ORGANIZED.delete())
    assert kinds(decision) == ["EventDeleted", "MessagesWritten"]
    assert messages(decision) == [("CANCEL", BOB, "cancel"), ("CANCEL", CY, "cancel")]
    assert {each.dtstamp.second for each in decision.messages} == {1}


def test_an_attendees_delete_declines_unless_no_reply_is_wanted() -> None:
    assert messages(INVITED.when(INVITED.delete())) == [("REPLY", ANN, "reply")]
    silent = INVITED.when(INVITED.delete(reply=False))
    assert (kinds(silent), messages(silent)) == (["EventDeleted"], [])


def test_what_is_not_there_cannot_be_deleted_or_moved() -> None:
    for copy in (Copy(ANN), ORGANIZED.given(ORGANIZED.delete())):
        with pytest.raises(UnknownResource):
            copy.when(copy.delete())
        with pytest.raises(UnknownResource):
            copy.when(copy.move())


def test_a_deleted_meeting_stored_again_remembers_what_was_said() -> None:
    again = ORGANIZED.given(ORGANIZED.delete())
    decision = again.when(again.put(meeting()))
    assert kinds(decision) == ["EventCreated", "AttendeeInvited", "AttendeeInvited", "MessagesWritten"]
    assert {each.dtstamp.second for each in decision.messages} == {2}


def test_a_move_changes_only_the_place_and_once() -> None:
    decision = ORGANIZED.when(ORGANIZED.move())
    assert decision.facts == [EventMoved(ORGANIZED.move().calendar_id, "m.ics")]
    assert not decision.messages
    moved = ORGANIZED.given(ORGANIZED.move())
    assert (moved.state.text.raw, moved.state.schedule_tag) == (ORGANIZED.state.text.raw, ORGANIZED.state.schedule_tag)
    assert not moved.when(moved.move()).facts


def test_a_delivery_is_noted_once_and_leaves_the_schedule_tag() -> None:
    decision = ORGANIZED.when(ORGANIZED.note(bob="1.2", cy="3.7"))
    assert kinds(decision) == ["DeliveryNoted"]
    noted = ORGANIZED.given(ORGANIZED.note(bob="1.2", cy="3.7"))
    assert b"SCHEDULE-STATUS=1.2" in noted.state.text.raw
    assert noted.state.schedule_tag == ORGANIZED.state.schedule_tag
    assert not noted.when(noted.note(bob="1.2", cy="3.7")).facts
    assert not Copy(ANN).when(Copy(ANN).note(bob="1.2")).facts
