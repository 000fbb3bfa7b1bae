"""A calendar collection: its name and properties, never its objects.

Facts, state, commands, refusals and the decision, in that order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from televent.domain.personal import Personal
from televent.domain.refusal import Refusal
from televent.domain.sharing import (
    AnswerSeen,
    CalendarShared,
    DismissAnswer,
    Grant,
    NoteShareAnswer,
    ShareAnswered,
    ShareCalendar,
    ShareWithdrawn,
    SharingCommand,
    SharingEvent,
    WithdrawShare,
    decide_sharing,
    evolve_grants,
)


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


@dataclass(frozen=True, slots=True)
class Calendar:
    created: bool = False
    deleted: bool = False
    name: str = ""
    components: tuple[str, ...] = ()
    props: Mapping[str, str] = field(default_factory=dict)
    grants: Mapping[UUID, Grant] = field(default_factory=dict)


def evolve(state: Calendar, fact: CalendarEvent) -> Calendar:
    """The calendar after one more fact."""
    match fact:
        case CalendarCreated():
            return Calendar(True, False, fact.name, fact.components, fact.props)
        case CalendarPropertiesChanged():
            return replace(state, props=fact.props)
        case CalendarRenamed():
            return replace(state, name=fact.name)
        case CalendarDeleted():
            return replace(state, deleted=True)
        case CalendarShared() | ShareWithdrawn() | ShareAnswered() | AnswerSeen():
            return replace(state, grants=evolve_grants(state.grants, fact))
        case _:
            assert_never(fact)


@dataclass(frozen=True, slots=True)
class CreateCalendar:
    calendar_id: UUID
    name: str
    components: tuple[str, ...]
    props: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeProperties:
    """``set`` replaces or adds, ``remove`` takes away; what is not there is no error (RFC 4918 §9.2)."""

    calendar_id: UUID
    set: Mapping[str, str]
    remove: frozenset[str]


@dataclass(frozen=True, slots=True)
class RenameCalendar:
    calendar_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class DeleteCalendar:
    calendar_id: UUID


CalendarCommand = CreateCalendar | ChangeProperties | RenameCalendar | DeleteCalendar | SharingCommand


class UnknownCalendar(Refusal):
    """There is no such calendar."""


class CalendarNameTaken(Refusal):
    """There is a calendar of that name already."""


class TooManyProperties(Refusal):
    """The calendar's properties would take more room than there is."""


MAX_PROPERTY_OCTETS = 256 * 1024


def decide(state: Calendar, command: CalendarCommand) -> list[CalendarEvent]:
    """What happens; the same command on its own result yields nothing. Raises Refusal."""
    match command:
        case CreateCalendar():
            if state.created:
                return []
            check_room(command.props)
            return [CalendarCreated(command.calendar_id, command.name, command.components, command.props)]
        case ChangeProperties():
            if not state.created or state.deleted:
                raise UnknownCalendar()
            kept = {name: value for name, value in state.props.items() if name not in command.remove}
            props = {**kept, **command.set}
            check_room(props)
            return [] if props == dict(state.props) else [CalendarPropertiesChanged(command.calendar_id, props)]
        case RenameCalendar():
            if not state.created or state.deleted:
                raise UnknownCalendar()
            return [] if state.name == command.name else [CalendarRenamed(command.calendar_id, command.name)]
        case DeleteCalendar():
            if not state.created or state.deleted:
                raise UnknownCalendar()
            return [CalendarDeleted(command.calendar_id)]
        case ShareCalendar() | WithdrawShare() | NoteShareAnswer() | DismissAnswer():
            if not state.created or state.deleted:
                raise UnknownCalendar()
            return [*decide_sharing(state.grants, command)]
        case _:
            assert_never(command)


def check_room(props: Mapping[str, str]) -> None:
    """Raises TooManyProperties."""
    if sum(len(name) + len(value.encode()) for name, value in props.items()) > MAX_PROPERTY_OCTETS:
        raise TooManyProperties()
