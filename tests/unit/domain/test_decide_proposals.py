"""Another time is proposed, accepted or declined: given facts, when a command, then facts or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from copies import ALONE, ANN, BOB, CY, INVITED, NOON, ORGANIZED, Copy, kinds, meeting, messages, says

from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.events import CounterProposed, InvitationReceived, RsvpGiven
from televent.domain.calendar_object.proposals import (
    AcceptProposal,
    DeclineProposal,
    ProposalAnswered,
    ProposalAnswerReceived,
    Proposed,
    ProposeTime,
    TimeProposed,
)
from televent.domain.calendar_object.refusals import (
    EndsBeforeStart,
    MeetingIsCancelled,
    MeetingIsOver,
    NoSuchOccurrence,
    NotInvited,
    NotOrganizer,
    NotSentFromHere,
    OnlyEventsMove,
    OutdatedProposal,
    OwnMeeting,
    ProposalIsAnswered,
    ProposeOneOccurrence,
    SameTime,
    TimeIsOver,
    UnknownProposal,
    UnknownResource,
)
from televent.domain.calendar_object.state import MAX_PROPOSALS, evolve
from televent.ical.itip.precedence import Trust

TEN = datetime(2026, 12, 1, 10, tzinfo=UTC)
THREE = TEN.replace(hour=15)
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
SECOND = "20261208T100000Z"


def wish(
    copy: Copy,
    start: datetime | date = THREE,
    end: datetime | date | None = None,
    recurrence_id: str | None = None,
    *,
    place: str | None = None,
    comment: str | None = None,
    now: datetime = NOON,
) -> ProposeTime:
    until = end or start + timedelta(hours=1)
    return ProposeTime(copy.me.addresses, recurrence_id, start, until, place, comment, now)


def arrives(
    copy: Copy, text: bytes, *, trust: Trust = Trust.T3, now: datetime = NOON, asks: bool = False
) -> ReceiveMessage:
    """A message as the copy gets it from another account."""
    return replace(copy.receive(text), now=now, trust=trust, asks_again=asks)


def proposed(organizer: Copy = ORGANIZED, attendee: Copy = INVITED, **changes: str) -> tuple[Copy, Copy, Proposed]:
    """Both copies after a proposal of 15:00, and the proposal."""
    command = wish(attendee, **changes)  # type: ignore[arg-type]
    (message,) = attendee.when(command).messages
    organizer = organizer.given(arrives(organizer, message.text))
    return organizer, attendee.given(command), organizer.state.proposals[-1]


def accept(copy: Copy, proposal: Proposed, now: datetime = NOON) -> AcceptProposal:
    return AcceptProposal(copy.me.addresses, proposal.key, now)


def decline(copy: Copy, proposal: Proposed, comment: str | None = None) -> DeclineProposal:
    return DeclineProposal(copy.me.addresses, proposal.key, comment, NOON)


# ---- an attendee proposes
def test_a_proposal_is_told_to_the_organizer_and_leaves_the_copy() -> None:
    decision = INVITED.when(wish(INVITED, comment="I am away"))
    (fact,) = decision.facts
    assert isinstance(fact, TimeProposed)
    assert fact.was is not None
    assert fact.now is not None
    assert fact.now.start is not None
    assert (fact.attendee, fact.recurrence_id, fact.comment) == (BOB, None, "I am away")
    assert (fact.now.start.utc, fact.now.title) == (THREE, "Sync")
    assert messages(decision) == [("COUNTER", ANN, "counter")]
    after = INVITED.given(wish(INVITED))
    assert after.state.text == INVITED.state.text
    assert after.state.schedule_tag == INVITED.state.schedule_tag


def test_the_same_proposal_again_changes_nothing() -> None:
    once = INVITED.given(wish(INVITED, comment="I am away"))
    assert not once.when(wish(once, comment="I am away")).facts
    assert not once.when(wish(once, comment="I am away")).messages


def test_a_second_proposal_replaces_the_first_with_a_later_message() -> None:
    once = INVITED.given(wish(INVITED))
    (first,), (second,) = INVITED.when(wish(INVITED)).messages, once.when(wish(once, THREE.replace(hour=17))).messages
    assert second.dtstamp - first.dtstamp == timedelta(seconds=1)
    twice = once.given(wish(once, THREE.replace(hour=17)))
    assert len(twice.state.proposals) == 1
    assert twice.state.proposal(once.state.proposals[0].key) is None


def test_who_cannot_propose() -> None:
    with pytest.raises(UnknownResource):
        Copy(BOB).when(wish(Copy(BOB)))
    with pytest.raises(OwnMeeting):
        ORGANIZED.when(wish(ORGANIZED))
    with pytest.raises(NotInvited):
        ALONE.when(wish(ALONE))
    client = meeting(method="REQUEST").replace(b"ORGANIZER:", b"ORGANIZER;SCHEDULE-AGENT=CLIENT:")
    there = Copy(BOB).given(Copy(BOB).put(client.replace(b"METHOD:REQUEST\r\n", b"")))
    with pytest.raises(NotSentFromHere):
        there.when(wish(there))


def test_what_cannot_be_proposed() -> None:
    with pytest.raises(SameTime):
        INVITED.when(wish(INVITED, TEN))
    for end in (TEN, THREE - timedelta(minutes=1)):
        with pytest.raises(EndsBeforeStart):
            INVITED.when(wish(INVITED, THREE, end))
    with pytest.raises(EndsBeforeStart):
        INVITED.when(wish(INVITED, date(2026, 12, 2), date(2026, 12, 2)))
    with pytest.raises(TimeIsOver):
        INVITED.when(wish(INVITED, NOON - timedelta(hours=2)))
    assert INVITED.when(wish(INVITED, TEN, place="Room 5")).facts


def test_no_time_is_proposed_for_what_is_over_or_cancelled_or_no_event() -> None:
    with pytest.raises(MeetingIsOver):
        INVITED.when(wish(INVITED, THREE + timedelta(days=9), now=THREE))
    off = INVITED.given(
        INVITED.receive(meeting("STATUS:CANCELLED", method="CANCEL", sequence=1, sent="20261121T130000Z"))
    )
    with pytest.raises(MeetingIsCancelled):
        off.when(wish(off))
    task = meeting(method="REQUEST").replace(b"VEVENT", b"VTODO").replace(b"DTEND", b"DUE")
    todo = Copy(BOB).given(Copy(BOB).receive(task))
    with pytest.raises(OnlyEventsMove):
        todo.when(wish(todo))


def test_a_date_of_a_series_is_proposed_by_itself() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(meeting(WEEKLY, method="REQUEST")))
    with pytest.raises(ProposeOneOccurrence):
        copy.when(wish(copy))
    with pytest.raises(NoSuchOccurrence):
        copy.when(wish(copy, recurrence_id="20261209T100000Z"))
    decision = copy.when(wish(copy, THREE + timedelta(days=7), recurrence_id=SECOND))
    (fact,) = decision.facts
    assert isinstance(fact, TimeProposed)
    assert fact.occurrence is not None
    assert fact.occurrence.recurrence_id == SECOND
    assert decision.messages[0].recurrence_ids == (SECOND,)


# ---- the organizer hears of it
def test_the_organizers_copy_holds_the_newest_proposal() -> None:
    organizer, _, proposal = proposed(comment="I am away")
    fact = organizer.facts[-1]
    assert isinstance(fact, CounterProposed)
    assert (proposal.attendee, proposal.comment, proposal.answer) == (BOB, "I am away", None)
    once = INVITED.given(wish(INVITED, comment="I am away"))
    (later,) = once.when(wish(once, THREE.replace(hour=17))).messages
    newer = organizer.given(arrives(organizer, later.text))
    assert [each.sequence for each in newer.state.proposals] == [0]
    # The older one comes again, late.
    decision = newer.when(arrives(newer, INVITED.when(wish(INVITED, comment="I am away")).messages[0].text))
    assert (list(decision.facts), decision.reason) == ([], "stale")
    assert newer.when(arrives(newer, later.text)).reason == "duplicate"


def test_a_proposal_that_is_trusted_less_replaces_none() -> None:
    organizer, attendee, _ = proposed()
    (later,) = attendee.when(wish(attendee, THREE.replace(hour=17))).messages
    assert organizer.when(arrives(organizer, later.text, trust=Trust.T2)).reason == "less-trusted"


def test_an_answer_that_comes_after_a_later_proposal_counts() -> None:
    """Messages may overtake each other. The proposal is no answer, so it must not make an earlier answer stale."""
    answered = INVITED.given(INVITED.answer("ACCEPTED"))
    (reply,) = INVITED.when(INVITED.answer("ACCEPTED")).messages
    (counter,) = answered.when(wish(answered)).messages
    ends = set()
    for order in permutations([reply, counter]):
        organizer = ORGANIZED
        for message in order:
            organizer = organizer.given(arrives(organizer, message.text))
        ends.add((organizer.state.text.raw, organizer.state.proposals))
    assert len(ends) == 1
    assert b"PARTSTAT=ACCEPTED" in next(iter(ends))[0]


def test_a_proposal_is_no_answer_to_a_move_that_it_crosses() -> None:
    """Bob accepts, Ann moves the meeting, and Bob proposes before the move comes: Bob is asked about the new time."""
    accepted = INVITED.given(INVITED.answer("ACCEPTED"))
    organizer = ORGANIZED.given(arrives(ORGANIZED, INVITED.when(INVITED.answer("ACCEPTED")).messages[0].text))
    later = NOON + timedelta(minutes=5)
    move = organizer.put(meeting(hour=13), now=later)
    (request,) = [each for each in organizer.when(move).messages if each.recipient == BOB]
    crossing = accepted.given(wish(accepted, now=later + timedelta(minutes=5)))
    assert request.asks or request.significant
    copy = crossing.given(arrives(crossing, request.text, asks=request.asks, now=later + timedelta(minutes=6)))
    assert copy.state.outline is not None
    assert copy.state.outline.partstat == "NEEDS-ACTION"
    # The organizer sees that the proposal is for a time that has changed.
    (counter,) = accepted.when(wish(accepted, now=later + timedelta(minutes=5))).messages
    moved = organizer.given(move)
    moved = moved.given(arrives(moved, counter.text))
    (proposal,) = moved.state.proposals
    assert proposal.outdated
    with pytest.raises(OutdatedProposal):
        moved.when(accept(moved, proposal))
    assert messages(moved.when(decline(moved, proposal))) == [("DECLINECOUNTER", BOB, "decline-counter")]


def test_a_proposal_is_no_answer_to_a_question_that_it_crosses() -> None:
    """Ann asks Bob again without another change. A proposal that is later than her question does not answer it."""
    accepted = INVITED.given(INVITED.answer("ACCEPTED"))
    organizer = ORGANIZED.given(arrives(ORGANIZED, INVITED.when(INVITED.answer("ACCEPTED")).messages[0].text))
    later = NOON + timedelta(minutes=5)
    again = replace(organizer.put(meeting(), now=later), current=True)
    (request,) = [each for each in organizer.when(again).messages if each.recipient == BOB]
    crossing = accepted.given(wish(accepted, now=later + timedelta(minutes=5)))
    copy = crossing.given(arrives(crossing, request.text, asks=request.asks, now=later + timedelta(minutes=6)))
    assert copy.state.outline is not None
    assert copy.state.outline.partstat == "NEEDS-ACTION"


def test_a_person_who_is_not_invited_proposes_nothing() -> None:
    counter = meeting(method="COUNTER", people=(says("eve@example.com", "TENTATIVE"),), hour=15)
    decision = ORGANIZED.when(arrives(ORGANIZED, counter))
    assert (kinds(decision), decision.reason) == (["MessageSetAside"], "party-crasher")


def test_a_copy_holds_so_many_proposals() -> None:
    (made,) = INVITED.when(wish(INVITED)).facts
    assert isinstance(made, TimeProposed)
    state = INVITED.state
    for number in range(MAX_PROPOSALS + 5):
        state = evolve(state, replace(made, recurrence_id=f"2027{number:04}"))
    assert len(state.proposals) == MAX_PROPOSALS
    assert state.proposals[-1].recurrence_id == f"2027{MAX_PROPOSALS + 4:04}"


# ---- the organizer answers
def test_an_accepted_proposal_reschedules_and_asks_all() -> None:
    organizer, _, proposal = proposed()
    decision = organizer.when(accept(organizer, proposal))
    assert kinds(decision)[:2] == ["ProposalAnswered", "EventRescheduled"]
    assert messages(decision) == [("REQUEST", BOB, "update"), ("REQUEST", CY, "update")]
    after = organizer.given(accept(organizer, proposal))
    text = after.state.text.raw
    assert b"DTSTART:20261201T150000Z" in text
    assert b"SEQUENCE:1" in text
    assert text.count(b"PARTSTAT=NEEDS-ACTION") == 2
    assert after.state.proposals[0].answer == "accepted"
    assert not after.when(accept(after, proposal)).facts
    with pytest.raises(ProposalIsAnswered):
        after.when(decline(after, proposal))


def test_a_proposed_place_comes_with_the_time() -> None:
    organizer, _, proposal = proposed(place="Room 5")
    assert b"LOCATION:Room 5" in organizer.given(accept(organizer, proposal)).state.text.raw


def test_a_declined_proposal_is_told_to_the_proposer_alone() -> None:
    organizer, attendee, proposal = proposed()
    decision = organizer.when(decline(organizer, proposal, "I cannot"))
    (fact,) = decision.facts
    assert isinstance(fact, ProposalAnswered)
    assert messages(decision) == [("DECLINECOUNTER", BOB, "decline-counter")]
    declined = organizer.given(decline(organizer, proposal, "I cannot"))
    assert not declined.when(decline(declined, proposal)).facts
    with pytest.raises(ProposalIsAnswered):
        declined.when(accept(declined, proposal))
    assert declined.state.text == organizer.state.text
    told = attendee.when(arrives(attendee, decision.messages[0].text))
    (news,) = told.facts
    assert isinstance(news, ProposalAnswerReceived)
    assert (news.accepted, news.comment, news.organizer) == (False, "I cannot", ANN)
    after = attendee.given(arrives(attendee, decision.messages[0].text))
    assert not after.when(arrives(after, decision.messages[0].text)).facts
    # The same time may be proposed once more.
    assert after.when(wish(after)).facts


def test_a_refusal_of_an_earlier_proposal_leaves_the_later_one_open() -> None:
    organizer, attendee, proposal = proposed()
    newer = attendee.given(wish(attendee, THREE.replace(hour=17)))
    (refusal,) = organizer.when(decline(organizer, proposal)).messages
    assert not newer.when(arrives(newer, refusal.text)).facts
    # Other programs name the time of the event, or none.
    plain = meeting(method="DECLINECOUNTER", people=(BOB,), sent="20261121T130000Z")
    assert newer.when(arrives(newer, plain)).facts
    bare = b"\r\n".join(each for each in plain.split(b"\r\n") if not each.startswith((b"DTSTART", b"DTEND")))
    assert newer.when(arrives(newer, bare)).facts


def test_who_and_what_cannot_be_accepted() -> None:
    organizer, attendee, proposal = proposed()
    with pytest.raises(NotOrganizer):
        attendee.when(accept(attendee, proposal))
    with pytest.raises(UnknownProposal):
        ORGANIZED.when(accept(ORGANIZED, proposal))
    with pytest.raises(UnknownResource):
        organizer.given(organizer.delete()).when(accept(organizer, proposal))
    off = organizer.given(organizer.put(meeting("STATUS:CANCELLED")))
    with pytest.raises(MeetingIsCancelled):
        off.when(accept(off, proposal))
    with pytest.raises(TimeIsOver):
        organizer.when(accept(organizer, proposal, THREE + timedelta(days=1)))


def test_a_proposal_is_outdated_once_the_event_has_moved() -> None:
    organizer, _, proposal = proposed()
    moved = organizer.given(organizer.put(meeting(hour=12)))
    with pytest.raises(OutdatedProposal):
        moved.when(accept(moved, proposal))
    # It came back, but all were asked again.
    back = moved.given(moved.put(meeting()))
    with pytest.raises(OutdatedProposal):
        back.when(accept(back, proposal))
    renamed = organizer.given(organizer.put(meeting(title="Another title")))
    assert renamed.when(accept(renamed, proposal)).facts


def test_a_refusal_that_comes_again_does_not_decline_the_same_time_proposed_once_more() -> None:
    organizer, attendee, proposal = proposed()
    (refusal,) = organizer.when(decline(organizer, proposal)).messages
    declined = attendee.given(arrives(attendee, refusal.text))
    for trust in (Trust.T3, Trust.T2):
        again = declined.given(wish(declined, now=NOON + timedelta(minutes=5)))
        assert again.state.proposals[0].answer is None
        assert not again.when(arrives(again, refusal.text, trust=trust)).facts


# ---- the proposer gets the new time
def test_the_proposer_accepts_the_time_that_they_proposed() -> None:
    organizer, attendee, proposal = proposed()
    decision = organizer.when(accept(organizer, proposal))
    request = next(each for each in decision.messages if each.recipient == BOB)
    heard = attendee.when(arrives(attendee, request.text, asks=request.asks))
    assert kinds(heard) == ["InvitationReceived", "ProposalAnswerReceived", "RsvpGiven", "MessagesWritten"]
    received, answer, given = heard.facts[:3]
    assert isinstance(received, InvitationReceived)
    assert isinstance(answer, ProposalAnswerReceived)
    assert isinstance(given, RsvpGiven)
    assert (received.asks, answer.accepted, given.partstat, given.own) == (False, True, "ACCEPTED", True)
    assert messages(heard) == [("REPLY", ANN, "reply")]
    after = attendee.given(arrives(attendee, request.text, asks=request.asks))
    assert heard.text == after.state.text
    assert after.state.outline is not None
    assert after.state.outline.partstat == "ACCEPTED"
    accepted = organizer.given(accept(organizer, proposal))
    told = accepted.given(arrives(accepted, heard.messages[0].text))
    assert b"PARTSTAT=ACCEPTED" in told.state.text.raw


def test_the_proposer_is_asked_about_any_other_time() -> None:
    organizer, attendee, _ = proposed()
    decision = organizer.when(organizer.put(meeting(hour=16)))
    request = next(each for each in decision.messages if each.recipient == BOB)
    heard = attendee.when(arrives(attendee, request.text, asks=request.asks))
    assert kinds(heard) == ["InvitationReceived"]
    received = heard.facts[0]
    assert isinstance(received, InvitationReceived)
    assert received.asks
