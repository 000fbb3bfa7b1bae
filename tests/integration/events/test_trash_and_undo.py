"""Deleted events come back, and changes are taken back, with everything that follows from it for guests."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from support.town import Person, Town, meeting
from televent.application.refusals import ChangedAgain, NothingToUndo, NotYourChange, UnknownResource
from televent.application.use_cases.events.trash import read_trash, restore_event
from televent.application.use_cases.events.undo_change import Undone, last_change, undo_change
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText

ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT10M", "END:VALARM")


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def stream_of(person: Person) -> UUID:
    return person.row().stream_id


def trash(person: Person) -> list[str]:
    return [each.summary for each in read_trash(person.town.core.backend, person.tenant, person.town.now)]


def restore(person: Person, stream_id: UUID) -> None:
    restore_event(person.town.core.backend, person.context(), stream_id=stream_id)


def undo(person: Person, stream_id: UUID, change_id: UUID | None = None) -> Undone:
    backend = person.town.core.backend
    named = change_id or last_change(backend, person.context(), stream_id).change_id
    return undo_change(backend, person.context(), stream_id=stream_id, change_id=named)


def change_of(person: Person, text: bytes) -> UUID:
    """Stores a text as a calendar app does; returns the id of the change."""
    context = person.context()
    put_object(person.town.core.backend, context, calendar="default", href="m.ics", text=CalendarText(text))
    return context.command_id


def said(text: bytes) -> list[bytes]:
    """The lines without those that say when it was written."""
    forward = (b"DTSTAMP", b"LAST-MODIFIED", b"SEQUENCE", b"CREATED")
    return sorted(line for line in text.splitlines() if not line.startswith(forward))


def test_a_deleted_event_comes_back_as_it_was(town: Town, ann: Person) -> None:
    ann.put(meeting("LOCATION:Room 1", *ALARM, people=(), organizer="X-NOBODY:x"))
    stream, text, href = stream_of(ann), ann.text(), ann.row().href
    assert trash(ann) == []
    ann.delete()
    assert trash(ann) == ["Sync"]
    restore(ann, stream)
    assert (stream_of(ann), ann.text(), ann.row().href) == (stream, text, href)
    assert trash(ann) == []
    restore(ann, stream)
    assert ann.text() == text


def test_the_trash_is_emptied_after_thirty_days(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()))
    stream = stream_of(ann)
    ann.delete()
    town.now += timedelta(days=30)
    assert trash(ann) == ["Sync"]
    town.now += timedelta(seconds=1)
    assert trash(ann) == []
    with pytest.raises(UnknownResource):
        restore(ann, stream)
    with pytest.raises(UnknownResource):
        restore(ann, uuid4())


def test_guests_are_invited_again_to_a_restored_meeting(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=(bob.address,)))
    town.carry()
    bob.answer("ACCEPTED")
    town.carry()
    stream = stream_of(ann)
    town.now += timedelta(minutes=1)
    ann.delete()
    town.carry()
    assert bob.rows() == [] or b"STATUS:CANCELLED" in bob.text()
    town.now += timedelta(minutes=1)
    restore(ann, stream)
    town.carry()
    assert b"STATUS:CANCELLED" not in bob.text()
    assert bob.says(bob) == ann.says(bob) == "NEEDS-ACTION"
    bob.answer("ACCEPTED")
    town.carry()
    assert ann.says(bob) == "ACCEPTED"


def test_another_event_has_taken_the_name(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()))
    stream = stream_of(ann)
    ann.delete()
    ann.put(meeting(people=(), uid="other@example.com"))
    restore(ann, stream)
    assert ann.row().href != ann.row("other@example.com").href


def test_an_edit_is_undone_and_redone(town: Town, ann: Person) -> None:
    ann.put(meeting(*ALARM, people=()))
    stream, first = stream_of(ann), ann.text()
    change = change_of(ann, meeting("SUMMARY:Talk", "LOCATION:Room 2", people=()))
    second = ann.text()
    undone = undo(ann, stream, change)
    assert said(ann.text()) == said(first)
    redone = undo(ann, stream, undone.change_id)
    assert said(ann.text()) == said(second)
    undo(ann, stream, redone.change_id)
    assert said(ann.text()) == said(first)


def test_a_later_change_of_something_else_stays(town: Town, ann: Person) -> None:
    ann.put(meeting("LOCATION:Room 1", people=()))
    stream = stream_of(ann)
    change = change_of(ann, meeting("SUMMARY:Talk", "LOCATION:Room 1", people=()))
    ann.put(meeting("SUMMARY:Talk", "LOCATION:Room 2", people=()))
    undo(ann, stream, change)
    assert b"SUMMARY:Sync" in ann.text()
    assert b"LOCATION:Room 2" in ann.text()


def test_a_later_change_of_the_same_is_not_written_over(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()))
    stream = stream_of(ann)
    change = change_of(ann, meeting("SUMMARY:Talk", people=()))
    ann.put(meeting("SUMMARY:Lecture", people=()))
    before = ann.text()
    with pytest.raises(ChangedAgain):
        undo(ann, stream, change)
    assert ann.text() == before


def test_creation_and_deletion_are_changes_too(town: Town, ann: Person) -> None:
    created = change_of(ann, meeting(people=()))
    stream, text = stream_of(ann), ann.text()
    assert undo(ann, stream, created).gone
    assert ann.rows() == []
    assert not undo(ann, stream).gone
    assert ann.text() == text
    ann.put(meeting("SUMMARY:Talk", people=()))
    with pytest.raises(ChangedAgain):
        undo(ann, stream, created)


def test_guests_hear_of_what_is_undone(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=(bob.address,)))
    town.carry()
    bob.answer("ACCEPTED")
    town.carry()
    stream = stream_of(ann)
    town.now += timedelta(minutes=1)
    moved = ann.text().replace(b"T100000Z", b"T150000Z").replace(b"T110000Z", b"T160000Z")
    change = change_of(ann, moved)
    town.carry()
    assert b"DTSTART:20261201T150000Z" in bob.text()
    town.now += timedelta(minutes=1)
    undo(ann, stream, change)
    town.carry()
    assert b"DTSTART:20261201T100000Z" in bob.text()
    sequences = [line for line in ann.text().splitlines() if line.startswith(b"SEQUENCE")]
    assert sequences == [b"SEQUENCE:2"]


def test_an_answer_that_came_later_stays(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=(bob.address,)))
    town.carry()
    stream = stream_of(ann)
    change = change_of(ann, ann.text().replace(b"SUMMARY:Sync", b"SUMMARY:Talk"))
    town.carry()
    bob.answer("ACCEPTED")
    town.carry()
    undo(ann, stream, change)
    assert b"SUMMARY:Sync" in ann.text()
    assert ann.says(bob) == "ACCEPTED"


def test_a_guest_who_was_added_is_taken_away(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=()))
    stream = stream_of(ann)
    change = change_of(ann, meeting(people=(bob.address,)))
    town.carry()
    assert len(bob.rows()) == 1
    town.now += timedelta(minutes=1)
    undone = undo(ann, stream, change)
    town.carry()
    assert bob.rows() == [] or b"STATUS:CANCELLED" in bob.text()
    town.now += timedelta(minutes=1)
    undo(ann, stream, undone.change_id)
    town.carry()
    assert b"STATUS:CANCELLED" not in bob.text()


def test_changes_of_others_are_theirs(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=(bob.address,)))
    town.carry()
    received = town.core.recorder.select_events(f"{bob.tenant}/{stream_of(bob)}")[0]
    with pytest.raises(NotYourChange):
        undo(bob, stream_of(bob), getattr(received, "command_id"))  # noqa: B009
    with pytest.raises(NothingToUndo):
        undo(bob, stream_of(bob))
    with pytest.raises(UnknownResource):
        undo(ann, stream_of(ann), uuid4())


def test_the_same_command_twice_undoes_once(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()))
    stream = stream_of(ann)
    change = change_of(ann, meeting("SUMMARY:Talk", people=()))
    context, backend = ann.context(), town.core.backend
    first = undo_change(backend, context, stream_id=stream, change_id=change)
    again = undo_change(backend, context, stream_id=stream, change_id=change)
    assert (first.again, again.again) == (False, True)
    assert b"SUMMARY:Sync" in ann.text()


def test_an_own_answer_is_taken_back(town: Town, ann: Person, bob: Person) -> None:
    ann.put(meeting(people=(bob.address,)))
    town.carry()
    bob.answer("ACCEPTED")
    town.carry()
    town.now += timedelta(minutes=1)
    bob.answer("DECLINED")
    town.carry()
    assert ann.says(bob) == "DECLINED"
    town.now += timedelta(minutes=1)
    undo(bob, stream_of(bob))
    town.carry()
    assert ann.says(bob) == bob.says(bob) == "ACCEPTED"
