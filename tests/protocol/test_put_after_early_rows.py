"""A PUT whose rows were read before other writes were done: it is as if they had been read after them."""

from uuid import uuid4

import pytest

from support.dav import Client, Site, event
from televent.adapters.caldav.webdav.conditions import conditions
from televent.application.event_store.context import Context
from televent.application.read_models.resources import Found
from televent.application.refusals import PreconditionFailed, UidConflict, UnknownCalendar
from televent.application.use_cases.objects.put_object import Stored, put_object
from televent.ical.objects.calendar_text import CalendarText

UID = "one@example.com"


def found(site: Site, ann: Client, calendar: str) -> Found:
    return site.core.backend.reads.find(ann.tenant, calendar, "one.ics", UID)


def put(site: Site, ann: Client, calendar: str, given: Found, **headers: str) -> Stored:
    context = Context(ann.tenant, str(ann.tenant), "caldav", site.core.backend.clock(), uuid4(), "test")
    asked = conditions({name.replace("_", "-"): value for name, value in headers.items()}, None)
    text = CalendarText(event(UID, "SUMMARY:Later"))
    return put_object(
        site.core.backend, context, calendar=calendar, href="one.ics", text=text, conditions=asked, found=given
    )


@pytest.mark.parametrize("filled", [False, True])
def test_a_calendar_that_was_deleted_takes_nothing(site: Site, ann: Client, filled: bool) -> None:
    path = ann.calendar("work")
    ann.ask("MKCALENDAR", path)
    if filled:
        assert ann.put(path + "one.ics", event(UID)).status == 201
    early = found(site, ann, "work")
    assert ann.ask("DELETE", path).status == 204
    with pytest.raises(UnknownCalendar):
        put(site, ann, "work", early)


@pytest.mark.parametrize("filled", [False, True])
def test_a_calendar_that_was_made_again_takes_it(site: Site, ann: Client, filled: bool) -> None:
    path = ann.calendar("work")
    ann.ask("MKCALENDAR", path)
    if filled:
        assert ann.put(path + "one.ics", event(UID)).status == 201
    early = found(site, ann, "work")
    assert ann.ask("DELETE", path).status == 204
    assert ann.ask("MKCALENDAR", path).status == 201
    if filled:
        with pytest.raises(PreconditionFailed):
            put(site, ann, "work", early, if_match="*")
    assert put(site, ann, "work", early).created
    assert b"Later" in ann.ask("GET", path + "one.ics").body
    assert set(ann.sync(path).responses()) == {path + "one.ics"}


def test_an_event_that_was_renamed_is_in_the_way(site: Site, ann: Client) -> None:
    path = ann.calendar()
    assert ann.put(path + "one.ics", event(UID)).status == 201
    early = found(site, ann, "default")
    assert ann.ask("MOVE", path + "one.ics", Destination=path + "two.ics").status == 201
    with pytest.raises(UidConflict):
        put(site, ann, "default", early)
    assert ann.ask("GET", path + "one.ics").status == 404
    assert b"Later" not in ann.ask("GET", path + "two.ics").body


def test_an_event_that_was_moved_away_is_not_moved_back(site: Site, ann: Client) -> None:
    path, other = ann.calendar(), ann.calendar("work")
    ann.ask("MKCALENDAR", other)
    assert ann.put(path + "one.ics", event(UID)).status == 201
    early = found(site, ann, "default")
    assert ann.ask("MOVE", path + "one.ics", Destination=other + "one.ics").status == 201
    with pytest.raises(PreconditionFailed):
        put(site, ann, "default", early, if_match="*")
    assert b"Later" not in ann.ask("GET", other + "one.ics").body
    assert ann.ask("GET", path + "one.ics").status == 404


def test_a_deleted_event_is_not_changed(site: Site, ann: Client) -> None:
    path = ann.calendar()
    assert ann.put(path + "one.ics", event(UID)).status == 201
    early = found(site, ann, "default")
    assert ann.ask("DELETE", path + "one.ics").status == 204
    with pytest.raises(PreconditionFailed):
        put(site, ann, "default", early, if_match="*")
    assert put(site, ann, "default", early).created
