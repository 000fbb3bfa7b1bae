"""Decides about people who would come to the owner's meeting without an invitation: SPEC B6, RFC 5546 §3.2.2.3."""

from __future__ import annotations

from collections.abc import Iterable

from televent.domain.calendar_object.commands import ReceiveMessage, RefuseUninvited
from televent.domain.calendar_object.decision import Decision, decided
from televent.domain.calendar_object.details import Answered
from televent.domain.calendar_object.differences import MAX_TEXT, bounded
from televent.domain.calendar_object.events import REFUSED_BY_HAND, Mark, MessageSetAside
from televent.domain.calendar_object.refusals import NotOrganizer, UnknownResource
from televent.domain.calendar_object.replies import answer_of
from televent.domain.calendar_object.state import CalendarObject
from televent.ical.itip.receiving.incoming import Answer
from televent.ical.itip.sending.refusing import refusing
from televent.ical.objects.reading import Reading

ALLOW, DENY = "allow", "deny"
PARTY_CRASHER, REFUSED = "party-crasher", "uninvited-refused"
"""The reasons of messages from people who were not invited, for the log."""


def admits(command: ReceiveMessage) -> bool:
    """Whether the owner lets people in whom they did not invite. Nobody comes in by a mail that is not proven."""
    return command.uninvited == ALLOW and command.trust > 0


def set_aside(
    state: CalendarObject, command: ReceiveMessage, answers: Iterable[Answer], marks: tuple[Mark, ...]
) -> Decision:
    """Keeps uninvited answers with their ``marks``, and refuses their senders where the owner refuses everybody.

    A refusal goes to proven senders only: else anybody could have mails sent to others.
    """
    places = {(mark.address, mark.recurrence_id) for mark in marks}
    kept = [answer for answer in answers if (answer.address, answer.recurrence_id) in places]
    name = command.sender_name if len(kept) == 1 else None
    refuses, dtstamp = command.uninvited == DENY and command.trust > 0, state.dtstamp(command.now)
    messages = refusing(state.text, kept, me=command.owner.addresses, dtstamp=dtstamp) if refuses else []
    refused = bool(messages)
    uninvited = tuple(answer_of(answer, None, name) for answer in kept)
    fact = MessageSetAside(PARTY_CRASHER, marks, uninvited, _title(state), refused)
    decision = decided([fact], messages, dtstamp)
    return Decision(decision.facts, decision.messages, reason=REFUSED if refused else PARTY_CRASHER)


def refuse(state: CalendarObject, command: RefuseUninvited) -> Decision:
    """Sends the refusal. Raises UnknownResource, NotOrganizer."""
    if not state.exists:
        raise UnknownResource()
    if state.outline is None or state.outline.role != "organizer":
        raise NotOrganizer()
    dtstamp = state.dtstamp(command.now)
    answer = Answer(command.address, "NEEDS-ACTION", None)
    messages = refusing(state.text, [answer], me=command.owner.addresses, dtstamp=dtstamp)
    if not messages:
        return Decision()
    told = Answered(command.address, None, None, "NEEDS-ACTION", None)
    return decided([MessageSetAside(REFUSED_BY_HAND, (), (told,), _title(state), refused=True)], messages, dtstamp)


def delegate_of(command: ReceiveMessage, answer: Answer, after: Reading) -> str:
    """The fate of the delegate of an answer: RsvpGiven.delegate. ``after``: the text with the answer."""
    to = answer.delegated_to or ""
    if command.repeats:
        # It was asked when the answer came first.
        return ""
    if answer.partstat != "DELEGATED" or "@" not in to or to in (answer.address, *command.owner.addresses):
        return ""
    if any(to == each.address for instance in after.instances() for each in instance.attendees):
        return ""
    return "refused" if command.uninvited == DENY else "waits"


def _title(state: CalendarObject) -> str:
    return bounded(state.outline.summary if state.outline is not None else "", MAX_TEXT)
