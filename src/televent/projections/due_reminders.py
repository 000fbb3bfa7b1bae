"""The projection of the copies of events that may have reminders, and of the people who get a daily summary.

It says which copies have to be planned (again). When they remind depends on the text and on the person's zone and
choices, which no single fact has: a worker reads them and plans the next reminder of each (ADR 49).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Delete, Insert, Projection, RowWrite, Update
from televent.domain.account.events import (
    AccountOpened,
    AddressRemoved,
    AddressVerified,
    PreferencesChanged,
    ProfileChanged,
)
from televent.domain.calendar_object.events import (
    EventCancelled,
    EventCreated,
    EventDeleted,
    EventMoved,
    EventRescheduled,
    EventRevised,
    InvitationReceived,
    Outline,
    RsvpGiven,
)

FACTS = (
    AccountOpened,
    ProfileChanged,
    PreferencesChanged,
    AddressVerified,
    AddressRemoved,
    EventCreated,
    EventRescheduled,
    EventRevised,
    RsvpGiven,
    InvitationReceived,
    EventCancelled,
    EventMoved,
    EventDeleted,
)
AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""``plan_at`` of a copy that has to be planned now."""
PAST: Final = timedelta(days=40)
"""Time after its last instance when an event that is written then has no row: an import holds years of them."""


def fold(fact: Any, envelope: Envelope) -> list[RowWrite]:
    """The rows that a fact marks."""
    match fact:
        case AccountOpened():
            return [Insert("digest", {"tenant_id": envelope.tenant, "marked": envelope.position, "planned": False})]
        case ProfileChanged() | PreferencesChanged() | AddressVerified() | AddressRemoved():
            return _person(envelope)
        case EventDeleted():
            return [Delete("reminder", _key(envelope))]
        case EventMoved():
            return [_copy(envelope)]
        case RsvpGiven() if not fact.own:
            return []
        case InvitationReceived() if fact.only_answers:
            return []
        case _:
            return [_copy(envelope) if _reminds(fact.outline, envelope) else Delete("reminder", _key(envelope))]


def _person(envelope: Envelope) -> list[RowWrite]:
    """All reminders of a person are planned again, and the next summary."""
    person, marked = {"tenant_id": envelope.tenant}, envelope.position
    return [
        Update("reminder", person, {"marked": marked, "plan_at": AT_ONCE}),
        Update("digest", person, {"marked": marked, "planned": False}),
    ]


def _copy(envelope: Envelope) -> RowWrite:
    values = {"marked": envelope.position, "changed_at": envelope.now, "known_since": envelope.now, "plan_at": AT_ONCE}
    return Insert("reminder", {**_key(envelope), **values}, once=("known_since",))


def _reminds(outline: Outline, envelope: Envelope) -> bool:
    end = outline.span_end
    return outline.component == "VEVENT" and (end is None or end > envelope.now - PAST)


def _key(envelope: Envelope) -> dict[str, Any]:
    return {"tenant_id": envelope.tenant, "stream_id": envelope.key.stream}


DUE_REMINDERS = Projection(
    "due_reminders",
    {"reminder": ("tenant_id", "stream_id"), "digest": ("tenant_id",)},
    fold,
    topics=tuple(map(name_of, FACTS)),
    # A reminder may be late by seconds; a batch costs writers the same for one event as for a hundred.
    pause=1.0,
    wakes="reminders",
)
