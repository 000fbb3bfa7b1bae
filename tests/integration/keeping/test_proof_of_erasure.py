"""Proof of an erasure: after it, nothing of the person is in any table, file, log or backup that can be read.

Others keep their copies of common meetings, with a placeholder in the person's place.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from support.dav import Client, Site
from support.followers import catch_up
from support.house import House
from support.outgoing_mail import send
from support.post import OtherServer, itip_mail, message, open_other_server, open_post_office
from support.scanning import in_files, in_tables, in_text, uncompressed
from support.sync_clients import sync
from support.town import Person, Town, meeting
from televent.adapters.postgres.backup.scrubbing import erased_since, scrub
from televent.application.attachments import Upload
from televent.application.event_store.store import SNAPSHOT_EVERY
from televent.application.use_cases.people.accounts import claim_address, erase_account, open_account, verify_address
from televent.application.use_cases.people.devices import add_device
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.ids import AccountId
from televent.runtime.workers.grace import forget_one

pytestmark = pytest.mark.long

ZED = "zed@example.net"
TELEGRAM_ID = 7_700_012_345
NAME, ADDRESS, SECOND = "Ännaquill", "annaquill@example.com", "quillann@example.net"
SEALED = "osprey-notes"
"""The text of a file: it is never readable without the key."""
READABLE = {NAME, ADDRESS, SECOND, str(TELEGRAM_ID), "Zebracrossing", "Heronpond", "Pelicanlunch", "Kingfisherdraft"}
WORDS = (*READABLE, SEALED)
SHARED = ("Picnic", "picnic"), ("Lakeside", "lake")
"""Titles that others were sent: theirs."""
GREPPABLE = {"wal_compression": "off"}


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


def live(town: Town, other: OtherServer, url: str) -> Person:
    """A person who has used everything: meetings by mail in both directions, a file, a device, a draft, a dialogue, a
    card, reminders."""
    core, backend = town.core, town.core.backend
    ann = Person(town, AccountId(uuid4()), ADDRESS)
    open_account(backend, ann.context(), telegram_id=TELEGRAM_ID, name=NAME)
    verify_address(backend, ann.context(), address=ann.address, code=None)
    claim_address(backend, ann.context(), address=SECOND, code="123456")
    for minutes in range(SNAPSHOT_EVERY):
        change_preferences(backend, ann.context(), {"strangers": "always", "reminders": (minutes,)})
    add_device(backend, ann.context(), name=f"{NAME}'s phone")
    ann.put(meeting("SUMMARY:Zebracrossing", people=(ann.address, ZED), organizer=ann.address, uid="own@example.com"))
    alone = meeting("SUMMARY:Pelicanlunch", people=(), organizer=ann.address, uid="alone@example.com")
    ann.put(alone, href="alone.ics")
    catch_up(core)
    with open_post_office(town) as desk:
        send(town, other)
        reply = f"ORGANIZER:mailto:{ann.address}", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}"
        answer = itip_mail(message("REPLY", *reply, uid="own@example.com"), sender=ZED, method="REPLY")
        desk.send(answer, desk.token(ann, ZED, "own@example.com"))
        people = (
            f"ORGANIZER:mailto:{ZED}",
            f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{ann.address}",
            "COMMENT:Heronpond",
        )
        request = message("REQUEST", *people, uid="his@example.net")
        desk.send(itip_mail(request, sender=ZED, method="REQUEST", message_id="two@example.net"), ann.address)
    upload = Upload(ann.tenant, uuid4(), "osprey-notes.txt", "text/plain", ann.tenant)
    core.attachments.begin(upload, town.now)
    core.attachments.add(ann.tenant, upload.attachment_id, 0, b"osprey-notes")
    core.attachments.finish(ann.tenant, upload.attachment_id, 12, 1, town.now)
    with psycopg.connect(url) as connection:
        draft = (ann.tenant, uuid4(), '{"title": "Kingfisherdraft"}', town.now)
        connection.execute("INSERT INTO draft VALUES (%s, %s, %s, %s)", draft)
        key = f"1/{TELEGRAM_ID}/{TELEGRAM_ID}"
        connection.execute("INSERT INTO dialogue (key, data) VALUES (%s, %s)", (key, '{"title": "Heronpond"}'))
    catch_up(core)
    return ann


def forget_all(site: Site) -> None:
    """Takes the erased out of others' copies, as a worker does within moments."""
    while forget_one(site.core):
        pass
    catch_up(site.core)


def words_in(found: dict[str, set[str]]) -> set[str]:
    return {word for words in found.values() for word in words}


def places_of(found: dict[str, set[str]]) -> set[str]:
    """The first two parts of each path."""
    return {"/".join(name.split("/")[:2]) for name in found}


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_nothing_of_the_person_is_anywhere(
    tmp_path: Path, other: OtherServer, capfd: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path / "data", tmp_path / "backups")
    with house.open(**GREPPABLE) as site:
        url = site.core.conninfo
        uncompressed(url)
        town = Town(site.core, url)
        bob, cat = town.person("bob"), town.person("cat")
        bob.put(meeting("SUMMARY:Bakery", people=(bob.address, cat.address), organizer=bob.address))
        town.carry()
        phone = Client(site, bob.tenant, str(1001), add_device(site.core.backend, bob.context(), name="phone").password)
        token = sync(phone, phone.calendar(), "").token()
        ann = live(town, other, url)
        three = (ann.address, bob.address, cat.address)
        bob.put(meeting("SUMMARY:Picnic", people=three, organizer=bob.address, uid="picnic@example.com"), "p.ics")
        ann.put(meeting("SUMMARY:Lakeside", people=three, organizer=ann.address, uid="lake@example.com"), "l.ics")
        town.carry()
        catch_up(site.core)
        # Samples of the columns are kept apart from the rows.
        run(url, "ANALYZE", "CHECKPOINT")
        house.archive()
        old = house.done("backup")["name"]

        assert words_in(in_tables(url, WORDS)) == READABLE
        files = in_files(house.data, WORDS)
        assert words_in(files) == READABLE
        assert places_of(files) == {"cluster/base", "cluster/pg_wal"}
        assert in_files(house.backups, WORDS) == {}
        keys = set((house.data / "person-keys").rglob("*.key"))
        assert len(keys) == 3

        assert ann.address.encode() in bob.text("lake@example.com")
        erase_account(site.core.backend, ann.context())
        forget_all(site)
        assert in_tables(url, WORDS) == {}
        # The rows are gone, and their bytes are not.
        assert places_of(in_files(house.data, WORDS)) == {"cluster/base", "cluster/pg_wal"}
        house.archive()
        assert erased_since(site.core.pool, ann.town.now) is True
        assert scrub(url) == []
        house.archive()
        run(url, "CHECKPOINT")
        assert in_files(house.data, WORDS) == {}
        assert in_files(house.backups, WORDS) == {}
        assert in_files(house.backups.with_name("backups.keys"), WORDS) == {}

        assert sync(phone, phone.calendar(), token).status == 207
        cat.answer("ACCEPTED")
        town.carry()
        assert bob.says(cat) == "ACCEPTED"
        assert all(f"SUMMARY:{title}".encode() in bob.text(f"{uid}@example.com") for title, uid in SHARED)

    new, report = house.restored(tmp_path / "new", "--to-backup", backup=old)
    assert report["erased"] == 1
    assert in_files(new.data, WORDS) == {}
    with new.open() as site:
        assert in_tables(site.core.conninfo, WORDS) == {}
        town = Town(site.core, site.core.conninfo)
        bob, cat = Person(town, bob.tenant, bob.address), Person(town, cat.tenant, cat.address)
        assert all(b"Bakery" in person.text() for person in (bob, cat))
        assert all(f"SUMMARY:{title}".encode() in bob.text(f"{uid}@example.com") for title, uid in SHARED)
    assert in_files(new.data, WORDS) == {}
    said = capfd.readouterr()
    assert in_text(f"{said.out}{said.err}".encode(), WORDS) == set()
