"""People of an event at the REST door: invited, taken off, answers with a note, proposals of another time."""

import re
from typing import Any

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of

MEETING: dict[str, Any] = {
    "summary": "Standup",
    "start": "2027-11-30T10:00:00",
    "end": "2027-11-30T10:15:00",
    "time_zone": "Europe/London",
}
NOVEMBER = "start=2027-11-01T00:00:00Z&end=2027-12-31T00:00:00Z"


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


@pytest.fixture
def theirs(site: Site, bob: Client) -> Api:
    return api_of(site, bob, "bob@example.com")


def answers(event: Any) -> dict[str, str]:
    return {each["email"]: each["answer"] for each in event["attendees"]}


def copy_of(api: Api) -> Any:
    """The only event in November, as that person sees it."""
    (event,) = api.get(f"/events?{NOVEMBER}")["events"]
    return event


def test_an_invitation_is_tentative_until_it_is_answered_and_both_sides_see_it(
    api: Api, theirs: Api, bob: Client
) -> None:
    event = api.made(**MEETING)
    invited = api.ask("POST", f"/events/{event['id']}/attendees", {"attendees": [{"email": "bob@example.com"}]})
    assert (invited.status, answers(invited.json)["bob@example.com"]) == (200, "NEEDS-ACTION")
    copy = copy_of(theirs)
    assert (copy["status"], copy["answer"], copy["role"]) == ("TENTATIVE", "NEEDS-ACTION", "attendee")
    assert theirs.ask("PATCH", f"/events/{copy['id']}", {"summary": "Mine"}).problem() == "not-organizer"
    assert theirs.ask("PATCH", f"/events/{copy['id']}", {"reminders": [5]}).json["reminders"] == [5]

    given = theirs.ask("POST", f"/events/{copy['id']}/answer", {"answer": "ACCEPTED", "note": "With pleasure"})
    assert (given.json["status"], given.json["answer"]) == ("CONFIRMED", "ACCEPTED")
    assert answers(api.get(f"/events/{event['id']}"))["bob@example.com"] == "ACCEPTED"
    entries = api.get(f"/events/{event['id']}/history")
    answered = next(each for each in entries if each["word"] == "answered")
    assert (answered["answer"]["now"], answered["answer"]["note"]) == ("ACCEPTED", "With pleasure")
    listed = bob.propfind(bob.calendar(), "D:getetag", depth="1").body.decode()
    (href,) = re.findall(r"<[^>]*href>([^<]+\.ics)<", listed)
    assert b"PARTSTAT=ACCEPTED" in bob.ask("GET", href).body

    assert theirs.ask("POST", f"/events/{copy['id']}/answer", {"answer": "MAYBE"}).problem() == "invalid-request"
    assert api.ask("POST", f"/events/{event['id']}/answer", {"answer": "ACCEPTED"}).problem() == "not-invited"
    assert api.ask("DELETE", f"/events/{event['id']}/attendees/eve@example.com").problem() == "not-invited"
    assert theirs.ask("DELETE", f"/events/{copy['id']}/attendees/ann@example.com").problem() == "not-organizer"
    assert api.ask("DELETE", f"/events/{event['id']}/attendees/Bob@Example.com").status == 204
    assert copy_of(theirs)["status"] == "CANCELLED"
    assert "bob@example.com" not in answers(api.get(f"/events/{event['id']}"))


def test_one_date_of_a_series_is_answered_alone(api: Api, theirs: Api) -> None:
    rule = {"rule": "FREQ=DAILY;COUNT=3"}
    api.made(**MEETING, recurrence=rule, attendees=[{"email": "bob@example.com"}])
    copy = copy_of(theirs)
    path = f"/events/{copy['id']}/answer"
    reply = theirs.ask("POST", path, {"answer": "DECLINED", "occurrence_id": "20271201T100000Z"})
    assert (reply.status, reply.json["answer"]) == (200, "DECLINED")
    assert theirs.get(f"/events/{copy['id']}")["answer"] == "NEEDS-ACTION"
    missing = theirs.ask("POST", path, {"answer": "DECLINED", "occurrence_id": "20270101T100000Z"})
    assert missing.problem() == "unknown-occurrence-id"


def test_another_time_is_proposed_and_accepted(api: Api, theirs: Api) -> None:
    event = api.made(**MEETING, attendees=[{"email": "bob@example.com"}])
    copy = copy_of(theirs)
    path = f"/events/{copy['id']}/proposals"
    mine = theirs.ask("POST", path, {"start": "2027-11-30T12:00:00", "note": "After lunch?"})
    assert mine.status == 201
    (proposal,) = api.get(f"/events/{event['id']}/proposals")
    assert (proposal["attendee"]["email"], proposal["note"]) == ("bob@example.com", "After lunch?")
    assert proposal["now"]["start"]["local"] == "2027-11-30T12:00:00"
    assert proposal["possible"] is True
    nobody = api.ask("POST", f"/events/{event['id']}/proposals/none/accept")
    assert nobody.problem() == "unknown-proposal"
    done = api.ask("POST", f"/events/{event['id']}/proposals/{proposal['id']}/accept")
    assert (done.json["start"], done.json["end"]) == ("2027-11-30T12:00:00", "2027-11-30T12:15:00")
    assert copy_of(theirs)["start"] == "2027-11-30T12:00:00"
    assert api.get(f"/events/{event['id']}/proposals") == []
    again = theirs.ask("POST", path, {"start": "2027-11-30T12:00:00"})
    assert again.problem() == "same-time"


def test_another_time_is_declined(api: Api, theirs: Api) -> None:
    event = api.made(**MEETING, attendees=[{"email": "bob@example.com"}])
    copy = copy_of(theirs)
    theirs.ask("POST", f"/events/{copy['id']}/proposals", {"start": "2027-11-30T12:00:00"})
    (proposal,) = api.get(f"/events/{event['id']}/proposals")
    path = f"/events/{event['id']}/proposals/{proposal['id']}/decline"
    assert api.ask("POST", path, {"note": "No room"}).status == 204
    assert api.get(f"/events/{event['id']}/proposals") == []
    assert copy_of(theirs)["start"] == MEETING["start"]


def test_strangers_cannot_act_on_a_meeting(site: Site, api: Api) -> None:
    event = api.made(**MEETING, attendees=[{"email": "bob@example.com"}])
    eve = api_of(site, site.person(103, "Eve", "eve@example.com"), "eve@example.com")
    path = f"/events/{event['id']}"
    asked: list[tuple[str, str, object]] = [
        ("POST", "/attendees", {"attendees": [{"email": "eve@example.com"}]}),
        ("DELETE", "/attendees/bob@example.com", None),
        ("POST", "/answer", {"answer": "ACCEPTED"}),
        ("GET", "/proposals", None),
        ("POST", "/proposals", {"start": "2027-11-30T12:00:00"}),
        ("POST", "/proposals/x/accept", None),
        ("POST", "/proposals/x/decline", {}),
        ("GET", "/history", None),
        ("POST", "/undo", {}),
        ("POST", "/move", {"calendar_id": event["calendar_id"]}),
    ]
    for method, end, body in asked:
        assert eve.ask(method, f"{path}{end}", body).problem() == "unknown-resource", end
    assert eve.ask("POST", f"/trash/{event['id']}/restore").problem() == "unknown-resource"
    assert api.get(path) == event
