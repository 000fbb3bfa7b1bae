"""A deleted calendar comes back from the trash with its events, under a free name, once."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from support.town import Person, Town, meeting
from televent.application.conditions import NONE
from televent.application.refusals import UnknownResource
from televent.application.use_cases.calendars.calendars import create_calendar, delete_calendar
from televent.application.use_cases.calendars.sharing import DISPLAY_NAME
from televent.application.use_cases.events.trash import read_trash, restore_event
from televent.application.use_cases.events.trashed_calendars import (
    BroughtBack,
    read_trashed_calendars,
    restore_trashed_calendar,
)
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText

ALONE = meeting(people=(), organizer="X-NOBODY:x", uid="alone@example.com")


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def made(ann: Person, *texts: bytes, name: str = "work") -> UUID:
    """A calendar with these events."""
    calendar_id = create_calendar(ann.town.core.backend, ann.context(), name=name, props={DISPLAY_NAME: "Work"})
    for number, text in enumerate(texts):
        put_object(
            ann.town.core.backend,
            ann.context(),
            calendar=name,
            href=f"{number}.ics",
            text=CalendarText(text),
            conditions=NONE,
        )
    ann.town.carry()
    return calendar_id


def deleted(ann: Person, name: str = "work") -> None:
    delete_calendar(ann.town.core.backend, ann.context(), name=name)
    ann.town.carry()


def trash(ann: Person) -> list[str]:
    return [each.title for each in read_trashed_calendars(ann.town.core.backend, ann.tenant, ann.town.now)]


def restored(ann: Person, calendar_id: UUID) -> list[BroughtBack]:
    backend = ann.town.core.backend
    back = restore_trashed_calendar(backend, ann.context, ann.tenant, calendar_id=calendar_id, now=ann.town.now)
    found = list(back)
    ann.town.carry()
    return found


def test_a_calendar_comes_back_with_its_events(town: Town, ann: Person, bob: Person) -> None:
    meets = meeting(people=(bob.address,), uid="meets@example.com")
    calendar_id = made(ann, ALONE, meets)
    assert trash(ann) == []
    deleted(ann)
    assert (trash(ann), ann.rows("alone@example.com")) == (["Work"], [])
    back = restored(ann, calendar_id)
    assert [(each.number, each.total, each.refusal) for each in back] == [(1, 2, None), (2, 2, None)]
    row = town.core.backend.reads.calendar(ann.tenant, "work")
    assert row is not None
    assert row.props[DISPLAY_NAME] == "Work"
    assert {ann.row(each).calendar_id for each in ("alone@example.com", "meets@example.com")} == {row.calendar_id}
    assert ann.text("alone@example.com") == ALONE
    assert b"NEEDS-ACTION" in bob.text("meets@example.com")
    assert trash(ann) == []


def test_another_calendar_has_taken_its_name(town: Town, ann: Person) -> None:
    calendar_id = made(ann, ALONE)
    deleted(ann)
    other = made(ann)
    assert trash(ann) == ["Work"]
    restored(ann, calendar_id)
    row = town.core.backend.reads.calendar(ann.tenant, "work-2")
    assert row is not None
    assert ann.row("alone@example.com").calendar_id == row.calendar_id != other


def test_a_second_restore_changes_nothing(ann: Person) -> None:
    calendar_id = made(ann, ALONE)
    deleted(ann)
    restored(ann, calendar_id)
    row = ann.row("alone@example.com")
    assert [each.refusal for each in restored(ann, calendar_id)] == [None]
    assert ann.row("alone@example.com") == row


def test_a_calendar_that_came_back_can_be_deleted_and_come_back(ann: Person) -> None:
    calendar_id = made(ann, ALONE)
    deleted(ann)
    restored(ann, calendar_id)
    ann.town.now += timedelta(minutes=5)
    again = ann.row("alone@example.com").calendar_id
    deleted(ann)
    assert trash(ann) == ["Work"]
    restored(ann, again)
    assert ann.text("alone@example.com") == ALONE
    assert trash(ann) == []


def test_an_event_that_came_back_alone_stays_where_it_is(town: Town, ann: Person, bob: Person) -> None:
    calendar_id = made(ann, meeting(people=(bob.address,), uid="meets@example.com"))
    deleted(ann)
    (alone,) = read_trash(town.core.backend, ann.tenant, town.now)
    restore_event(town.core.backend, ann.context(), stream_id=alone.stream_id)
    place = ann.row("meets@example.com").calendar_id
    restored(ann, calendar_id)
    assert ann.row("meets@example.com").calendar_id == place


def test_a_calendar_is_gone_after_thirty_days(town: Town, ann: Person, bob: Person) -> None:
    calendar_id = made(ann, ALONE)
    deleted(ann)
    for person, wanted in ((bob, calendar_id), (ann, uuid4())):
        with pytest.raises(UnknownResource):
            restored(person, wanted)
    town.now += timedelta(days=30, seconds=1)
    assert trash(ann) == []
    with pytest.raises(UnknownResource):
        restored(ann, calendar_id)
