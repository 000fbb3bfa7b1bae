"""python-caldav finds the calendars and reads back the events that it stores."""

from datetime import UTC, datetime

import pytest
from caldav.davclient import DAVClient
from caldav.elements.dav import DisplayName
from caldav.lib.error import AuthorizationError, NotFoundError

from support.dav import Client, event

START = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
END = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


def sign_in(person: Client, path: str = "/") -> DAVClient:
    url = f"http://127.0.0.1:{person.site.port}{path}"
    return DAVClient(url=url, username=person.user, password=person.password)


@pytest.mark.parametrize("path", ["/", "/caldav/", "/caldav/101/"])
def test_the_calendars_are_found_from_any_root(ann: Client, path: str) -> None:
    with sign_in(ann, path) as client:
        (calendar,) = client.principal().calendars()
        assert calendar.get_display_name() == "Televent"
        assert calendar.url.path == ann.calendar()


def test_an_event_is_stored_found_changed_and_deleted(ann: Client) -> None:
    with sign_in(ann) as client:
        calendar = client.principal().calendars()[0]
        saved = calendar.save_event(event("tea@example.com", "SUMMARY:Tea").decode())
        (found,) = calendar.search(start=START, end=END, event=True)
        assert found.url == saved.url
        assert found.icalendar_component["SUMMARY"] == "Tea"
        with found.edit_icalendar_component() as component:
            component["SUMMARY"] = "Cake"
        found.save()
        assert calendar.event_by_uid("tea@example.com").icalendar_component["SUMMARY"] == "Cake"
        found.delete()
        with pytest.raises(NotFoundError):
            calendar.event_by_uid("tea@example.com")


def test_a_series_is_found_by_occurrence_and_expanded(ann: Client) -> None:
    with sign_in(ann) as client:
        calendar = client.principal().calendars()[0]
        calendar.save_event(event("daily@example.com", "SUMMARY:Standup", "RRULE:FREQ=DAILY;COUNT=10").decode())
        week = (datetime(2026, 11, 27, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))
        found = calendar.search(start=week[0], end=week[1], event=True, expand=True)
        starts = sorted(each.icalendar_component["DTSTART"].dt for each in found)
        assert starts == [datetime(2026, 11, day, 10, tzinfo=UTC) for day in (27, 28, 29)]


def test_a_client_that_follows_tokens_sees_each_change_once(ann: Client) -> None:
    with sign_in(ann) as client:
        calendar = client.principal().calendars()[0]
        kept = calendar.save_event(event("a@example.com").decode())
        state = calendar.objects_by_sync_token(load_objects=False)
        assert [each.url for each in state] == [kept.url]
        gone = calendar.save_event(event("b@example.com").decode())
        changed = list(calendar.objects_by_sync_token(sync_token=state.sync_token, load_objects=False))
        assert [each.url for each in changed] == [gone.url]
        state.sync()
        gone.delete()
        updated, deleted = state.sync()
        assert list(updated) == []
        assert [each.url for each in deleted] == [gone.url]


def test_a_calendar_is_made_named_and_deleted(ann: Client) -> None:
    with sign_in(ann) as client:
        principal = client.principal()
        work = principal.make_calendar(name="Work", cal_id="work", supported_calendar_component_set=["VEVENT"])
        assert {each.get_display_name() for each in principal.calendars()} == {"Televent", "Work"}
        assert work.get_supported_components() == ["VEVENT"]
        work.set_properties([DisplayName("Office")])
        assert work.get_property(DisplayName()) == "Office"
        work.delete()
        assert [each.get_display_name() for each in principal.calendars()] == ["Televent"]


def test_a_wrong_password_is_refused(ann: Client) -> None:
    ann.password = "wrong"
    with sign_in(ann) as client, pytest.raises(AuthorizationError):
        client.principal()
