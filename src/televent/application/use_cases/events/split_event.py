"""Divides a series in two in one transaction: the old one ends, the rest becomes an event of its own (ADR 47)."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid5

from televent.application.addressing import Span, address_messages
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.store import Change
from televent.application.local_delivery import deliver_locally
from televent.application.refusals import UnsplittableSeries
from televent.application.use_cases.events.storing import store
from televent.application.use_cases.events.which import Changed, Located
from televent.application.use_cases.objects.as_indexed import as_indexed
from televent.application.use_cases.objects.put_object import validated
from televent.domain.calendar_object.commands import PutObject
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import knowing
from televent.domain.ids import StreamKey
from televent.ical.editing.changes import EventChange
from televent.ical.editing.event_edits import change_all
from televent.ical.editing.splitting import split_series
from televent.ical.objects.calendar_text import CalendarText


def divide(backend: Backend, context: Context, found: Located, recurrence_id: str, change: EventChange) -> Changed:
    """Changes the occurrence and all following ones: the guests hear that the old series ends, and are invited to the
    rest. At the first occurrence the whole series changes. Raises StaleStream, UnsplittableSeries, IcalError."""
    new_id = uuid5(context.command_id, "following")
    uid = f"{new_id}@{backend.people.mail_domain}"
    split = split_series(found.row.text, recurrence_id, uid=uid, now=context.now)
    rest = change_all(split.rest, change, now=context.now, recurrence_id=recurrence_id)
    if split.before is None:
        store(backend, context, found, rest)
        return Changed(found.row.stream_id)
    if found.calendar.share is not None:
        # Two events of the owner, and the sharee's own alarms in both: a calendar app writes them one by one.
        raise UnsplittableSeries()
    _store_both(backend, context, found, split.before, rest.mended(), f"{new_id}.ics")
    return Changed(new_id)


def _store_both(
    backend: Backend, context: Context, found: Located, before: CalendarText, rest: CalendarText, href: str
) -> None:
    validated(before)
    validated(rest)
    account = backend.people.account(context.tenant)
    owner, row = found.owner, found.row
    loaded = as_indexed(backend.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, row.stream_id)), row)
    loaded = replace(loaded, state=knowing(loaded.state, row.text))
    made = backend.store.empty(CALENDAR_OBJECT, StreamKey(context.tenant, uuid5(context.command_id, "following")))
    calendar = found.calendar.calendar_id
    ending = PutObject(owner, calendar, row.href, before.mended(), context.now, merge=False, current=True)
    beginning = PutObject(owner, calendar, href, rest, context.now, merge=False, current=True)
    # The messages of the two halves have ids of their own.
    contexts = context, replace(context, command_id=uuid5(context.command_id, "following"))
    done = []
    for stream, command, by in zip((loaded, made), (ending, beginning), contexts, strict=True):
        decision = decide(stream.state, command)
        addressed = address_messages(backend, by, account, decision.messages, Span.of(stream, decision.facts))
        done.append((Change(stream, decision.facts, decision.after(stream.state)), addressed, by))
    outbox = [message for _, addressed, _ in done for message in addressed.outbox]
    backend.store.append(context, [change for change, _, _ in done], outbox)
    for change, addressed, by in done:
        deliver_locally(backend, by, change.loaded.key, owner, addressed, change.after.text)
