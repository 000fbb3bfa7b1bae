"""Brings a calendar back to a moment, by new facts: guests are told as after any other change (ADR 70)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from televent.application.backend import Backend
from televent.application.conditions import Conditions
from televent.application.event_store.conflicts import StaleStream
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.past.account_at import AccountAt, ObjectAt
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import InvalidObject, NotOrganizer, PreconditionFailed, UnknownCalendar
from televent.application.use_cases.calendars.calendars import change_calendar, create_calendar
from televent.application.use_cases.events.trash import bring_back
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.objects.put_object import put_object
from televent.domain.calendar_object.state import CalendarObject, etag_of
from televent.domain.ids import AccountId, StreamKey
from televent.domain.refusal import Refusal
from televent.ical.editing.reverting import reverted, same_event
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

Step = Literal["remove", "move", "change", "bring back"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One event that differs from the moment. ``steps``: what is done with it, in this order."""

    stream_id: UUID
    uid: str
    summary: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """One event after the restore. ``refusal``: why it was left as it is; None: it is as it was."""

    planned: Planned
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Restoration:
    """How the calendar ``calendar_id`` comes back to the moment of ``past``. ``gone``: it is to be created again."""

    tenant: AccountId
    calendar_id: UUID
    past: AccountAt
    gone: bool
    events: tuple[Planned, ...]


def plan_restoration(backend: Backend, tenant: AccountId, name: str, *, past: AccountAt, now: AccountAt) -> Restoration:
    """The events that differ now in the calendar that had this name then. ``past`` and ``now``: the whole account.

    Raises UnknownCalendar.
    """
    me = backend.people.owner(backend.people.account(tenant)).addresses
    found = past.calendar_named(name)
    if found is None:
        raise UnknownCalendar(name=name)
    calendar_id, _ = found
    then, today = past.objects_in(calendar_id), now.objects_in(calendar_id)
    texts = {each.state.uid: each.state.text for each in now.objects.values()}
    planned = [_planned(stream, each, ("remove",)) for stream, each in today.items() if stream not in then]
    for stream, was in then.items():
        here = now.objects.get(stream)
        if here is None:
            if texts.get(was.state.uid) == was.state.text:
                continue  # It is back already, in another stream.
            planned.append(_planned(stream, was, ("bring back",)))
            continue
        steps: list[Step] = []
        if (here.state.calendar_id, here.state.href) != (was.state.calendar_id, was.state.href):
            steps.append("move")
        if _differs(here, was, me):
            steps.append("change")
        if steps:
            planned.append(_planned(stream, was, tuple(steps)))
    return Restoration(tenant, calendar_id, past, calendar_id not in now.calendars, tuple(planned))


def restore_calendar(backend: Backend, context_of: Callable[[], Context], plan: Restoration) -> Iterator[Done]:
    """Does what the plan says, event after event; each is one command with a context of its own.

    An event that the owner may not change is left as it is, with the refusal. Repeated with another plan, it does
    only what is left. Raises Outage.
    """
    calendar = _calendar(backend, context_of, plan)
    for planned in plan.events:
        try:
            retrying(lambda each=planned: _restore(backend, context_of(), plan, each, calendar))  # type: ignore[misc]
            yield Done(planned)
        except Refusal as refusal:
            yield Done(planned, refusal)


def _calendar(backend: Backend, context_of: Callable[[], Context], plan: Restoration) -> CalendarRow:
    """The calendar with the properties of the moment. Where it is gone: the one of its name, made if there is none."""
    was = plan.past.calendars[plan.calendar_id]
    calendar_id = plan.calendar_id
    if plan.gone:
        # One of that name may be there: an earlier attempt made it, or the person did.
        there = backend.reads.calendar(plan.tenant, was.name)
        calendar_id = (
            there.calendar_id
            if there is not None
            else create_calendar(backend, context_of(), name=was.name, components=was.components, props=was.props)
        )
    row = backend.reads.calendar_of(plan.tenant, calendar_id)
    if row is None:
        raise UnknownCalendar(name=was.name)
    if dict(row.props) != dict(was.props):
        change_calendar(
            backend, context_of(), name=row.name, set=was.props, remove=frozenset(row.props) - frozenset(was.props)
        )
    return row


def _restore(backend: Backend, context: Context, plan: Restoration, planned: Planned, calendar: CalendarRow) -> None:
    key = StreamKey(plan.tenant, planned.stream_id)
    state = backend.store.load(CALENDAR_OBJECT, key).state
    if planned.steps == ("remove",):
        if state.exists:
            place = _place(backend, plan.tenant, state)
            with _stale():
                delete_object(backend, context, calendar=place.calendar, href=place.href, conditions=_seen(state))
        return
    was = replace(plan.past.objects[planned.stream_id].state, calendar_id=calendar.calendar_id)
    if not _visible(backend, plan.tenant, state):
        bring_back(backend, context, planned.stream_id, was)
        return
    # A step before may have been done by an earlier attempt, so the state decides, not the plan.
    place = Place(calendar.name, was.href)
    if (state.calendar_id, state.href) != (was.calendar_id, was.href):
        source = _place(backend, plan.tenant, state)
        move_object(backend, context, source=source, destination=place, overwrite=False)
        context = replace(context, command_id=backend.ids())
    if state.text != was.text:
        with _stale():
            _rewrite(backend, context, place, state, was)
        if was.outline is not None and was.outline.role == "attendee":
            # A guest's own parts are as they were. The others are the organizer's to change.
            here = backend.store.load(CALENDAR_OBJECT, key).state
            if not same_event(here.text, was.text):
                raise NotOrganizer()


@contextmanager
def _stale() -> Iterator[None]:
    """The event has changed since it was loaded: it is loaded again."""
    try:
        yield
    except PreconditionFailed:
        raise StaleStream() from None


def _rewrite(backend: Backend, context: Context, place: Place, state: CalendarObject, was: CalendarObject) -> None:
    me = backend.people.owner(backend.people.account(context.tenant)).addresses
    try:
        text: CalendarText = reverted(state.text, before=was.text, after=state.text, me=me, now=context.now)
    except IcalError as error:
        raise InvalidObject(precondition=error.precondition, reason=str(error)) from error
    if text is not state.text:
        put_object(
            backend,
            context,
            calendar=place.calendar,
            href=place.href,
            text=text.mended(),
            conditions=_seen(state),
            stored=state.text,
        )


def _visible(backend: Backend, tenant: AccountId, state: CalendarObject) -> bool:
    """Whether people see the event. One without guests gets no fact when its calendar is deleted."""
    return (
        state.exists
        and state.calendar_id is not None
        and backend.reads.calendar_of(tenant, state.calendar_id) is not None
    )


def _place(backend: Backend, tenant: AccountId, state: CalendarObject) -> Place:
    row = backend.reads.calendar_of(tenant, state.calendar_id) if state.calendar_id is not None else None
    if row is None:
        raise StaleStream()
    return Place(row.name, state.href)


def _seen(state: CalendarObject) -> Conditions:
    return Conditions(if_match=(etag_of(state.text),))


def _differs(here: ObjectAt, was: ObjectAt, me: Collection[str]) -> bool:
    """Whether the texts say something else, beside guests' answers and when each was written."""
    now, then = here.state.text, was.state.text
    if now == then:
        return False
    try:
        return reverted(now, before=then, after=now, me=me, now=here.modified_at) is not now
    except IcalError:
        return True


def _planned(stream: UUID, each: ObjectAt, steps: tuple[Step, ...]) -> Planned:
    outline = each.state.outline
    return Planned(stream, each.state.uid, outline.summary if outline is not None else "", steps)
