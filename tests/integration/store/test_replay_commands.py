"""The operator's commands that read the whole log: rebuild, verify --projections, log versions."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner, Result

from support.followers import catch_up
from support.town import Person, Town, meeting, open_town
from televent.cli import cli
from televent.projections.due_reminders import DUE_REMINDERS


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with open_town(database_url) as town:
        yield town


@pytest.fixture
def ann(town: Town) -> Person:
    """A person with an event; all followers have read the log."""
    ann = town.person("ann")
    ann.put(meeting(people=(), organizer="X-NOBODY:x", uid="tea@example.com"), "tea.ics")
    catch_up(town.core, DUE_REMINDERS)
    return ann


def command(town: Town, *arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, env={"DATABASE_URL": town.url, "DATABASE_DIRECT_URL": None})


def sql(town: Town, statement: str) -> None:
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_verify_names_the_rows_that_differ_and_changes_nothing(town: Town, ann: Person) -> None:
    assert command(town, "verify", "--projections", "--processes", "2").exit_code == 0
    sql(town, "UPDATE resource SET etag = 'wrong'")
    sql(town, "DELETE FROM digest")
    for _ in range(2):
        done = command(town, "verify", "--projections", "--processes", "1", "--json")
        assert done.exit_code == 1
        value = json.loads(done.stdout)
        assert value["broken"] == []
        found = value["projections"]
        assert (found["differing_rows"], found["accounts_in_trouble"]) == (2, 0)
        wrong, missing = sorted(found["differences"], key=lambda each: str(each["kind"]), reverse=True)
        assert (wrong["table"], wrong["kind"], wrong["columns"]) == ("resource", "wrong", ["etag"])
        assert wrong["key"][0] == str(ann.tenant)
        assert wrong["key"][2] == "tea.ics"
        assert (missing["table"], missing["kind"]) == ("digest", "missing")
    shown = command(town, "verify", "--projections", "dav_index", "--processes", "1")
    assert f"wrong       resource {ann.tenant}" in shown.stdout
    assert "tea.ics (etag)" in shown.stdout
    assert "digest" not in shown.stdout


def test_rebuild_of_all_mends_everything(town: Town, ann: Person) -> None:
    sql(town, "UPDATE resource SET etag = 'wrong'")
    sql(town, "DELETE FROM address")
    sql(town, "UPDATE digest SET marked = 1")
    first = json.loads(command(town, "rebuild", "all", "--processes", "2", "--json").stdout)
    assert first["differing_rows"] > 2
    assert command(town, "verify", "--projections").exit_code == 0
    assert json.loads(command(town, "rebuild", "all", "--json").stdout)["differing_rows"] == 0


def test_the_commands_refuse_what_makes_no_sense(town: Town, ann: Person) -> None:
    assert "all, dav_index" in command(town, "rebuild", "nothing").output
    assert "are for --projections" in command(town, "verify", "--resume").output
    assert "There is nothing to resume" in str(command(town, "rebuild", "company", "--resume").exception)


def test_the_versions_of_a_store_are_listed(town: Town, ann: Person) -> None:
    done = command(town, "log", "versions", "--json")
    assert done.exit_code == 0
    found = {each["name"]: each for each in json.loads(done.stdout)}
    assert found["event-created/1"]["events"] == 1
    assert found["event-created/1"]["read_as"] == "event-created/1"
    sql(town, "UPDATE event SET topic = 'device-password-added/1' WHERE topic = 'address-verified/1'")
    sql(town, "UPDATE event SET topic = 'event-created/99' WHERE topic = 'event-created/1'")
    done = command(town, "log", "versions")
    assert done.exit_code == 1
    lines = {line.split()[1]: line for line in done.stdout.splitlines()}
    assert lines["device-password-added/1"].endswith("read as device-password-added/2")
    assert lines["event-created/99"].endswith("UNKNOWN")
