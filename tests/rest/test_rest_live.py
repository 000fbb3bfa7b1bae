"""The live stream over real sockets: one journey, resuming, and pages."""

from support.dav import Client, Site, event
from support.live import Events, following, work
from support.live_tokens import bearer, token
from support.rest import call


def test_the_journey_of_a_tab_that_follows_its_calendars(site: Site, ann: Client) -> None:
    access = token(site, ann)
    with following(site, access) as events:
        assert events.answer.headers["content-type"].startswith("text/event-stream")
        assert events.answer.headers["x-accel-buffering"] == "no"
        assert "no-transform" in events.answer.headers["cache-control"]
        name, ready = events.next()
        assert (name, ready["type"], ready["id"]) == ("ready", "ready", events.id)
        path = work(ann)
        (made,) = events.until(lambda frame: True)
        assert (made["type"], made["event"], made["door"], made["actor"]) == (
            "calendar.created", None, "caldav", str(ann.tenant),
        )  # fmt: skip
        stored = ann.put(path + "tea.ics", event("tea"))
        (created,) = events.until(lambda frame: True)
        assert (created["type"], created["calendar"]) == ("event.created", made["calendar"])
        assert created["etag"] == stored.headers["etag"]
        assert int(created["position"]) > int(made["position"])
        changed = ann.put(path + "tea.ics", event("tea", "SUMMARY:Coffee"))
        (revised,) = events.until(lambda frame: True)
        assert (revised["event"], revised["etag"]) == (created["event"], changed.headers["etag"])
        other = work(ann, "other")
        events.until(lambda frame: frame["type"] == "calendar.created")
        assert ann.ask("MOVE", path + "tea.ics", Destination=other + "tea.ics").status == 201
        (moved,) = events.until(lambda frame: True)
        assert (moved["type"], moved["from_calendar"]) == ("event.moved", made["calendar"])
        assert ann.ask("DELETE", other + "tea.ics").status == 204
        (deleted,) = events.until(lambda frame: True)
        assert (deleted["type"], deleted["etag"], deleted["event"]) == ("event.deleted", None, created["event"])
    page = call(site.port, "GET", f"/api/changes?since={ready['id']}", **bearer(access)).json
    told = [each["id"] for each in page["changes"]]
    assert told[0] == made["id"]
    assert told[-1] == deleted["id"] == page["cursor"]
    assert len(set(told)) == len(told) == 6
    assert page["more"] is False


def test_a_stream_goes_on_after_the_last_id_that_a_browser_names(site: Site, ann: Client) -> None:
    access = token(site, ann)
    path = work(ann)
    with following(site, access) as events:
        events.next()
        ann.put(path + "1.ics", event("1"))
        events.until(lambda frame: frame["type"] == "event.created")
        last = events.id
    for number in range(2, 8):
        ann.put(f"{path}{number}.ics", event(str(number)))
    with following(site, access, "0", Last_Event_ID=last) as events:
        assert events.next()[1]["id"] == last
        ann.put(f"{path}8.ics", event("8"))
        found = [events.until(lambda frame: True)[0] for _ in range(7)]
    assert [each["type"] for each in found] == ["event.created"] * 7
    assert sorted({int(each["position"]) for each in found}) == [int(each["position"]) for each in found]


def test_pages_end_where_the_next_one_begins(site: Site, ann: Client) -> None:
    access = token(site, ann)
    start = call(site.port, "GET", "/api/changes", **bearer(access)).json
    assert start["changes"] == []
    path = work(ann)
    for number in range(5):
        ann.put(f"{path}{number}.ics", event(str(number)))
    found, cursor, more = [], start["cursor"], True
    while more:
        page = call(site.port, "GET", f"/api/changes?since={cursor}&limit=2", **bearer(access)).json
        assert len(page["changes"]) <= 2
        found += [each["id"] for each in page["changes"]]
        cursor, more = page["cursor"], page["more"]
    whole = call(site.port, "GET", f"/api/changes?since={start['cursor']}", **bearer(access)).json
    assert found == [each["id"] for each in whole["changes"]]
    assert len(found) == 6
    empty = call(site.port, "GET", f"/api/changes?since={cursor}", **bearer(access)).json
    assert empty == {"changes": [], "cursor": cursor, "more": False}


def test_a_place_of_another_history_is_told(site: Site, ann: Client) -> None:
    access = token(site, ann)
    work(ann)
    place = call(site.port, "GET", "/api/changes", **bearer(access)).json["cursor"]
    position, _, mark = place.partition("-")
    for undone in (f"{position}-{'0' * 12}", f"{int(position) + 999_999}-{mark}"):
        gone = call(site.port, "GET", f"/api/changes?since={undone}", **bearer(access))
        assert (gone.status, gone.problem()) == (410, "changes-gone")
        with following(site, access, undone) as events:
            name, reset = events.next()
            assert name == "reset"
            assert reset["id"] != undone
            work(ann, f"after-{undone}")
            assert events.until(lambda frame: True)[0]["type"] == "calendar.created"
    for wrong in ("x", "1-2", "-1", f"{position}-{mark}0"):
        assert call(site.port, "GET", f"/api/changes?since={wrong}", **bearer(access)).problem() == "invalid-request"
        assert call(site.port, "GET", f"/api/stream?since={wrong}", **bearer(access)).problem() == "invalid-request"


def test_an_idle_place_stays_valid_while_others_are_busy(site: Site, ann: Client) -> None:
    access = token(site, ann)
    place = call(site.port, "GET", "/api/changes", **bearer(access)).json["cursor"]
    bob = site.person(102, "Bob", "bob@example.com")
    path = work(bob)
    bob.put(path + "1.ics", event("1"))
    assert call(site.port, "GET", f"/api/changes?since={place}", **bearer(access)).json["changes"] == []
    events = Events(site.port, access, place)
    assert events.next()[0] == "ready"
    work(ann)
    assert events.until(lambda frame: True)[0]["actor"] == str(ann.tenant)
    events.close()
