"""The past of events at the REST door: history, undo, trash; and the move to another calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of

EVENT: dict[str, Any] = {"summary": "Standup", "start": "2027-11-30T10:00:00"}


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def test_the_history_says_what_changed_and_by_whom(api: Api) -> None:
    event = api.made(**EVENT)
    api.ask("PATCH", f"/events/{event['id']}", {"summary": "Late", "start": "2027-11-30T12:00:00"})
    entries = api.get(f"/events/{event['id']}/history")
    assert [each["word"] for each in entries][-1] == "created"
    title = next(each for each in entries if each["word"] == "title")
    assert (title["was"]["summary"], title["now"]["summary"]) == ("Standup", "Late")
    assert (title["by"], title["own"], title["door"]) == ("Ann", True, "rest")
    moved = next(each for each in entries if each["word"] == "moved")
    assert moved["now"]["start"] == {
        "local": "2027-11-30T12:00:00",
        "time_zone": "Europe/London",
        "utc": "2027-11-30T12:00:00Z",
    }
    assert moved["change_id"] == title["change_id"] != entries[-1]["change_id"]


def test_changes_are_undone_and_redone(api: Api) -> None:
    event = api.made(**EVENT)
    path = f"/events/{event['id']}"
    api.ask("PATCH", path, {"summary": "Late"})
    first = api.get(f"{path}/history")[0]["change_id"]
    api.ask("PATCH", path, {"location": "Room 1"})
    undone = api.ask("POST", f"{path}/undo", {"change_id": first})
    assert (undone.status, undone.json["gone"]) == (200, False)
    assert (api.get(path)["summary"], api.get(path)["location"]) == ("Standup", "Room 1")
    assert api.ask("POST", f"{path}/undo", {"change_id": undone.json["change_id"]}).status == 200
    assert api.get(path)["summary"] == "Late"
    assert api.ask("POST", f"{path}/undo", {"change_id": event["id"]}).problem() == "unknown-resource"
    assert api.ask("DELETE", path).status == 204
    assert api.ask("POST", f"{path}/undo", {}).json["gone"] is False
    assert api.get(path)["location"] == "Room 1"


def test_a_deleted_event_is_restored(api: Api) -> None:
    event = api.made(**EVENT, location="Room 1")
    api.ask("DELETE", f"/events/{event['id']}")
    (gone,) = api.get("/trash")
    assert (gone["id"], gone["summary"], gone["event"]["location"]) == (event["id"], "Standup", "Room 1")
    back = api.ask("POST", f"/trash/{event['id']}/restore")
    assert (back.status, back.json["etag"], back.json["id"]) == (200, event["etag"], event["id"])
    assert api.get("/trash") == []
    assert api.ask("POST", f"/trash/{event['id']}/restore").status == 200


def test_an_event_moves_to_another_calendar(api: Api) -> None:
    other = api.ask("POST", "/calendars", {"name": "Other"}).json
    event = api.made(**EVENT)
    path = f"/events/{event['id']}"
    assert api.ask("PATCH", path, {"calendar_id": other["id"]}).problem() == "invalid-request"
    stale = api.ask("POST", f"{path}/move", {"calendar_id": other["id"]}, If_Match='"x"')
    assert stale.problem() == "precondition-failed"
    moved = api.ask("POST", f"{path}/move", {"calendar_id": other["id"]})
    assert (moved.json["id"], moved.json["calendar_id"]) == (event["id"], other["id"])
    assert moved.json["etag"] == event["etag"]
    assert api.ask("POST", f"{path}/move", {"calendar_id": event["id"]}).problem() == "unknown-calendar"


@pytest.mark.own_database
def test_the_past_is_read_as_it_stood(site: Site) -> None:
    ann = site.person(101, "Ann", "ann@example.com")
    api = api_of(site, ann, "ann@example.com")
    event = api.made(**EVENT)
    other = api.made(**EVENT)
    path = f"/events/{event['id']}"
    made = datetime.fromisoformat(event["updated_at"])
    api.ask("PATCH", path, {"summary": "Late"})
    api.ask("DELETE", f"/events/{other['id']}")
    assert api.ask("GET", f"{path}?as_of={stamp(made)}").problem() == "not-yet-past"
    # The facts become two hours old; nothing here waits for that.
    with site.core.pool.connection() as connection:
        connection.execute("UPDATE event SET recorded_at = recorded_at - interval '2 hours'")
    between = stamp(datetime.fromisoformat(other["updated_at"]) - timedelta(hours=2) + timedelta(milliseconds=1))
    then = api.get(f"{path}?as_of={between}")
    assert (then["summary"], then["etag"]) == ("Standup", event["etag"])
    assert api.get(f"/events/{other['id']}?as_of={between}")["summary"] == "Standup"
    listed = f"/events?start=2027-11-01T00:00:00Z&end=2027-12-01T00:00:00Z&as_of={between}"
    assert len(api.get(f"{listed}&calendar_id={event['calendar_id']}")["events"]) == 2
    assert api.ask("GET", listed).problem() == "invalid-request"
    assert [each["summary"] for each in api.get("/events?start=2027-11-01T00:00:00Z")["events"]] == ["Late"]
    before = stamp(made - timedelta(days=1))
    assert api.ask("GET", f"{path}?as_of={before}").problem() == "unknown-resource"
    assert api.ask("GET", f"{path}?as_of=2026-01-01T00:00:00").problem() == "invalid-request"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
