"""An organizer's iTIP message comes to an attendee's copy: given facts, when a command, then facts or a refusal."""

from dataclasses import replace

from copies import ANN, BOB, CY, EVE, HOME, INVITED, NOON, ORGANIZED, Copy, kinds, meeting, messages, says

from televent.domain.calendar_object.events import EventCancelled, InvitationReceived, Mark, MessageSetAside
from televent.domain.calendar_object.receive import MAX_MARKS


def request(
    *lines: str,
    sequence: int = 0,
    second: int = 0,
    hour: int = 10,
    title: str = "Sync",
    people: tuple[str, ...] = (BOB, CY),
) -> bytes:
    sent = f"20261121T1300{second:02}Z"
    return meeting(*lines, sequence=sequence, sent=sent, hour=hour, title=title, people=people, method="REQUEST")


def cancel(*, sequence: int = 1, second: int = 5) -> bytes:
    return meeting("STATUS:CANCELLED", sequence=sequence, sent=f"20261121T1300{second:02}Z", method="CANCEL")


def test_an_invitation_makes_a_copy_that_asks() -> None:
    decision = Copy(BOB).when(Copy(BOB).receive(request()))
    (received,) = decision.facts
    assert isinstance(received, InvitationReceived)
    assert (received.calendar_id, received.href, received.uid) == (HOME, "new.ics", "sync@example.com")
    assert (received.asks, received.organizer, received.outline.role) == (True, ANN, "attendee")
    assert not decision.messages


def test_the_same_invitation_again_changes_nothing() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(request()))
    again = copy.when(copy.receive(request()))
    assert (list(again.facts), again.reason) == ([], "duplicate")


def test_another_time_asks_again() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(request()))
    copy = copy.given(copy.answer("ACCEPTED"))
    decision = copy.when(copy.receive(request(sequence=1, second=5, hour=12)))
    (received,) = decision.facts
    assert isinstance(received, InvitationReceived)
    assert (received.asks, received.outline.partstat) == (True, "NEEDS-ACTION")


def test_an_update_stays_where_the_copy_was_put() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(request()))
    copy = copy.given(copy.move(href="mine.ics"))
    (received,) = copy.when(copy.receive(request(second=5, title="Talk"))).facts
    assert isinstance(received, InvitationReceived)
    assert (received.calendar_id, received.href) == (copy.state.calendar_id, "mine.ics")


def test_an_answer_that_stands_is_told_again() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(request()))
    copy = copy.given(copy.answer("ACCEPTED"))
    decision = copy.when(copy.receive(request(sequence=1, second=5)))
    assert kinds(decision) == ["InvitationReceived", "MessagesWritten"]
    assert messages(decision) == [("REPLY", ANN, "reply")]
    assert decision.messages[0].sequence == 1
    (first,) = (Copy(BOB).given(Copy(BOB).receive(request()))).when(copy.answer("ACCEPTED")).messages
    assert decision.messages[0].dtstamp > first.dtstamp


def test_others_answers_leave_the_schedule_tag_and_everything_else_moves_it() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(request()))
    refreshed = copy.given(copy.receive(request(second=5, people=(BOB, says(CY, "ACCEPTED")))))
    assert refreshed.state.text.raw != copy.state.text.raw
    assert refreshed.state.schedule_tag == copy.state.schedule_tag
    for message in (
        request(second=5, title="Talk"),
        request(second=5, people=(BOB,)),
        request(second=5, hour=11, sequence=1),
        cancel(),
    ):
        assert copy.given(copy.receive(message)).state.schedule_tag != copy.state.schedule_tag


def test_an_answer_to_one_occurrence_of_others_leaves_the_schedule_tag() -> None:
    weekly = "RRULE:FREQ=WEEKLY;COUNT=4"
    copy = Copy(BOB).given(Copy(BOB).receive(request(weekly)))
    occurrence = request("RECURRENCE-ID:20261201T100000Z", second=5, people=(BOB, says(CY, "DECLINED")))
    refreshed = copy.given(copy.receive(occurrence))
    assert b"RECURRENCE-ID" in refreshed.state.text.raw
    assert refreshed.state.schedule_tag == copy.state.schedule_tag


def test_a_cancelled_meeting_stays_to_be_seen() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(request()))
    (cancelled,) = copy.when(copy.receive(cancel())).facts
    assert isinstance(cancelled, EventCancelled)
    assert (cancelled.recurrence_id, cancelled.outline.status) == (None, "CANCELLED")
    after = copy.given(copy.receive(cancel()))
    assert after.state.exists
    assert not after.when(after.receive(cancel())).facts


def test_a_cancel_before_its_request_is_set_aside() -> None:
    decision = Copy(BOB).when(Copy(BOB).receive(cancel()))
    (aside,) = decision.facts
    assert isinstance(aside, MessageSetAside)
    assert (aside.reason, decision.reason) == ("unknown-uid", "unknown-uid")
    copy = Copy(BOB).given(Copy(BOB).receive(cancel()))
    assert not copy.state.exists
    assert not copy.when(copy.receive(cancel())).facts
    late = copy.when(copy.receive(request()))
    assert (list(late.facts), late.reason) == ([], "stale")


def test_a_late_message_does_not_bring_back_a_deleted_copy_and_a_new_one_does() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(request(sequence=2, second=5)))
    copy = copy.given(copy.delete())
    assert copy.when(copy.receive(request(sequence=1))).reason == "stale"
    again = copy.given(copy.receive(request(sequence=3, second=9, hour=12)))
    assert again.state.exists
    assert b"DTSTART:20261201T120000Z" in again.state.text.raw


def test_a_declined_proposal_changes_nothing() -> None:
    decision = INVITED.when(INVITED.receive(meeting(method="DECLINECOUNTER")))
    assert (list(decision.facts), decision.reason) == ([], "counter-declined")


def test_nobody_reschedules_the_organizers_own_meeting() -> None:
    decision = ORGANIZED.when(ORGANIZED.receive(request(sequence=9, second=9, hour=12)))
    assert (list(decision.facts), decision.reason) == ([], "own-event")


def test_marks_that_strangers_leave_are_bounded() -> None:
    def left(many: int) -> Copy:
        marks = tuple(Mark(f"eve{each}@example.com", None, 0, NOON) for each in range(many))
        return replace(ORGANIZED, facts=(*ORGANIZED.facts, MessageSetAside("party-crasher", marks)))

    crashing = meeting(people=(says(EVE, "ACCEPTED"),), method="REPLY")
    assert len(left(MAX_MARKS - 1).when(ORGANIZED.receive(crashing)).facts) == 1
    full = left(MAX_MARKS).when(ORGANIZED.receive(crashing))
    assert (list(full.facts), full.reason) == ([], "party-crasher")
