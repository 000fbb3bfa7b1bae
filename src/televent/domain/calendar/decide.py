"""Decides the commands of a calendar collection."""

from __future__ import annotations

from typing import assert_never

from televent.domain.calendar.commands import (
    CalendarCommand,
    ChangeProperties,
    CreateCalendar,
    DeleteCalendar,
    RenameCalendar,
)
from televent.domain.calendar.events import (
    CalendarCreated,
    CalendarDeleted,
    CalendarEvent,
    CalendarPropertiesChanged,
    CalendarRenamed,
)
from televent.domain.calendar.refusals import UnknownCalendar
from televent.domain.calendar.state import Calendar
from televent.domain.calendar.team_mail import SettleTeamMail, settle_team_mail
from televent.domain.properties import check_room
from televent.domain.sharing.grants.commands import (
    ChangeRole,
    DismissAnswer,
    EndTeam,
    NoteShareAnswer,
    OfferMembership,
    RemoveMember,
    ShareCalendar,
    WithdrawShare,
)
from televent.domain.sharing.grants.decide import decide_sharing
from televent.domain.sharing.grants.team import check_manager, decide_team


def decide(state: Calendar, command: CalendarCommand) -> list[CalendarEvent]:
    """The facts of a command; none where the calendar is already so. Raises Refusal."""
    match command:
        case CreateCalendar():
            if state.created:
                return []
            check_room(command.props)
            return [CalendarCreated(command.calendar_id, command.name, command.components, command.props)]
        case ChangeProperties():
            if not state.created or state.deleted:
                raise UnknownCalendar()
            if command.by is not None:
                check_manager(state.grants, command.by)
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
        case OfferMembership() | ChangeRole() | RemoveMember() | EndTeam():
            if not state.created or state.deleted:
                raise UnknownCalendar()
            return [*decide_team(state.grants, command)]
        case SettleTeamMail():
            if not state.created or state.deleted:
                raise UnknownCalendar()
            return [*settle_team_mail(state.grants, command)]
        case _:
            assert_never(command)
