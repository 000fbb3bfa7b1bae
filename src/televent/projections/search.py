"""The projection of the copies of events whose words have to be read (again).

It says which copies changed. Their words follow from the whole text, which no single fact has: a worker reads it, and
writes the words (ADR 86).
"""

from __future__ import annotations

from typing import Any, Final

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Insert, Projection
from televent.domain.calendar_object.events import (
    EventCancelled,
    EventCreated,
    EventDeleted,
    EventMoved,
    EventRescheduled,
    EventRevised,
    InvitationReceived,
    PersonForgotten,
)

FACTS: Final = (
    EventCreated,
    EventRescheduled,
    EventRevised,
    InvitationReceived,
    EventCancelled,
    EventMoved,
    EventDeleted,
    PersonForgotten,
)
"""The facts that change a word of an event, its time, or its calendar. Answers do not."""


def fold(_fact: Any, envelope: Envelope) -> list[Insert]:
    """The mark of the copy that a fact is about."""
    key = {"tenant_id": envelope.tenant, "stream_id": envelope.key.stream}
    return [Insert("search_mark", {**key, "marked": envelope.position})]


SEARCH: Final = Projection(
    "search",
    {"search_mark": ("tenant_id", "stream_id")},
    fold,
    topics=tuple(map(name_of, FACTS)),
    by_envelope=True,
    # A search reads the newest changes of its account itself (freshen), and large batches cost writers less.
    pause=1.0,
    wakes="search",
)
