"""Rows that nothing else deletes go at the end of its time, and not before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from support.outgoing_mail import send
from support.post import OtherServer, PostOffice, itip_mail, message, open_other_server, open_post_office
from support.town import Person, Town, meeting
from televent.adapters.postgres.keeping.retention import (
    BATCH,
    KEEP_CARDS,
    KEEP_FAILED,
    KEEP_KEYS,
    KEEP_MAIL,
    KEEP_OVER,
    KEEP_TEXT,
    retain,
)
from televent.application.living_messages import Living
from televent.application.mail_records.parked_mails import KEPT

pytestmark = pytest.mark.own_database

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "what-is-kept.md").read_text()
ZED = "zed@example.net"
SECOND = timedelta(seconds=1)
ENDS = datetime.fromisoformat("2026-12-01T11:00:00+00:00")
OF_EVENTS = ("living_message", "mail_thread", "sent_mail", "reply_token", "guest_address", "invitation_mail")


@pytest.fixture
def other() -> Iterator[OtherServer]:
    with open_other_server() as other:
        yield other


@pytest.fixture
def desk(town: Town) -> Iterator[PostOffice]:
    with open_post_office(town) as desk:
        yield desk


def rows(town: Town, table: str, where: str = "true") -> int:
    with psycopg.connect(town.url) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()  # noqa: S608
    assert found is not None
    return int(found[0])


def execute(town: Town, statement: str, *values: object) -> None:
    with psycopg.connect(town.url) as connection:
        connection.execute(statement, values)


def invited(desk: PostOffice, person: Person) -> None:
    people = (f"ORGANIZER:mailto:{ZED}", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{person.address}")
    desk.send(
        itip_mail(message("REQUEST", *people, uid="his@example.net"), sender=ZED, method="REQUEST"), person.address
    )


def test_a_mail_is_emptied_after_its_time_and_its_sender_is_known_longer(town: Town, desk: PostOffice) -> None:
    ann, came = town.person("ann"), town.now
    invited(desk, ann)
    retain(town.core.pool, came + KEEP_TEXT)
    assert rows(town, "inbound_mail", "octet_length(raw) > 0") == 1
    retain(town.core.pool, came + KEEP_TEXT + SECOND)
    emptied = "raw = '' AND recipients = '{}' AND envelope_from = ''"
    assert rows(town, "inbound_mail", emptied) == 1
    found = town.core.mail_book.invited_by(ann.tenant, ann.row("his@example.net").stream_id)
    assert found is not None
    assert found[1] is not None
    retain(town.core.pool, came + KEEP_MAIL)
    assert rows(town, "inbound_mail") == 1
    retain(town.core.pool, came + KEEP_MAIL + SECOND)
    assert rows(town, "inbound_mail") == 0


def test_a_mail_that_is_not_processed_yet_is_kept(town: Town, desk: PostOffice) -> None:
    town.core.mail_book.keep("ab", ZED, ["ann@example.com"], b"text", town.now)
    assert retain(town.core.pool, town.now + 2 * KEEP_MAIL) == 0
    assert rows(town, "inbound_mail", "raw = 'text'") == 1


def test_dedupe_keys_are_deleted_after_their_time(town: Town, desk: PostOffice) -> None:
    ann = town.person("ann")
    invited(desk, ann)
    assert rows(town, "inbox") == 1
    retain(town.core.pool, town.now + KEEP_KEYS - timedelta(days=1))
    assert rows(town, "inbox") == 1
    retain(town.core.pool, town.now + KEEP_KEYS + timedelta(days=1))
    assert rows(town, "inbox") == 0


def test_failed_messages_are_deleted_after_their_time_and_waiting_ones_are_not(town: Town) -> None:
    ann = town.person("ann")
    ann.put(meeting(people=(ann.address, ZED)))
    assert rows(town, "outbox", "state = 'pending'") == 1
    retain(town.core.pool, town.now + 2 * KEEP_FAILED)
    assert rows(town, "outbox") == 1
    execute(town, "UPDATE outbox SET state = 'failed', finished_at = %s", town.now)
    retain(town.core.pool, town.now + KEEP_FAILED)
    assert rows(town, "outbox") == 1
    retain(town.core.pool, town.now + KEEP_FAILED + SECOND)
    assert rows(town, "outbox") == 0


@pytest.fixture
def ann(town: Town, desk: PostOffice, other: OtherServer) -> Person:
    """A person with a row in every table of events: the meeting ends at ENDS."""
    ann = town.person("ann")
    ann.put(meeting(people=(ann.address, ZED)))
    send(town, other)
    row = ann.row()
    town.core.mail_book.guest_tokens(ann.tenant, row.uid, ["tg_1001@televent.internal"])
    town.core.mail_book.note_invitation(ann.tenant, row.uid, [None], "<one@example.net>", town.now)
    place = (ann.tenant, row.stream_id)
    execute(town, "INSERT INTO living_message (tenant_id, stream_id, kind) VALUES (%s, %s, 'card')", *place)
    execute(town, "INSERT INTO mail_thread VALUES (%s, %s, '<two@example.net>')", *place)
    return ann


def held(town: Town) -> set[str]:
    return {table for table in OF_EVENTS if rows(town, table)}


def test_what_mails_of_an_event_need_goes_when_the_event_is_over(town: Town, ann: Person) -> None:
    assert held(town) == set(OF_EVENTS)
    retain(town.core.pool, ENDS + KEEP_OVER)
    assert held(town) == set(OF_EVENTS)
    retain(town.core.pool, ENDS + KEEP_OVER + SECOND)
    assert held(town) == set()


def test_an_event_that_was_changed_lately_is_not_over(town: Town, ann: Person) -> None:
    town.now = ENDS + timedelta(days=100)
    ann.put(meeting("SUMMARY:Notes", people=(ann.address, ZED)))
    retain(town.core.pool, town.now + KEEP_OVER)
    assert held(town) == set(OF_EVENTS)
    retain(town.core.pool, town.now + KEEP_OVER + SECOND)
    assert held(town) == set()


def test_a_series_without_an_end_is_never_over(town: Town, ann: Person) -> None:
    ann.put(meeting("RRULE:FREQ=WEEKLY", people=(ann.address, ZED)))
    retain(town.core.pool, ENDS + 10 * KEEP_OVER)
    assert held(town) == set(OF_EVENTS)


def test_a_deleted_event_can_come_back_from_the_trash_with_all_that_its_mails_need(town: Town, ann: Person) -> None:
    ann.delete()
    retain(town.core.pool, town.now + timedelta(days=31))
    assert held(town) == set(OF_EVENTS)
    retain(town.core.pool, town.now + KEEP_OVER + SECOND)
    assert held(town) == set()


def test_more_rows_than_a_batch_has_are_all_deleted(town: Town) -> None:
    ann = town.person("ann")
    execute(
        town,
        "INSERT INTO inbox SELECT %s, 'mail/' || number, %s FROM generate_series(1, %s) AS number",
        *(ann.tenant, town.now, 2 * BATCH + 1),
    )
    assert retain(town.core.pool, town.now + KEEP_KEYS + SECOND) == 2 * BATCH + 1


def test_the_page_of_what_is_kept_names_these_times() -> None:
    times = {
        "inbound_mail": [KEEP_TEXT, KEEP_MAIL],
        "inbox": [KEEP_KEYS],
        "outbox": [timedelta(days=7), KEEP_FAILED],
        **{table: [KEEP_OVER] for table in OF_EVENTS},
    }
    for table, expected in times.items():
        found = re.search(rf"^\| `{table}` \|.*\|.*\| (.+) \|.+\|$", PAGE, re.MULTILINE)
        assert found is not None
        assert [timedelta(days=int(days)) for days in re.findall(r"(\d+) days", found[1])][: len(expected)] == expected


def test_the_row_of_a_card_about_parked_mails_goes_after_all_its_mails(town: Town, ann: Person) -> None:
    """A mail that joins the card on the last day of the first one is decided about with the card's buttons, too."""
    living, card, empty = town.core.backend.living, uuid4(), uuid4()
    for each, sent in ((card, Living(7, 8, 0, 1, town.now)), (empty, None)):
        assert living.hold(ann.tenant, each, "card", town.now) is not None
        living.release(ann.tenant, each, "card", sent)
    joined = town.now + KEPT
    retain(town.core.pool, joined + KEPT)
    assert living.living(ann.tenant, card, "card").message_id == 8
    # A sender who holds the row is about to store a new message.
    later = town.now + KEEP_CARDS + SECOND
    assert living.hold(ann.tenant, card, "card", later) is not None
    retain(town.core.pool, later)
    assert rows(town, "living_message") == 2
    living.release(ann.tenant, card, "card")
    retain(town.core.pool, later)
    # The row of an event has its own time.
    assert rows(town, "living_message") == 1
    assert "living_message" in held(town)
