"""Lists of events at the REST door: the time, the order, the pages, occurrences, shared calendars."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of
from televent.adapters.rest.events.encoded import EncodedEvents
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.calendars import events_in
from televent.ical.editing.changes import EventChange
from televent.ical.editing.drafting import draft_event

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DECEMBER = "start=2026-12-01T00:00:00Z&end=2027-01-01T00:00:00Z"


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def at(day: int, hour: int = 10, **values: Any) -> dict[str, Any]:
    start = f"2026-12-{day:02}T{hour:02}:00:00"
    return {"summary": f"Day {day}", "start": start, "time_zone": "Etc/UTC", **values}


def summaries(page: Any) -> list[str]:
    return [each["summary"] for each in page["events"]]


def test_a_list_has_the_events_of_a_time_in_an_order(api: Api) -> None:
    for values in (at(3), at(1, summary="b"), at(2, summary="A"), {"summary": "Later", "start": "2027-01-01"}):
        api.made(**values)
    api.made(summary="All day", start="2026-12-31")
    page = api.get(f"/events?{DECEMBER}")
    assert summaries(page) == ["b", "A", "Day 3", "All day"]
    assert page["next_cursor"] is None
    assert summaries(api.get(f"/events?{DECEMBER}&sort=title")) == ["A", "All day", "b", "Day 3"]
    assert summaries(api.get(f"/events?{DECEMBER}&sort=-end_time")) == ["All day", "Day 3", "A", "b"]
    assert summaries(api.get(f"/events?{DECEMBER}&sort=created_at"))[0] in ("Day 3", "b", "A", "All day")
    one = page["events"][0]
    assert api.get(f"/events/{one['id']}") == one
    assert api.get(f"/events?{DECEMBER}&fields=summary")["events"][0] == {"summary": "b"}
    assert api.get(f"/events?{DECEMBER}") == page


def test_pages_follow_each_other_while_others_write(api: Api) -> None:
    events = [api.made(**at(day)) for day in range(1, 8)]
    first = api.get(f"/events?{DECEMBER}&limit=3")
    assert summaries(first) == ["Day 1", "Day 2", "Day 3"]
    api.made(**at(1, summary="New before"))
    assert api.ask("DELETE", f"/events/{events[2]['id']}").status == 204
    second = api.get(f"/events?{DECEMBER}&limit=3&cursor={first['next_cursor']}")
    assert summaries(second) == ["Day 4", "Day 5", "Day 6"]
    third = api.get(f"/events?{DECEMBER}&limit=3&cursor={second['next_cursor']}")
    assert (summaries(third), third["next_cursor"]) == (["Day 7"], None)
    back = api.get(f"/events?{DECEMBER}&limit=2&sort=-start_time")
    rest = api.get(f"/events?{DECEMBER}&limit=2&sort=-start_time&cursor={back['next_cursor']}")
    assert summaries(back) + summaries(rest) == ["Day 7", "Day 6", "Day 5", "Day 4"]


def test_a_series_is_there_once_or_by_its_occurrences(api: Api) -> None:
    series = api.made(**at(1), recurrence={"rule": "FREQ=WEEKLY", "excluded": ["2026-12-15T10:00:00"]})
    (whole,) = api.get(f"/events?{DECEMBER}")["events"]
    assert (whole["id"], whole["occurrence_id"], whole["start"]) == (series["id"], None, "2026-12-01T10:00:00")
    each = api.get(f"/events?{DECEMBER}&expand=true")["events"]
    assert [one["occurrence_id"] for one in each] == [f"202612{day:02}T100000Z" for day in (1, 8, 22, 29)]
    assert {one["id"] for one in each} == {series["id"]}
    assert each[1]["start_time"] == "2026-12-08T10:00:00Z"
    api.made(**at(9, summary="Bomb", recurrence={"rule": "FREQ=MINUTELY;COUNT=20000"}))
    each = api.get(f"/events?{DECEMBER}&expand=true")["events"]
    assert [one["occurrence_id"] for one in each if one["summary"] == "Bomb"] == [None]
    assert len(each) == 5


def test_a_list_has_a_bound(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(1, 4):
        api.made(**at(day))
    monkeypatch.setattr(events_in, "MAX_FOUND", 2)
    assert api.ask("GET", f"/events?{DECEMBER}").problem() == "too-many-events"
    assert len(api.get("/events?start=2026-12-01T00:00:00Z&end=2026-12-03T00:00:00Z")["events"]) == 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("start=2026-12-01T00:00:00Z&end=2026-11-01T00:00:00Z", "end"),
        ("start=2026-12-01T00:00:00Z&end=2028-11-01T00:00:00Z", "end"),
        ("start=2026-12-01T00:00:00", "start"),
        (f"{DECEMBER}&cursor=nonsense", "cursor"),
        (f"{DECEMBER}&limit=0", "limit"),
        (f"{DECEMBER}&limit=1001", "limit"),
        (f"{DECEMBER}&sort=colour", "sort"),
        (f"{DECEMBER}&fields=secret", "fields"),
    ],
)
def test_a_wrong_question_is_named(api: Api, query: str, field: str) -> None:
    reply = api.ask("GET", f"/events?{query}")
    assert (reply.status, reply.problem()) == (422, "invalid-request")
    assert [each["name"] for each in reply.json["errors"]] == [field]


def test_the_next_events_are_those_that_begin_and_take_place(site: Site, api: Api) -> None:
    now = site.core.backend.clock()

    def soon(hours: int, **values: Any) -> dict[str, Any]:
        start = (now + timedelta(hours=hours)).replace(microsecond=0)
        return {"start": start.isoformat(), "summary": f"In {hours}", **values}

    for values in (soon(-1, end=soon(3)["start"]), soon(2), soon(4, status="CANCELLED"), soon(30)):
        api.made(**values)
    series = api.made(**soon(-23), recurrence={"rule": "FREQ=DAILY;COUNT=3"})
    assert summaries(api.get("/events/upcoming?limit=3")) == ["In -23", "In 2", "In -23"]
    assert summaries(api.get("/events/upcoming?days=1")) == ["In -23", "In 2"]
    assert api.get("/events/upcoming?limit=1")["events"][0]["id"] == series["id"]


def test_a_list_shows_the_newest_version(api: Api) -> None:
    event = api.made(**at(1))
    assert summaries(api.get(f"/events?{DECEMBER}")) == ["Day 1"]
    api.ask("PATCH", f"/events/{event['id']}", {"summary": "Other"})
    assert summaries(api.get(f"/events?{DECEMBER}")) == ["Other"]


def test_the_memory_of_encoded_events_is_bounded() -> None:
    text = draft_event(uid="a@x", now=NOW, values=EventChange(title="x", times=(NOW, NOW + timedelta(hours=1))))
    row = ResourceRow(
        uuid4(), "a", uuid4(), "a@x", "etag", None, "VEVENT", 1, False, False, NOW, len(text.raw), text.raw
    )
    kept = EncodedEvents(most=4_000)
    versions = [replace(row, seq=number) for number in range(10)]
    made = [kept.encode(each, frozenset(), None) for each in versions]
    there = [kept.known(each, frozenset(), None) for each in versions]
    assert there[0] is None
    assert there[-1] is made[-1]
    assert 0 < sum(each is not None for each in there) < 4
