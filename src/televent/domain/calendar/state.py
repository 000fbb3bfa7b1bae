"""The state of a calendar collection, folded from its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from televent.domain.calendar.events import (
    CalendarCreated,
    CalendarDeleted,
    CalendarEvent,
    CalendarPropertiesChanged,
    CalendarRenamed,
)
from televent.domain.calendar.team_mail import TeamMailSettled
from televent.domain.sharing.grants.events import AnswerSeen, CalendarShared, ShareAnswered, ShareWithdrawn
from televent.domain.sharing.grants.state import Grant, evolve_grants


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
        case TeamMailSettled():
            # The mails are kept apart: nothing of the calendar itself has changed.
            return state
        case _:
            assert_never(fact)
