"""Reads one event as it stood at a moment, from its facts (ADR 70)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.deciders import CALENDAR_OBJECT, decider_of
from televent.application.event_store.recorded import RecordedEvent
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import NotYetPast, PastTooLarge, UnknownResource
from televent.application.use_cases.calendars.past_calendar import SETTLED
from televent.application.use_cases.calendars.shared_past import shown_then, was_shared
from televent.domain.calendar_object.state import etag_of
from televent.domain.ids import AccountId, StreamKey
from televent.domain.sharing.access import BUSY

MAX_FACTS = 10_000
"""Max facts of one event that are folded."""


def event_seen_at(
    backend: Backend, tenant: AccountId, stream_id: UUID, at: datetime, now: datetime
) -> tuple[ResourceRow, AccountId]:
    """The event as it stood in a calendar of the person, or in one that is shared with them (ADR 102), as they may see
    it, and the owner of the calendar. Raises UnknownResource, NotYetPast, PastTooLarge."""
    try:
        return event_at(backend, tenant, stream_id, at, now), tenant
    except UnknownResource:
        for mount in backend.reads.mounts(tenant):
            share = mount.share
            row = _there(backend, mount, stream_id, at, now)
            if share is None or share.access == BUSY or row is None or not was_shared(backend, mount, at):
                continue
            for shown in shown_then(backend, share, [row]):
                return shown, mount.tenant
        raise


def _there(backend: Backend, mount: CalendarRow, stream_id: UUID, at: datetime, now: datetime) -> ResourceRow | None:
    """The event as it stood in that calendar; None where it was not there."""
    try:
        row = event_at(backend, mount.tenant, stream_id, at, now)
    except UnknownResource:
        return None
    return row if row.calendar_id == mount.calendar_id else None


def event_at(backend: Backend, tenant: AccountId, stream_id: UUID, at: datetime, now: datetime) -> ResourceRow:
    """The event of the person's own calendars as it stood, with its text. Its ``seq`` is the number of its facts.

    Raises UnknownResource (it was not there), NotYetPast, PastTooLarge.
    """
    if at > now - SETTLED:
        raise NotYetPast()
    found = backend.store.recorder.select_events(str(StreamKey(tenant, stream_id)), limit=MAX_FACTS + 1)
    if len(found) > MAX_FACTS:
        raise PastTooLarge()
    events = [each for each in found if isinstance(each, RecordedEvent) and each.recorded_at <= at]
    facts = [backend.store.facts.to_fact(each) for each in events]
    if not facts or decider_of(type(facts[0])) is not CALENDAR_OBJECT:
        raise UnknownResource()
    state = CALENDAR_OBJECT.fold(CALENDAR_OBJECT.initial, facts)
    if not state.exists or state.outline is None or state.calendar_id is None:
        raise UnknownResource()
    return ResourceRow(
        calendar_id=state.calendar_id,
        href=state.href,
        stream_id=stream_id,
        uid=state.uid,
        etag=etag_of(state.text),
        schedule_tag=state.schedule_tag,
        component=state.outline.component,
        seq=len(facts),
        deleted=False,
        recurs=state.outline.recurs,
        modified_at=events[-1].recorded_at,
        size=len(state.text.raw),
        ics=state.text.raw,
    )
