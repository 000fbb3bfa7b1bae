"""A person changes, moves, splits, copies and deletes an event.

Each guest hears of it once, and nothing is written over that has changed since the person looked.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from support.town import Person, Town, meeting
from televent.application.event_store.context import Context
from televent.application.refusals import (
    NotOrganizer,
    PreconditionFailed,
    ReadOnlyShare,
    TextTooLong,
    UnknownOccurrenceId,
    UnknownResource,
    UnmovableSeries,
    UnsplittableSeries,
)
from televent.application.use_cases.calendars import sharing
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.duplicate_event import duplicate_event
from televent.application.use_cases.events.read_history import read_history
from televent.application.use_cases.events.remove_event import remove_event
from televent.application.use_cases.events.remove_guest import remove_guest
from televent.application.use_cases.events.view_event import view_event
from televent.application.use_cases.events.which import Changed, Scope, Which, locate
from televent.ical.editing.changes import EventChange
from televent.projections.history import history

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=6"
THIRD = "20261215T100000Z"
HOUR = timedelta(hours=1)
BOB = ("bob@example.com",)


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def which(person: Person, scope: Scope = Scope.ALL, recurrence_id: str | None = THIRD) -> Which:
    """The part of the person's event, as it is now."""
    stream = person.row().stream_id
    seen = locate(person.town.core.backend, person.tenant, stream).mark[:6]
    return Which(stream, recurrence_id if scope is not Scope.ALL else None, scope, seen)


def change(person: Person, part: Which, wanted: EventChange, context: Context | None = None) -> Changed:
    return change_event(person.town.core.backend, context or person.context(), which=part, change=wanted)


def kinds(town: Town, person: Person) -> Counter[str]:
    """The kinds of the cards that this person is owed."""
    return Counter(each["what"] for each in cards(town, person))


def cards(town: Town, person: Person) -> list[dict[str, Any]]:
    return [each for each in town.owed("invite_notification") if each.get("tenant") in (None, str(person.tenant))]


def starts(person: Person, stream: UUID | None = None) -> list[str]:
    """The times in the event's components."""
    row = person.town.core.reads.by_stream(person.tenant, stream or person.row().stream_id)
    assert row is not None
    return [f"{each.start:%m%dT%H%M}" for each in row.text.reading.instances()]


def test_a_guest_hears_once_of_a_series_that_moves(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=BOB))
    bob.answer("ACCEPTED")
    before = len(cards(town, bob))
    part, context = which(ann), ann.context()
    assert not change(ann, part, EventChange(by=HOUR), context).again
    assert change(ann, part, EventChange(by=HOUR), context).again
    assert starts(ann) == starts(bob) == ["1201T1100"]
    assert len(cards(town, bob)) - before == 1
    assert b"SEQUENCE:1" in ann.text()


def test_one_occurrence_moves_for_all_guests(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=BOB))
    before = len(cards(town, bob))
    change(ann, which(ann, Scope.THIS), EventChange(by=HOUR))
    assert starts(bob) == ["1201T1000", "1215T1100"]
    assert len(cards(town, bob)) - before == 1


def test_the_rest_of_a_series_becomes_a_meeting_of_its_own(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=BOB))
    bob.answer("ACCEPTED")
    part, context = which(ann, Scope.FOLLOWING), ann.context()
    done = change(ann, part, EventChange(by=HOUR, title="Later sync"), context)
    again = change(ann, part, EventChange(by=HOUR, title="Later sync"), context)
    assert again.again
    assert done.stream_id != part.stream_id
    assert b"RRULE:FREQ=WEEKLY;UNTIL=20261215T095959Z" in ann.text()
    rest = town.core.reads.by_stream(ann.tenant, done.stream_id)
    assert rest is not None
    assert starts(ann, done.stream_id) == ["1215T1100"]
    assert "COUNT=4" in rest.text.raw.decode()
    copy = bob.row(rest.uid)
    assert copy.text.reading.instances()[0].summary == "Later sync"
    assert copy.text.reading.instances()[0].attendees[0].partstat == "NEEDS-ACTION"
    assert bob.says(bob) == "ACCEPTED"
    assert len(town.core.reads.by_uid(bob.tenant, rest.uid)) == 1


def test_from_the_first_occurrence_on_is_all(town: Town, ann: Person) -> None:
    ann.put(meeting(WEEKLY, people=()))
    done = change(ann, which(ann, Scope.FOLLOWING, "20261201T100000Z"), EventChange(title="New"))
    assert done.stream_id == ann.row().stream_id
    assert b"SUMMARY:New" in ann.text()


def test_an_event_that_has_changed_since_is_not_written_over(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()))
    seen = which(ann)
    ann.put(meeting("SUMMARY:Elsewhere", people=()))
    with pytest.raises(PreconditionFailed):
        change(ann, seen, EventChange(title="x"))
    with pytest.raises(PreconditionFailed):
        remove(ann, seen)
    assert b"SUMMARY:Elsewhere" in ann.text()


def test_an_answer_does_not_make_a_view_stale(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=BOB))
    seen = which(ann)
    bob.answer("ACCEPTED")
    change(ann, seen, EventChange(place="Room 2"))
    assert b"LOCATION:Room 2" in bob.text()


def test_an_attendee_changes_own_parts_only(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=BOB))
    with pytest.raises(NotOrganizer):
        change(bob, which(bob), EventChange(title="Mine"))
    with pytest.raises(NotOrganizer):
        change(bob, which(bob, Scope.THIS), EventChange(by=HOUR))
    before = len(town.owed("%"))
    change(bob, which(bob), EventChange(reminders=(10, 60), transparent=True))
    change(bob, which(bob, Scope.THIS), EventChange(reminders=()))
    view = view_event(town.core.backend, bob.tenant, bob.row().stream_id, now=town.now)
    assert (view.reminders, view.transparent, view.rights) == ((10, 60), True, "own")
    third = view_event(town.core.backend, bob.tenant, bob.row().stream_id, now=town.now, recurrence_id=THIRD)
    assert third.reminders == ()
    assert len(town.owed("%")) == before
    with pytest.raises(UnsplittableSeries):
        remove(bob, which(bob, Scope.FOLLOWING))


def test_texts_are_bounded_and_never_cut(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()))
    with pytest.raises(TextTooLong):
        change(ann, which(ann), EventChange(title="x" * 257))
    assert b"SUMMARY:Sync" in ann.text()


def remove(person: Person, part: Which, context: Context | None = None) -> Changed:
    return remove_event(person.town.core.backend, context or person.context(), which=part)


def test_deleting_this_following_or_all(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=BOB))
    remove(ann, which(ann, Scope.THIS))
    assert b"EXDATE:20261215T100000Z" in ann.text()
    assert tuple(each.status for each in bob.row().text.reading.instances()) == (None, "CANCELLED")
    remove(ann, which(ann, Scope.FOLLOWING, "20261222T100000Z"))
    assert b"UNTIL=20261222T095959Z" in bob.text()
    part, context = which(ann), ann.context()
    assert remove(ann, part, context).gone
    assert remove(ann, part, context).again
    with pytest.raises(UnknownResource):
        remove(ann, part)
    assert b"STATUS:CANCELLED" in bob.text()


def test_an_attendee_who_deletes_one_occurrence_declines_it(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=BOB))
    remove(bob, which(bob, Scope.THIS))
    assert ann.says(bob, THIRD) == "DECLINED"
    assert ann.says(bob) == "NEEDS-ACTION"


def test_a_copy_has_its_own_guests(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=BOB))
    bob.answer("ACCEPTED")
    context, part = ann.context(), which(ann, Scope.THIS)
    done = duplicate_event(town.core.backend, context, which=part, change=EventChange(by=24 * HOUR), guests=True)
    assert duplicate_event(town.core.backend, context, which=part, guests=True) == replace(done, again=True)
    row = town.core.reads.by_stream(ann.tenant, done.stream_id)
    assert row is not None
    assert starts(ann, done.stream_id) == ["1216T1000"]
    assert bob.row(row.uid).text.reading.instances()[0].attendees[0].partstat == "NEEDS-ACTION"
    alone = duplicate_event(town.core.backend, ann.context(), which=which(ann))
    copy = town.core.reads.by_stream(ann.tenant, alone.stream_id)
    assert copy is not None
    assert copy.text.reading.organizer is None
    with pytest.raises(NotOrganizer):
        duplicate_event(town.core.backend, bob.context(), which=which(bob), guests=True)
    assert duplicate_event(town.core.backend, bob.context(), which=which(bob)).stream_id


def test_a_removed_guest_gets_a_cancellation(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=BOB))
    context, part = ann.context(), which(ann)
    backend = town.core.backend
    assert not remove_guest(backend, context, which=part, address="bob@example.com").again
    assert remove_guest(backend, context, which=part, address="bob@example.com").again
    assert b"STATUS:CANCELLED" in bob.text()
    assert b"bob@example.com" not in ann.text()


def test_what_cannot_be_changed_is_refused(town: Town, ann: Person) -> None:
    ann.put(meeting("RRULE:FREQ=MONTHLY;BYDAY=1TU", people=()))
    with pytest.raises(UnmovableSeries):
        change(ann, which(ann), EventChange(by=24 * HOUR))
    with pytest.raises(UnknownOccurrenceId):
        change(ann, which(ann, Scope.THIS, "20261202T100000Z"), EventChange(title="x"))


def share(owner: Person, sharee: Person, access: str) -> None:
    """Shares the owner's calendar and delivers that at once, as a worker does."""
    core = owner.town.core
    account = core.reads.account(sharee.tenant)
    assert account is not None
    sharing.share_calendar(core.backend, owner.context(), name="default", sharee=account, access=access)


def test_a_shared_event_is_changed_as_far_as_the_share_allows(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(WEEKLY, people=()))
    stream = ann.row().stream_id
    with pytest.raises(UnknownResource):
        locate(town.core.backend, bob.tenant, stream)
    share(ann, bob, "read")
    (offer,) = town.core.reads.shares_of(bob.tenant)
    sharing.answer_share(town.core.backend, bob.context(), share_id=offer.share_id, accept=True)
    part = Which(stream)
    assert view_event(town.core.backend, bob.tenant, stream, now=town.now).rights == "nothing"
    with pytest.raises(ReadOnlyShare):
        change(bob, part, EventChange(title="x"))
    share(ann, bob, "read-write")
    change(bob, part, EventChange(title="By Bob"))
    assert b"SUMMARY:By Bob" in ann.text()
    change(bob, Which(stream, THIRD, Scope.THIS), EventChange(by=HOUR))
    assert starts(ann) == ["1201T1000", "1215T1100"]
    remove(bob, part)
    assert ann.rows() == []


def test_the_history_has_each_change_with_its_actor(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=BOB))
    change(ann, which(ann), EventChange(by=HOUR))
    bob.answer("DECLINED")
    facts = read_history(town.core.backend, ann.tenant, ann.row().stream_id)
    words = [each.word for each in history(facts)]
    assert words[0] == "answered"
    assert words[-1] in ("created", "guest-invited")
    assert "moved" in words
