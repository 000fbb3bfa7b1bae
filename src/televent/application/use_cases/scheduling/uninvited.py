"""The organizer decides about a person who would come without an invitation: one who answered, or whom an attendee
named as their delegate (imip/SPEC B6, RFC 5546 §3.2.2.3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from televent.application.addressing import Addressed, Span, address_messages
from televent.application.backend import Backend
from televent.application.event_store.conflicts import AlreadyApplied
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.local_delivery import deliver_at_once
from televent.application.refusals import NotOrganizer, UnknownResource
from televent.application.use_cases.scheduling.guests import Fate, invite_named
from televent.domain.calendar_object.commands import RefuseUninvited
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey
from televent.ical.itip.parts import parts_of
from televent.ical.itip.receiving.delegating import waiting_delegates


@dataclass(frozen=True, slots=True)
class Uninvited:
    """A person who would come. ``delegator``: the attendee who named them, None for nobody. ``wrote``: they answered
    themselves. ``invited``: they are an attendee by now."""

    address: str
    title: str
    delegator: str | None
    wrote: bool
    invited: bool


def mark_of(address: str) -> str:
    """A short name of an address in the data of a button."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def uninvited_of(backend: Backend, tenant: AccountId, stream_id: UUID, mark: str) -> Uninvited:
    """The person with that mark. Raises UnknownResource where there is no such person, or no such event any more;
    NotOrganizer."""
    return _found(backend.store.load(CALENDAR_OBJECT, StreamKey(tenant, stream_id)).state, mark)


def admit_uninvited(backend: Backend, context: Context, *, stream_id: UUID, mark: str) -> tuple[Uninvited, Fate]:
    """Invites the person, and returns who it is and what became of it. They get the invitation, and answer it.

    ``mark``: that of the address. Raises as ``uninvited_of`` and ``invite_named``.
    """
    person = uninvited_of(backend, context.tenant, stream_id, mark)
    if person.invited:
        return person, Fate.ALREADY
    given, delegator = [person.address], person.delegator
    (guest,) = invite_named(backend, context, stream_id=stream_id, given=given, delegator=delegator)
    return person, guest.fate


def refuse_uninvited(backend: Backend, context: Context, *, stream_id: UUID, mark: str) -> Uninvited:
    """Sends the person a cancellation, so that the event goes from their calendar. Idempotent: one for each answer.

    Nothing is sent to a delegate who has not written, and to a person who is invited by now. Raises as
    ``uninvited_of``.
    """
    account = backend.people.account(context.tenant)
    owner = backend.people.owner(account)
    key = StreamKey(context.tenant, stream_id)

    def step() -> tuple[Uninvited, Addressed]:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        person = _found(loaded.state, mark)
        if person.invited or not person.wrote:
            return person, Addressed()
        sent = max(each.dtstamp for each in loaded.state.marks.values() if each.address == person.address)
        once = replace(context, command_id=uuid5(stream_id, f"refuse/{person.address}/{sent.isoformat()}"))
        decision = decide(loaded.state, RefuseUninvited(owner, person.address, context.now))
        if not decision.facts:
            return person, Addressed()
        addressed = address_messages(backend, once, account, decision.messages, Span.of(loaded, decision.facts))
        change = Change(loaded, decision.facts, decision.after(loaded.state))
        try:
            backend.store.append(once, [change], addressed.outbox)
        except AlreadyApplied:
            return person, Addressed()
        return person, addressed

    person, addressed = retrying(step)
    deliver_at_once(backend, context, [message for message, _ in addressed.local])
    return person


def _found(state: CalendarObject, mark: str) -> Uninvited:
    if not state.exists:
        raise UnknownResource()
    if state.outline is None or state.outline.role != "organizer":
        raise NotOrganizer()
    reading = state.text.reading
    listed = {each.address for instance in reading.instances() for each in instance.attendees}
    waiting = waiting_delegates(parts_of(state.text))
    wrote = {each.address for each in state.marks.values()}
    known = {*listed, *waiting, *wrote}
    address = next((each for each in sorted(known) if mark_of(each) == mark), None)
    if address is None:
        raise UnknownResource()
    title = reading.instances()[0].summary
    return Uninvited(address, title, waiting.get(address), address in wrote, address in listed)
