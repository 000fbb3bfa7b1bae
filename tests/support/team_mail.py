"""A team calendar with several managers, to which mails come."""

from __future__ import annotations

from collections.abc import Mapping

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.use_cases.calendars.sharing import answer_share
from televent.application.use_cases.teams.team_calendars import TeamCalendar, make_team
from televent.domain.ids import AccountId
from televent.domain.sharing.access import share_id


def made_team(backend: Backend, founder: Context, members: Mapping[str, tuple[Context, str]]) -> TeamCalendar:
    """The team calendar Design of the founder, who manages it, and of those who accept: the address of each, a context
    of theirs, and their role."""
    asked = [(address, role) for address, (_, role) in members.items()]
    team = make_team(backend, founder, title="Design", props={}, members=asked)
    for context, _ in members.values():
        answer_share(backend, context, share_id=share_id(team.row.calendar_id, context.tenant), accept=True)
    return team


def address_of(backend: Backend, team: AccountId) -> str:
    """The address at which mail comes to the team."""
    return f"{team}@{backend.people.mail_domain}"
