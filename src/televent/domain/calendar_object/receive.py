"""Decides what an iTIP message changes in one person's copy (RFC 5546 §3, RFC 6638 §3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from televent.domain.calendar_object.answers import Answers
from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.decision import Decision, decided, known_of, outline_of
from televent.domain.calendar_object.details import People
from televent.domain.calendar_object.differences import what_changed
from televent.domain.calendar_object.events import (
    CalendarObjectEvent,
    EventCancelled,
    InvitationReceived,
    Mark,
    MessageSetAside,
    RsvpGiven,
    Splice,
)
from televent.domain.calendar_object.people import at_most, invitations, people_between, short
from televent.domain.calendar_object.receive_proposals import accepted_proposal, counter_proposals, declined_proposals
from televent.domain.calendar_object.replies import answer_of
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.calendar_object.text_change import change_between
from televent.domain.calendar_object.uninvited import PARTY_CRASHER, admits, delegate_of, set_aside
from televent.ical.itip.changes import only_others_answered
from televent.ical.itip.message import supersedes
from televent.ical.itip.receiving import incoming
from televent.ical.itip.sending import outgoing
from televent.ical.objects.calendar_text import CalendarText

MAX_MARKS = 1000
"""Max marks of one copy from messages that change no text, because strangers can send those."""
MAX_UNINVITED = 10
"""Max uninvited answers that are kept from one message."""


def receive_message(state: CalendarObject, command: ReceiveMessage) -> Decision:
    """The facts and replies of a received message; none for one that was applied before or is older.

    Idempotent by UID, RECURRENCE-ID, SEQUENCE and DTSTAMP.
    """
    (decision,) = receive_messages(state, [command])
    return decision


def receive_messages(state: CalendarObject, commands: Sequence[ReceiveMessage]) -> list[Decision]:
    """The decisions of messages that are received one after the other, each on the state after those before it.

    The facts are those that ``receive_message`` gives for each message, with two exceptions. The other attendees are
    told once about the answers of a row of REPLYs, by the decision of the last one. A message that only has others'
    answers is not applied where a later message has them too.
    """
    decisions: list[Decision] = []
    answers = Answers()
    for place, command in enumerate(commands):
        if command.refresh and any(supersedes(each.message, command.message) for each in commands[place + 1 :]):
            decisions.append(Decision(reason="superseded"))
            continue
        if command.message.method != "REPLY":
            state = answers.tell(state, decisions, command)
        decision = _received(state, command)
        decisions.append(decision)
        if command.message.method == "REPLY":
            answers.note(state, decision, place)
        state = decision.after(state)
    answers.tell(state, decisions, commands[-1])
    return decisions


def _received(state: CalendarObject, command: ReceiveMessage) -> Decision:
    """The decision about one message, without messages about an answer in it."""
    me = command.owner.addresses
    stored = state.text if state.exists else None
    if command.refresh and state.deleted:
        # The owner deleted the copy, perhaps without a reply (RFC 6638 §8.1). Answers of others do not restore it.
        return Decision(reason="deleted")
    applied = incoming.receive(
        stored,
        command.message,
        me=me,
        now=command.now,
        known=known_of(state),
        again=command.asks_again,
        answered=state.written,
        trust=command.trust,
        told=command.told,
        admits=admits(command),
    )
    marks = tuple(Mark(*entry, trust=int(command.trust)) for entry in applied.marks)
    if applied.change == "counter":
        return counter_proposals(state, command, applied)
    if applied.change == "counter-declined":
        return declined_proposals(state, command, applied)
    if applied.change == "refresh":
        return _sent_again(state, command, frozenset(answer.address for answer in applied.answers))
    if applied.text is None or (applied.text == stored and applied.change != "answered"):
        return _set_aside(state, command, applied, marks)
    if applied.change == "answered":
        return replace(_answered(state, command, applied, applied.text, marks), reason=applied.reason)
    before, reading = stored.reading if stored is not None else None, applied.text.reading
    outline = outline_of(reading, command.owner)
    organizer = reading.organizer.address if reading.organizer else ""
    organizer_name = short(command.sender_name) or short(reading.organizer.cn if reading.organizer else None)
    what = what_changed(before, reading)
    # The state of a deleted copy still has its text, so the text edit starts from there.
    change = change_between(state.text, applied.text)
    if applied.change in ("cancelled", "occurrence-cancelled", "removed"):
        recurrence_id = next((mark.recurrence_id for mark in marks), None)
        removed = applied.change == "removed"
        fact = EventCancelled(recurrence_id, organizer, organizer_name, marks, outline, change, what, removed)
        return Decision([fact], text=applied.text)
    received = InvitationReceived(
        calendar_id=state.calendar_id if state.exists and state.calendar_id else command.calendar_id,
        href=state.href if state.exists else command.href,
        uid=reading.uid,
        asks=applied.asks_again,
        organizer=organizer,
        organizer_name=organizer_name,
        marks=marks,
        outline=outline,
        change=change,
        what=what,
        people=at_most(people_between(before, reading, but={*me, organizer})) if before is not None else People(),
        only_answers=stored is not None and only_others_answered(stored, applied.text, me=me),
    )
    messages: list[outgoing.OutgoingMessage] = []
    dtstamp = state.dtstamp(command.now)
    if applied.keeps_answer:
        # A higher SEQUENCE asks again although nothing moved: the organizer may have lost the answer that still counts.
        again = applied.declined
        messages = outgoing.attendee_messages(None, applied.text, me=me, dtstamp=dtstamp, declined=again)
    decision = decided([received], messages, dtstamp, text=applied.text)
    return accepted_proposal(state, command, decision) if applied.asks_again else decision


def _answered(
    state: CalendarObject,
    command: ReceiveMessage,
    applied: incoming.Applied,
    text: CalendarText,
    marks: tuple[Mark, ...],
) -> Decision:
    """Applies a REPLY to the organizer's copy."""
    was, reading = state.text.reading, text.reading
    outline, change = outline_of(reading, command.owner), change_between(state.text, text)
    facts: list[CalendarObjectEvent] = []
    for answer in applied.answers:
        place = (answer.address, answer.recurrence_id)
        answered = answer_of(answer, was, command.sender_name if len(applied.answers) == 1 else None)
        facts.append(
            RsvpGiven(
                attendee=answer.address,
                partstat=answer.partstat,
                recurrence_id=answer.recurrence_id,
                own=False,
                mark=next((each for each in marks if (each.address, each.recurrence_id) == place), None),
                outline=outline,
                change=Splice(0, 0, b"") if facts else change,
                name=answered.name,
                was=answer.partstat if command.repeats else answered.was,
                occurrence=answered.occurrence,
                comment=answered.comment,
                delegated_to=answered.delegated_to,
                guests=answered.guests,
                delegate=delegate_of(command, answer, reading),
            )
        )
    # An answer to this and all following occurrences is one fact; the marks of the others are kept in a second one.
    places = {(answer.address, answer.recurrence_id) for answer in applied.answers}
    if more := tuple(mark for mark in marks if (mark.address, mark.recurrence_id) not in places):
        facts.append(MessageSetAside("this-and-future", more))
    asked = {each.address for instance in reading.instances() for each in instance.attendees}
    before = {each.address for instance in was.instances() for each in instance.attendees}
    if asked - before:
        facts += invitations(people_between(was, reading, but=before).invited)
    return Decision(facts, text=text)


def _sent_again(state: CalendarObject, command: ReceiveMessage, askers: frozenset[str]) -> Decision:
    """Sends the meeting again to attendees who asked for it (REFRESH, RFC 5546 §3.2.6)."""
    dtstamp = state.dtstamp(command.now)
    messages = outgoing.organizer_messages(None, state.text, me=command.owner.addresses, dtstamp=dtstamp)
    asked = [
        replace(each, kind="again", significant=False, asks=False) for each in messages if each.recipient in askers
    ]
    return decided([], asked, dtstamp) if asked else Decision(reason="no-attendee")


def _set_aside(
    state: CalendarObject, command: ReceiveMessage, applied: incoming.Applied, marks: tuple[Mark, ...]
) -> Decision:
    """The message changes no text; its marks are kept where a later message needs them."""
    reason = applied.reason or applied.change
    if reason == PARTY_CRASHER:
        marks = marks[:MAX_UNINVITED]
    news = _news(state, marks)
    if not news or len(state.marks) + len(news) > MAX_MARKS:
        return Decision(reason=reason)
    if reason == PARTY_CRASHER:
        return set_aside(state, command, applied.answers, news)
    return Decision([MessageSetAside(reason, news)], reason=reason)


def _news(state: CalendarObject, marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks that the copy does not have yet."""
    return tuple(
        mark for mark in marks if _version(state.marks.get((mark.address, mark.recurrence_id))) != _version(mark)
    )


def _version(mark: Mark | None) -> tuple[int, datetime] | None:
    """The version of a message; the same message may come again with another trust."""
    return (mark.sequence, mark.dtstamp) if mark is not None else None
