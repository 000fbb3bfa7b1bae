"""`televent show`, `diff` and `restore-calendar`: what the operator reads, and each mistake's sentence."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from support.town import Person, Town, meeting
from televent.cli import cli


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def run(town: Town, *words: str) -> Result:
    environment = {"DATABASE_URL": town.url, "TELEVENT_DATA_DIR": str(town.core.settings.data_dir)}
    return CliRunner().invoke(cli, words, env=environment)


def printed(town: Town, *words: str) -> str:
    done = run(town, *words)
    assert done.exit_code == 0, done.output
    return done.stdout


def changed_once(town: Town, ann: Person) -> str:
    """One event that is changed, another one that is deleted, and a new one; returns the moment before."""
    ann.put(meeting(people=()))
    ann.put(meeting("SUMMARY:Gone", people=(), uid="gone@example.com"), "gone.ics")
    before = f"{town.now:%Y-%m-%dT%H:%MZ}"
    town.now += timedelta(minutes=5)
    ann.put(meeting("SUMMARY:Talk", people=()))
    ann.delete("gone.ics")
    ann.put(meeting("SUMMARY:New", people=(), uid="new@example.com"), "new.ics")
    town.now += timedelta(minutes=5)
    return before


def test_what_stood_then_and_what_stands_now(town: Town, ann: Person) -> None:
    before = changed_once(town, ann)
    calendars = json.loads(printed(town, "show", ann.address, "--at", before, "--json"))
    assert {"calendar": "default", "events": 2} in calendars
    then = json.loads(printed(town, "show", ann.address, "default", "--at", before, "--json"))
    now = json.loads(printed(town, "show", ann.address, "default", "--json"))
    assert [sorted(each["title"] for each in value["events"]) for value in (then, now)] == [
        ["Gone", "Sync"],
        ["New", "Talk"],
    ]
    assert "2026-12-01 10:00Z  Sync  sync@example.com  m.ics" in printed(
        town, "show", ann.address, "default", "--at", before
    )
    text = printed(town, "show", ann.address, "--at", before, "--event", "gone@example.com")
    assert "SUMMARY:Gone" in text


def test_a_position_is_a_moment_too(town: Town, ann: Person) -> None:
    ann.put(meeting(people=()))
    position = town.core.backend.store.recorder.max_notification_id()
    ann.put(meeting("SUMMARY:Talk", people=()))
    assert "Sync" in printed(town, "show", ann.address, "default", "--at", str(position))
    assert "Talk" in printed(town, "show", ann.address, "default", "--at", "9" * 30)


def test_a_moment_without_an_offset_is_in_the_zone_of_the_account(town: Town, ann: Person) -> None:
    before = changed_once(town, ann)
    assert "Sync" in printed(town, "show", ann.address, "default", "--at", before.removesuffix("Z"))


def test_two_moments_are_compared(town: Town, ann: Person) -> None:
    before = changed_once(town, ann)
    found = json.loads(printed(town, "diff", ann.address, "default", before, "--json"))
    assert {each["uid"]: each["change"] for each in found} == {
        "sync@example.com": "changed",
        "gone@example.com": "removed",
        "new@example.com": "added",
    }
    lines = printed(town, "diff", ann.address, "default", before)
    assert "- SUMMARY:Sync" in lines
    assert "+ SUMMARY:Talk" in lines
    assert printed(town, "diff", ann.address, "default", before, before) == "Nothing differs.\n"


def test_a_restore_is_shown_first_and_done_with_yes(town: Town, ann: Person) -> None:
    before = changed_once(town, ann)
    shown = printed(town, "restore-calendar", ann.address, "default", "--to", before)
    assert "Nothing was changed." in shown
    assert b"Talk" in ann.text()
    done = json.loads(printed(town, "restore-calendar", ann.address, "default", "--to", before, "--yes", "--json"))
    assert [each["refused"] for each in done["events"]] == [None] * 3
    assert b"SUMMARY:Sync" in ann.text()
    assert [len(ann.rows(f"{name}@example.com")) for name in ("gone", "new")] == [1, 0]
    assert printed(town, "restore-calendar", ann.address, "default", "--to", before, "--yes") == "Nothing differs.\n"


def test_each_mistake_has_its_sentence(town: Town, ann: Person) -> None:
    for words, sentence in (
        (("show", "nobody@example.com"), "There is no account"),
        (("show", ann.address, "play"), "There was no calendar 'play' then (there were: default)"),
        (("show", ann.address, "--at", "yesterday"), "'yesterday' is no moment. Write it as 2026-11-01T12:00Z"),
        (("show", ann.address, "--event", "none@example.com"), "There was no event"),
        (("diff", ann.address, "default", "2020-01-01T00:00Z"), "(there were: none)"),
        (("restore-calendar", ann.address, "default", "--to", "2020-01-01T00:00Z"), "There is no such calendar"),
    ):
        done = run(town, *words)
        assert done.exit_code == 1, words
        assert sentence in str(done.exception), words
