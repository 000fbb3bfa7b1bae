"""Another time for a meeting: an attendee proposes it, the organizer accepts or declines it (RFC 5546 §3.2.7, §3.2.8).

Every door calls these. A COUNTER or DECLINECOUNTER for an account here is delivered at once, one for a person elsewhere
goes out by mail. Its delivery is not noted in the copy: SCHEDULE-STATUS tells of requests and answers (RFC 6638 §7.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from televent.application.addressing import Addressed, Span, address_messages
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.local_delivery import deliver_at_once, deliver_locally
from televent.application.refusals import Unreachable
from televent.domain.calendar_object.commands import CalendarObjectCommand
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.proposals import AcceptProposal, DeclineProposal, Proposed, ProposeTime
from televent.domain.calendar_object.propose import can_move, is_over, moves_series, outdated
from televent.domain.calendar_object.refusals import MeetingIsCancelled, MeetingIsOver, UnknownProposal
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey
from televent.ical.itip.parts import is_cancelled, parts_of
from televent.ical.itip.series import described
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Reading
from televent.ical.recurrence.occurrences import Occurrence, next_occurrence
from televent.ical.text.errors import IcalError
from televent.ical.text.values import Moment, unescape
from televent.ical.zones.moments import utc_of

MAX_PLACES: Final = 6
"""Max occurrences of a series from which a person chooses one."""
MAX_LOOKED_AT: Final = 12
"""Max occurrences that are looked at for them: cancelled ones are left out."""
MakeCommand = Callable[[frozenset[str]], CalendarObjectCommand]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result. ``already``: it was so before, and nothing was sent."""

    proposal: Proposed
    already: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposal that waits for the organizer. It cannot be accepted where it is ``outdated``, because the event has
    changed since. ``whole_series``: it moves a series whose rule cannot move like that.
    ``every_date``: it moves all dates of a series."""

    proposal: Proposed
    outdated: bool
    whole_series: bool
    every_date: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """An event or occurrence for which another time can be proposed. ``organizer``: the name or address."""

    recurrence_id: str | None
    title: str
    organizer: str
    start: Moment
    end: Moment


def propose_time(
    backend: Backend,
    context: Context,
    *,
    stream_id: UUID,
    start: Moment,
    end: Moment,
    recurrence_id: str | None = None,
    place: str | None = None,
    comment: str | None = None,
) -> Outcome:
    """Proposes another time to the organizer of an invitation; a newer proposal replaces an older one. Idempotent.

    ``stream_id``: the attendee's copy. ``recurrence_id`` names an occurrence, None an event that does not repeat.
    ``end`` is exclusive. Raises UnknownResource, NotInvited, OwnMeeting, OnlyEventsMove, ProposeOneOccurrence,
    NoSuchOccurrence, MeetingIsOver, MeetingIsCancelled, EndsBeforeStart, TimeIsOver, SameTime, NotSentFromHere,
    Unreachable.
    """
    key = StreamKey(context.tenant, stream_id)
    decision, state = _record(
        backend,
        context,
        key,
        lambda owner: ProposeTime(owner, recurrence_id, start, end, place, comment, context.now),
        must_reach=True,
    )
    own = [each for each in state.proposals if each.recurrence_id == recurrence_id]
    return Outcome(own[-1], not decision.facts)


def accept_proposal(backend: Backend, context: Context, *, stream_id: UUID, proposal: str) -> Outcome:
    """Moves the event to the proposed time, and asks all attendees again (RFC 5546 §3.2.2.1). Idempotent.

    ``stream_id``: the organizer's copy; ``proposal``: the key of a Proposed. Raises UnknownResource, NotOrganizer,
    UnknownProposal, OutdatedProposal, ProposalIsAnswered, SeriesProposal, MeetingIsCancelled, TimeIsOver.
    """
    key = StreamKey(context.tenant, stream_id)
    decision, state = _record(
        backend, context, key, lambda owner: AcceptProposal(owner, proposal, context.now), notes=True
    )
    return _outcome(state, proposal, decision)


def decline_proposal(
    backend: Backend, context: Context, *, stream_id: UUID, proposal: str, comment: str | None = None
) -> Outcome:
    """Keeps the event as it is, and tells the attendee. Idempotent. Also for a proposal that is outdated.

    The arguments are those of ``accept_proposal``. Raises UnknownResource, NotOrganizer, UnknownProposal,
    ProposalIsAnswered.
    """
    key = StreamKey(context.tenant, stream_id)
    decision, state = _record(
        backend, context, key, lambda owner: DeclineProposal(owner, proposal, comment, context.now)
    )
    return _outcome(state, proposal, decision)


def open_proposals(backend: Backend, tenant: AccountId, stream_id: UUID) -> list[Standing]:
    """The proposals that wait for an answer: attendees' in the organizer's copy, one's own in an attendee's."""
    state = backend.store.load(CALENDAR_OBJECT, StreamKey(tenant, stream_id)).state
    if not state.exists:
        return []
    return [each for each in standing_of(state, backend.clock()) if each.proposal.answer is None]


def standing_of(state: CalendarObject, now: datetime) -> list[Standing]:
    """All proposals of an event that are kept, with whether each could be accepted."""
    return [
        Standing(each, outdated(state, each), not can_move(state, each, now), moves_series(state, each))
        for each in state.proposals
    ]


def places(
    backend: Backend, tenant: AccountId, stream_id: UUID, recurrence_id: str | None, *, now: datetime
) -> list[Place]:
    """The event, or the occurrence that ``recurrence_id`` names; for a series without one, its next occurrences.

    None of them where there is no such event. Raises MeetingIsOver, MeetingIsCancelled.
    """
    row = backend.reads.by_stream(tenant, stream_id)
    if row is None or row.ics is None:
        return []
    reading, parts = row.text.reading, parts_of(row.text)
    organizer = _organizer(backend, reading)
    if recurrence_id is None and (reading.recurs or reading.master is None):
        zone = ZoneInfo(backend.people.account(tenant).timezone)
        title = reading.instances()[0].summary
        found = [
            Place(each.recurrence_id, title, organizer, each.start, each.end)
            for each in _coming(row.text, now, zone)
            if not any(map(is_cancelled, filter(None, (parts.get(each.recurrence_id), parts.master))))
        ]
        if not found:
            raise MeetingIsOver()
        return found[:MAX_PLACES]
    event = described(parts, recurrence_id)
    start, end = parts.times(event) if event is not None else (None, None)
    if event is None or start is None:
        return []
    if is_cancelled(event):
        raise MeetingIsCancelled()
    if is_over(end if end is not None else start, now):
        raise MeetingIsOver()
    title = unescape(event.value("SUMMARY") or "")
    return [Place(recurrence_id, title, organizer, start, end if end is not None else start)]


def _coming(text: CalendarText, now: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
    """The next occurrences, at most MAX_LOOKED_AT; none of a series that costs too much."""
    after = now
    with suppress(IcalError):
        for _ in range(MAX_LOOKED_AT):
            coming = next_occurrence(text.tree, after, floating_zone=zone)
            if coming is None:
                return
            yield coming
            after = utc_of(coming.start, zone)


def _organizer(backend: Backend, reading: Reading) -> str:
    """The organizer's name; the address of a person elsewhere who gave none."""
    if reading.organizer is None:
        return ""
    address = reading.organizer.address
    account = backend.people.accounts_of_addresses([address]).get(address)
    return reading.organizer.cn or (account.name if account is not None else address)


def _outcome(state: CalendarObject, proposal: str, decision: Decision) -> Outcome:
    found = state.proposal(proposal)
    if found is None:
        raise UnknownProposal()
    return Outcome(found, not decision.facts)


def _record(
    backend: Backend,
    context: Context,
    key: StreamKey,
    command: MakeCommand,
    *,
    must_reach: bool = False,
    notes: bool = False,
) -> tuple[Decision, CalendarObject]:
    """Decides and records the command, and delivers its messages. ``command``: made for the owner's addresses.

    ``must_reach``: refuse where nobody could get the message. ``notes``: note the deliveries in the copy.
    """
    account = backend.people.account(context.tenant)
    owner = backend.people.owner(account)

    def step() -> tuple[Decision, CalendarObject, Addressed]:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        decision = decide(loaded.state, command(owner.addresses))
        if not decision.facts:
            return decision, loaded.state, Addressed()
        addressed = address_messages(backend, context, account, decision.messages, Span.of(loaded, decision.facts))
        if must_reach and not addressed.outbox:
            raise Unreachable()
        change = Change(loaded, decision.facts, decision.after(loaded.state))
        backend.store.append(context, [change], addressed.outbox)
        return decision, change.after, addressed

    decision, state, addressed = retrying(step)
    if notes:
        return decision, deliver_locally(backend, context, key, owner, addressed, state.text) or state
    deliver_at_once(backend, context, [message for message, _ in addressed.local])
    return decision, state
