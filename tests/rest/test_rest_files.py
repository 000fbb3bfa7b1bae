"""Calendar files at the REST door: previewed, imported, exported."""

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of

FILE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n"
    "BEGIN:VEVENT\r\nUID:a@x\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20271130T100000Z\r\nSUMMARY:One\r\nX-A:b\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:b@x\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20271201T100000Z\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:c@x\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:No start\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)
WINTER = "start=2027-11-01T00:00:00Z&end=2027-12-31T00:00:00Z"


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def titles(api: Api) -> list[str]:
    return [each["summary"] for each in api.get(f"/events?{WINTER}")["events"]]


def test_a_file_is_previewed_imported_and_exported(api: Api) -> None:
    text = FILE.replace("{title}", "Two")
    other = api.ask("POST", "/calendars", {"name": "Other"}).json
    preview = api.ask("POST", "/import", {"text": text, "preview": True}).json
    assert (preview["found"], preview["unreadable"], preview["counts"]) == (3, 1, {"new": 2})
    assert preview["imported"] == 0
    assert titles(api) == []
    done = api.ask("POST", "/import", {"text": text, "calendar_id": other["id"]}).json
    assert (done["imported"], [each["uid"] for each in done["entries"]]) == (2, ["a@x", "b@x"])
    events = api.get(f"/events?{WINTER}")["events"]
    assert [each["calendar_id"] for each in events] == [other["id"]] * 2
    again = api.ask("POST", "/import", {"text": text}).json
    assert (again["imported"], again["counts"]) == (0, {"here": 2})

    one = api.ask("GET", f"/events/{events[0]['id']}/ics")
    assert one.headers["content-type"].startswith("text/calendar")
    assert one.headers["etag"] == f'"{events[0]["etag"]}"'
    assert "X-A:b\r\n" in one.body
    whole = api.ask("GET", f"/export?calendar_id={other['id']}")
    assert whole.headers["content-type"].startswith("text/calendar")
    assert (whole.body.count("BEGIN:VEVENT"), "SUMMARY:Two" in whole.body) == (2, True)
    (first,) = (each for each in api.get("/calendars") if each["default"])
    assert "BEGIN:VEVENT" not in api.ask("GET", f"/export?calendar_id={first['id']}").body
    assert api.ask("GET", "/export").body.count("BEGIN:VEVENT") == 2


def test_an_event_that_is_refused_is_named_and_the_others_are_stored(api: Api) -> None:
    done = api.ask("POST", "/import", {"text": FILE.replace("{title}", "x" * 300)}).json
    assert [each["problem"] for each in done["entries"]] == [None, "urn:televent:problem:text-too-long"]
    assert (done["imported"], titles(api)) == (1, ["One"])


def test_a_file_that_is_none_is_refused(api: Api, site: Site) -> None:
    assert api.ask("POST", "/import", {"text": "hello"}).problem() == "invalid-object"
    reply = FILE.replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:REPLY")
    assert api.ask("POST", "/import", {"text": reply}).problem() == "invalid-request"
    many = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20271130\r\nEND:VEVENT\r\n"
        for n in range(1_001)
    )
    whole = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{many}END:VCALENDAR\r\n"
    assert api.ask("POST", "/import", {"text": whole, "preview": True}).problem() == "invalid-request"
    bob = api_of(site, site.person(102, "Bob", "bob@example.com"), "bob@example.com")
    (theirs,) = bob.get("/calendars")
    wrong = {"text": FILE, "calendar_id": theirs["id"]}
    assert api.ask("POST", "/import", wrong).problem() == "unknown-calendar"
    assert api.ask("GET", f"/export?calendar_id={theirs['id']}").problem() == "unknown-calendar"
