"""Team calendars: members and roles, leaving, the end of the last manager and of the last member, erasure."""

from __future__ import annotations

from typing import Any

import pytest

from support.dav import Site
from support.rest_people import Api, api_of, join
from televent.application.teams import MAX_TEAMS
from televent.domain.ids import AccountId

EVENT = {"summary": "Review", "start": "2027-03-01T10:00:00", "time_zone": "Europe/London"}
MARCH = "start=2027-03-01T00:00:00Z&end=2027-04-01T00:00:00Z"


class Crew:
    """Ann, Bob and Cat, each with a program, and their team calendar, of which Ann is manager."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.people = {
            name: site.person(number, name.title(), f"{name}@example.com")
            for number, name in ((101, "ann"), (102, "bob"), (103, "cat"), (104, "eve"))
        }
        self.ann, self.bob, self.cat, self.eve = (
            api_of(site, person, f"{name}@example.com") for name, person in self.people.items()
        )
        members = [{"email": "bob@example.com", "role": "writer"}, {"email": "cat@example.com", "role": "reader"}]
        reply = self.ann.ask("POST", "/team-calendars", {"name": "Design", "colour": "#1a73c9", "members": members})
        assert reply.status == 201, reply.body
        join(self.bob, self.cat)
        self.made = reply.json
        self.id = reply.json["id"]
        self.path = f"/team-calendars/{self.id}"
        assert reply.headers["location"] == f"/api{self.path}"

    def tenant(self, name: str) -> AccountId:
        return self.people[name].tenant

    def roles(self, api: Api) -> dict[str, str]:
        return {each["name"]: each["role"] for each in api.get(self.path)["members"]}

    def calendar(self, api: Api) -> Any:
        return next((each for each in api.get("/calendars") if each["id"] == self.id), None)


@pytest.fixture
def crew(site: Site) -> Crew:
    return Crew(site)


def test_every_member_has_the_calendar_with_their_role(crew: Crew) -> None:
    assert crew.roles(crew.ann) == {"Ann": "manager", "Bob": "writer", "Cat": "reader"}
    for api, role, access in ((crew.ann, "manager", "read-write"), (crew.bob, "writer", "read-write")):
        seen = crew.calendar(api)
        assert (seen["name"], seen["team_role"], seen["access"]) == ("Design", role, access)
        made = api.ask("POST", "/events", {**EVENT, "calendar_id": crew.id, "summary": role})
        assert made.status == 201, made.body
    assert crew.calendar(crew.cat)["access"] == "read"
    assert crew.cat.ask("POST", "/events", {**EVENT, "calendar_id": crew.id}).problem() == "read-only-share"
    found = crew.cat.get(f"/events?calendar_id={crew.id}&{MARCH}")["events"]
    assert {each["summary"] for each in found} == {"manager", "writer"}
    assert crew.bob.ask("PATCH", f"/events/{found[0]['id']}", {"location": "Room 1"}).status == 200
    # Only managers see addresses, and others see nothing at all.
    assert {each["email"] for each in crew.cat.get(crew.path)["members"]} == {None}
    assert "bob@example.com" in {each["email"] for each in crew.ann.get(crew.path)["members"]}
    assert crew.eve.ask("GET", crew.path).problem() == "unknown-calendar"
    assert crew.eve.get("/team-calendars") == []
    assert [each["id"] for each in crew.cat.get("/team-calendars")] == [crew.id]
    assert crew.ann.ask(
        "POST", "/team-calendars", {"name": "X", "members": [{"email": "no@example.com"}]}
    ).problem() == ("unknown-sharee")
    assert len(crew.ann.get("/team-calendars")) == 1


def test_only_managers_change_the_calendar_and_its_members(crew: Crew) -> None:
    bob, person = crew.tenant("bob"), {"email": "eve@example.com", "role": "reader"}
    for api in (crew.bob, crew.cat):
        assert api.ask("PATCH", crew.path, {"name": "Mine"}).problem() == "not-manager"
        assert api.ask("POST", f"{crew.path}/members", person).problem() == "not-manager"
        assert api.ask("PUT", f"{crew.path}/members/{bob}", {"role": "manager"}).problem() == "not-manager"
        assert api.ask("DELETE", f"{crew.path}/members/{crew.tenant('ann')}").problem() == "not-manager"
        assert api.ask("DELETE", crew.path).problem() == "not-manager"
    assert crew.ann.ask("PATCH", crew.path, {"name": "Product <design>", "description": "Ours"}).status == 200
    assert {crew.calendar(api)["name"] for api in (crew.ann, crew.bob, crew.cat)} == {"Product <design>"}
    assert crew.cat.get(crew.path)["description"] == "Ours"
    # A member keeps what they chose for themselves.
    assert crew.cat.ask("PATCH", f"/calendars/{crew.id}", {"name": "Pixels"}).status == 200
    assert crew.ann.ask("PATCH", crew.path, {"name": "Studio"}).status == 200
    assert (crew.calendar(crew.cat)["name"], crew.calendar(crew.bob)["name"]) == ("Pixels", "Studio")

    assert crew.ann.ask("POST", f"{crew.path}/members", person).status == 200
    join(crew.eve)
    assert crew.calendar(crew.eve)["team_role"] == "reader"
    assert crew.ann.ask("DELETE", f"{crew.path}/members/{crew.tenant('eve')}").status == 204
    assert crew.calendar(crew.eve) is None
    assert (
        crew.ann.ask("PUT", f"{crew.path}/members/{crew.tenant('eve')}", {"role": "writer"}).problem() == "not-member"
    )
    assert crew.ann.ask("POST", f"{crew.path}/members", person).status == 200
    join(crew.eve)
    assert crew.calendar(crew.eve)["name"] == "Studio"


def test_there_is_always_a_manager(crew: Crew) -> None:
    ann, bob = crew.tenant("ann"), crew.tenant("bob")
    assert crew.ann.ask("PUT", f"{crew.path}/members/{ann}", {"role": "writer"}).problem() == "last-manager"
    assert crew.ann.ask("PUT", f"{crew.path}/members/{bob}", {"role": "manager"}).status == 200
    assert crew.bob.ask("PUT", f"{crew.path}/members/{ann}", {"role": "writer"}).status == 200
    assert crew.roles(crew.cat) == {"Ann": "writer", "Bob": "manager", "Cat": "reader"}
    assert crew.ann.made(**EVENT, calendar_id=crew.id)["summary"] == "Review"
    # The last manager leaves: the first of those who write is next.
    assert crew.bob.ask("DELETE", f"{crew.path}/members/{bob}").status == 204
    assert crew.roles(crew.cat) == {"Ann": "manager", "Cat": "reader"}
    assert crew.ann.ask("PATCH", crew.path, {"name": "Ours"}).status == 200
    assert crew.calendar(crew.bob) is None
    # Any way out of the calendar is the same: here that of any shared calendar.
    assert crew.ann.ask("DELETE", f"/calendars/{crew.id}").status == 204
    assert crew.roles(crew.cat) == {"Cat": "manager"}
    assert len(crew.cat.get(f"/events?calendar_id={crew.id}&{MARCH}")["events"]) == 1
    assert crew.cat.ask("POST", f"{crew.path}/members", {"email": "ann@example.com", "role": "writer"}).status == 200
    join(crew.ann)
    assert crew.calendar(crew.ann)["access"] == "read-write"
    assert crew.ann.ask("DELETE", f"{crew.path}/members/{ann}").status == 204

    # The last member takes the calendar with them.
    team = crew.site.core.reads.mounts(crew.tenant("cat"))[0].tenant
    assert crew.cat.ask("DELETE", f"{crew.path}/members/{crew.tenant('cat')}").status == 204
    assert crew.site.core.reads.account(team) is None
    assert crew.cat.ask("GET", crew.path).problem() == "unknown-calendar"


def test_a_manager_deletes_the_calendar_for_all(crew: Crew) -> None:
    team = crew.site.core.reads.mounts(crew.tenant("bob"))[0].tenant
    crew.ann.made(**EVENT, calendar_id=crew.id)
    assert crew.ann.ask("DELETE", crew.path).status == 204
    for api in (crew.ann, crew.bob, crew.cat):
        assert crew.calendar(api) is None
        assert api.get("/team-calendars") == []
    assert crew.site.core.reads.account(team) is None
    assert crew.site.core.backend.teams.abandoned(crew.site.core.backend.clock(), 10) == []


def test_a_repeat_with_a_key_makes_one_team(crew: Crew) -> None:
    body = {"name": "Other", "members": [{"email": "bob@example.com"}]}
    first = crew.ann.ask("POST", "/team-calendars", body, Idempotency_Key="one")
    with crew.site.core.pool.connection() as connection:
        connection.execute("UPDATE idempotency_key SET status = 0 WHERE tenant_id = %s", (crew.tenant("ann"),))
    assert crew.ann.ask("POST", "/team-calendars", body, Idempotency_Key="one").json["id"] == first.json["id"]
    join(crew.bob)
    assert len(crew.bob.get("/team-calendars")) == 2


def test_nobody_meets_a_team_as_a_person(crew: Crew) -> None:
    core = crew.site.core
    team = core.reads.mounts(crew.tenant("bob"))[0].tenant
    assert team not in {each.tenant for each in core.reads.acquaintances(crew.tenant("bob"))}


def test_a_manager_of_fifty_makes_no_other(site: Site) -> None:
    api = api_of(site, site.person(101, "Ann", "ann@example.com"), "ann@example.com")
    for number in range(MAX_TEAMS):
        assert api.ask("POST", "/team-calendars", {"name": f"Team {number}"}).status == 201
    assert api.ask("POST", "/team-calendars", {"name": "One more"}).problem() == "too-many-teams"
    teams = api.get("/team-calendars")
    assert len(teams) == MAX_TEAMS
    assert api.ask("DELETE", f"/team-calendars/{teams[0]['id']}").status == 204
    assert api.ask("POST", "/team-calendars", {"name": "One more"}).status == 201
