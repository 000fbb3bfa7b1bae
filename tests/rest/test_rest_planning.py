"""Sentences, busy times and the first screen at the REST door."""

from datetime import timedelta
from typing import Any

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of
from televent.application.use_cases.people.free_busy import open_to_audience

NOON: dict[str, Any] = {"summary": "Lunch", "start": "2027-11-30T12:00:00Z", "end": "2027-11-30T13:00:00Z"}
DAY = {"start": "2027-11-30T09:00:00Z", "end": "2027-11-30T17:00:00Z"}


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


def test_a_sentence_becomes_an_event(api: Api) -> None:
    reply = api.ask("POST", "/events/parse", {"text": "Team sync, 2027-11-30 14:00, 1.5h, bob@example.com"})
    assert reply.status == 200
    (reading,) = reply.json["readings"]
    assert (reading["start"], reading["end"]) == ("2027-11-30T14:00:00", "2027-11-30T15:30:00")
    assert (reply.json["summary"], reply.json["attendees"]) == ("Team sync", ["bob@example.com"])
    assert (reply.json["certain"], reply.json["not_understood"]) == (True, [])
    times = {name: reading[name] for name in ("start", "end", "time_zone", "all_day", "recurrence")}
    event = api.made(summary=reply.json["summary"], **times)
    assert (event["start"], event["time_zone"]) == ("2027-11-30T14:00:00", "Europe/London")


def test_a_sentence_in_russian_repeats(api: Api) -> None:
    reply = api.ask("POST", "/events/parse", {"text": "Планёрка каждый понедельник в 9:30", "language": "ru"}).json
    assert reply["summary"] == "Планёрка"
    assert {each["recurrence"]["rule"] for each in reply["readings"]} == {"FREQ=WEEKLY;BYDAY=MO"}


def test_a_sentence_without_a_time_has_no_reading(api: Api) -> None:
    assert api.ask("POST", "/events/parse", {"text": "Hello"}).json["readings"] == []
    assert api.ask("POST", "/events/parse", {"text": ""}).problem() == "invalid-request"
    assert api.ask("POST", "/events/parse", {"text": "x", "language": "fr"}).problem() == "invalid-request"
    assert api.ask("POST", "/events/parse", {"text": "x " * 9_000}).status == 200


def test_busy_times_are_told_to_those_who_may_ask(site: Site, api: Api) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    theirs = api_of(site, bob, "bob@example.com")
    theirs.made(**NOON)
    question = {"people": ["bob@example.com", "nobody@example.com", "@nobody"], **DAY, "minutes": 60}

    def asked() -> Any:
        return api.ask("POST", "/free-busy", question).json

    open_to_audience(site.core.backend, site.context(bob.tenant), audience="nobody")
    assert [each["busy"] for each in asked()["people"]] == [None, None, None]
    open_to_audience(site.core.backend, site.context(bob.tenant), audience="everyone")
    known = asked()
    assert known["people"][0] == {
        "email": "bob@example.com",
        "busy": [{"start": NOON["start"], "end": NOON["end"], "kind": "BUSY"}],
    }
    assert [each["busy"] for each in known["people"][1:]] == [None, None]
    assert [(each["start"], each["end"]) for each in known["free"]] == [
        (DAY["start"], NOON["start"]),
        (NOON["end"], DAY["end"]),
    ]
    assert "Lunch" not in str(known)


@pytest.mark.parametrize(
    "wrong",
    [
        {"end": "2027-11-29T09:00:00Z"},
        {"end": "2028-11-29T09:00:00Z"},
        {"start": "2027-11-30T09:00:00"},
        {"people": []},
        {"people": ["x@example.com"] * 11},
    ],
)
def test_a_wrong_question_about_busy_times_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    assert api.ask("POST", "/free-busy", {"people": ["x@example.com"], **DAY, **wrong}).problem() == "invalid-request"


def test_one_answer_has_all_of_a_first_screen(site: Site, api: Api, ann: Client) -> None:
    start = site.core.backend.clock() + timedelta(days=1)
    event = api.made(summary="Soon", start=start.replace(microsecond=0).isoformat())
    boot = api.get("/boot")
    assert boot["me"] == {"id": str(ann.tenant), "name": "Ann", "time_zone": "Europe/London", "locale": "en"}
    assert boot["calendars"] == api.get("/calendars")
    assert boot["events"] == [event]
