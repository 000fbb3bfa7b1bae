"""Offers of team calendars: nobody is a member who has not agreed, and nobody is asked without end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest

from support.dav import Site
from support.rest import raw
from support.rest_people import Api, api_of, join
from televent.application.refusals import NotManager
from televent.application.teams import MAX_OFFERED
from televent.application.use_cases.teams import team_calendars as use_cases
from televent.domain.sharing.grants.team import AFTER_DECLINE, AFTER_TAKING_BACK

MEMBER = {"email": "bob@example.com", "role": "manager"}


class Asked:
    """Ann's team calendar, to which she invites Bob. ``later`` moves the clock of the site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        people = {"ann": 101, "bob": 102}
        self.people = {name: site.person(of, name.title(), f"{name}@example.com") for name, of in people.items()}
        self.ann, self.bob = (api_of(site, person, f"{name}@example.com") for name, person in self.people.items())
        self.id = self.ann.ask("POST", "/team-calendars", {"name": "Design"}).json["id"]
        self.path = f"/team-calendars/{self.id}"

    def asks(self) -> Any:
        return self.ann.ask("POST", f"{self.path}/members", MEMBER)

    def statuses(self, api: Api) -> dict[str, str]:
        return {each["name"]: each["status"] for each in api.get(self.path)["members"]}

    def offer(self) -> Any:
        """The newest offer to Bob."""
        return self.bob.get("/shares")[-1]

    def answers(self, accept: bool) -> None:
        reply = self.bob.ask("POST", f"/shares/{self.offer()['id']}/answer", {"accept": accept})
        assert reply.status == 200, reply.body

    def removed(self) -> int:
        return self.ann.ask("DELETE", f"{self.path}/members/{self.people['bob'].tenant}").status

    def later(self, by: timedelta) -> None:
        clock = self.site.core.backend.clock
        self.site.core.backend.clock = lambda: clock() + by


@pytest.fixture
def asked(site: Site) -> Iterator[Asked]:
    clock = site.core.backend.clock
    yield Asked(site)
    site.core.backend.clock = clock


def test_somebody_who_is_invited_sees_nothing_until_they_accept(asked: Asked) -> None:
    assert asked.asks().status == 200
    assert asked.statuses(asked.ann) == {"Ann": "member", "Bob": "invited"}
    assert asked.id not in {each["id"] for each in asked.bob.get("/calendars")}
    assert asked.bob.get("/team-calendars") == []
    assert asked.bob.ask("GET", asked.path).problem() == "unknown-calendar"
    assert asked.bob.ask("PATCH", asked.path, {"name": "Mine"}).problem() == "unknown-calendar"
    offer = asked.offer()
    assert (offer["name"], offer["status"], offer["team_role"]) == ("Design", "offered", "manager")
    # The same again changes nothing, and another role neither asks again nor makes a member.
    assert asked.asks().status == 200
    bob = asked.people["bob"].tenant
    assert asked.ann.ask("PUT", f"{asked.path}/members/{bob}", {"role": "reader"}).status == 200
    assert asked.statuses(asked.ann) == {"Ann": "member", "Bob": "invited"}
    asked.answers(True)
    assert asked.statuses(asked.ann) == {"Ann": "member", "Bob": "member"}
    assert asked.bob.get(asked.path)["role"] == "reader"
    assert asked.id in {each["id"] for each in asked.bob.get("/calendars")}


def test_only_managers_see_who_is_invited(asked: Asked) -> None:
    eve = api_of(asked.site, asked.site.person(104, "Eve", "eve@example.com"), "eve@example.com")
    reader = {"email": "eve@example.com", "role": "reader"}
    assert asked.ann.ask("POST", f"{asked.path}/members", reader).status == asked.asks().status == 200
    join(eve)
    assert asked.statuses(eve) == {"Ann": "member", "Eve": "member"}


def test_somebody_who_left_is_asked_again(asked: Asked) -> None:
    asked.asks()
    asked.answers(True)
    asked.answers(False)
    assert asked.statuses(asked.ann) == {"Ann": "member"}
    assert asked.asks().status == 200
    assert asked.statuses(asked.ann) == {"Ann": "member", "Bob": "invited"}
    assert asked.bob.get("/team-calendars") == []


def test_who_declined_is_not_asked_again_at_once_but_may_still_come(asked: Asked) -> None:
    asked.asks()
    asked.answers(False)
    assert asked.statuses(asked.ann) == {"Ann": "member", "Bob": "declined"}
    assert asked.asks().problem() == "asked-lately"
    asked.answers(True)
    assert asked.statuses(asked.ann) == {"Ann": "member", "Bob": "member"}
    asked.answers(False)
    asked.asks()
    asked.answers(False)
    assert asked.removed() == 204
    assert asked.asks().problem() == "asked-lately"
    asked.later(AFTER_DECLINE)
    assert asked.asks().status == 200


def test_an_offer_that_is_taken_back_is_gone_and_not_made_again_at_once(asked: Asked) -> None:
    asked.asks()
    offer = asked.offer()
    assert asked.removed() == 204
    assert asked.bob.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True}).problem() == "not-shared"
    assert asked.asks().problem() == "asked-lately"
    asked.later(AFTER_TAKING_BACK)
    assert asked.asks().status == 200


def test_one_person_is_asked_a_bounded_number_of_times(asked: Asked) -> None:
    for number in range(MAX_OFFERED):
        body = {"name": f"Team {number}", "members": [MEMBER]}
        made = asked.ann.ask("POST", "/team-calendars", body)
        assert made.status == 201, made.body
        # A team that ends again has told its guests, too.
        if number % 2:
            assert asked.ann.ask("DELETE", f"/team-calendars/{made.json['id']}").status == 204
    count = len(asked.ann.get("/team-calendars"))
    assert asked.asks().problem() == "too-many-offers"
    more = {"name": "One more", "members": [MEMBER]}
    assert asked.ann.ask("POST", "/team-calendars", more).problem() == "too-many-offers"
    assert len(asked.ann.get("/team-calendars")) == count
    join(asked.bob)
    asked.later(timedelta(days=1))
    assert asked.asks().status == 200


def test_a_role_for_somebody_who_declined_asks_them_again_within_the_same_bounds(asked: Asked) -> None:
    asked.asks()
    asked.answers(False)
    asked.later(AFTER_DECLINE)
    for number in range(MAX_OFFERED):
        body = {"name": f"Team {number}", "members": [MEMBER]}
        assert asked.ann.ask("POST", "/team-calendars", body).status == 201
    path = f"{asked.path}/members/{asked.people['bob'].tenant}"
    assert asked.ann.ask("PUT", path, {"role": "reader"}).problem() == "too-many-offers"
    join(asked.bob)
    assert asked.ann.ask("PUT", path, {"role": "reader"}).status == 200
    assert asked.statuses(asked.ann) == {"Ann": "member", "Bob": "invited"}


def test_a_team_that_is_made_twice_asks_nobody_who_declined_meanwhile(asked: Asked) -> None:
    backend, eve = asked.site.core.backend, asked.site.person(104, "Eve", "eve@example.com")
    context = asked.site.context(asked.people["ann"].tenant)
    members = [("bob@example.com", "writer"), ("eve@example.com", "reader")]
    made = use_cases.make_team(backend, context, title="Twice", props={}, members=members)
    asked.answers(False)
    again = use_cases.make_team(backend, context, title="Twice", props={}, members=members)
    assert again.row.calendar_id == made.row.calendar_id
    statuses = {each.name: each.status for each in again.members}
    assert statuses == {"Ann": "member", "Bob": "declined", "Eve": "invited"}
    assert [each.role for each in backend.reads.shares_of(eve.tenant)] == ["reader"]


def test_the_last_member_takes_the_offers_along(asked: Asked) -> None:
    asked.asks()
    offer = asked.offer()
    team = asked.site.core.reads.mounts(asked.people["ann"].tenant)[0].tenant
    assert asked.ann.ask("DELETE", f"{asked.path}/members/{asked.people['ann'].tenant}").status == 204
    assert asked.site.core.reads.account(team) is None
    assert asked.bob.ask("POST", f"/shares/{offer['id']}/answer", {"accept": True}).problem() == "not-shared"


class Overtaken:
    """A part of the backend, after whose answer something else happens once, before the caller goes on."""

    def __init__(self, part: Any, method: str, then: Callable[[], None]) -> None:
        self.part, self.method, self.then = part, method, [then]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.part, name)
        if name != self.method:
            return found

        def answer(*args: Any, **values: Any) -> Any:
            result = found(*args, **values)
            while self.then:
                self.then.pop()()
            return result

        return answer


ACTS: dict[str, Callable[..., object]] = {
    "renames": lambda do, team: use_cases.change_team(*do, calendar_id=team, title="Mine", set={}, remove=frozenset()),
    "invites": lambda do, team: use_cases.add_member(*do, calendar_id=team, address="eve@example.com", role="reader"),
    "ends": lambda do, team: use_cases.end_team(*do, calendar_id=team),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("part", ["reads", "store"])
def test_a_manager_who_is_removed_in_that_moment_can_do_nothing(asked: Asked, act: str, part: str) -> None:
    asked.site.person(104, "Eve", "eve@example.com")
    asked.asks()
    asked.answers(True)
    backend, bob = asked.site.core.backend, asked.people["bob"].tenant

    def removed() -> None:
        assert asked.removed() == 204

    # Bob is a manager when the door asks, or when the command loads the calendar. Ann's command commits first.
    method = {"reads": "calendar_of", "store": "load"}[part]
    parts: dict[str, Any] = {part: Overtaken(getattr(backend, part), method, removed)}
    overtaken = replace(backend, **parts)
    with pytest.raises(NotManager):
        ACTS[act]((overtaken, asked.site.context(bob)), UUID(asked.id))
    assert asked.ann.get(asked.path)["name"] == "Design"
    assert asked.statuses(asked.ann) == {"Ann": "member"}


def test_the_archive_and_the_audit_know_an_open_offer(asked: Asked) -> None:
    asked.asks()
    assert asked.bob.ask("POST", "/users/me/export").status == 202
    signed_in = {"Authorization": f"Bearer {asked.bob.token}"}
    status, _, body = raw(asked.site.port, "GET", "/api/users/me/export/archive", None, signed_in)
    assert status == 200
    received = json.loads(ZipFile(BytesIO(body)).read("account.json"))["received_calendars"]
    assert [(each["title"], each["status"]) for each in received] == [("Design", "offered")]
    entries = asked.bob.get("/users/me/history")["items"]
    assert "share-offered" in {each["action"] for each in entries}
