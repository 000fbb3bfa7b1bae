"""The operator asks who did what, and is noted for it."""

from __future__ import annotations

import csv
import getpass
import io
import json
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

from support.followers import catch_up
from support.town import Person, Town, meeting
from televent.adapters.postgres.keeping.retention import KEEP_AUDIT, retain
from televent.adapters.postgres.reports import audit_reading
from televent.adapters.postgres.reports.audit_reading import AuditReading
from televent.application.accounts.audit_rows import EVERYBODY, AuditFilter, Looked
from televent.application.accounts.origins import Origin
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.accounts import erase_account
from televent.cli import cli
from televent.ical.objects.calendar_text import CalendarText

pytestmark = pytest.mark.own_database
OPERATOR = f"{getpass.getuser()}@{socket.gethostname()}"


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def command(town: Town, place: Path, *words: str) -> Result:
    environment = {"DATABASE_URL": town.url, "TELEVENT_DATA_DIR": str(place)}
    result = CliRunner().invoke(cli, words, env=environment)
    assert result.exit_code == 0, (result.output, result.exception)
    return result


def asked(town: Town, place: Path, *words: str) -> list[dict[str, Any]]:
    catch_up(town.core)
    found: list[dict[str, Any]] = json.loads(command(town, place, "audit", "--json", *words).stdout)
    return found


def put(person: Person, text: bytes, href: str, device: str) -> None:
    origin = Origin("caldav", UUID(int=len(device)), device, "192.0.2.7", f"{device}/1.0")
    keeper = person.town.core.backend.origins
    context = replace(person.context(), origin=keeper.id_of(person.tenant, origin, person.town.now))
    put_object(person.town.core.backend, context, calendar="default", href=href, text=CalendarText(text))


def test_rows_name_device_address_program_and_request(town: Town, ann: Person, tmp_path: Path) -> None:
    put(ann, meeting(people=()), "a.ics", "Phone")
    row = next(each for each in asked(town, tmp_path, "--person", ann.address) if each["what"] == "event created")
    assert row | {"stream": "", "command": "", "device_id": ""} == {
        "at": "2026-11-21T12:00:00+00:00",
        "what": "event created",
        "who": f"Ann ({ann.tenant})",
        "door": "caldav",
        "device": "Phone",
        "device_id": "",
        "ip": "192.0.2.7",
        "program": "Phone/1.0",
        "request": "test",
        "account": str(ann.tenant),
        "stream": "",
        "version": 1,
        "command": "",
        "texts": "",
    }


def test_filters_choose(town: Town, ann: Person, tmp_path: Path) -> None:
    bob = town.person("bob")
    put(ann, meeting(people=(), uid="a@example.com"), "a.ics", "Phone")
    town.now += timedelta(hours=1)
    put(ann, meeting(people=(), uid="b@example.com"), "b.ics", "Laptop")
    put(bob, meeting(people=(), uid="c@example.com", organizer=bob.address), "c.ics", "Tablet")
    # Bob writes into Ann's account, as a sharee does.
    elsewhere = replace(bob.context(), tenant=ann.tenant, actor=str(bob.tenant))
    text = CalendarText(meeting(people=(), uid="d@example.com", organizer="X-NOBODY:x"))
    put_object(town.core.backend, elsewhere, calendar="default", href="d.ics", text=text)

    def devices(*words: str) -> list[str]:
        return [each["device"] for each in asked(town, tmp_path, *words) if each["what"] == "event created"]

    assert devices() == ["Phone", "Laptop", "Tablet", ""]
    assert devices("--person", ann.address) == ["Phone", "Laptop", ""]
    assert devices("--person", bob.address) == ["Tablet", ""]
    assert devices("--device", "Laptop") == ["Laptop"]
    assert devices("--device", str(UUID(int=5))) == ["Phone"]
    assert devices("--event", "b@example.com") == ["Laptop"]
    assert devices("--event", "nothing@example.com") == []
    assert devices("--since", "2026-11-21T12:30Z") == ["Laptop", "Tablet", ""]
    assert devices("--until", "2026-11-21T12:30Z") == ["Phone"]
    assert devices("--door", "email") == []
    shown = command(town, tmp_path, "audit", "--person", ann.address, "--device", "Phone").stdout
    assert "event created  by Ann" in shown
    assert "Phone · 192.0.2.7 · Phone/1.0 · test" in shown
    assert command(town, tmp_path, "audit", "--event", "x").stdout == "Nothing fits.\n"


def test_texts_are_shown_only_when_asked_for_and_not_after_an_erasure(town: Town, ann: Person, tmp_path: Path) -> None:
    put(ann, meeting(people=()), "a.ics", "Phone")
    put(ann, meeting("SUMMARY:Secret", people=()), "a.ics", "Phone")
    assert "Secret" not in json.dumps(asked(town, tmp_path, "--person", ann.address))
    shown = asked(town, tmp_path, "--person", ann.address, "--with-texts")
    assert "Title was Sync, is now Secret" in [each["texts"] for each in shown]
    erase_account(town.core.backend, ann.context())
    after = [each for each in asked(town, tmp_path, "--with-texts") if each["what"].startswith("event")]
    assert {(each["texts"], each["device"], each["who"]) for each in after} == {("erased", "", str(ann.tenant))}


def test_pages_follow_one_another(town: Town, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        put(ann, meeting(people=(), uid=f"{number}@example.com"), f"{number}.ics", "Phone")
    whole = asked(town, tmp_path, "--door", "caldav")
    monkeypatch.setattr(audit_reading, "PAGE", 3)
    assert asked(town, tmp_path, "--door", "caldav") == whole
    assert len([each for each in whole if each["what"] == "event created"]) == 7
    reading = AuditReading(town.core.pool)
    for _ in range(7):
        reading.note(Looked(town.now, EVERYBODY, "root", "host", "audit"))
    assert len(list(reading.looked(AuditFilter(since=town.now, until=town.now + timedelta(seconds=1))))) == 7


def test_csv_has_a_heading_and_no_formula(town: Town, ann: Person, tmp_path: Path) -> None:
    put(ann, meeting(people=()), "a.ics", "=1+1")
    catch_up(town.core)
    shown = command(town, tmp_path, "audit", "--csv", "--door", "caldav").stdout
    (*_, row) = [each for each in csv.DictReader(io.StringIO(shown)) if each["what"] == "event created"]
    assert row["device"] == "'=1+1"
    assert row["ip"] == "192.0.2.7"


def test_what_operators_look_at_is_noted(town: Town, ann: Person, tmp_path: Path) -> None:
    command(town, tmp_path, "show", ann.address, "--json")
    command(town, tmp_path, "account", "list")
    command(town, tmp_path, "device", "list", str(ann.tenant))
    command(town, tmp_path, "mail", "list", "--limit", "7")
    command(town, tmp_path, "followers", "list")
    command(town, tmp_path, "account", "add", "--telegram-id", "1001", "--name", "Ann")
    noted = [each for each in asked(town, tmp_path, "--person", ann.address) if each["what"].startswith("operator")]
    assert [(each["what"], each["account"]) for each in noted] == [
        ("operator ran: televent show --json", str(ann.tenant)),
        ("operator ran: televent account list", "everybody"),
        ("operator ran: televent device list", str(ann.tenant)),
        ("operator ran: televent mail list --limit", "everybody"),
        ("operator ran: televent account add --telegram-id --name", str(ann.tenant)),
        ("operator ran: televent audit --person --json", str(ann.tenant)),
    ]
    assert {each["who"] for each in noted} == {OPERATOR}
    bob = town.person("bob")
    others = [each for each in asked(town, tmp_path, "--person", bob.address) if each["what"].startswith("operator")]
    assert {each["account"] for each in others} == {"everybody", str(bob.tenant)}


def test_rows_go_after_two_years_and_not_before(town: Town, ann: Person) -> None:
    put(ann, meeting(people=()), "a.ics", "Phone")
    AuditReading(town.core.pool).note(Looked(town.now, ann.tenant, "root", "host", "show"))
    catch_up(town.core)

    def rows() -> tuple[int, ...]:
        query = """SELECT (SELECT count(*) FROM audit), (SELECT count(*) FROM origin),
            (SELECT count(*) FROM operator_log)"""
        with psycopg.connect(town.url) as connection:
            (found,) = connection.execute(query).fetchall()
        return found

    before = rows()
    assert before[0] > 1
    assert before[1:] == (1, 1)
    retain(town.core.pool, town.now + KEEP_AUDIT)
    assert rows() == before
    retain(town.core.pool, town.now + KEEP_AUDIT + timedelta(seconds=1))
    assert rows() == (0, 0, 0)


def test_nothing_can_be_written_through_the_audit(town: Town, ann: Person) -> None:
    """A worker of an earlier program deletes old rows of its table, and those of erased people."""
    for statement in (b"DELETE FROM audit", b"UPDATE audit SET door = 'x'", b"INSERT INTO audit (door) VALUES ('x')"):
        with psycopg.connect(town.url) as connection, pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            connection.execute(statement)
