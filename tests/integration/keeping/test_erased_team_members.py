"""A team calendar outlives the erasure of the person who made it, and ends with its last member."""

from __future__ import annotations

import pytest

from support.town import Person, Town
from televent.application.refusals import NotShared
from televent.application.use_cases.calendars.sharing import answer_share
from televent.application.use_cases.people.accounts import erase_account
from televent.application.use_cases.teams.team_calendars import make_team, sweep_teams, team_of, teams_of
from televent.domain.sharing.access import share_id
from televent.runtime.workers.grace import forget_one


def erase(town: Town, person: Person) -> None:
    erase_account(town.core.backend, person.context())
    while forget_one(town.core):
        continue


def test_the_calendar_stays_when_its_maker_is_erased(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    backend = town.core.backend
    made = make_team(backend, ann.context(), title="Design", props={}, members=[("bob@example.com", "reader")])
    team, calendar_id = made.row.tenant, made.row.calendar_id
    answer_share(backend, bob.context(), share_id=share_id(calendar_id, bob.tenant), accept=True)
    assert [(each.name, each.role) for each in made.members] == [("Ann", "manager"), ("Bob", "reader")]
    erase(town, ann)
    after = team_of(backend, bob.tenant, calendar_id)
    assert [(each.name, each.role) for each in after.members] == [("Bob", "manager")]
    (mount,) = backend.reads.shares_of(bob.tenant)
    assert (mount.status, mount.access, mount.held) == ("accepted", "read-write", "read-write")

    erase(town, bob)
    assert teams_of(backend, bob.tenant) == []
    with town.core.pool.connection() as connection:
        connection.execute("UPDATE team SET made_at = made_at - interval '2 hours' WHERE tenant_id = %s", (team,))
    assert sweep_teams(backend, bob.context(), 10) == 1
    assert backend.reads.account(team) is None
    with town.core.pool.connection() as connection:
        row = connection.execute("SELECT count(*) FROM team WHERE tenant_id = %s", (team,)).fetchone()
    assert row == (0,)


def test_a_team_whose_making_was_cut_off_is_swept(town: Town) -> None:
    ann = town.person("ann")
    backend, cut_off = town.core.backend, ann.context()
    made = make_team(backend, cut_off, title="Design", props={}, members=[])
    with town.core.pool.connection() as connection:
        values = (made.row.tenant,)
        connection.execute("UPDATE calendar SET shares = '{}' WHERE tenant_id = %s", values)
    assert sweep_teams(backend, ann.context(), 10) == 0
    with town.core.pool.connection() as connection:
        connection.execute("UPDATE team SET made_at = made_at - interval '2 hours' WHERE tenant_id = %s", values)
    assert sweep_teams(backend, ann.context(), 10) == 1
    assert backend.reads.account(made.row.tenant) is None


def test_an_open_offer_ends_with_the_erasure_of_who_is_invited_and_names_nobody(town: Town) -> None:
    ann, bob, cat = town.person("ann"), town.person("bob"), town.person("cat")
    backend = town.core.backend
    others = [("bob@example.com", "manager"), ("cat@example.com", "reader")]
    made = make_team(backend, ann.context(), title="Design", props={}, members=others)
    erase(town, bob)
    after = team_of(backend, ann.tenant, made.row.calendar_id)
    assert [(each.name, each.status) for each in after.members] == [("Ann", "member"), ("Cat", "invited")]
    # The last member is erased: nobody is left to whom Cat could say yes, and nothing of theirs names Ann.
    erase(town, ann)
    with pytest.raises(NotShared):
        answer_share(backend, cat.context(), share_id=share_id(made.row.calendar_id, cat.tenant), accept=True)
    with town.core.pool.connection() as connection:
        connection.execute("UPDATE team SET made_at = made_at - interval '2 hours'")
    sweep_teams(backend, cat.context(), 10)
    assert backend.reads.account(made.row.tenant) is None
    (mount,) = backend.reads.shares_of(cat.tenant)
    assert (mount.status, mount.held) == ("ended", None)
    assert "Ann" not in (mount.title, mount.owner_name, mount.summary)
