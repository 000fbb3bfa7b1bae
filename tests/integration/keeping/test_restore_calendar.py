"""A calendar comes back to a moment by new facts; the people in its meetings hear what changed for them."""

from datetime import datetime, timedelta

import pytest

from support.town import Person, Town, meeting
from televent.application.conditions import NONE
from televent.application.past.account_at import account_at, position_of
from televent.application.refusals import NotOrganizer, UnknownCalendar
from televent.application.use_cases.calendars.calendars import change_calendar, create_calendar, delete_calendar
from televent.application.use_cases.calendars.sharing import DISPLAY_NAME
from televent.application.use_cases.events.restore_calendar import Done, plan_restoration, restore_calendar
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def moment(town: Town) -> datetime:
    """Now; later acts are later."""
    now = town.now
    town.now += timedelta(minutes=5)
    return now


def restore(person: Person, at: datetime, calendar: str = "default") -> list[Done]:
    backend, tenant = person.town.core.backend, person.tenant
    past, now = (
        account_at(backend.store, tenant, position_of(backend.store, tenant, each)) for each in (at, person.town.now)
    )
    plan = plan_restoration(backend, tenant, calendar, past=past, now=now)
    done = list(restore_calendar(backend, person.context, plan))
    person.town.carry()
    return done


def test_a_phone_that_went_mad_is_taken_back(town: Town, ann: Person) -> None:
    for name in ("a", "b", "c"):
        ann.put(meeting(people=(), uid=f"{name}@example.com"), f"{name}.ics")
    texts = {name: ann.text(f"{name}@example.com") for name in ("b", "c")}
    at = moment(town)
    ann.put(meeting("SUMMARY:Broken", people=(), uid="a@example.com"), "a.ics")
    ann.delete("b.ics")
    ann.put(meeting(people=(), uid="junk@example.com"), "junk.ics")
    done = {each.planned.uid: (each.planned.steps, each.refusal) for each in restore(ann, at)}
    assert done == {
        "a@example.com": (("change",), None),
        "b@example.com": (("bring back",), None),
        "junk@example.com": (("remove",), None),
    }
    assert b"SUMMARY:Sync" in ann.text("a@example.com")
    assert {name: ann.text(f"{name}@example.com") for name in ("b", "c")} == texts
    assert ann.rows("junk@example.com") == []


def test_guests_hear_what_changed_for_them_and_keep_their_answers(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting("LOCATION:Room 1", people=(bob.address,)))
    town.carry()
    at = moment(town)
    bob.answer("ACCEPTED")
    town.carry()
    ann.put(ann.text().replace(b"Room 1", b"Room 9"))
    town.carry()
    assert b"Room 9" in bob.text()
    restore(ann, at)
    assert b"Room 1" in bob.text()
    assert ann.says(bob) == bob.says(bob) == "ACCEPTED"


def test_a_guest_cannot_take_back_the_organizers_change(town: Town, ann: Person, bob: Person) -> None:
    bob.put(meeting("LOCATION:Room 1", people=(ann.address,), organizer=bob.address))
    town.carry()
    at = moment(town)
    bob.put(bob.text().replace(b"Room 1", b"Room 9"))
    town.carry()
    (left,) = restore(ann, at)
    assert isinstance(left.refusal, NotOrganizer)
    assert b"Room 9" in ann.text()


def test_a_deleted_calendar_is_created_again(town: Town, ann: Person) -> None:
    backend = town.core.backend
    create_calendar(backend, ann.context(), name="work", props={DISPLAY_NAME: "Work"})
    ann.put(meeting(people=(), uid="b@example.com"), "b.ics")
    at = moment(town)
    change_calendar(backend, ann.context(), name="work", set={DISPLAY_NAME: "Other"})
    restore(ann, at, "work")
    row = backend.reads.calendar(ann.tenant, "work")
    assert row is not None
    assert row.props[DISPLAY_NAME] == "Work"
    delete_calendar(backend, ann.context(), name="work")
    restore(ann, at, "work")
    again = backend.reads.calendar(ann.tenant, "work")
    assert again is not None
    assert (again.props, again.calendar_id == row.calendar_id) == (row.props, False)
    with pytest.raises(UnknownCalendar):
        restore(ann, at, "play")


def test_events_of_a_deleted_calendar_come_back_with_it_once(town: Town, ann: Person, bob: Person) -> None:
    backend = town.core.backend
    create_calendar(backend, ann.context(), name="work")
    alone = meeting(people=(), organizer="X-NOBODY:x", uid="alone@example.com")
    meets = meeting(people=(bob.address,), uid="meets@example.com")
    for name, text in (("alone.ics", alone), ("meets.ics", meets)):
        put_object(backend, ann.context(), calendar="work", href=name, text=CalendarText(text), conditions=NONE)
    at = moment(town)
    delete_calendar(backend, ann.context(), name="work")
    for _ in range(2):
        assert [each.refusal for each in restore(ann, at, "work") if each.refusal is not None] == []
        assert (len(ann.rows("alone@example.com")), len(ann.rows("meets@example.com"))) == (1, 1)
        town.now += timedelta(minutes=5)
    row = backend.reads.calendar(ann.tenant, "work")
    assert row is not None
    assert {ann.row(uid).calendar_id for uid in ("alone@example.com", "meets@example.com")} == {row.calendar_id}


def test_a_restore_can_be_taken_back(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()), "a.ics")
    at = moment(town)
    ann.put(meeting("SUMMARY:Talk", people=()), "a.ics")
    later = moment(town)
    restore(ann, at)
    assert b"SUMMARY:Sync" in ann.text()
    town.now += timedelta(minutes=5)
    restore(ann, later)
    assert b"SUMMARY:Talk" in ann.text()
