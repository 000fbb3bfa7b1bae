"""A new event is written without a look at what is there; a command that comes twice makes one event all the same."""

from datetime import UTC, datetime, timedelta

import pytest

from support.town import Person, Town
from televent.application.event_store.context import Context
from televent.application.read_models.calendars import CalendarRow
from televent.application.refusals import UnknownCalendar
from televent.application.use_cases.calendars.calendars import create_calendar, delete_calendar
from televent.application.use_cases.events.create_event import create_event
from televent.application.use_cases.events.which import Changed
from televent.ical.editing.changes import EventChange

NOON = datetime(2026, 12, 15, 12, tzinfo=UTC)


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def work(person: Person) -> CalendarRow:
    """A calendar of the person's, as it was read before the event is made."""
    backend = person.town.core.backend
    create_calendar(backend, person.context(), name="other")
    row = backend.reads.calendar(person.tenant, "other")
    assert row is not None
    return row


def make(person: Person, context: Context, default: CalendarRow) -> Changed:
    values = EventChange(title="Lunch", times=(NOON, NOON + timedelta(hours=1)))
    return create_event(person.town.core.backend, context, values=values, default=default)


def events(person: Person, calendar: CalendarRow) -> int:
    with person.town.core.pool.connection() as connection:
        row = connection.execute(
            "SELECT count(*) FROM resource WHERE tenant_id = %s AND calendar_id = %s AND NOT deleted",
            (person.tenant, calendar.calendar_id),
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_the_same_command_twice_is_one_event(ann: Person) -> None:
    context, calendar = ann.context(), work(ann)
    first, second = make(ann, context, calendar), make(ann, context, calendar)
    assert (first.again, second.again) == (False, True)
    assert second.stream_id == first.stream_id
    assert events(ann, calendar) == 1


def test_two_commands_are_two_events(ann: Person) -> None:
    calendar = work(ann)
    assert make(ann, ann.context(), calendar).stream_id != make(ann, ann.context(), calendar).stream_id
    assert events(ann, calendar) == 2


def test_a_calendar_that_was_deleted_meanwhile_gets_no_event(ann: Person) -> None:
    calendar = work(ann)
    delete_calendar(ann.town.core.backend, ann.context(), name="other")
    with pytest.raises(UnknownCalendar):
        make(ann, ann.context(), calendar)
    assert events(ann, calendar) == 0
