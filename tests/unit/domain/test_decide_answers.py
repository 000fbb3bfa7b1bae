"""Answers to an invitation, in this copy or by iTIP message: given facts, when a command, then facts or a refusal."""

from dataclasses import replace

import pytest
from copies import ALONE, ANN, BOB, CY, EVE, INVITED, NOON, ORGANIZED, Copy, kinds, meeting, messages, says

from televent.domain.calendar_object.answers import MAX_REFRESHED
from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.events import CounterProposed, MessageSetAside, RsvpGiven
from televent.domain.calendar_object.receive import receive_messages
from televent.domain.calendar_object.refusals import NotInvited, UnknownAnswer, UnknownResource
from televent.ical.itip.precedence import Trust

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
SECOND = "20261208T100000Z"


def reply(address: str, partstat: str, *lines: str, sent: str = "20261121T130000Z", sequence: int = 0) -> bytes:
    """The iTIP message that an attendee's program mails."""
    return meeting(*lines, people=(says(address, partstat),), method="REPLY", sent=sent, sequence=sequence)


def test_an_answer_is_given_and_told_to_the_organizer() -> None:
    decision = INVITED.when(INVITED.answer("TENTATIVE", comment="A little late"))
    assert kinds(decision) == ["RsvpGiven", "MessagesWritten"]
    given = decision.facts[0]
    assert isinstance(given, RsvpGiven)
    assert (given.attendee, given.partstat, given.recurrence_id, given.own) == (BOB, "TENTATIVE", None, True)
    assert given.outline.partstat == "TENTATIVE"
    (message,) = decision.messages
    assert (message.method, message.sender, message.recipient) == ("REPLY", BOB, ANN)
    assert b"COMMENT:A little late" in message.text


def test_the_same_answer_again_changes_nothing() -> None:
    for command in (INVITED.answer("ACCEPTED"), INVITED.answer("ACCEPTED", comment="Gladly")):
        answered = INVITED.given(command)
        decision = answered.when(command)
        assert (list(decision.facts), list(decision.messages)) == ([], [])


def test_another_answer_is_a_later_message() -> None:
    accepted = INVITED.given(INVITED.answer("ACCEPTED"))
    (first,) = INVITED.when(INVITED.answer("ACCEPTED")).messages
    (second,) = accepted.when(accepted.answer("DECLINED")).messages
    assert (second.dtstamp - first.dtstamp).total_seconds() == 1


def test_one_occurrence_is_answered_by_itself() -> None:
    copy = Copy(BOB).given(Copy(BOB).receive(meeting(WEEKLY, method="REQUEST")))
    decision = copy.when(copy.answer("DECLINED", SECOND))
    (message,) = decision.messages
    assert message.recurrence_ids == (SECOND,)
    answered = copy.given(copy.answer("DECLINED", SECOND))
    assert not answered.when(answered.answer("DECLINED", SECOND)).facts
    assert not copy.when(copy.answer("DECLINED", "20270101T100000")).facts


def test_only_three_words_are_answers() -> None:
    for word in ("NEEDS-ACTION", "accepted", "", "DELEGATED"):
        with pytest.raises(UnknownAnswer) as refused:
            INVITED.when(INVITED.answer(word))
        assert refused.value.details == {"answer": word}


def test_only_who_is_invited_can_answer() -> None:
    for copy in (ALONE, ORGANIZED):
        with pytest.raises(NotInvited):
            copy.when(copy.answer("ACCEPTED"))


def test_what_is_not_there_cannot_be_answered() -> None:
    for copy in (Copy(BOB), INVITED.given(INVITED.delete())):
        with pytest.raises(UnknownResource):
            copy.when(copy.answer("ACCEPTED"))


def test_an_answer_that_came_is_a_fact_of_the_organizers_copy_and_refreshes_the_others() -> None:
    decision = ORGANIZED.when(ORGANIZED.receive(reply(BOB, "ACCEPTED")))
    given = decision.facts[0]
    assert isinstance(given, RsvpGiven)
    assert (given.attendee, given.partstat, given.own) == (BOB, "ACCEPTED", False)
    assert given.mark is not None
    assert messages(decision) == [("REQUEST", CY, "refresh")]
    answered = ORGANIZED.given(ORGANIZED.receive(reply(BOB, "ACCEPTED")))
    assert answered.state.schedule_tag == ORGANIZED.state.schedule_tag
    assert answered.state.text.raw != ORGANIZED.state.text.raw


def test_in_a_great_meeting_an_answer_is_told_to_the_organizer_alone() -> None:
    def messages_for(guests: int) -> int:
        people = tuple(f"guest{number}@example.com" for number in range(guests))
        copy = Copy(ANN).given(Copy(ANN).put(meeting(people=people)))
        decision = copy.when(copy.receive(reply("guest0@example.com", "ACCEPTED")))
        assert kinds(decision)[0] == "RsvpGiven"
        return len(decision.messages)

    assert messages_for(MAX_REFRESHED) == MAX_REFRESHED - 1
    assert messages_for(MAX_REFRESHED + 1) == 0


def test_an_answer_that_comes_twice_or_late_changes_nothing() -> None:
    answered = ORGANIZED.given(ORGANIZED.receive(reply(BOB, "ACCEPTED", sent="20261121T130000Z")))
    twice = answered.when(answered.receive(reply(BOB, "ACCEPTED", sent="20261121T130000Z")))
    assert (list(twice.facts), twice.reason) == ([], "duplicate")
    late = answered.when(answered.receive(reply(BOB, "DECLINED", sent="20261121T120000Z")))
    assert (list(late.facts), late.reason) == ([], "stale")


def test_an_answer_to_a_time_that_has_passed_away_changes_nothing() -> None:
    moved = ORGANIZED.given(ORGANIZED.put(meeting(hour=12)))
    decision = moved.when(moved.receive(reply(BOB, "ACCEPTED")))
    assert (list(decision.facts), decision.reason) == ([], "stale")


def test_the_same_answer_in_a_later_message_is_remembered_and_told_to_nobody() -> None:
    answered = ORGANIZED.given(ORGANIZED.receive(reply(BOB, "ACCEPTED", sent="20261121T130000Z")))
    decision = answered.when(answered.receive(reply(BOB, "ACCEPTED", sent="20261121T140000Z")))
    assert kinds(decision) == ["RsvpGiven"]
    assert not decision.messages


def test_who_was_not_asked_is_set_aside_once() -> None:
    message = reply(EVE, "ACCEPTED")
    decision = ORGANIZED.when(ORGANIZED.receive(message))
    (aside,) = decision.facts
    assert isinstance(aside, MessageSetAside)
    assert (aside.reason, [mark.address for mark in aside.marks]) == ("party-crasher", [EVE])
    assert ([each.address for each in aside.uninvited], decision.reason) == ([EVE], "party-crasher")
    after = ORGANIZED.given(ORGANIZED.receive(message))
    assert after.state.text.raw == ORGANIZED.state.text.raw
    again = after.when(after.receive(message))
    assert list(again.facts) == []


def test_an_attendee_takes_no_answers() -> None:
    decision = INVITED.when(INVITED.receive(reply(CY, "ACCEPTED")))
    assert (list(decision.facts), decision.reason) == ([], "not-organizer")


def test_a_proposal_is_kept_once_and_moves_nothing() -> None:
    message = meeting(people=(says(BOB, "TENTATIVE"),), hour=15, method="COUNTER")
    decision = ORGANIZED.when(ORGANIZED.receive(message))
    (proposed,) = decision.facts
    assert isinstance(proposed, CounterProposed)
    assert (proposed.attendee, proposed.proposal) == (BOB, message)
    after = ORGANIZED.given(ORGANIZED.receive(message))
    assert after.state.text.raw == ORGANIZED.state.text.raw
    assert not after.when(after.receive(message)).facts


def test_who_asks_for_it_gets_the_meeting_again() -> None:
    decision = ORGANIZED.when(ORGANIZED.receive(meeting(people=(BOB,), method="REFRESH")))
    assert kinds(decision) == ["MessagesWritten"]
    assert messages(decision) == [("REQUEST", BOB, "again")]
    assert decision.messages[0].dtstamp > NOON.replace(microsecond=0)
    stranger = ORGANIZED.when(ORGANIZED.receive(meeting(people=(EVE,), method="REFRESH")))
    assert (list(stranger.facts), list(stranger.messages), stranger.reason) == ([], [], "no-attendee")


def test_an_answer_to_a_time_that_went_and_came_back_is_none() -> None:
    moved = ORGANIZED.given(ORGANIZED.put(meeting(hour=12)))
    back = moved.given(moved.put(meeting(hour=10)))
    late = back.when(back.receive(reply(BOB, "ACCEPTED", sequence=0)))
    assert (list(late.facts), late.reason) == ([], "stale")
    assert kinds(back.when(back.receive(reply(BOB, "ACCEPTED", sequence=2))))[0] == "RsvpGiven"


def test_an_answer_counts_though_somebody_else_was_removed_meanwhile() -> None:
    fewer = ORGANIZED.given(ORGANIZED.put(meeting(people=(BOB,))))
    assert fewer.state.outline is not None
    assert fewer.state.outline.sequence == 1
    assert kinds(fewer.when(fewer.receive(reply(BOB, "ACCEPTED", sequence=0)))) == ["RsvpGiven"]


@pytest.mark.parametrize("before", [Trust.T2, Trust.T3])
@pytest.mark.parametrize("after", [Trust.T2, Trust.T3])
def test_an_answer_of_a_lower_trust_replaces_none_of_a_higher(before: Trust, after: Trust) -> None:
    first, later = reply(BOB, "ACCEPTED"), reply(BOB, "DECLINED", sent="20261121T140000Z")
    answered = ORGANIZED.given(replace(ORGANIZED.receive(first), trust=before))
    decision = answered.when(replace(answered.receive(later), trust=after))
    if after < before:
        assert (list(decision.facts), decision.reason) == ([], "less-trusted")
    else:
        given = decision.facts[0]
        assert isinstance(given, RsvpGiven)
        assert given.mark is not None
        assert (given.partstat, given.mark.trust) == ("DECLINED", after)


def test_the_parts_of_a_message_are_judged_one_by_one() -> None:
    copy = Copy(ANN).given(Copy(ANN).put(meeting(WEEKLY)))
    series = reply(BOB, "ACCEPTED")
    one = reply(BOB, "DECLINED", f"RECURRENCE-ID:{SECOND}", sent="20261121T140000Z")
    asked = copy.given(replace(copy.receive(series), trust=Trust.T3))
    # The series was answered with more trust, and an occurrence has that answer too.
    assert asked.when(replace(asked.receive(one), trust=Trust.T2)).reason == "less-trusted"
    # Before there is an answer, any trust counts; a message that comes again with another trust is a duplicate.
    answered = copy.given(replace(copy.receive(one), trust=Trust.T2))
    again = answered.when(replace(answered.receive(one), trust=Trust.T3))
    assert (list(again.facts), again.reason) == ([], "duplicate")


def test_answers_that_came_together_keep_their_facts_and_are_told_once() -> None:
    replies = [ORGANIZED.receive(reply(BOB, "ACCEPTED")), ORGANIZED.receive(reply(CY, "DECLINED"))]
    first, second = receive_messages(ORGANIZED.state, replies)
    assert (kinds(first), kinds(second)) == (["RsvpGiven"], ["RsvpGiven", "MessagesWritten"])
    assert messages(first) == []
    # Each of them is told the answer of the other.
    assert messages(second) == [("REQUEST", BOB, "refresh"), ("REQUEST", CY, "refresh")]
    for each in second.messages:
        assert each.text.count(b"PARTSTAT=ACCEPTED") == each.text.count(b"PARTSTAT=DECLINED") == 1


def test_another_message_between_answers_finds_them_told() -> None:
    asking = meeting(people=(says(CY, "NEEDS-ACTION"),), method="REFRESH")
    commands = [reply(BOB, "ACCEPTED"), asking, reply(BOB, "ACCEPTED"), reply(CY, "DECLINED")]
    decisions = receive_messages(ORGANIZED.state, [ORGANIZED.receive(each) for each in commands])
    assert [kinds(each) for each in decisions] == [
        ["RsvpGiven", "MessagesWritten"],
        ["MessagesWritten"],
        [],
        ["RsvpGiven", "MessagesWritten"],
    ]
    assert [messages(each) for each in decisions] == [
        [("REQUEST", CY, "refresh")],
        [("REQUEST", CY, "again")],
        [],
        [("REQUEST", BOB, "refresh")],
    ]
    assert b"PARTSTAT=ACCEPTED:mailto:bob@example.com" in decisions[1].messages[0].text


def test_of_news_about_others_only_the_newest_is_applied() -> None:
    def news(answer: str, second: int, title: str = "Sync") -> ReceiveMessage:
        people = (BOB, says(CY, answer))
        data = meeting(people=people, method="REQUEST", sent=f"20261121T1300{second:02}Z", title=title)
        return replace(INVITED.receive(data), refresh=True)

    older, newer = news("TENTATIVE", 1), news("ACCEPTED", 2)
    for commands, reasons in (
        ([older, newer], ["superseded", None]),
        ([newer, older], [None, "stale"]),
        # A message that is more than news is applied by itself.
        ([replace(older, refresh=False), newer], [None, None]),
    ):
        decisions = receive_messages(INVITED.state, commands)
        assert [each.reason for each in decisions] == reasons
        texts = [each.text.raw for each in decisions if each.text is not None]
        assert b"PARTSTAT=ACCEPTED:mailto:cy@example.com" in texts[-1]
