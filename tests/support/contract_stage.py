"""A person who has one of everything that the REST door knows, so that generated calls find something."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from support.dav import Client, Site
from support.rest import call
from support.rest_people import Api, api_of

EMAIL = "ann@example.com"
OTHER = "bob@example.com"
SECOND = "ann@work.example"
"""An address of the person that they can lose."""


@dataclass
class Stage:
    """The person, somebody else, and the ids of what the person has, by the name of the parameter."""

    site: Site
    api: Api
    other: Api
    person: Client
    ids: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> None:
        """Gives the person a new session, where a call has ended theirs."""
        self.api = api_of(self.site, self.person, EMAIL)


def staged(site: Site) -> Stage:
    """The stage, with everything on it."""
    ann, bob = site.person(101, "Ann", EMAIL, SECOND), site.person(102, "Bob", OTHER)
    stage = Stage(site, api_of(site, ann, EMAIL), api_of(site, bob, OTHER), ann)
    _fill(stage, str(ann.tenant), str(bob.tenant))
    return stage


def _made(api: Api, path: str, body: object = None) -> Any:
    reply = api.ask("POST", path, body)
    assert reply.status in (200, 201, 202), (path, reply.body)
    return reply.json


def _fill(stage: Stage, tenant: str, person_id: str) -> None:
    ann, bob, ids = stage.api, stage.other, stage.ids
    ids["user_id"] = tenant
    ids["email"] = SECOND
    calendar = _made(ann, "/calendars", {"name": "Work"})
    ids["calendar_id"] = calendar["id"]
    series = {"summary": "Stand-up", "start": "2027-01-04T10:00:00", "recurrence": {"rule": "FREQ=DAILY;COUNT=9"}}
    event = ann.made(**series, calendar_id=calendar["id"], attendees=[{"email": OTHER}])
    ids["event_id"] = event["id"]
    expanded = ann.get(f"/calendar/recurring/expand?event_id={event['id']}&start=2027-01-01T00:00:00Z")
    ids["occurrence_id"] = expanded["occurrences"][0]["occurrence_id"]
    theirs = bob.get("/events?start=2027-01-01T00:00:00Z&end=2027-02-01T00:00:00Z")["events"][0]
    _made(
        bob,
        f"/events/{theirs['id']}/proposals",
        {"start": "2027-01-05T12:00:00", "occurrence_id": ids["occurrence_id"]},
    )
    ids["proposal"] = ann.get(f"/events/{event['id']}/proposals")[0]["id"]
    ids["person_id"] = person_id
    _made(ann, f"/calendars/{calendar['id']}/shares", {"email": OTHER, "access": "read-write"})
    team = {"name": "Design", "members": [{"email": OTHER, "role": "writer"}]}
    ids["team_id"] = _made(ann, "/team-calendars", team)["id"]
    lent = _made(bob, "/calendars", {"name": "Lent"})
    _made(bob, f"/calendars/{lent['id']}/shares", {"email": EMAIL, "access": "read"})
    ids["share_id"] = next(each["id"] for each in ann.get("/shares") if each["name"] == "Lent")
    ids["key_id"] = _made(ann, "/keys", {"name": "Script", "scopes": ["calendars:read"]})["id"]
    webhook = _made(ann, "/webhooks", {"url": "https://example.com/hook"})
    ids["webhook_id"] = webhook["id"]
    ids["delivery_id"] = _made(ann, f"/webhooks/{webhook['id']}/test")["id"]
    ids["feed_id"] = _made(ann, f"/calendars/{calendar['id']}/feeds", {})["id"]
    ids["subscription_id"] = _made(ann, "/subscriptions", {"url": "https://example.com/days.ics"})["id"]
    ids["device_id"] = _made(ann, "/users/me/devices", {"name": "Phone"})["id"]
    ids["attachment_id"] = attached(stage)
    ids["session_id"] = ann.get("/auth/sessions")[0]["id"]
    ids["name"] = "unknown-calendar"


def attached(stage: Stage) -> str:
    """A new file of the event; its id."""
    path = f"/api/events/{stage.ids['event_id']}/attachments?name=plan.txt"
    sent = {"Authorization": f"Bearer {stage.api.token}", "Content_Type": "text/plain"}
    reply = call(stage.site.port, "POST", path, b"plan", **sent)
    assert reply.status == 201, reply.body
    return str(reply.json["managed_id"])
