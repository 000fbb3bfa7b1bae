"""Which calendar object a meeting belongs to, and which messages a deleted copy still takes."""

from dataclasses import replace

import pytest
from copies import ANN, BOB, CY, EVE, INVITED, ORGANIZED, Copy, kinds, meeting, messages, says

from televent.domain.calendar_object.answers import MAX_REFRESHED
from televent.domain.calendar_object.events import AttendeeInvited, InvitationReceived, MessageSetAside, RsvpGiven
from televent.domain.calendar_object.refusals import OrganizerStays


def test_a_meeting_keeps_its_organizer() -> None:
    with pytest.raises(OrganizerStays):
        ORGANIZED.when(ORGANIZED.put(meeting(organizer=BOB)))
    with pytest.raises(OrganizerStays):
        ORGANIZED.when(ORGANIZED.put(meeting(organizer=EVE, people=())))


def test_what_concerns_nobody_else_may_change_hands() -> None:
    alone = Copy(ANN).given(Copy(ANN).put(meeting(people=(ANN,))))
    assert kinds(alone.when(alone.put(meeting(people=(ANN,), organizer=BOB)))) == ["EventRevised"]


def test_an_attendee_does_not_become_the_organizer() -> None:
    decision = INVITED.when(INVITED.put(meeting(organizer=BOB, people=(CY, EVE), title="Mine")))
    assert not decision.messages
    after = INVITED.given(INVITED.put(meeting(organizer=BOB, people=(CY, EVE), title="Mine")))
    assert after.state.outline is not None
    assert (after.state.outline.role, after.state.outline.organizer) == ("attendee", ANN)
    assert b"SUMMARY:Sync" in after.state.text.raw


def test_others_answers_do_not_bring_back_a_copy_deleted_without_a_reply() -> None:
    gone = INVITED.given(INVITED.delete(reply=False))
    told = meeting(people=(BOB, says(CY, "ACCEPTED")), method="REQUEST", sent="20261121T140000Z")
    refresh = gone.when(replace(gone.receive(told), refresh=True))
    assert (list(refresh.facts), refresh.reason) == ([], "deleted")
    (received,) = gone.when(gone.receive(told)).facts
    assert isinstance(received, InvitationReceived)
    # An attendee who never had it gets it, in whatever order the messages come.
    (first,) = Copy(BOB).when(replace(Copy(BOB).receive(told), refresh=True)).facts
    assert isinstance(first, InvitationReceived)


def test_a_meeting_made_again_has_a_higher_sequence_than_the_one_called_off() -> None:
    again = ORGANIZED.given(ORGANIZED.delete())
    (bobs, _) = again.when(again.put(meeting())).messages
    (cancel, _) = ORGANIZED.when(ORGANIZED.delete()).messages
    assert (cancel.sequence, bobs.sequence) == (1, 1)
    assert bobs.dtstamp > cancel.dtstamp


def test_who_is_sent_in_anothers_place_is_invited_and_all_are_told() -> None:
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{EVE}":mailto:{BOB}'
    decision = ORGANIZED.when(
        ORGANIZED.receive(meeting(people=(line,), method="REPLY", sent="20261121T130000Z"), uninvited="allow")
    )
    assert kinds(decision) == ["RsvpGiven", "AttendeeInvited", "MessagesWritten"]
    assert decision.facts[1] == AttendeeInvited(EVE, None)
    assert sorted(messages(decision)) == [
        ("REQUEST", BOB, "guests"),
        ("REQUEST", CY, "guests"),
        ("REQUEST", EVE, "invite"),
    ]


def test_in_a_meeting_of_many_only_the_one_sent_in_anothers_place_is_told() -> None:
    crowd = tuple(f"guest{number}@example.com" for number in range(MAX_REFRESHED))
    big = Copy(ANN).given(Copy(ANN).put(meeting(people=(BOB, *crowd))))
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{EVE}":mailto:{BOB}'
    answer = meeting(people=(line,), method="REPLY", sent="20261121T130000Z")
    decision = big.when(big.receive(answer, uninvited="allow"))
    assert messages(decision) == [("REQUEST", EVE, "invite")]


def test_an_answer_to_all_that_follow_is_one_fact_and_is_remembered_for_each() -> None:
    weekly = Copy(ANN).given(Copy(ANN).put(meeting("RRULE:FREQ=WEEKLY;COUNT=4")))
    message = meeting(
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20261208T100000Z",
        people=(says(BOB, "DECLINED"),),
        method="REPLY",
        sent="20261121T130000Z",
    )
    decision = weekly.when(weekly.receive(message))
    assert kinds(decision) == ["RsvpGiven", "MessageSetAside", "MessagesWritten"]
    given, aside = decision.facts[:2]
    assert isinstance(given, RsvpGiven)
    assert isinstance(aside, MessageSetAside)
    assert given.recurrence_id == "20261208T100000Z"
    assert [mark.recurrence_id for mark in aside.marks] == ["20261215T100000Z", "20261222T100000Z"]
    after = weekly.given(weekly.receive(message))
    assert not after.when(after.receive(message)).facts
