"""Team calendars: made, renamed and ended by managers, left by anybody (ADR 96).

The team's account owns the calendar, and each member has a share with a role. The actor of every command is the member
who gave it.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import NotManager, NotMember, TooManyTeams, UnknownAccount, UnknownCalendar
from televent.application.teams import MAX_TEAMS, SETTLED
from televent.application.use_cases.calendars.calendars import change_calendar
from televent.application.use_cases.calendars.sharing import (
    DISPLAY_NAME,
    answer_share,
    share_calendar,
    sharee_of,
    title_of,
    withdraw_share,
)
from televent.application.use_cases.people.accounts import (
    DEFAULT_CALENDAR,
    change_profile,
    erase_account,
    open_account,
)
from televent.domain.ids import AccountId
from televent.domain.sharing.access import MANAGER, access_of, share_id


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a team calendar. ``address``: the one by which they were added; "": the one who looks is no manager,
    or it was not by an address."""

    person: AccountId
    name: str
    address: str
    role: str


@dataclass(frozen=True, slots=True)
class TeamCalendar:
    """A team calendar as one member sees it. ``row``: the team's own, not the member's view of it."""

    row: CalendarRow
    role: str
    members: tuple[Member, ...]


def make_team(
    backend: Backend, context: Context, *, title: str, props: Mapping[str, str], members: Sequence[tuple[str, str]]
) -> TeamCalendar:
    """Makes a team calendar. The person is its manager; ``members``: addresses and roles of others. Idempotent by the
    command id. Raises UnknownSharee for an address that nobody has here, and TooManyTeams; then it makes nothing."""
    others = [(sharee_of(backend, context, address), address, role) for address, role in members]
    me = backend.people.account(context.tenant)
    team = AccountId(uuid5(context.command_id, "team"))
    known = backend.reads.account(team) is not None
    if not known and _managed_by(backend, context.tenant) >= MAX_TEAMS:
        raise TooManyTeams()
    backend.teams.add(team, context.now)
    if not known:
        opened = _for_team(context, team, "open")
        open_account(backend, opened, telegram_id=None, name=title, timezone=me.timezone, locale=me.locale)
    change_calendar(
        backend, _for_team(context, team, "props"), name=DEFAULT_CALENDAR, set={**props, DISPLAY_NAME: _shown(title)}
    )
    _give(backend, context, team, me, "", MANAGER)
    for sharee, address, role in others:
        _give(backend, context, team, sharee, address, role)
    row = backend.reads.calendar(team, DEFAULT_CALENDAR)
    if row is None:
        raise UnknownCalendar(name=DEFAULT_CALENDAR)
    return _seen(row, context.tenant)


def teams_of(backend: Backend, tenant: AccountId) -> list[TeamCalendar]:
    """The team calendars of which the person is a member."""
    mine = [each for each in backend.reads.mounts(tenant) if each.share is not None and each.share.role]
    rows = [backend.reads.calendar_of(each.tenant, each.calendar_id) for each in mine]
    return [_seen(row, tenant) for row in rows if row is not None and str(tenant) in row.shares]


def team_of(backend: Backend, tenant: AccountId, calendar_id: UUID) -> TeamCalendar:
    """One team calendar. Raises UnknownCalendar, also for somebody who is no member."""
    for each in teams_of(backend, tenant):
        if each.row.calendar_id == calendar_id:
            return each
    raise UnknownCalendar()


def change_team(
    backend: Backend,
    context: Context,
    *,
    calendar_id: UUID,
    title: str | None,
    set: Mapping[str, str],
    remove: frozenset[str],
) -> TeamCalendar:
    """Changes the calendar for all members; what a member has chosen for themselves stays above it. Raises
    UnknownCalendar, NotManager, TooManyProperties."""
    team = _managed(backend, context, calendar_id).row.tenant
    if title is not None:
        change_profile(backend, _for_team(context, team, "title"), name=title)
        set = {**set, DISPLAY_NAME: _shown(title)}
    change_calendar(backend, _for_team(context, team, "props"), name=DEFAULT_CALENDAR, set=set, remove=remove)
    return team_of(backend, context.tenant, calendar_id)


def add_member(backend: Backend, context: Context, *, calendar_id: UUID, address: str, role: str) -> TeamCalendar:
    """Makes the account with that address a member, or changes its role. Raises UnknownCalendar, NotManager,
    UnknownSharee, TooManySharees, LastManager."""
    team = _managed(backend, context, calendar_id).row.tenant
    # A manager who names themselves changes their own role.
    found = backend.people.account_of_address(address.lower())
    mine = found is not None and found.tenant == context.tenant
    sharee = found if mine and found is not None else sharee_of(backend, context, address)
    _give(backend, context, team, sharee, address, role)
    return team_of(backend, context.tenant, calendar_id)


def change_role(backend: Backend, context: Context, *, calendar_id: UUID, person: AccountId, role: str) -> TeamCalendar:
    """Gives a member another role. Raises UnknownCalendar, NotManager, NotMember, LastManager."""
    found = _managed(backend, context, calendar_id)
    account = backend.reads.account(person) if str(person) in found.row.shares else None
    if account is None:
        raise NotMember()
    _give(backend, context, found.row.tenant, account, "", role)
    return team_of(backend, context.tenant, calendar_id)


def remove_member(backend: Backend, context: Context, *, calendar_id: UUID, person: AccountId) -> None:
    """Takes a member out; anybody may take themselves out. Where the last manager goes, another member becomes manager;
    the calendar ends with its last member. Raises UnknownCalendar, NotManager; nothing happens for no member."""
    if person == context.tenant:
        team = team_of(backend, context.tenant, calendar_id).row.tenant
        answer_share(backend, context, share_id=share_id(calendar_id, person), accept=False)
        end_if_empty(backend, context, team)
        return
    team = _managed(backend, context, calendar_id).row.tenant
    withdraw_share(backend, _for_team(context, team, f"remove/{person}"), name=DEFAULT_CALENDAR, sharee=person)


def end_team(backend: Backend, context: Context, *, calendar_id: UUID) -> None:
    """Deletes the calendar for all members, with its events. Raises UnknownCalendar, NotManager."""
    _end(backend, context, _managed(backend, context, calendar_id).row)


def end_if_empty(backend: Backend, context: Context, team: AccountId) -> None:
    """Erases the account of a team calendar that has no member any more. Idempotent."""
    row = backend.reads.calendar(team, DEFAULT_CALENDAR)
    if row is None or not row.shares:
        _erase(backend, context, team)


def sweep_teams(backend: Backend, context: Context, limit: int) -> int:
    """Ends team calendars without members whose making or end was cut off; returns their number."""
    found = backend.teams.abandoned(context.now - SETTLED, limit)
    for team in found:
        end_if_empty(backend, context, team)
    return len(found)


def _end(backend: Backend, context: Context, row: CalendarRow) -> None:
    for person in row.shares:
        own = _for_team(context, row.tenant, f"end/{person}")
        withdraw_share(backend, own, name=row.name, sharee=AccountId(UUID(person)))
    _erase(backend, context, row.tenant)


def _erase(backend: Backend, context: Context, team: AccountId) -> None:
    with suppress(UnknownAccount):
        erase_account(backend, _for_team(context, team, "erase"))
    backend.teams.forget(team)


def _give(backend: Backend, context: Context, team: AccountId, person: AccountRow, address: str, role: str) -> None:
    own = _for_team(context, team, f"member/{person.tenant}")
    share_calendar(
        backend,
        own,
        name=DEFAULT_CALENDAR,
        sharee=person,
        access=access_of(role),
        known_by="" if address.startswith("urn:uuid:") else address,
        role=role,
    )


def _managed_by(backend: Backend, tenant: AccountId) -> int:
    return sum(each.share is not None and each.share.role == MANAGER for each in backend.reads.mounts(tenant))


def _managed(backend: Backend, context: Context, calendar_id: UUID) -> TeamCalendar:
    found = team_of(backend, context.tenant, calendar_id)
    if found.role != MANAGER:
        raise NotManager()
    return found


def _seen(row: CalendarRow, tenant: AccountId) -> TeamCalendar:
    role = str(row.shares[str(tenant)].get("role", ""))
    members = tuple(
        Member(
            AccountId(UUID(person)),
            str(grant["name"]),
            str(grant["address"]) if role == MANAGER and not str(grant["address"]).startswith("urn:uuid:") else "",
            str(grant.get("role", "")),
        )
        for person, grant in sorted(row.shares.items(), key=lambda each: (str(each[1]["name"]).casefold(), each[0]))
    )
    return TeamCalendar(row, role, members)


def _shown(title: str) -> str:
    return html.escape(title, quote=False)


def _for_team(context: Context, team: AccountId, purpose: str) -> Context:
    return context.on_behalf_of(team, uuid5(context.command_id, f"{team}/{purpose}"), context.door)


def team_title(found: TeamCalendar) -> str:
    """The title of a team calendar for all members."""
    return title_of(found.row)
