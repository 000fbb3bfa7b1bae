"""Occurrences at the REST door: changed and deleted alone, with those that follow, or with all; expanded in pages."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.dav import Client, Site
from support.rest_people import Api, api_of
from televent.application.use_cases.events.expand_series import Place, page_of
from televent.ical.editing.changes import EventChange
from televent.ical.editing.drafting import draft_event
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.recurrence.occurrences import occurrences
from televent.ical.text.errors import TooManyInstances
from televent.ical.zones.moments import utc_of

DAILY: dict[str, Any] = {
    "summary": "Standup",
    "start": "2026-12-01T10:00:00",
    "end": "2026-12-01T10:15:00",
    "time_zone": "Europe/London",
    "recurrence": {"rule": "FREQ=DAILY;COUNT=5"},
}
DECEMBER = "start=2026-12-01T00:00:00Z&end=2027-01-01T00:00:00Z"


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def rid(day: int) -> str:
    return f"202612{day:02}T100000Z"


def seen(api: Api) -> list[tuple[str, str]]:
    """Start and title of each occurrence in December."""
    events = api.get(f"/events?{DECEMBER}&expand=true")["events"]
    return [(each["start"][8:16], each["summary"]) for each in events]


def test_one_occurrence_changes_alone_and_ids_stay(api: Api) -> None:
    event = api.made(**DAILY)
    path = f"/events/{event['id']}/occurrences"
    one = api.get(f"{path}/{rid(2)}")
    assert (one["occurrence_id"], one["start"], one["etag"]) == (rid(2), "2026-12-02T10:00:00", event["etag"])
    moved = api.ask("PUT", f"{path}/{rid(2)}", {"start": "2026-12-02T12:00:00", "summary": "Late"})
    assert (moved.status, moved.json["occurrence_id"], moved.json["end"]) == (200, rid(2), "2026-12-02T12:15:00")
    stale = api.ask("PUT", f"{path}/{rid(3)}", {"summary": "x"}, If_Match=f'"{event["etag"]}"')
    assert stale.problem() == "precondition-failed"
    assert api.get(f"{path}/{rid(3)}")["summary"] == "Standup"
    assert api.ask("DELETE", f"{path}/{rid(4)}").status == 204
    assert api.ask("GET", f"{path}/{rid(4)}").problem() == "unknown-occurrence-id"
    assert api.ask("PUT", f"{path}/{rid(9)}", {"summary": "x"}).problem() == "unknown-occurrence-id"
    assert api.ask("PUT", f"{path}/nonsense", {"summary": "x"}).problem() == "unknown-occurrence-id"
    assert seen(api) == [
        ("01T10:00", "Standup"),
        ("02T12:00", "Late"),
        ("03T10:00", "Standup"),
        ("05T10:00", "Standup"),
    ]


def test_a_series_is_divided_where_the_following_occurrences_change(api: Api) -> None:
    event = api.made(**DAILY)
    path = f"/events/{event['id']}/occurrences"
    rest = api.ask("PUT", f"{path}/{rid(3)}?scope=following", {"start": "2026-12-03T09:00:00"})
    assert rest.status == 200
    assert rest.json["id"] != event["id"]
    assert [each for each, _ in seen(api)] == ["01T10:00", "02T10:00", "03T09:00", "04T09:00", "05T09:00"]
    assert api.ask("DELETE", f"{path}/{rid(2)}?scope=following").status == 204
    assert [each for each, _ in seen(api)] == ["01T10:00", "03T09:00", "04T09:00", "05T09:00"]


def test_all_occurrences_move_as_far_as_the_one_that_is_moved(api: Api) -> None:
    event = api.made(**DAILY)
    path = f"/events/{event['id']}/occurrences"
    whole = api.ask("PUT", f"{path}/{rid(2)}?scope=all", {"start": "2026-12-02T11:00:00", "summary": "Noon"})
    assert (whole.json["id"], whole.json["occurrence_id"]) == (event["id"], None)
    assert seen(api) == [(f"{day:02}T11:00", "Noon") for day in range(1, 6)]
    assert api.ask("DELETE", f"{path}/20261202T110000Z?scope=all").status == 204
    assert seen(api) == []


def test_the_repetition_is_set_and_taken_away(api: Api) -> None:
    event = api.made(**{**DAILY, "recurrence": None})
    path = f"/events/{event['id']}/recurrence"
    rule = {"rule": "FREQ=DAILY;COUNT=3", "dates": ["2026-12-20T10:00:00"], "excluded": ["2026-12-02T10:00:00"]}
    assert api.ask("PUT", path, rule).json["recurrence"] == rule
    assert [each for each, _ in seen(api)] == ["01T10:00", "03T10:00", "20T10:00"]
    assert api.ask("PUT", path, {"rule": "every day"}).problem() == "invalid-object"
    assert api.ask("PUT", path, {}).json["recurrence"] is None
    assert [each for each, _ in seen(api)] == ["01T10:00"]


def test_a_copy_has_the_values_of_the_request(api: Api) -> None:
    event = api.made(**DAILY, location="Room 1")
    copy = api.ask("POST", f"/events/{event['id']}/duplicate", {"summary": "Copy", "start": "2026-12-08T10:00:00"})
    assert (copy.status, copy.json["summary"], copy.json["location"]) == (201, "Copy", "Room 1")
    assert (copy.json["start"], copy.json["recurrence"]) == ("2026-12-08T10:00:00", DAILY["recurrence"])
    assert copy.json["uid"] != event["uid"]
    single = api.ask("POST", f"/events/{event['id']}/duplicate", {"occurrence_id": rid(2)})
    assert (single.json["start"], single.json["recurrence"]) == ("2026-12-02T10:00:00", None)


def test_a_series_is_expanded_in_pages(api: Api) -> None:
    event = api.made(**{**DAILY, "recurrence": {"rule": "FREQ=DAILY"}})
    path = f"/calendar/recurring/expand?event_id={event['id']}&{DECEMBER}"
    assert len(api.get(path)["occurrences"]) == 31
    first = api.get(f"{path}&limit=20")
    second = api.get(f"{path}&limit=20&cursor={first['next_cursor']}")
    ids = [each["occurrence_id"] for each in first["occurrences"] + second["occurrences"]]
    assert ids == [rid(day) for day in range(1, 32)]
    assert second["next_cursor"] is None
    bad = base64.urlsafe_b64encode(b'["start_time","then","x"]').decode().rstrip("=")
    for cursor in ("nonsense", bad):
        assert api.ask("GET", f"{path}&cursor={cursor}").problem() == "invalid-request"


def series(rule: str, *, length: timedelta = timedelta(minutes=5)) -> CalendarText:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return draft_event(uid="a@x", now=start, values=EventChange(title="x", times=(start, start + length), rule=rule))


def test_a_page_of_a_series_with_half_a_million_occurrences_costs_little() -> None:
    root = series("FREQ=MINUTELY").tree
    start = datetime(2026, 1, 1, tzinfo=UTC)
    page = page_of(root, ZoneInfo("UTC"), start, start + timedelta(days=400), None, 100)
    assert (len(page.occurrences), page.more) == (100, True)
    place = page.occurrences[-1][0]
    following = page_of(root, ZoneInfo("UTC"), start, start + timedelta(days=400), place, 100)
    assert following.occurrences[0][0] > place
    with pytest.raises(TooManyInstances):
        page_of(series("FREQ=SECONDLY").tree, ZoneInfo("UTC"), start, start + timedelta(days=1), None, 1)


@given(
    st.sampled_from(("FREQ=DAILY", "FREQ=HOURLY;INTERVAL=7", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY", "FREQ=WEEKLY")),
    st.integers(1, 40),
    st.integers(1, 300),
    st.integers(1, 3_000),
)
def test_the_pages_are_the_whole(rule: str, limit: int, days: int, minutes: int) -> None:
    root = series(rule, length=timedelta(minutes=minutes)).tree
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    end = start + timedelta(days=days)
    whole = [(utc_of(each.start), each.recurrence_id) for each in occurrences(root, start, end)]
    found: list[Place] = []
    more, after = True, None
    while more:
        page = page_of(root, ZoneInfo("UTC"), start, end, after, limit)
        found += [place for place, _ in page.occurrences]
        more, after = page.more, found[-1] if found else None
    assert found == whole
