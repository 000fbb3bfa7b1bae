"""Decides who is a member of a team calendar, in its own stream: there alone a manager is one for sure (ADR 109)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID

from televent.domain.sharing.access import MANAGER, ROLES, access_of
from televent.domain.sharing.grants.commands import ChangeRole, EndTeam, OfferMembership, RemoveMember, TeamCommand
from televent.domain.sharing.grants.events import CalendarShared, ShareWithdrawn, SharingEvent
from televent.domain.sharing.grants.state import NOBODY, Grant, Grants, granted, members
from televent.domain.sharing.refusals import (
    AskedLately,
    LastManager,
    NotManager,
    NotMember,
    TooManyOffers,
    TooManySharees,
)

MAX_MEMBERS: Final = 200
"""Max members of one team calendar, with those who are invited or declined."""
MAX_OFFERS: Final = 50
"""Max offers of one team calendar that wait for an answer."""
AFTER_DECLINE: Final = timedelta(days=7)
"""Time after which a person who declined can be invited again."""
AFTER_TAKING_BACK: Final = timedelta(days=1)
"""Time after which a person can be invited again whose offer was taken back: each offer is told."""


def decide_team(grants: Grants, command: TeamCommand) -> list[SharingEvent]:
    """The facts of a command; none where the team is already so. Raises NotManager, NotMember, LastManager,
    AskedLately, TooManyOffers, TooManySharees."""
    match command:
        case OfferMembership():
            founds = not grants and command.by == command.sharee
            if not founds:
                check_manager(grants, command.by)
            before = grants.get(command.sharee, NOBODY)
            offered = replace(before, address=command.address or before.address, name=command.name)
            return _given(grants, command, offered, founds)
        case ChangeRole():
            check_manager(grants, command.by)
            known = granted(grants).get(command.sharee)
            if known is None:
                raise NotMember()
            return _given(grants, command, known, False)
        case RemoveMember():
            check_manager(grants, command.by)
            gone = granted(grants).get(command.sharee)
            if gone is None:
                return []
            if gone.status == "accepted":
                return left(grants, command.calendar_id, command.sharee)
            again_at = gone.again_at if gone.status == "declined" else command.at + AFTER_TAKING_BACK
            return [ShareWithdrawn(command.calendar_id, command.sharee, gone.revision + 1, again_at)]
        case EndTeam():
            if command.by is not None:
                check_manager(grants, command.by)
            elif members(grants):
                return []
            return _all_gone(granted(grants), command.calendar_id)
        case _:
            assert_never(command)


def check_manager(grants: Grants, person: UUID) -> None:
    """Raises NotManager for anybody else than a manager who is one now."""
    found = members(grants).get(person)
    if found is None or found.role != MANAGER:
        raise NotManager()


def left(grants: Grants, calendar_id: UUID, sharee: UUID) -> list[SharingEvent]:
    """The facts of the end of somebody's membership, or of their offer.

    Where the last manager goes, the first member of the highest role becomes manager: a calendar that nobody can manage
    would be lost to its team. Where the last member goes, the offers end.
    """
    facts: list[SharingEvent] = [ShareWithdrawn(calendar_id, sharee, grants[sharee].revision + 1)]
    rest = {each: grant for each, grant in members(grants).items() if each != sharee}
    if not rest:
        others = {each: grant for each, grant in granted(grants).items() if each != sharee}
        return facts + _all_gone(others, calendar_id)
    if not _managed(rest):
        heir, grant = max(rest.items(), key=lambda each: ROLES.index(each[1].role))
        facts.append(_shared(calendar_id, heir, MANAGER, grant))
    return facts


def _given(grants: Grants, command: OfferMembership | ChangeRole, now: Grant, founds: bool) -> list[SharingEvent]:
    """Membership with a role. ``now``: the person's grant with the texts that are written."""
    before = grants.get(command.sharee, NOBODY)
    asks = not founds and (before.access is None or before.status == "declined")
    if before.access is not None and before.role == command.role and not asks:
        return []
    if asks:
        _check_offer(grants, before, command.at)
    if before.access is None and len(granted(grants)) >= MAX_MEMBERS:
        raise TooManySharees()
    after = {each: grant for each, grant in members(grants).items() if each != command.sharee}
    if members(grants) and not _managed(after) and command.role != MANAGER:
        raise LastManager()
    return [_shared(command.calendar_id, command.sharee, command.role, now, founds)]


def _check_offer(grants: Grants, before: Grant, at: datetime) -> None:
    if before.again_at is not None and at < before.again_at:
        raise AskedLately()
    if sum(grant.status == "noresponse" for grant in granted(grants).values()) >= MAX_OFFERS:
        raise TooManyOffers()


def _shared(calendar_id: UUID, person: UUID, role: str, grant: Grant, agreed: bool = False) -> CalendarShared:
    texts = (grant.address, grant.name, "")
    return CalendarShared(calendar_id, person, access_of(role), grant.revision + 1, *texts, role, agreed)


def _all_gone(grants: Grants, calendar_id: UUID) -> list[SharingEvent]:
    return [ShareWithdrawn(calendar_id, person, grant.revision + 1) for person, grant in grants.items()]


def _managed(team: Grants) -> bool:
    return any(grant.role == MANAGER for grant in team.values())
