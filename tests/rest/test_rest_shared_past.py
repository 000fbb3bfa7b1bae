"""The past of shared and team calendars: from the beginning of the share, with the access of now, nothing hidden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.dav import Site, event
from support.rest_people import Api, api_of, join
from support.shares import granted_acl, mounted, share, unshare

MARCH = "start=2027-03-01T00:00:00Z&end=2027-04-01T00:00:00Z"
AGO = timedelta(hours=2)


def text(uid: str, title: str, visibility: str = "PUBLIC", *lines: str) -> bytes:
    summary = (f"SUMMARY:{title}", f"CLASS:{visibility}", "LOCATION:Room 5", *lines)
    return event(f"{uid}@example.com", *summary, start="20270301T100000Z", end="20270301T110000Z")


class Past:
    """Ann's calendar, which Bob sees from some moment on. The facts become two hours old, one call after the other."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ann, self.bob = (
            site.person(number, name, f"{name.lower()}@example.com") for number, name in ((101, "Ann"), (102, "Bob"))
        )
        self.mine, self.theirs = (
            api_of(site, self.ann, "ann@example.com"),
            api_of(site, self.bob, "bob@example.com"),
        )
        self.ann.ask("MKCALENDAR", self.ann.calendar("work"))

    @property
    def id(self) -> str:
        (found,) = [each for each in self.mine.get("/calendars") if each["name"] == "work"]
        return str(found["id"])

    def put(self, name: str, title: str, visibility: str = "PUBLIC", *lines: str) -> None:
        path = self.ann.calendar("work") + f"{name}.ics"
        assert self.ann.put(path, text(name, title, visibility, *lines)).status in (201, 204)

    def moment(self) -> str:
        """The moment after all facts, as ``as_of`` has it once they are two hours older."""
        with self.site.core.pool.connection() as connection:
            row = connection.execute("SELECT max(recorded_at) FROM event").fetchone()
        assert row is not None
        return stamp(row[0] - AGO + timedelta(microseconds=1))

    def age(self) -> None:
        with self.site.core.pool.connection() as connection:
            connection.execute("UPDATE event SET recorded_at = recorded_at - interval '2 hours'")

    def titles(self, at: str, api: Api | None = None, calendar_id: str | None = None) -> Any:
        """The titles in Bob's list of that moment; the problem where there is no list."""
        path = f"/events?calendar_id={calendar_id or self.id}&{MARCH}&as_of={at}&sort=title"
        reply = (api or self.theirs).ask("GET", path)
        return sorted(each["summary"] for each in reply.json["events"]) if reply.status == 200 else reply.problem()

    def ids(self) -> dict[str, str]:
        """The ids of Ann's events, by their names."""
        with self.site.core.pool.connection() as connection:
            rows = connection.execute("SELECT href, stream_id FROM resource WHERE tenant_id = %s", (self.ann.tenant,))
            return {href.removesuffix(".ics"): str(stream) for href, stream in rows}

    def one(self, name: str, at: str) -> Any:
        """The title of that event as Bob sees it then; the problem where there is none."""
        reply = self.theirs.ask("GET", f"/events/{self.ids()[name]}?as_of={at}")
        return reply.json["summary"] if reply.status == 200 else reply.problem()


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def past(site: Site) -> Past:
    return Past(site)


@pytest.mark.own_database
def test_the_past_begins_with_the_share_and_ends_with_it(past: Past) -> None:
    past.put("a", "Early")
    before = past.moment()
    mounted(past.ann, past.bob)
    past.put("a", "Shared")
    past.put("b", "Gone")
    during = past.moment()
    past.put("a", "Late")
    assert past.ann.ask("DELETE", past.ann.calendar("work") + "b.ics").status == 204
    after = past.moment()
    past.age()
    ids = past.ids()
    assert past.titles(during) == ["Gone", "Shared"]
    assert (past.one("a", during), past.one("b", during)) == ("Shared", "Gone")
    assert past.titles(after) == ["Late"]
    assert past.one("b", after) == "unknown-resource"
    # Ann sees it all; Bob nothing of the time before.
    assert past.titles(before, past.mine) == ["Early"]
    assert (past.titles(before), past.one("a", before)) == ("unknown-calendar", "unknown-resource")
    assert past.theirs.ask("GET", f"/events/{ids['a']}?as_of={stamp(datetime.now(UTC))}").problem() == "not-yet-past"

    # Access to busy times alone shows no event, of now or of then.
    body = granted_acl(f"<D:href>{past.bob.home}</D:href>", "C:read-free-busy")
    assert past.ann.ask("ACL", past.ann.calendar("work"), body).status == 200
    assert (past.titles(during), past.one("a", during)) == ("unknown-calendar", "unknown-resource")
    assert past.theirs.ask("GET", f"/events/{ids['a']}").problem() == "unknown-resource"
    assert past.theirs.get(f"/events?{MARCH}")["events"] == []
    # Given again, it begins again.
    assert share(past.ann, "mailto:bob@example.com").status == 200
    assert (past.titles(during), past.one("a", during)) == ("unknown-calendar", "unknown-resource")
    again = past.moment()
    past.age()
    assert (past.titles(again), past.one("a", again)) == (["Late"], "Late")

    assert unshare(past.ann, "mailto:bob@example.com").status == 200
    for at in (before, during, after, again):
        assert (past.titles(at), past.one("a", at)) == ("unknown-calendar", "unknown-resource")
    mounted(past.ann, past.bob)
    assert (past.titles(again), past.one("a", again)) == ("unknown-calendar", "unknown-resource")
    eve = api_of(past.site, past.site.person(103, "Eve", "eve@example.com"), "eve@example.com")
    assert past.titles(again, eve) == "unknown-calendar"


@pytest.mark.own_database
def test_what_the_owner_hid_then_or_hides_now_is_not_in_the_past(past: Past) -> None:
    mounted(past.ann, past.bob)
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:Tea", "END:VALARM")
    for name, title, seen in (
        ("open", "Open", "PUBLIC"),
        ("secret", "Salary", "PRIVATE"),
        ("hushed", "Doctor", "CONFIDENTIAL"),
        ("later", "Later secret", "PUBLIC"),
        ("dim", "Later dim", "PUBLIC"),
        ("moved", "Moved", "PUBLIC"),
        ("erased", "Erased secret", "PUBLIC"),
        ("shown", "Shown now", "PRIVATE"),
    ):
        past.put(name, title, seen, *alarm)
    then = past.moment()
    past.put("later", "Later secret", "PRIVATE")
    past.put("dim", "Later dim", "CONFIDENTIAL")
    past.put("shown", "Shown now")
    past.put("erased", "Erased secret", "PRIVATE")
    work, home = past.ann.calendar("work"), past.ann.calendar()
    assert past.ann.ask("DELETE", f"{work}erased.ics").status == 204
    assert past.ann.ask("MOVE", f"{work}moved.ics", Destination=f"{home}moved.ics").status == 201
    past.age()
    assert past.titles(then) == ["Busy", "Busy", "Open"]
    found = {name: past.one(name, then) for name in past.ids()}
    gone = "unknown-resource"
    assert found == {
        "open": "Open", "secret": gone, "hushed": "Busy", "later": gone, "dim": "Busy", "moved": gone, "erased": gone,
        "shown": gone,
    }  # fmt: skip
    reply = past.theirs.ask("GET", f"/events?calendar_id={past.id}&{MARCH}&as_of={then}")
    assert not [each for each in ("Salary", "Doctor", "Later", "Erased", "Shown", "Tea") if each in reply.body]
    for each in reply.json["events"]:
        assert (each["reminders"], each["location"]) == ([], "Room 5" if each["summary"] == "Open" else "")


@pytest.mark.own_database
def test_a_member_of_a_team_sees_its_past_from_the_day_they_came(past: Past) -> None:
    team = past.mine.ask("POST", "/team-calendars", {"name": "Design"}).json["id"]
    made = past.mine.made(summary="Plan", start="2027-03-01T10:00:00", calendar_id=team)
    path = f"/events/{made['id']}"
    before = past.moment()
    member = {"email": "bob@example.com", "role": "reader"}
    assert past.mine.ask("POST", f"/team-calendars/{team}/members", member).status == 200
    join(past.theirs)
    joined = past.moment()
    assert past.mine.ask("PATCH", path, {"summary": "Plans"}).status == 200
    past.age()
    assert past.titles(before, past.mine, team) == past.titles(joined, past.theirs, team) == ["Plan"]
    assert past.titles(before, past.theirs, team) == "unknown-calendar"
    assert past.theirs.ask("GET", f"{path}?as_of={before}").problem() == "unknown-resource"
    then = past.theirs.get(f"{path}?as_of={joined}")
    assert (then["summary"], then["organizer"], past.theirs.get(path)["summary"]) == ("Plan", None, "Plans")
    # Another role is no new beginning; leaving is an end.
    assert past.mine.ask("PUT", f"/team-calendars/{team}/members/{past.bob.tenant}", {"role": "writer"}).status == 200
    assert past.titles(joined, past.theirs, team) == ["Plan"]
    assert past.theirs.ask("DELETE", f"/team-calendars/{team}/members/{past.bob.tenant}").status == 204
    assert past.titles(joined, past.theirs, team) == "unknown-calendar"
    assert past.theirs.ask("GET", f"{path}?as_of={joined}").problem() == "unknown-resource"


@pytest.mark.own_database
def test_an_app_is_told_where_the_past_of_a_shared_calendar_is(past: Past) -> None:
    path = mounted(past.ann, past.bob)
    past.put("a", "Plan")
    for there in (path.rstrip("/"), f"{past.bob.home}shared-{past.ann.tenant}"):
        for method in ("PROPFIND", "REPORT", "GET"):
            refused = past.bob.ask(method, f"{there}@2026-11-01T12:00Z/" + ("a.ics" if method == "GET" else ""))
            assert (refused.status, "as_of" in refused.text) == (403, True)
    owners = past.ann.calendar("work").rstrip("/") + "@2026-11-01T12:00Z/"
    assert past.bob.ask("PROPFIND", owners).status in (403, 404)
