"""Somebody who is invited to a team calendar, or who declined, has no access to it at any door."""

from __future__ import annotations

import pytest

from support.dav import DECLARED, Client, Site
from support.rest_people import Api, api_of
from support.town import meeting

WHOLE_DAY = {"start": "2027-01-04T00:00:00Z", "end": "2027-01-05T00:00:00Z"}
MEETING = {"summary": "Plans", "start": "2027-01-04T10:00:00", "end": "2027-01-04T11:00:00", "time_zone": "UTC"}
OTHER = meeting(organizer="SUMMARY:Other", people=(), uid="other@example.com")


class Invited:
    """Ann's team calendar with one meeting, to which she invites Bob. ``path``: its own URL at CalDAV."""

    def __init__(self, site: Site) -> None:
        self.person: Client = site.person(102, "Bob", "bob@example.com")
        self.ann, self.bob = (
            api_of(site, each, f"{name}@example.com")
            for name, each in (("ann", site.person(101, "Ann", "ann@example.com")), ("bob", self.person))
        )
        self.id = self.ann.ask("POST", "/team-calendars", {"name": "Design"}).json["id"]
        event = self.ann.made(calendar_id=self.id, **MEETING)
        sent = f"/events/{event['id']}/attachments?name=agenda.txt"
        self.file = self.ann.ask("POST", sent, b"agenda", Content_Type="text/plain").json["managed_id"]
        asks = {"email": "bob@example.com", "role": "writer"}
        assert self.ann.ask("POST", f"/team-calendars/{self.id}/members", asks).status == 200
        (share,) = site.core.reads.shares_of(self.person.tenant)
        self.path = f"/caldav/{share.owner}/default/"
        self.address = f"{share.owner}@{site.core.backend.people.mail_domain}"

    def answers(self, accept: bool) -> None:
        (offer,) = self.bob.get("/shares")
        assert self.bob.ask("POST", f"/shares/{offer['id']}/answer", {"accept": accept}).status == 200

    def busy(self, api: Api) -> object:
        answer = api.ask("POST", "/free-busy", {"people": [self.address], **WHOLE_DAY})
        assert answer.status == 200, answer.body
        return answer.json["people"][0]["busy"]

    def statuses(self) -> tuple[int, int, int]:
        """The status codes of a read of the calendar at its own URL, of a write there, and of a read of its file."""
        read = self.person.propfind(self.path, "D:getetag", depth="1").status
        file = self.person.ask("GET", f"{self.path.replace('default', 'attachments')}{self.file}/agenda.txt").status
        return read, self.person.ask("PUT", f"{self.path}other.ics", OTHER, Content_Type="text/calendar").status, file


@pytest.fixture
def invited(site: Site) -> Invited:
    return Invited(site)


def test_nothing_is_read_or_written_before_the_answer_or_after_a_refusal(invited: Invited) -> None:
    assert invited.busy(invited.ann) != []
    for _ in ("invited", "declined"):
        assert invited.statuses() == (403, 403, 404)
        assert invited.busy(invited.bob) is None
        invited.answers(False)
    invited.answers(True)
    assert invited.statuses() == (207, 201, 200)
    assert invited.busy(invited.bob) == invited.busy(invited.ann)
    # A member who leaves has nothing more.
    invited.answers(False)
    assert invited.statuses() == (403, 403, 404)
    assert invited.busy(invited.bob) is None


def test_an_app_accepts_by_the_address_of_the_calendar(invited: Invited) -> None:
    inner = (
        f"<D:href>{invited.person.home}</D:href><CS:invite-accepted/>"
        f"<CS:hosturl><D:href>{invited.path}</D:href></CS:hosturl>"
    )
    body = f"<CS:invite-reply {DECLARED}>{inner}</CS:invite-reply>"
    assert invited.person.ask("POST", invited.person.home, body, Content_Type="text/xml").status == 200
    assert [each["id"] for each in invited.bob.get("/team-calendars")] == [invited.id]
