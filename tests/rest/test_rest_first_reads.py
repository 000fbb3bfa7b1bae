"""First reads at the REST door: without a thread, and with all texts in one statement, they answer as ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from support.dav import Client, Site, event
from support.rest import served
from support.rest_people import Api, api_of
from televent.adapters.rest.events.encoded import ENCODED, EncodedEvents
from televent.adapters.rest.events.event_answers import SHORT
from televent.application.use_cases.calendars.events_in import FoundEvent, events_in
from televent.runtime.api import http_app

START, END = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
DECEMBER = "start=2026-12-01T00:00:00Z&end=2027-01-01T00:00:00Z"
TIMES = {"start": "20261205T100000Z", "end": "20261205T110000Z"}
OWN_ZONE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\n"
    "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    "BEGIN:VEVENT\r\nUID:own@example.com\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;TZID=Ours:20261206T100000\r\n"
    "SUMMARY:Own zone\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


@dataclass
class Forms:
    """Events whose texts are of several forms."""

    site: Site
    ann: Client
    api: Api
    ids: list[str] = field(default_factory=list)

    def fill(self) -> Forms:
        put = self.ann.put
        texts = {
            "plain": event("plain@example.com", "SUMMARY:Plain", **TIMES),
            "long": event("long@example.com", f"SUMMARY:Long\r\nDESCRIPTION:{'x' * SHORT}", **TIMES),
            "own": OWN_ZONE.encode(),
            "series": event("series@example.com", "SUMMARY:Series\r\nRRULE:FREQ=DAILY;COUNT=3", **TIMES),
        }
        for name, text in texts.items():
            assert put(f"/caldav/{self.ann.tenant}/default/{name}.ics", text).status == 201
        self.ids = [each["id"] for each in self.api.get(f"/events?{DECEMBER}")["events"]]
        assert len(self.ids) == len(texts)
        return self

    def forget(self) -> None:
        """Forgets what the process has encoded, as after its start."""
        with ENCODED._lock:
            ENCODED._kept.clear()
            ENCODED._calendars.clear()
            ENCODED._size = 0


@pytest.fixture
def forms(site: Site, ann: Client, api: Api) -> Forms:
    return Forms(site, ann, api).fill()


def test_an_event_is_the_same_without_a_thread_and_with_one(site: Site, forms: Forms) -> None:
    forms.forget()
    with served(http_app(site.core, None)) as port:
        there = Api(port, forms.api.token)
        slow = {each: there.ask("GET", f"/events/{each}") for each in forms.ids}
    forms.forget()
    for each, reply in slow.items():
        mine = forms.api.ask("GET", f"/events/{each}")
        assert (mine.status, mine.body) == (200, reply.body)
        assert mine.headers["etag"] == reply.headers["etag"]
    assert {reply.json["summary"] for reply in slow.values()} == {"Plain", "Long", "Own zone", "Series"}


def test_a_list_is_the_same_cold_and_warm(forms: Forms) -> None:
    for query in (DECEMBER, f"{DECEMBER}&expand=true", f"{DECEMBER}&sort=-title&limit=2"):
        forms.forget()
        cold = forms.api.ask("GET", f"/events?{query}")
        # A calendar app's change makes the list be read again, with what was encoded before.
        path = f"/caldav/{forms.ann.tenant}/default/plain.ics"
        assert forms.ann.put(path, event("plain@example.com", "SUMMARY:Other", **TIMES)).status == 204
        assert forms.api.ask("GET", f"/events?{query}").body != cold.body
        assert forms.ann.put(path, event("plain@example.com", "SUMMARY:Plain", **TIMES)).status == 204
        warm = forms.api.ask("GET", f"/events?{query}")
        assert _without_versions(warm.json) == _without_versions(cold.json)
        assert len(cold.json["events"]) >= 2


def _without_versions(page: Any) -> Any:
    return [
        {name: value for name, value in each.items() if name not in ("version", "updated_at")}
        for each in page["events"]
    ]


@pytest.mark.parametrize("expand", [False, True])
def test_texts_are_held_up_to_a_bound(site: Site, forms: Forms, expand: bool) -> None:
    backend = site.core.backend
    account = backend.people.account(forms.ann.tenant)
    calendars = backend.reads.calendars(forms.ann.tenant)

    def found(texts: int, *, wanted: bool = True) -> list[FoundEvent]:
        return events_in(
            backend, account, calendars, start=START, end=END, expand=expand, with_text=lambda _: wanted, texts=texts
        )

    def names(events: list[FoundEvent]) -> set[tuple[str, str | None]]:
        return {(each.row.uid, each.at[0] if each.at is not None else None) for each in events}

    whole = found(10_000_000)
    assert all(each.row.ics is not None for each in whole)
    for other in (found(0), found(600), found(0, wanted=False)):
        assert names(other) == names(whole)
        assert any(each.row.ics is None for each in other)
        assert all(each.row.ics is not None for each in other if each.at is not None)


def test_a_memory_knows_of_which_calendars_it_has_events(site: Site, forms: Forms) -> None:
    backend = site.core.backend
    account = backend.people.account(forms.ann.tenant)
    (calendar, *_) = backend.reads.calendars(forms.ann.tenant)
    found = events_in(backend, account, [calendar], start=START, end=END, expand=False, with_text=lambda _: True)
    kept = EncodedEvents(most=1)
    assert not kept.has_some_of(calendar.calendar_id)
    roomy = EncodedEvents()
    for each in found:
        kept.make(each.row, each.me, None)
        for _ in range(2):  # two threads may make the same
            roomy.make(each.row, each.me, None)
    assert (kept.has_some_of(calendar.calendar_id), kept._size) == (False, 0)
    assert roomy.has_some_of(calendar.calendar_id)
    assert roomy._calendars[calendar.calendar_id.int] == len(found)


def test_a_new_event_is_in_the_default_calendar_of_that_moment(api: Api) -> None:
    first = api.made(summary="One", start="2026-12-01", end="2026-12-02")
    other = api.ask("POST", "/calendars", {"name": "Other", "default": True}).json
    second = api.made(summary="Two", start="2026-12-01", end="2026-12-02")
    assert second["calendar_id"] == other["id"] != first["calendar_id"]
    named = api.made(summary="Three", start="2026-12-01", calendar_id=first["calendar_id"])
    assert named["calendar_id"] == first["calendar_id"]
    for each in (first, second, named):
        assert api.get(f"/events/{each['id']}") == each


def test_a_default_calendar_without_events_takes_none(site: Site, ann: Client, api: Api) -> None:
    tasks = api.ask("POST", "/calendars", {"name": "Tasks", "default": True}).json["id"]
    with site.core.pool.connection() as connection:
        connection.execute("UPDATE calendar SET components = '{VTODO}' WHERE calendar_id = %s", (tasks,))
    made = api.made(summary="One", start="2026-12-01")
    assert made["calendar_id"] != tasks
