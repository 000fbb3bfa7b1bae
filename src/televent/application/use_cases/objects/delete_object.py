"""Deletes a resource: the organizer cancels, an attendee declines (RFC 6638 §3.2.1.3, §3.2.2.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from televent.application.addressing import Addressed, Span, address_messages
from televent.application.backend import Backend
from televent.application.conditions import NONE, Conditions
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.local_delivery import deliver_locally
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import ExpectCalendar
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import UnknownCalendar, UnknownResource
from televent.application.use_cases.objects.as_indexed import as_indexed
from televent.domain.calendar_object.commands import DeleteObject
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import StreamKey


def delete_object(
    backend: Backend, context: Context, *, calendar: str, href: str, conditions: Conditions = NONE, reply: bool = True
) -> None:
    """Deletes the resource of that name. ``reply`` False: an attendee does not decline.

    Raises UnknownCalendar, UnknownResource, PreconditionFailed; then nothing has changed.
    """

    def find() -> tuple[ResourceRow, Sequence[ExpectCalendar]]:
        found = backend.reads.find(context.tenant, calendar, href, "")
        if found.calendar is None:
            raise UnknownCalendar()
        if found.resource is None:
            raise UnknownResource()
        conditions.check(found.resource, found.calendar)
        return found.resource, conditions.expected(found.calendar)

    _delete(backend, context, find, reply)


def delete_stream(backend: Backend, context: Context, *, stream_id: UUID, reply: bool = True) -> None:
    """Deletes the resource of that stream. Raises UnknownResource."""

    def find() -> tuple[ResourceRow, Sequence[ExpectCalendar]]:
        resource = backend.reads.by_stream(context.tenant, stream_id)
        if resource is None:
            raise UnknownResource()
        return resource, ()

    _delete(backend, context, find, reply)


def deletion(
    backend: Backend, context: Context, account: AccountRow, resource: ResourceRow, *, reply: bool
) -> tuple[Change[CalendarObject], Addressed]:
    """The facts and iTIP messages of a deletion; nothing is recorded yet.

    Raises StaleStream where the index row and the stream differ.
    """
    loaded = as_indexed(backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, resource.stream_id)), resource)
    decision = decide(loaded.state, DeleteObject(backend.people.owner(account), reply, context.now))
    change = Change(loaded, decision.facts, decision.after(loaded.state))
    return change, address_messages(backend, context, account, decision.messages, Span.of(loaded, decision.facts))


def _delete(
    backend: Backend,
    context: Context,
    find: Callable[[], tuple[ResourceRow, Sequence[ExpectCalendar]]],
    reply: bool,
) -> None:
    account = backend.people.account(context.tenant)

    def step() -> tuple[Change[CalendarObject], Addressed]:
        resource, expected = find()
        change, addressed = deletion(backend, context, account, resource, reply=reply)
        backend.store.append(context, [change], addressed.outbox, expected=expected)
        return change, addressed

    change, addressed = retrying(step)
    deliver_locally(
        backend, context, change.loaded.key, backend.people.owner(account), addressed, change.loaded.state.text
    )
