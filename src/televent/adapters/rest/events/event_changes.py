"""Changes of events that requests ask for, in one hop to a thread."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from televent.adapters.rest.events.event_answers import Answer, see
from televent.adapters.rest.mapping.changing import change_from, guests_changed
from televent.adapters.rest.mapping.shapes import EventFields
from televent.adapters.rest.mapping.wrong import wrong
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.refusals import PreconditionFailed, TryAgain
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.which import Scope, Which

ATTEMPTS: Final = 5
"""Max attempts of a change while the event changes meanwhile."""


def change(backend: Backend, context: Context, which: Which, data: EventFields, *, brief: bool) -> Answer:
    """Changes an event, or one occurrence of a series with those that it brings along, as a request asks."""
    rid = which.recurrence_id
    zone = backend.people.account(context.tenant).timezone
    for _ in range(ATTEMPTS):
        before = see(backend, context.tenant, which.stream_id, rid)
        wanted = change_from(data, before.event, before.times, zone)
        if wanted.zone is not None and rid is not None and which.scope is not Scope.THIS:
            raise wrong("time_zone", "Change the time zone of one occurrence, or of the whole series.")
        come, go = guests_changed(data.attendees, before.event)
        # The request was compared with this version of the event, so it must not change another one.
        pinned = which if which.etags is not None else replace(which, etags=(before.event.etag,))
        try:
            done = change_event(
                backend, context, which=pinned, change=wanted, come=[each.email for each in come], go=go
            )
        except PreconditionFailed:
            if which.etags is not None:
                raise
            continue
        shown_rid = rid if which.scope is Scope.THIS else None
        return see(backend, context.tenant, done.stream_id, shown_rid).answer(200, minimal=brief)
    raise TryAgain()
