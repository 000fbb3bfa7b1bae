"""Finds the newest changes that a person made in their own calendars, over all events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.envelope import Envelope, envelope_of
from televent.application.use_cases.events.undo_change import own_changes
from televent.domain.ids import AccountId, StreamKey


@dataclass(frozen=True, slots=True)
class NewestChange:
    """The newest own change of one event. ``facts``: its facts with their envelopes, which have no position."""

    stream_id: UUID
    change_id: UUID
    summary: str
    at: datetime
    facts: tuple[tuple[Any, Envelope], ...]


def newest_changes(backend: Backend, tenant: AccountId, limit: int) -> list[NewestChange]:
    """The newest own change of each of the last changed events, the newest first, at most ``limit``.

    Events that others changed since are among them, so some more than ``limit`` are looked at.
    """
    found = []
    for stream_id in backend.reads.newest_changed(tenant, 4 * limit):
        groups = own_changes(backend, tenant, stream_id)
        if not groups:
            continue
        facts = tuple((backend.store.facts.to_fact(each), envelope_of(each)) for each in groups[-1])
        outline = backend.store.load(CALENDAR_OBJECT, StreamKey(tenant, stream_id)).state.outline
        newest = groups[-1][-1]
        found.append(
            NewestChange(
                stream_id, newest.command_id, outline.summary if outline is not None else "", newest.recorded_at, facts
            )
        )
    return sorted(found, key=lambda each: each.at, reverse=True)[:limit]
