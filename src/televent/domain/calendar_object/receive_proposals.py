"""Decides what a COUNTER does in the organizer's copy, and its answer in the attendee's (RFC 5546 §3.2.7, §3.2.8)."""

from __future__ import annotations

from dataclasses import replace

from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.decision import Decision, decided, outline_of
from televent.domain.calendar_object.details import Details
from televent.domain.calendar_object.differences import MAX_TEXT, bounded, details_in, instant_of, when_of
from televent.domain.calendar_object.events import (
    CalendarObjectEvent,
    CounterProposed,
    InvitationReceived,
    Mark,
    MessagesWritten,
    RsvpGiven,
)
from televent.domain.calendar_object.people import answer_in, comment_of, name_of, place_in, short
from televent.domain.calendar_object.proposals import ProposalAnswerReceived, Proposed
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.calendar_object.text_change import change_between
from televent.ical.itip.precedence import Mark as Version
from televent.ical.itip.precedence import Trust, Verdict, judge
from televent.ical.itip.receiving import incoming
from televent.ical.itip.sending import outgoing
from televent.ical.objects.reading import Reading


def counter_proposals(state: CalendarObject, command: ReceiveMessage, applied: incoming.Applied) -> Decision:
    """A fact for each new proposal of an attendee. One that came before, or is older, gives none."""
    before = state.text.reading
    known = {(each.attendee, each.recurrence_id): each for each in state.proposals}
    facts: list[CalendarObjectEvent] = []
    reason: str | None = None
    for proposal in applied.proposals:
        place = proposal.address, proposal.recurrence_id
        refused = _not_new(known.get(place), proposal, command)
        if refused is not None:
            reason = reason or refused
            continue
        was = details_in(before, proposal.recurrence_id)
        basis = was or Details(None, None, None, "", "", None)
        line = answer_in(before, proposal.address, proposal.recurrence_id)
        facts.append(
            CounterProposed(
                attendee=proposal.address,
                recurrence_id=proposal.recurrence_id,
                proposal=command.message.came,
                mark=Mark(
                    proposal.address,
                    proposal.recurrence_id,
                    proposal.sequence,
                    proposal.dtstamp,
                    trust=int(command.trust),
                ),
                name=short(command.sender_name) or short(proposal.cn) or name_of(line),
                occurrence=place_in(before, proposal.recurrence_id),
                was=was,
                now=replace(
                    basis,
                    start=when_of(proposal.start, proposal.tzid) or basis.start,
                    end=when_of(proposal.end, proposal.tzid) or basis.end,
                    title=basis.title if proposal.title is None else bounded(proposal.title, MAX_TEXT),
                    place=basis.place if proposal.place is None else bounded(proposal.place, MAX_TEXT),
                ),
                comment=comment_of(proposal.comment),
                outdated=proposal.outdated,
            )
        )
    return Decision(facts, reason=reason)


def _not_new(known: Proposed | None, proposal: incoming.Proposal, command: ReceiveMessage) -> str | None:
    """Why the proposal is no news; None where it is."""
    if known is None:
        return None
    if known.trust > int(command.trust):
        return "less-trusted"
    # The newer one is the one that was sent later. Its SEQUENCE is that of the REQUEST it answers.
    verdict = judge(Version(0, known.dtstamp), 0, proposal.dtstamp)
    return {Verdict.SAME: "duplicate", Verdict.STALE: "stale"}.get(verdict)


def declined_proposals(state: CalendarObject, command: ReceiveMessage, applied: incoming.Applied) -> Decision:
    """A fact for each open proposal of the owner that the organizer declines."""
    facts: list[CalendarObjectEvent] = [
        _received(state, each, command, declined)
        for declined in applied.proposals
        for each in state.proposals
        if each.recurrence_id == declined.recurrence_id and each.answer is None and _meant(each, declined, command)
    ]
    return Decision(facts, reason=applied.reason or "counter-declined")


def _meant(proposal: Proposed, declined: incoming.Proposal, command: ReceiveMessage) -> bool:
    """Whether a refusal is one of this proposal, and not of an earlier one that came late, or again.

    It names the time that it declines; other programs name the event's own, or none. A refusal from an account here is
    later than the proposal by its DTSTAMP; the clocks of other servers may differ.
    """
    if proposal.refused is not None and declined.dtstamp <= proposal.refused:
        return False
    if command.trust is Trust.T3 and declined.dtstamp <= proposal.dtstamp:
        return False
    named = instant_of(when_of(declined.start))
    sides = (proposal.now, proposal.was)
    return named is None or named in {instant_of(side.start) for side in sides if side is not None}


def accepted_proposal(state: CalendarObject, command: ReceiveMessage, decision: Decision) -> Decision:
    """The decision about a REQUEST that moves the event to the time that the owner proposed: the owner accepts.

    A person who proposes a time says that they can come then, so they are not asked the same again. RFC 6638 §3.2.8
    lets no organizer's server keep an answer over a reschedule. So this is the attendee's own answer, sent as a REPLY,
    and they can change it.
    """
    text, me = decision.text, command.owner.addresses
    met = [each for each in state.proposals if each.answer is None and text is not None and _met(text.reading, each)]
    if text is None or not met:
        return decision
    dtstamp = state.dtstamp(command.now)
    # The fact about the messages comes once, at the end.
    facts = [fact for fact in decision.facts if not isinstance(fact, MessagesWritten)]
    if {rid for rid, _ in command.message.parts.items()} <= {each.recurrence_id for each in met}:
        facts = [replace(fact, asks=False) if isinstance(fact, InvitationReceived) else fact for fact in facts]
    answered = text
    for each in met:
        before, line = answered, answer_in(answered.reading, each.attendee, each.recurrence_id)
        answered = incoming.apply_answer(
            before, me=me, partstat="ACCEPTED", recurrence_id=each.recurrence_id, now=dtstamp
        )
        facts.append(_received(state, each, command, None))
        facts.append(
            RsvpGiven(
                attendee=each.attendee,
                partstat="ACCEPTED",
                recurrence_id=each.recurrence_id,
                own=True,
                mark=None,
                outline=outline_of(answered.reading, command.owner),
                change=change_between(before, answered),
                name=name_of(line),
                was=line.partstat if line is not None else None,
                occurrence=place_in(answered.reading, each.recurrence_id),
                comment=None,
            )
        )
    messages = outgoing.attendee_messages(text, answered, me=me, dtstamp=dtstamp)
    return decided(facts, [*decision.messages, *messages], dtstamp, text=answered)


def _met(reading: Reading, proposal: Proposed) -> bool:
    """Whether the event is at the proposed time now, and at the proposed place or the one it had."""
    now, proposed = details_in(reading, proposal.recurrence_id), proposal.now
    if now is None or proposed is None or now.status == "CANCELLED":
        return False
    places = {proposed.place, proposal.was.place if proposal.was is not None else proposed.place}
    sides = (now.start, proposed.start), (now.end, proposed.end)
    return all(instant_of(one) == instant_of(other) for one, other in sides) and now.place in places


def _received(
    state: CalendarObject, proposal: Proposed, command: ReceiveMessage, declined: incoming.Proposal | None
) -> ProposalAnswerReceived:
    """The fact of a refusal, or with None of an acceptance."""
    organizer = state.text.reading.organizer
    return ProposalAnswerReceived(
        attendee=proposal.attendee,
        recurrence_id=proposal.recurrence_id,
        accepted=declined is None,
        dtstamp=declined.dtstamp if declined is not None else None,
        organizer=organizer.address if organizer is not None else "",
        organizer_name=short(command.sender_name) or short(organizer.cn if organizer is not None else None),
        occurrence=place_in(state.text.reading, proposal.recurrence_id),
        was=proposal.was,
        now=proposal.now,
        comment=comment_of(declined.comment) if declined is not None else None,
    )
