"""A phone that went mad is taken back, and the people in its meetings hear once what changed for them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from support.town import Person, Town, meeting
from televent.application.accounts.origins import Origin
from televent.application.event_store.context import Context
from televent.application.refusals import ChangedAgain
from televent.application.use_cases.calendars.calendars import create_calendar, delete_calendar
from televent.application.use_cases.events.undo_change import last_change, undo_change
from televent.application.use_cases.events.undo_device import UndoneEvent, plan_undo_device, undo_device
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.move_object import Place, move_object
from televent.application.use_cases.objects.put_object import put_object
from televent.cli import cli
from televent.ical.objects.calendar_text import CalendarText

PHONE, LAPTOP = UUID(int=1), UUID(int=2)


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return town.person("bob")


def by(person: Person, device: UUID = PHONE) -> Context:
    """The context of a command of one of the person's apps."""
    name = "iPhone" if device == PHONE else "Laptop"
    origin = Origin("caldav", device, name, "192.0.2.7", "App/1.0")
    return replace(
        person.context(), origin=person.town.core.backend.origins.id_of(person.tenant, origin, person.town.now)
    )


def put(person: Person, text: bytes, href: str = "m.ics", device: UUID = PHONE) -> None:
    put_object(person.town.core.backend, by(person, device), calendar="default", href=href, text=CalendarText(text))


def later(town: Town) -> datetime:
    """A moment after everything so far; later acts are later."""
    town.now += timedelta(minutes=5)
    return town.now


def undo(person: Person, since: datetime) -> dict[str, tuple[str, type | None]]:
    backend = person.town.core.backend
    later(person.town)
    done = list(undo_device(backend, person.context, person.tenant, device_id=PHONE, since=since))
    person.town.carry()
    return told(done)


def told(found: list[UndoneEvent]) -> dict[str, tuple[str, type | None]]:
    return {
        each.uid.partition("@")[0]: (each.did, None if each.refusal is None else type(each.refusal)) for each in found
    }


def test_what_the_phone_did_is_taken_back_and_the_laptops_changes_stay(town: Town, ann: Person) -> None:
    for name in ("a", "b", "c", "d", "e"):
        put(ann, meeting("LOCATION:Room 1", people=(), uid=f"{name}@example.com"), f"{name}.ics")
    texts = {name: ann.text(f"{name}@example.com") for name in ("a", "b", "d", "e")}
    since = later(town)
    for number in range(3):
        put(ann, meeting(f"SUMMARY:Broken {number}", "LOCATION:Room 1", people=(), uid="a@example.com"), "a.ics")
    delete_object(town.core.backend, by(ann), calendar="default", href="b.ics")
    put(ann, meeting(people=(), uid="junk@example.com"), "junk.ics")
    put(ann, meeting("SUMMARY:Broken", "LOCATION:Room 1", people=(), uid="c@example.com"), "c.ics")
    put(ann, ann.text("c@example.com").replace(b"Room 1", b"Room 2"), "c.ics", LAPTOP)
    put(ann, meeting("SUMMARY:Broken", "LOCATION:Room 1", people=(), uid="d@example.com"), "d.ics")
    put(ann, ann.text("d@example.com").replace(b"Broken", b"Mended"), "d.ics", LAPTOP)
    put(ann, texts["e"].replace(b"Sync", b"Talk"), "e.ics", LAPTOP)
    planned = plan_undo_device(town.core.backend, ann.tenant, device_id=PHONE, since=since, now=town.now)
    expected = {
        "a": ("changed", None),
        "b": ("deleted", None),
        "junk": ("created", None),
        "c": ("changed", None),
        "d": ("changed", ChangedAgain),
    }
    assert told(list(planned)) == expected
    assert undo(ann, since) == expected
    assert b"SUMMARY:Sync" in ann.text("a@example.com")
    assert ann.text("b@example.com") == texts["b"]
    assert ann.rows("junk@example.com") == []
    assert b"SUMMARY:Sync" in ann.text("c@example.com")
    assert b"LOCATION:Room 2" in ann.text("c@example.com")
    assert b"SUMMARY:Mended" in ann.text("d@example.com")
    assert b"SUMMARY:Talk" in ann.text("e@example.com")
    assert undo(ann, since) == {"d": ("changed", ChangedAgain)}
    # Further back, the first undo is no change of somebody else.
    assert undo(ann, since - timedelta(hours=1)) == {
        **dict.fromkeys(("a", "b"), ("created", None)),
        **dict.fromkeys(("c", "d", "e"), ("created", ChangedAgain)),
    }


def test_a_guest_is_told_once_and_keeps_the_answer(town: Town, ann: Person, bob: Person) -> None:
    put(ann, meeting("LOCATION:Room 1", people=(bob.address,)))
    town.carry()
    bob.answer("ACCEPTED")
    town.carry()
    since = later(town)
    for number in range(4):
        put(ann, ann.text().replace(b"Room 1", b"Room %d" % (number + 5)).replace(b"Sync", b"Talk"))
        town.carry()
    assert b"Talk" in bob.text()
    before = len(town.topics(bob))
    assert undo(ann, since) == {"sync": ("changed", None)}
    assert len(town.topics(bob)) == before + 1
    assert b"Room 1" in bob.text()
    assert b"Sync" in bob.text()
    assert ann.says(bob) == bob.says(bob) == "ACCEPTED"
    assert undo(ann, since) == {}
    assert len(town.topics(bob)) == before + 1


def test_a_deleted_meeting_comes_back_to_its_guests(town: Town, ann: Person, bob: Person) -> None:
    put(ann, meeting(people=(bob.address,)))
    town.carry()
    since = later(town)
    delete_object(town.core.backend, by(ann), calendar="default", href="m.ics")
    town.carry()
    assert b"STATUS:CANCELLED" in bob.text()
    assert undo(ann, since) == {"sync": ("deleted", None)}
    assert b"STATUS:CANCELLED" not in bob.text()


def test_a_deleted_calendar_comes_back_with_its_events(town: Town, ann: Person, bob: Person) -> None:
    backend = town.core.backend
    create_calendar(backend, ann.context(), name="work")
    for name, people in (("a", ()), ("b", (bob.address,)), ("c", ())):
        ann.put(meeting(people=people, uid=f"{name}@example.com"), f"{name}.ics")
        if name != "c":
            move_object(
                backend,
                ann.context(),
                source=Place("default", f"{name}.ics"),
                destination=Place("work", f"{name}.ics"),
            )
    since = later(town)
    move_object(backend, by(ann), source=Place("default", "c.ics"), destination=Place("work", "c.ics"))
    delete_calendar(backend, by(ann), name="work")
    assert undo(ann, since) == dict.fromkeys(("a", "b", "c"), ("deleted", None))
    places = {"a": "work", "b": "work", "c": "default"}
    assert all(backend.reads.resource(ann.tenant, where, f"{name}.ics") for name, where in places.items())
    assert undo(ann, since) == {}


def test_an_event_can_be_made_again_after_its_calendar_was_deleted(town: Town, ann: Person) -> None:
    """It was moved there, so the place where it was before has a tombstone with its UID."""
    backend = town.core.backend
    create_calendar(backend, ann.context(), name="work")
    ann.put(meeting(people=()), "a.ics")
    move_object(backend, ann.context(), source=Place("default", "a.ics"), destination=Place("work", "a.ics"))
    delete_calendar(backend, ann.context(), name="work")
    assert ann.put(meeting(people=()), "a.ics").created


def test_an_undo_of_the_undo_is_not_undone_again(town: Town, ann: Person) -> None:
    put(ann, meeting(people=()))
    since = later(town)
    put(ann, meeting("SUMMARY:Right after all", people=()))
    undo(ann, since)
    backend, stream = town.core.backend, ann.row().stream_id
    change = last_change(backend, ann.context(), stream)
    undo_change(backend, ann.context(), stream_id=stream, change_id=change.change_id)
    assert b"Right after all" in ann.text()
    assert undo(ann, since) == {}
    assert b"Right after all" in ann.text()


def command(town: Town, place: Path, *words: str) -> Result:
    environment = {"DATABASE_URL": town.url, "TELEVENT_DATA_DIR": str(place)}
    return CliRunner().invoke(cli, ["undo-device", *words], env=environment)


@pytest.mark.own_database
def test_the_command_previews_and_undoes(town: Town, ann: Person, tmp_path: Path) -> None:
    put(ann, meeting(people=()))
    since = later(town).isoformat()
    put(ann, meeting("SUMMARY:Broken", people=()))
    shown = command(town, tmp_path, ann.address, "iPhone", "--since", since)
    assert shown.exit_code == 0, shown.output
    assert "Can be undone: 1 changed. Left as they are: 0." in shown.stdout
    assert b"Broken" in ann.text()
    done = command(town, tmp_path, ann.address, str(PHONE), "--since", since, "--yes", "--json")
    assert done.exit_code == 0, done.output
    value = json.loads(done.stdout)
    assert (value["done"], value["counts"], value["left"]) == (True, {"changed": 1}, 0)
    assert b"SUMMARY:Sync" in ann.text()
    put(ann, meeting("SUMMARY:Broken", people=()))
    put(ann, meeting("SUMMARY:Mine", people=()), device=LAPTOP)
    left = command(town, tmp_path, ann.address, "iPhone", "--since", since, "--yes")
    assert left.exit_code == 1
    assert "Left as they are: 1." in left.stdout
    unknown = command(town, tmp_path, ann.address, "Fridge", "--since", since)
    assert "iPhone" in str(unknown.exception)
    put(ann, meeting(people=(), uid=f"{uuid4()}@example.com"), "x.ics", UUID(int=3))
    assert "Several devices" in str(command(town, tmp_path, ann.address, "Laptop", "--since", since).exception)
    assert "no moment" in str(command(town, tmp_path, ann.address, "iPhone", "--since", "soon").exception)
