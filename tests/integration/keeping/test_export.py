"""Everything that is held on a person, as an archive: complete, without secrets, and readable by another Televent."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from functools import partial
from pathlib import Path

import msgspec
import psycopg
import pytest
from click.testing import CliRunner, Result

from support.post import PostOffice, itip_mail, message, open_post_office
from support.town import Person, Town, meeting
from televent.adapters.postgres.reports.holdings import LEFT_OUT, ROWS, SECRETS, SUMMARY
from televent.application.attachments import Upload, attachment_url
from televent.application.exporting.bringing import UnusableArchive, bring_in
from televent.application.exporting.record import FORMAT, Account, Fact, Mail, StoredObject
from televent.application.exporting.writing import write_archive
from televent.application.use_cases.calendars.calendars import create_calendar
from televent.application.use_cases.people.devices import add_device
from televent.application.use_cases.people.preferences import change_preferences
from televent.cli import cli
from televent.runtime.database import OperatorError

ZED = "zed@example.net"
url_of = partial(attachment_url, "https://cal.example.com")
ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM"


@pytest.fixture
def ann(town: Town) -> Person:
    """A person with events in two calendars, a guest, a mail, an attachment, a device and choices."""
    ann = town.person("ann")
    backend = town.core.backend
    ann.put(meeting("X-OWN;X-P=1:kept", ALARM, people=()))
    create_calendar(backend, ann.context(), name="work", props={"{DAV:}displayname": "Work, at home"})
    add_device(backend, ann.context(), name="Ann's phone")
    change_preferences(backend, ann.context(), {"strangers": "never", "reminders": (5,)})
    return ann


def exported(town: Town, person: Person) -> zipfile.ZipFile:
    target = io.BytesIO()
    assert write_archive(town.core.backend, person.tenant, target) == len(zipfile.ZipFile(target).namelist())
    return zipfile.ZipFile(target)


def account_in(archive: zipfile.ZipFile) -> Account:
    return msgspec.json.decode(archive.read("account.json"), type=Account)


def lines(archive: zipfile.ZipFile, name: str, kind: type[msgspec.Struct]) -> list[msgspec.Struct]:
    return [msgspec.json.decode(line, type=kind) for line in archive.read(name).splitlines()]


def test_every_table_with_rows_of_a_person_is_in_it_or_left_out_for_a_reason(database_url: str) -> None:
    query = """SELECT DISTINCT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name IN ('tenant_id', 'subject_id')"""
    with psycopg.connect(database_url) as connection:
        there = {table for (table,) in connection.execute(query)}
        columns = {
            table: {name for (name,) in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
            )}
            for table in SECRETS
        }  # fmt: skip
    named = [*SUMMARY, *ROWS, *LEFT_OUT]
    assert sorted(named) == sorted(there | {"inbound_mail", "dialogue"})
    assert all(secrets <= columns[table] for table, secrets in SECRETS.items())


def test_it_has_the_account_and_each_calendar(town: Town, ann: Person) -> None:
    archive = exported(town, ann)
    account = account_in(archive)
    assert (account.format, account.account, account.name) == (FORMAT, ann.tenant, "Ann")
    assert [each.address for each in account.addresses] == [ann.address]
    assert [each.name for each in account.devices] == ["Ann's phone"]
    assert (account.preferences.strangers, account.preferences.reminders) == ("never", (5,))
    names = {each.name: each for each in account.calendars}
    assert (names["default"].default, names["work"].properties["{DAV:}displayname"]) == (True, "Work, at home")
    text = archive.read(names["default"].file)
    assert text.count(b"BEGIN:VEVENT") == 1
    assert (b"X-OWN;X-P=1:kept" in text, b"X-WR-CALNAME:Work\\, at home" in archive.read(names["work"].file)) == (
        True,
        True,
    )
    (stored,) = lines(archive, "objects.jsonl", StoredObject)
    assert isinstance(stored, StoredObject)
    assert stored.text.encode() == ann.row().text.raw
    facts = lines(archive, "facts.jsonl", Fact)
    assert {"account-opened/1", "event-created/1", "device-password-added/2"} <= {each.name for each in facts}  # type: ignore[attr-defined]
    assert json.loads(archive.read("schema.json"))["title"] == FORMAT


def test_it_has_no_secret_and_nothing_of_others(town: Town, ann: Person) -> None:
    bob = town.person("bob")
    bob.put(meeting("DESCRIPTION:A secret of Bob", people=(), organizer=bob.address, uid="bobs@example.com"))
    archive = exported(town, ann)
    with psycopg.connect(town.url) as connection:
        secrets = [
            row[0]
            for query in ("SELECT hash FROM device", "SELECT selector FROM device")
            for row in connection.execute(query)
            if row[0]
        ]
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert secrets
    for each in secrets:
        assert (each.encode() if isinstance(each, str) else bytes(each)) not in whole
    assert b"A secret of Bob" not in whole
    assert bob.address.encode() not in whole


def test_it_has_the_mails_with_what_was_decided_and_no_other_recipient(town: Town, ann: Person) -> None:
    desk: PostOffice
    with open_post_office(town) as desk:
        people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE:mailto:{ann.address}")
        text = message("REQUEST", *people, uid="mail@example.net", stamp="20261121T130000Z")
        desk.send(itip_mail(text, sender=ZED, message_id="1@example.net"), ann.address)
    archive = exported(town, ann)
    (mail,) = lines(archive, "mails.jsonl", Mail)
    assert isinstance(mail, Mail)
    assert (mail.recipients, mail.file) == ([ann.address], "mails/00001.eml")
    assert mail.state in ("applied", "parked", "ignored")
    assert b"Message-ID: <1@example.net>" in archive.read(mail.file)


def test_attachments_are_files(town: Town, ann: Person) -> None:
    backend = town.core.backend
    upload = Upload(ann.tenant, backend.ids(), "../Plan, final.pdf", "application/pdf", ann.tenant)
    now = backend.clock()
    backend.attachments.begin(upload, now)
    backend.attachments.add(ann.tenant, upload.attachment_id, 0, b"one two")
    backend.attachments.finish(ann.tenant, upload.attachment_id, 7, 1, now)
    archive = exported(town, ann)
    (attachment,) = account_in(archive).attachments
    assert (attachment.name, attachment.size) == (upload.filename, 7)
    assert archive.read(attachment.file) == b"one two"
    assert ".." not in attachment.file


def test_another_account_takes_it_over_once(town: Town, ann: Person) -> None:
    backend = town.core.backend
    ann.put(meeting(people=(ZED,), uid="with@example.com"), "with.ics")
    archive = exported(town, ann)
    eve = town.person("eve")
    owed = len(town.owed())
    source = archive.fp
    assert source is not None
    brought = bring_in(backend, eve.context(), source, url_of=url_of, choices=True)
    assert (brought.calendars, brought.new, brought.left_out) == (1, 2, 0)
    assert b"BEGIN:VALARM" in eve.row().text.raw
    assert b"X-OWN;X-P=1:kept" in eve.row().text.raw
    assert b"SCHEDULE-AGENT=NONE" in eve.row("with@example.com").text.raw
    assert backend.people.account(eve.tenant).preferences.strangers == "never"
    assert len(town.owed()) == owed, "nobody is told of an import"
    change_preferences(backend, eve.context(), {"strangers": "ask"})
    eve.delete(eve.row("with@example.com").href)
    again = bring_in(backend, eve.context(), source, url_of=url_of)
    assert (again.calendars, again.new, again.newer, again.here) == (0, 0, 0, 2)
    assert (backend.people.account(eve.tenant).preferences.strangers, eve.rows("with@example.com")) == ("ask", [])


def broken(**entries: bytes) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("_", "."), data)
    return target


def damaged(whole: zipfile.ZipFile) -> io.BytesIO:
    """The archive, whose packed objects have a wrong byte."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account.json", whole.read("account.json"))
        archive.writestr("objects.jsonl", whole.read("objects.jsonl") * 50)
    at = archive.getinfo("objects.jsonl").header_offset + 30 + len("objects.jsonl")
    raw = bytearray(target.getvalue())
    raw[at : at + 4] = b"\xff\xff\xff\xff"
    return io.BytesIO(bytes(raw))


def encrypted(whole: zipfile.ZipFile) -> io.BytesIO:
    raw = bytearray(
        broken(account_json=whole.read("account.json"), objects_jsonl=whole.read("objects.jsonl")).getvalue()
    )
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := raw.find(sign, at + 1)) >= 0:
            raw[at + flags] |= 1
    return io.BytesIO(bytes(raw))


def changed(whole: zipfile.ZipFile, **fields: object) -> io.BytesIO:
    account = {**json.loads(whole.read("account.json")), **fields}
    return broken(account_json=json.dumps(account).encode(), objects_jsonl=whole.read("objects.jsonl"))


def test_a_damaged_or_odd_archive_changes_nothing(town: Town, ann: Person) -> None:
    whole = exported(town, ann)
    (calendar, *_) = json.loads(whole.read("account.json"))["calendars"]
    eve, backend = town.person("eve"), town.core.backend
    line = json.loads(whole.read("objects.jsonl").splitlines()[0])
    odd = json.dumps({**line, "calendar": "a\0b"}).encode()
    for source in (
        damaged(whole),
        encrypted(whole),
        changed(whole, calendars=[{**calendar, "name": "a\0b"}]),
        changed(whole, calendars=[{**calendar, "properties": {"{DAV:}displayname": "a\0b"}}]),
        broken(account_json=whole.read("account.json"), objects_jsonl=whole.read("objects.jsonl") + odd),
    ):
        with pytest.raises(UnusableArchive):
            bring_in(backend, eve.context(), source, url_of=url_of, choices=True)
    assert (eve.rows(), [row.name for row in backend.reads.calendars(eve.tenant)]) == ([], ["default"])
    preferences = json.loads(whole.read("account.json"))["preferences"]
    brought = bring_in(
        backend,
        eve.context(),
        changed(whole, preferences={**preferences, "week_start": 99}),
        url_of=url_of,
        choices=True,
    )
    assert (brought.new, [name for name, _ in brought.refused]) == (1, ["preferences"])


def test_what_is_no_archive_changes_nothing(town: Town, ann: Person) -> None:
    whole = exported(town, ann)
    account, objects = whole.read("account.json"), whole.read("objects.jsonl")
    later = account.replace(FORMAT.encode(), b"televent-export/9")
    eve = town.person("eve")
    for source in (
        io.BytesIO(b"PK nothing"),
        broken(objects_jsonl=objects),
        broken(account_json=b"{}", objects_jsonl=objects),
        broken(account_json=later, objects_jsonl=objects),
    ):
        with pytest.raises(UnusableArchive):
            bring_in(town.core.backend, eve.context(), source, url_of=url_of)
    assert eve.rows() == []
    odd = broken(account_json=account, objects_jsonl=objects.replace(b"BEGIN:VEVENT", b"BEGIN:VOTHER"))
    brought = bring_in(town.core.backend, eve.context(), odd, url_of=url_of)
    assert (brought.new, brought.left_out, len(brought.refused)) == (0, 1, 1)


def run(town: Town, *words: str) -> Result:
    environment = {"DATABASE_URL": town.url, "TELEVENT_DATA_DIR": str(town.core.settings.data_dir)}
    return CliRunner().invoke(cli, words, env=environment)


def wrong(town: Town, *words: str) -> str:
    """The sentence of a command that fails."""
    done = run(town, *words)
    assert isinstance(done.exception, OperatorError), done.output
    return str(done.exception)


def test_the_operator_exports_and_imports(town: Town, ann: Person, tmp_path: Path) -> None:
    file = tmp_path / "ann.zip"
    done = run(town, "gdpr", "export", ann.address, str(file), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "--force replaces it" in wrong(town, "gdpr", "export", ann.address, str(file))
    assert run(town, "gdpr", "export", ann.address, str(file), "--force").exit_code == 0
    opened = run(town, "import", str(file), "--telegram-id", "424242", "--json")
    assert opened.exit_code == 0, opened.output
    assert json.loads(opened.stdout)["new"] == 1
    assert "There is no account" in wrong(town, "import", str(file), "--into", "nobody@example.com")
    assert run(town, "import", str(file)).exit_code == 2
    (tmp_path / "odd.zip").write_bytes(b"odd")
    assert "is no archive" in wrong(town, "import", str(tmp_path / "odd.zip"), "--into", ann.address)
    assert [each.name for each in tmp_path.iterdir() if "partial" in each.name] == []
