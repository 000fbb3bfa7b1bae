"""An erased person is in no table any more: neither their name, address and Telegram id, nor their texts."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from support.followers import catch_up
from support.outgoing_mail import send
from support.post import OtherServer, PostOffice, itip_mail, message, open_other_server, open_post_office
from support.town import Person, Town, meeting
from televent.application.accounts.erased_people import AGAIN
from televent.application.accounts.origins import Origin
from televent.application.attachments import Upload
from televent.application.event_store.store import SNAPSHOT_EVERY
from televent.application.use_cases.people.accounts import claim_address, erase_account, open_account, verify_address
from televent.application.use_cases.people.devices import add_device
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.ids import AccountId
from televent.runtime.workers.grace import forget_one

pytestmark = pytest.mark.own_database

ZED = "zed@example.net"
TELEGRAM_ID = 7_700_012_345
WORDS = ("annaquill", "zebracrossing", "heronpond", "osprey-notes", str(TELEGRAM_ID))
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"


def found(town: Town, words: tuple[str, ...]) -> set[str]:
    """The tables in which a row has one of these words, in any column, whatever its type."""
    with psycopg.connect(town.url) as connection:
        # As hexadecimal digits no word in a bytea would be found.
        connection.execute("SET bytea_output = 'escape'")
        query = sql.SQL("SELECT EXISTS (SELECT FROM {} AS row WHERE lower(row::text) ~ %s)")
        names = [name for (name,) in connection.execute(TABLES)]
        rows = {name: connection.execute(query.format(sql.Identifier(name)), ("|".join(words),)) for name in names}
        return {name for name, row in rows.items() if row.fetchone() == (True,)}


def with_tenant(town: Town, tenant: AccountId) -> set[str]:
    """The tables that have rows of the account."""
    columns = """SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'tenant_id'"""
    query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE tenant_id = %s)")
    with psycopg.connect(town.url) as connection:
        names = [name for (name,) in connection.execute(columns)]
        rows = {name: connection.execute(query.format(sql.Identifier(name)), (tenant,)) for name in names}
        return {name for name, row in rows.items() if row.fetchone() == (True,)}


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


@pytest.fixture
def desk(town: Town) -> Iterator[PostOffice]:
    with open_post_office(town) as desk:
        yield desk


@pytest.fixture
def ann(town: Town, desk: PostOffice, other: OtherServer) -> Person:
    """A person who has used everything: meetings by mail in both directions, a file, a device, a draft, a dialogue."""
    core, backend = town.core, town.core.backend
    ann = Person(town, AccountId(uuid4()), "annaquill@example.com")
    open_account(backend, ann.context(), telegram_id=TELEGRAM_ID, name="Annaquill")
    verify_address(backend, ann.context(), address=ann.address, code=None)
    claim_address(backend, ann.context(), address="annaquill@example.net", code="123456")
    for minutes in range(SNAPSHOT_EVERY):
        change_preferences(backend, ann.context(), {"strangers": "always", "reminders": (minutes,)})
    add_device(backend, ann.context(), name="annaquill's phone")

    ann.put(meeting("SUMMARY:Zebracrossing", people=(ann.address, ZED), organizer=ann.address, uid="own@example.com"))
    catch_up(core)
    send(town, other)
    reply = f"ORGANIZER:mailto:{ann.address}", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}"
    desk.send(
        itip_mail(message("REPLY", *reply, uid="own@example.com"), sender=ZED, method="REPLY"),
        desk.token(ann, ZED, "own@example.com"),
    )
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{ann.address}", "COMMENT:Heronpond")
    request = message("REQUEST", *people, uid="his@example.net")
    desk.send(itip_mail(request, sender=ZED, method="REQUEST", message_id="two@example.net"), ann.address)

    upload = Upload(ann.tenant, uuid4(), "osprey-notes.txt", "text/plain", ann.tenant)
    core.attachments.begin(upload, town.now)
    core.attachments.add(ann.tenant, upload.attachment_id, 0, b"osprey-notes")
    core.attachments.finish(ann.tenant, upload.attachment_id, 12, 1, town.now)
    with psycopg.connect(town.url) as connection:
        connection.execute(
            "INSERT INTO draft VALUES (%s, %s, %s, %s)", (ann.tenant, uuid4(), '{"title": "Zebracrossing"}', town.now)
        )
        key = f"1/{TELEGRAM_ID}/{TELEGRAM_ID}"
        connection.execute("INSERT INTO dialogue (key, data) VALUES (%s, %s)", (key, '{"title": "Heronpond"}'))
    origin = Origin("caldav", uuid4(), "Phone of Annaquill", "192.0.2.7", "heronpond/1.0")
    assert core.backend.origins.id_of(ann.tenant, origin, town.now) is not None
    catch_up(core)
    return ann


def forget_everywhere(town: Town) -> None:
    """Both passes over the copies of others, as a worker does them."""
    town.now = town.core.backend.clock()
    town.core.backend.clock = lambda: town.now
    while forget_one(town.core):
        pass
    town.now += AGAIN
    while forget_one(town.core):
        pass


def test_nothing_of_the_person_is_in_any_table(town: Town, ann: Person) -> None:
    everywhere = {"account", "address", "resource", "inbound_mail", "draft", "dialogue"}
    assert everywhere <= found(town, WORDS)
    kept = {"snapshot", "attachment", "reminder", "reply_token", "sent_mail", "inbox", "company", "origin"}
    assert kept <= with_tenant(town, ann.tenant)
    erase_account(town.core.backend, ann.context())
    catch_up(town.core)
    forget_everywhere(town)
    assert found(town, WORDS) == set()
    # The log and its audit stay: ids, kinds and times, and bytes that nobody can read.
    assert with_tenant(town, ann.tenant) == {"event", "audit"}


def test_what_others_have_stays(town: Town, ann: Person, desk: PostOffice) -> None:
    bob = town.person("bob")
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{bob.address}")
    request = message("REQUEST", *people, uid="bobs@example.net")
    desk.send(itip_mail(request, sender=ZED, method="REQUEST", message_id="three@example.net"), bob.address)
    before, text = with_tenant(town, bob.tenant), bob.text("bobs@example.net")
    erase_account(town.core.backend, ann.context())
    assert with_tenant(town, bob.tenant) == before
    assert bob.text("bobs@example.net") == text
    assert [state for state, _ in desk.verdicts()] == ["applied"]


def test_an_address_that_was_only_claimed_takes_nobodys_mail_along(town: Town, ann: Person, desk: PostOffice) -> None:
    eve = town.person("eve")
    claim_address(town.core.backend, eve.context(), address="somebody@example.net", code="123456")
    desk.send(itip_mail("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", sender="somebody@example.net"), ann.address)
    kept = len(desk.verdicts())
    erase_account(town.core.backend, eve.context())
    assert len(desk.verdicts()) == kept


def test_an_erasure_at_which_a_snapshot_is_due_succeeds(town: Town) -> None:
    cat = town.person("cat")
    backend = town.core.backend

    def version() -> int:
        with psycopg.connect(town.url) as connection:
            query = "SELECT max(version) FROM event WHERE tenant_id = %s AND stream_id = %s"
            row = connection.execute(query, (cat.tenant, cat.tenant)).fetchone()
        assert row is not None
        return int(row[0])

    while version() % SNAPSHOT_EVERY != SNAPSHOT_EVERY - 1:
        change_preferences(backend, cat.context(), {"reminders": (version() % 60 + 1,)})
    erase_account(backend, cat.context())
    assert version() % SNAPSHOT_EVERY == 0
    assert "snapshot" not in with_tenant(town, cat.tenant)
