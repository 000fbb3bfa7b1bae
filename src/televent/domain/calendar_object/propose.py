"""Decides about proposals of another time: an attendee makes one, the organizer answers it (RFC 5546 §3.2.7, §3.2.8).

A proposal changes no text. The organizer who accepts one reschedules the event as by a PUT, so that all attendees are
asked again (§3.2.2.1). A proposal for a time that has changed since is never applied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from televent.domain.calendar_object.commands import Owner, PutObject
from televent.domain.calendar_object.decision import Decision, known_of
from televent.domain.calendar_object.details import Details, When
from televent.domain.calendar_object.differences import MAX_TEXT, bounded, details_in, instant_of, when_of
from televent.domain.calendar_object.people import comment_of, place_in
from televent.domain.calendar_object.proposals import (
    AcceptProposal,
    DeclineProposal,
    ProposalAnswered,
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
    SeriesProposal,
    TimeIsOver,
    UnknownProposal,
    UnknownResource,
)
from televent.domain.calendar_object.state import CalendarObject
from televent.ical.editing.changes import EventChange
from televent.ical.editing.event_edits import change_all
from televent.ical.itip.moving import moved
from televent.ical.itip.parts import is_cancelled, parts_of
from televent.ical.itip.people import address_of, mine_in
from televent.ical.itip.results import Proposal
from televent.ical.itip.sending.asked import counts_from
from televent.ical.itip.sending.proposing import Wish, counter_message, decline_message
from televent.ical.itip.series import described
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component
from televent.ical.text.values import Moment, canonical, moment
from televent.ical.zones.moments import utc_of

_AHEAD = timedelta(minutes=1)
"""Max time by which a proposal's DTSTAMP may be ahead of the clock here, as after several messages in one second. A
stranger can send any DTSTAMP."""
_ANY_ZONE = timedelta(hours=14)
"""A floating time may be that much later than in UTC, somewhere on Earth."""


def propose(state: CalendarObject, command: ProposeTime) -> Decision:
    """The fact and the COUNTER; none where the same proposal is open. Raises Refusal."""
    if not state.exists or state.outline is None:
        raise UnknownResource()
    if state.outline.role == "organizer":
        raise OwnMeeting()
    event = _to_propose_for(state, command)
    parts, reading = parts_of(state.text), state.text.reading
    asked = mine_in(event, command.owner)
    if asked is None:
        raise NotInvited()
    was = details_in(reading, command.recurrence_id)
    place = bounded(" ".join((command.place or "").split()), MAX_TEXT) or None
    now = replace(
        was or Details(None, None, None, state.outline.summary, "", None),
        start=when_of(command.start),
        end=when_of(command.end),
        place=place or (was.place if was is not None else ""),
    )
    stays = place is None or was is None or place == was.place
    if stays and parts.span(event) == (canonical(command.start), canonical(command.end)):
        raise SameTime()
    comment, dtstamp = comment_of(command.comment), state.dtstamp(command.now)
    proposed = TimeProposed(
        attendee=address_of(asked),
        recurrence_id=command.recurrence_id,
        sequence=0,
        dtstamp=dtstamp,
        occurrence=place_in(reading, command.recurrence_id),
        was=was,
        now=now,
        comment=comment,
    )
    if any(_same(each, proposed) and not outdated(state, each) for each in state.proposals):
        return Decision(reason="proposed")
    wish = Wish(command.start, command.end, place, comment)
    message = counter_message(state.text, wish, me=command.owner, recurrence_id=command.recurrence_id, dtstamp=dtstamp)
    if message is None:
        raise NotSentFromHere()
    return Decision([replace(proposed, sequence=message.sequence)], [message])


def _to_propose_for(state: CalendarObject, command: ProposeTime) -> Component:
    """The event or occurrence that the proposal is about. Raises Refusal."""
    if state.outline is None or state.outline.component != "VEVENT":
        raise OnlyEventsMove()
    parts = parts_of(state.text)
    if command.recurrence_id is None and state.outline.recurs:
        raise ProposeOneOccurrence()
    event = described(parts, command.recurrence_id)
    whole = parts.master or event
    if (event is not None and is_cancelled(event)) or (whole is not None and is_cancelled(whole)):
        raise MeetingIsCancelled()
    if event is None:
        raise NoSuchOccurrence()
    end = parts.times(event)[1]
    if end is not None and is_over(end, command.now):
        raise MeetingIsOver()
    if isinstance(command.start, datetime) != isinstance(command.end, datetime):
        raise EndsBeforeStart()
    if utc_of(command.end) < utc_of(command.start) or (
        not isinstance(command.start, datetime) and command.end <= command.start
    ):
        raise EndsBeforeStart()
    if is_over(command.start, command.now):
        raise TimeIsOver()
    return event


def accept(
    state: CalendarObject, command: AcceptProposal, put: Callable[[CalendarObject, PutObject], Decision]
) -> Decision:
    """The reschedule with its REQUESTs, as ``put`` decides it; nothing where it was accepted before. Raises Refusal."""
    proposal = _of_organizer(state, command.proposal)
    if proposal.answer == "accepted":
        return Decision(reason="accepted")
    if proposal.answer is not None:
        raise ProposalIsAnswered()
    if any(is_cancelled(component) for component in _standing(state, proposal)):
        raise MeetingIsCancelled()
    wished = proposed_times(proposal)
    if outdated(state, proposal) or wished is None:
        raise OutdatedProposal()
    if moves_series(state, proposal):
        text = _moved_series(state, proposal, command.now)
        last = text.reading.span[1]
        if last is not None and is_over(last, command.now):
            raise TimeIsOver()
    else:
        if is_over(wished[1], command.now):
            raise TimeIsOver()
        text = moved(
            state.text,
            proposal.recurrence_id,
            start=wished[0],
            end=wished[1],
            place=proposed_place(proposal),
            dtstamp=state.dtstamp(command.now),
        )
    assert state.calendar_id is not None
    decision = put(state, PutObject(Owner(command.owner), state.calendar_id, state.href, text, command.now))
    answered = _answered(state, proposal, accepted=True, dtstamp=None, comment=None)
    return replace(decision, facts=[answered, *decision.facts])


def moves_series(state: CalendarObject, proposal: Proposed) -> bool:
    """Whether a proposal moves all occurrences of a series by the same time."""
    return proposal.recurrence_id is None and state.text.reading.recurs


def can_move(state: CalendarObject, proposal: Proposed, now: datetime) -> bool:
    """Whether the event can be moved so: the rule of a series may not allow it."""
    try:
        return not moves_series(state, proposal) or bool(_moved_series(state, proposal, now))
    except SeriesProposal:
        return False


def _moved_series(state: CalendarObject, proposal: Proposed, now: datetime) -> CalendarText:
    """The series with each occurrence moved by the difference. Raises SeriesProposal where its rule cannot."""
    change = EventChange(place=proposed_place(proposal), times=proposed_times(proposal))
    try:
        return change_all(state.text, change, now=state.dtstamp(now))
    except IcalError as error:
        raise SeriesProposal() from error


def decline(state: CalendarObject, command: DeclineProposal) -> Decision:
    """The fact and the DECLINECOUNTER; nothing where it was declined before. Raises Refusal."""
    proposal = _of_organizer(state, command.proposal)
    if proposal.answer == "declined":
        return Decision(reason="declined")
    if proposal.answer is not None:
        raise ProposalIsAnswered()
    comment = comment_of(command.comment)
    dtstamp = state.dtstamp(command.now)
    if dtstamp <= proposal.dtstamp < dtstamp + _AHEAD:
        # Nobody shall take it for a refusal of an earlier proposal.
        dtstamp = proposal.dtstamp + timedelta(seconds=1)
    start, end = proposed_times(proposal) or (None, None)
    sent = Proposal(
        address=proposal.attendee,
        recurrence_id=proposal.recurrence_id,
        start=start,
        end=end,
        comment=proposal.comment,
        sequence=proposal.sequence,
        dtstamp=proposal.dtstamp,
        cn=proposal.name,
    )
    message = decline_message(state.text, sent, me=command.owner, comment=comment, dtstamp=dtstamp)
    answered = _answered(state, proposal, accepted=False, dtstamp=dtstamp, comment=comment)
    return Decision([answered], [message] if message is not None else [])


def outdated(state: CalendarObject, proposal: Proposed) -> bool:
    """Whether the event has changed since the proposal: its time, its place, or it does not take place any more."""
    parts = parts_of(state.text)
    event = described(parts, proposal.recurrence_id)
    is_now = details_in(state.text.reading, proposal.recurrence_id)
    if proposal.outdated or event is None or is_cancelled(event) or is_now is None or proposal.was is None:
        return True
    organizer = state.outline.organizer if state.outline is not None else None
    floor = counts_from(known_of(state), organizer, proposal.attendee, proposal.recurrence_id)
    if state.outline is not None and state.outline.role == "organizer" and proposal.sequence < floor:
        return True
    return _times(is_now) != _times(proposal.was) or is_now.place != proposal.was.place


def proposed_times(proposal: Proposed) -> tuple[Moment, Moment] | None:
    """The proposed start and end; None where the proposal names no time that can be read."""
    start, end = (_moment(each) for each in (proposal.now.start, proposal.now.end)) if proposal.now else (None, None)
    if start is None or end is None:
        return None
    return start, end


def proposed_place(proposal: Proposed) -> str | None:
    """The proposed place; None where it is the one that the event had."""
    if proposal.now is None or not proposal.now.place:
        return None
    return proposal.now.place if proposal.was is None or proposal.was.place != proposal.now.place else None


def _of_organizer(state: CalendarObject, key: str) -> Proposed:
    if not state.exists or state.outline is None:
        raise UnknownResource()
    if state.outline.role != "organizer":
        raise NotOrganizer()
    proposal = state.proposal(key)
    if proposal is None:
        raise UnknownProposal()
    return proposal


def _standing(state: CalendarObject, proposal: Proposed) -> list[Component]:
    """The components that describe the occurrence: its own and the series'."""
    parts = parts_of(state.text)
    return [each for each in (parts.get(proposal.recurrence_id), parts.master) if each is not None]


def _answered(
    state: CalendarObject, proposal: Proposed, *, accepted: bool, dtstamp: datetime | None, comment: str | None
) -> ProposalAnswered:
    return ProposalAnswered(
        attendee=proposal.attendee,
        name=proposal.name,
        recurrence_id=proposal.recurrence_id,
        accepted=accepted,
        dtstamp=dtstamp,
        occurrence=place_in(state.text.reading, proposal.recurrence_id),
        was=proposal.was,
        now=proposal.now,
        comment=comment,
    )


def _same(each: Proposed, new: TimeProposed) -> bool:
    """Whether the attendee has made this proposal already, and the organizer has not answered it."""
    there = each.attendee, each.recurrence_id, each.comment, each.answer
    here = new.attendee, new.recurrence_id, new.comment, None
    if there != here or each.now is None or new.now is None:
        return False
    return _times(each.now) == _times(new.now) and each.now.place == new.now.place


def _times(details: Details) -> tuple[str | datetime | None, ...]:
    """Start and end in a form that is equal for the same instants in two zones."""
    return instant_of(details.start), instant_of(details.end)


def _moment(when: When | None) -> Moment | None:
    if when is None:
        return None
    return when.utc.astimezone(UTC) if when.utc is not None else moment(when.local)


def is_over(when: Moment, now: datetime) -> bool:
    """Whether a time is over everywhere on Earth: a floating one has no zone."""
    floating = not isinstance(when, datetime) or when.tzinfo is None
    day = timedelta(days=1) if not isinstance(when, datetime) else timedelta(0)
    return utc_of(when) + (_ANY_ZONE + day if floating else timedelta(0)) < now
