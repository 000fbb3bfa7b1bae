"""What can have happened to a calendar collection: to its name and properties, never to its objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from televent.domain.personal import Personal
from televent.domain.sharing.grants.events import SharingEvent


@dataclass(frozen=True, slots=True)
class CalendarCreated:
    """``props`` are dead and live properties alike, keyed ``{namespace}local``, as XML inner text."""

    calendar_id: UUID
    name: str
    components: tuple[str, ...]
    props: Personal[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class CalendarPropertiesChanged:
    calendar_id: UUID
    props: Personal[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class CalendarRenamed:
    """Its URL's last segment changed; what is in it, and what clients know of it, stays (RFC 4918 §9.9)."""

    calendar_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class CalendarDeleted:
    calendar_id: UUID


CalendarEvent = CalendarCreated | CalendarPropertiesChanged | CalendarRenamed | CalendarDeleted | SharingEvent
