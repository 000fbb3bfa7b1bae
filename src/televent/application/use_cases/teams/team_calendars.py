"""Team calendars: made, renamed and ended by managers, joined and left by anybody (ADR 96, 109).

The team's account owns the calendar, and each member has a share with a role. The actor of every command is the member
who gave it.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import (
    AskedLately,
    NotManager,
    NotMember,
    TooManyOffers,
    TooManyTeams,
    UnknownAccount,
    UnknownCalendar,
)
from televent.application.teams import MAX_OFFERED, MAX_TEAMS, OFFERED_SINCE, SETTLED
from televent.application.use_cases.calendars.calendars import change_calendar
from televent.application.use_cases.calendars.sharing import (
    DISPLAY_NAME,
    answer_share,
    change_grants,
    sharee_of,
    title_of,
)
from televent.application.use_cases.people.accounts import (
    DEFAULT_CALENDAR,
    change_profile,
    erase_account,
    open_account,
)
from televent.domain.ids import AccountId
from televent.domain.sharing.access import MANAGER, share_id
from televent.domain.sharing.grants.commands import ChangeRole, EndTeam, OfferMembership, RemoveMember, TeamCommand


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a team calendar, or somebody who is invited. ``address``: the one by which they were added; "": the
    one who looks is no manager, or it was not by an address. ``status``: "member", "invited" or "declined"; only
    managers see others than members."""

    person: AccountId
    name: str
    address: str
    role: str
    status: str


@dataclass(frozen=True, slots=True)
class TeamCalendar:
    """A team calendar as one member sees it. ``row``: the team's own, not the member's view of it.
    ``waiting_mails``: the number of mails about which a manager may decide; None for other members."""

    row: CalendarRow
    role: str
    members: tuple[Member, ...]
    waiting_mails: int | None


def make_team(
    backend: Backend, context: Context, *, title: str, props: Mapping[str, str], members: Sequence[tuple[str, str]]
) -> TeamCalendar:
    """Makes a team calendar. The person is its manager; ``members``: addresses and roles of others, who are invited.
    Idempotent by the command id. Raises UnknownSharee for an address that nobody has here, TooManyTeams and
    TooManyOffers; then it makes nothing."""
    others = [(sharee_of(backend, context, address), address, role) for address, role in members]
    me = backend.people.account(context.tenant)
    team = AccountId(uuid5(context.command_id, "team"))
    known = backend.reads.account(team) is not None
    if not known and _managed_by(backend, context.tenant) >= MAX_TEAMS:
        raise TooManyTeams()
    for sharee, _, _ in others if not known else ():
        _check_offers(backend, context, sharee.tenant)
    backend.teams.add(team, context.now)
    if not known:
        opened = _for_team(context, team, "open")
        open_account(backend, opened, telegram_id=None, name=title, timezone=me.timezone, locale=me.locale)
    change_calendar(
        backend, _for_team(context, team, "props"), name=DEFAULT_CALENDAR, set={**props, DISPLAY_NAME: _shown(title)}
    )
    _offer(backend, context, team, me, "", MANAGER)
    for sharee, address, role in others:
        # Where the command is repeated, somebody may have declined meanwhile.
        with suppress(AskedLately):
            _offer(backend, context, team, sharee, address, role)
    row = backend.reads.calendar(team, DEFAULT_CALENDAR)
    if row is None:
        raise UnknownCalendar(name=DEFAULT_CALENDAR)
    return _seen(backend, row, context.tenant)


def teams_of(backend: Backend, tenant: AccountId) -> list[TeamCalendar]:
    """The team calendars of which the person is a member."""
    mine = [each for each in backend.reads.mounts(tenant) if each.share is not None and each.share.role]
    rows = [backend.reads.calendar_of(each.tenant, each.calendar_id) for each in mine]
    return [_seen(backend, row, tenant) for row in rows if row is not None and str(tenant) in row.shares]


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
        set = {**set, DISPLAY_NAME: _shown(title)}
    own = _for_team(context, team, "props")
    change_calendar(backend, own, name=DEFAULT_CALENDAR, set=set, remove=remove, by=context.tenant)
    # The calendar's stream has said that the person is a manager. The account is named like the calendar then.
    if title is not None:
        change_profile(backend, _for_team(context, team, "title"), name=title)
    return team_of(backend, context.tenant, calendar_id)


def add_member(backend: Backend, context: Context, *, calendar_id: UUID, address: str, role: str) -> TeamCalendar:
    """Invites the account with that address, or changes the role of a member. Raises UnknownCalendar, NotManager,
    UnknownSharee, TooManySharees, TooManyOffers, AskedLately, LastManager."""
    row = _managed(backend, context, calendar_id).row
    # A manager who names themselves changes their own role.
    found = backend.people.account_of_address(address.lower())
    mine = found is not None and found.tenant == context.tenant
    sharee = found if mine and found is not None else sharee_of(backend, context, address)
    _check_offers(backend, context, sharee.tenant, row)
    _offer(backend, context, row.tenant, sharee, address, role)
    return team_of(backend, context.tenant, calendar_id)


def change_role(backend: Backend, context: Context, *, calendar_id: UUID, person: AccountId, role: str) -> TeamCalendar:
    """Gives a member, or somebody who is invited, another role. Raises UnknownCalendar, NotManager, NotMember,
    LastManager, AskedLately, TooManyOffers."""
    row = _managed(backend, context, calendar_id).row
    if backend.reads.account(person) is None:
        raise NotMember()
    if str(person) in row.shares:
        _check_offers(backend, context, person, row)
    _change(backend, context, row, f"role/{person}", ChangeRole(calendar_id, person, role, context.tenant, context.now))
    return team_of(backend, context.tenant, calendar_id)


def remove_member(backend: Backend, context: Context, *, calendar_id: UUID, person: AccountId) -> None:
    """Takes a member out, or an offer back; anybody may take themselves out. Where the last manager goes, another
    member becomes manager; the calendar ends with its last member. Raises UnknownCalendar, NotManager; nothing happens
    for no member."""
    if person == context.tenant:
        team = team_of(backend, context.tenant, calendar_id).row.tenant
        answer_share(backend, context, share_id=share_id(calendar_id, person), accept=False)
        end_if_empty(backend, context, team)
        return
    row = _managed(backend, context, calendar_id).row
    command = RemoveMember(calendar_id, person, context.tenant, context.now)
    _change(backend, context, row, f"remove/{person}", command)


def end_team(backend: Backend, context: Context, *, calendar_id: UUID) -> None:
    """Deletes the calendar for all members, with its events. Raises UnknownCalendar, NotManager."""
    row = _managed(backend, context, calendar_id).row
    _change(backend, context, row, "end", EndTeam(calendar_id, context.tenant))
    _erase(backend, context, row.tenant)


def end_if_empty(backend: Backend, context: Context, team: AccountId) -> None:
    """Erases the account of a team calendar that has no member any more. Idempotent."""
    row = backend.reads.calendar(team, DEFAULT_CALENDAR)
    if row is not None and row.shares:
        _change(backend, context, row, "end", EndTeam(row.calendar_id, None))
        row = backend.reads.calendar(team, DEFAULT_CALENDAR)
    if row is None or not row.shares:
        _erase(backend, context, team)


def sweep_teams(backend: Backend, context: Context, limit: int) -> int:
    """Ends team calendars without members whose making or end was cut off; returns their number."""
    found = backend.teams.abandoned(context.now - SETTLED, limit)
    for team in found:
        end_if_empty(backend, context, team)
    return len(found)


def _erase(backend: Backend, context: Context, team: AccountId) -> None:
    if backend.teams.telling(team):
        # They would go with the account, and its members would hear nothing. ``sweep_teams`` erases it later.
        return
    with suppress(UnknownAccount):
        erase_account(backend, _for_team(context, team, "erase"))
    backend.teams.forget(team)


def _offer(backend: Backend, context: Context, team: AccountId, person: AccountRow, address: str, role: str) -> None:
    row = backend.reads.calendar(team, DEFAULT_CALENDAR)
    if row is None:
        raise UnknownCalendar(name=DEFAULT_CALENDAR)
    # An address that the manager did not write would reveal whose number or id it is.
    known_by = address.lower() if address and not address.startswith("urn:uuid:") else ""
    known = row.shares.get(str(person.tenant))
    known_by = known_by or (str(known["address"]) if known is not None else f"urn:uuid:{person.tenant}")
    who = (person.tenant, role, known_by, person.name)
    command = OfferMembership(row.calendar_id, *who, context.tenant, context.now)
    _change(backend, context, row, f"member/{person.tenant}", command)


def _change(backend: Backend, context: Context, row: CalendarRow, purpose: str, command: TeamCommand) -> None:
    change_grants(backend, _for_team(context, row.tenant, purpose), row, command)


def _check_offers(backend: Backend, context: Context, person: AccountId, team: CalendarRow | None = None) -> None:
    """Raises TooManyOffers for a person who was asked so often that one more is a nuisance. It is counted before the
    offer: requests of the same moment may pass together. ``team``: its members, and those who have not answered, are
    not asked again."""
    if team is not None and team.shares.get(str(person), {}).get("status") in ("accepted", "noresponse"):
        return
    since = context.now - OFFERED_SINCE
    waiting = sum(
        (each.status == "offered" and bool(each.role) and each.held is not None)
        or (each.status in ("declined", "ended") and each.noticed_at > since)
        for each in backend.reads.shares_of(person)
    )
    if waiting >= MAX_OFFERED:
        raise TooManyOffers()


def _managed_by(backend: Backend, tenant: AccountId) -> int:
    return sum(each.share is not None and each.share.role == MANAGER for each in backend.reads.mounts(tenant))


def _managed(backend: Backend, context: Context, calendar_id: UUID) -> TeamCalendar:
    found = team_of(backend, context.tenant, calendar_id)
    if found.role != MANAGER:
        raise NotManager()
    return found


def _seen(backend: Backend, row: CalendarRow, tenant: AccountId) -> TeamCalendar:
    role = str(row.shares[str(tenant)].get("role", ""))
    everybody = [_member(AccountId(UUID(person)), grant) for person, grant in row.shares.items()]
    if role != MANAGER:
        everybody = [replace(each, address="") for each in everybody if each.status == "member"]
    everybody.sort(key=lambda each: (each.name.casefold(), str(each.person)))
    return TeamCalendar(row, role, tuple(everybody), backend.parked.waiting(row.tenant) if role == MANAGER else None)


def _member(person: AccountId, grant: Mapping[str, Any]) -> Member:
    address = str(grant["address"])
    shown = "" if address.startswith("urn:uuid:") else address
    status = {"accepted": "member", "declined": "declined"}.get(str(grant["status"]), "invited")
    return Member(person, str(grant["name"]), shown, str(grant.get("role", "")), status)


def _shown(title: str) -> str:
    return html.escape(title, quote=False)


def _for_team(context: Context, team: AccountId, purpose: str) -> Context:
    return context.on_behalf_of(team, uuid5(context.command_id, f"{team}/{purpose}"), context.door)


def team_title(found: TeamCalendar) -> str:
    """The title of a team calendar for all members."""
    return title_of(found.row)
