"""Whether a meeting is cancelled, or goes on without this attendee: iCalendar has one STATUS for both."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.domain.calendar_object.events import EventCancelled, InvitationReceived
from televent.domain.ids import AccountId, StreamKey

LOOKED_AT: Final = 50
"""Max newest facts among which the organizer's last message is looked for."""


def is_removed(backend: Backend, tenant: AccountId, stream_id: UUID) -> bool:
    """Whether the organizer's last message took the owner of this copy off the list of attendees."""
    events = backend.store.newest(StreamKey(tenant, stream_id), after=0, limit=LOOKED_AT)
    told = (fact for _, fact in reversed(events) if isinstance(fact, EventCancelled | InvitationReceived))
    last = next(told, None)
    return isinstance(last, EventCancelled) and last.removed
