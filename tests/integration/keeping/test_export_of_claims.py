"""An export gives nobody power over an address that is not theirs, nor the mails of somebody else."""

from __future__ import annotations

import io
import json
import zipfile

import psycopg
import pytest

from support.outgoing_mail import send
from support.post import itip_mail, message, open_other_server, open_post_office
from support.town import Person, Town, meeting
from televent.application.exporting.writing import write_archive
from televent.application.use_cases.people.accounts import (
    claim_address,
    erase_account,
    remove_address,
    verify_address,
)

VICTIM, OFFICE = "victim@example.net", "office@example.org"


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


def whole(town: Town, person: Person) -> bytes:
    target = io.BytesIO()
    write_archive(town.core.backend, person.tenant, target)
    archive = zipfile.ZipFile(target)
    return b"".join(archive.read(name) for name in archive.namelist())


def test_the_code_of_a_claimed_address_is_nowhere_before_and_after_its_mail(town: Town, ann: Person) -> None:
    claim_address(town.core.backend, ann.context(), address=VICTIM, code="471147")
    assert b"471147" not in whole(town, ann)
    with open_other_server() as other:
        send(town, other)
        (mail,) = other.mails
    assert b"471147" in mail.raw
    assert b"471147" not in whole(town, ann)
    with psycopg.connect(town.url) as connection:
        left = connection.execute("SELECT state, payload FROM outbox WHERE kind LIKE 'email/%'").fetchall()
    assert left == [("completed", {})]


@pytest.fixture
def bob(town: Town, ann: Person) -> Person:
    """Bob has an address that Ann had before, and a mail to it waits for a decision."""
    backend = town.core.backend
    verify_address(backend, ann.context(), address=OFFICE, code=None)
    remove_address(backend, ann.context(), address=OFFICE)
    bob = town.person("bob")
    verify_address(backend, bob.context(), address=OFFICE, code=None)
    with open_post_office(town) as desk:
        people = ("ORGANIZER:mailto:zed@example.net", f"ATTENDEE:mailto:{OFFICE}")
        text = message("REQUEST", *people, uid="mail@example.net", stamp="20261121T130000Z")
        desk.send(itip_mail(text, sender="zed@example.net", message_id="of-bob@example.net"), OFFICE)
    return bob


def test_a_mail_to_an_address_is_that_of_its_present_holder(town: Town, ann: Person, bob: Person) -> None:
    assert b"of-bob@example.net" not in whole(town, ann)
    assert b"of-bob@example.net" in whole(town, bob)


def test_the_erasure_of_an_earlier_holder_leaves_the_mail(town: Town, ann: Person, bob: Person) -> None:
    query = "SELECT mail_key, state, verdict, length(raw) FROM inbound_mail"
    with psycopg.connect(town.url, autocommit=True) as connection:
        before = connection.execute(query).fetchall()
        erase_account(town.core.backend, ann.context())
        assert connection.execute(query).fetchall() == before != []


def test_the_erasure_leaves_messages_to_an_address_that_ends_in_the_same_way(town: Town, ann: Person) -> None:
    verify_address(town.core.backend, ann.context(), address="n@example.net", code=None)
    bob = town.person("bob")
    bob.put(
        meeting(people=("john@example.net", "n@example.net"), organizer=bob.address, uid="both@example.com"), "j.ics"
    )
    query = "SELECT payload ->> 'recipient', state FROM outbox WHERE tenant_id = %s AND payload ? 'recipient'"
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("UPDATE outbox SET state = 'failed' WHERE tenant_id = %s", (bob.tenant,))
        erase_account(town.core.backend, ann.context())
        left = connection.execute(query, (bob.tenant,)).fetchall()
    assert dict(left) == {"john@example.net": "failed"}


def test_a_mail_of_some_megabytes_is_read_alone(town: Town, ann: Person) -> None:
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO inbound_mail (mail_key, envelope_from, recipients, raw, received_at, state)
            SELECT 'large-' || n, 'zed@example.net', ARRAY[%s], convert_to(repeat('x', 3000000) || n, 'UTF8'), now(),
                'ignored' FROM generate_series(1, 3) AS n""",
            (ann.address,),
        )
    target = io.BytesIO()
    write_archive(town.core.backend, ann.tenant, target)
    archive = zipfile.ZipFile(target)
    sizes = [archive.getinfo(f"mails/0000{number}.eml").file_size for number in (1, 2, 3)]
    assert sizes == [3_000_001] * 3
    assert [json.loads(line)["recipients"] for line in archive.read("mails.jsonl").splitlines()] == [[ann.address]] * 3
