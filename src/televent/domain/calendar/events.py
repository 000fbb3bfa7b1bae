"""The facts of a calendar collection: its name, properties and shares. Its objects have streams of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from televent.domain.calendar.team_mail import TeamMailSettled
from televent.domain.personal import Personal
from televent.domain.sharing.grants.events import SharingEvent


@dataclass(frozen=True, slots=True)
class CalendarCreated:
    """A calendar was created. ``props``: dead and live properties, ``{namespace}local`` → the XML inner text."""

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
    """The last segment of the calendar's URL changed. Its members and sync tokens stay valid (RFC 4918 §9.9)."""

    calendar_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class CalendarDeleted:
    calendar_id: UUID


CalendarEvent = (
    CalendarCreated | CalendarPropertiesChanged | CalendarRenamed | CalendarDeleted | SharingEvent | TeamMailSettled
)
