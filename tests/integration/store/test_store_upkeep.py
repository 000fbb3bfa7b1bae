"""Rebuild beside the live tables, verification of the hash chains, traces and the audit, on a real database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from support.dav import event
from televent.adapters.postgres.event_store.trace import steps_of
from televent.adapters.postgres.event_store.verify import broken_chains
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars import calendars, sharing
from televent.application.use_cases.objects.delete_object import delete_stream
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people import accounts, devices, free_busy, principal
from televent.application.use_cases.scheduling import meetings
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.shared import shared_objects
from televent.domain.account.events import DevicePasswordAdded
from televent.domain.ids import AccountId, account_stream
from televent.ical.objects.calendar_text import CalendarText
from televent.runtime.compose import Core, build_core, now
from televent.settings import load_settings

START = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(), database_url)
    yield core
    core.close()


def context(tenant: AccountId, correlation: str = "request") -> Context:
    return Context(tenant, str(tenant), "bot", now(), uuid4(), correlation)


def person(core: Core, telegram_id: int, name: str) -> AccountRow:
    tenant = AccountId(uuid4())
    return accounts.open_account(core.backend, context(tenant), telegram_id=telegram_id, name=name)


def meeting(core: Core, owner: AccountRow, title: str, *guests: str, correlation: str = "request") -> None:
    draft = meetings.Draft(title, START, START + timedelta(hours=1), "Europe/London", attendees=guests)
    meetings.schedule_meeting(core.backend, context(owner.tenant, correlation), draft=draft)


def populated(core: Core) -> tuple[AccountRow, AccountRow]:
    """Two people with facts of every kind."""
    ann, bob = person(core, 1001, "Ann"), person(core, 1002, "Bob")
    backend = core.backend
    accounts.verify_address(backend, context(ann.tenant), address="ann@example.com", code=None)
    principal.change_principal(backend, context(ann.tenant), set={"inbox {DAV:}x": "1", "home {DAV:}y": "2"})
    principal.change_principal(backend, context(ann.tenant), set={}, remove=frozenset({"home {DAV:}y"}))
    free_busy.open_free_busy(backend, context(ann.tenant), audience="named", people=[bob.tenant])
    device = devices.add_device(backend, context(ann.tenant), name="Phone")
    devices.add_device(backend, context(ann.tenant), name="Laptop")
    devices.revoke_device(backend, context(ann.tenant), device_id=device.device_id)
    for number in range(5):
        meeting(core, ann, f"Meeting {number}", backend.people.internal_address(1002))
    calendars.create_calendar(backend, context(ann.tenant), name="work")
    calendars.create_calendar(backend, context(ann.tenant), name="gone")
    sharing.share_calendar(backend, context(ann.tenant), name="gone", sharee=bob, access="read")
    calendars.delete_calendar(backend, context(ann.tenant), name="gone")
    sharing.share_calendar(backend, context(ann.tenant), name="work", sharee=bob, access="read-write", summary="Ours")
    (offered,) = [row for row in core.reads.shares_of(bob.tenant) if row.summary]
    sharing.answer_share(backend, context(bob.tenant), share_id=offered.share_id, accept=True)
    sharing.change_mount(backend, context(bob.tenant), share_id=offered.share_id, set={"{DAV:}displayname": "Ann"})
    put_object(
        backend, context(ann.tenant), calendar="work", href="tea.ics", text=CalendarText(event("tea@example.com"))
    )
    # Ann has not seen Bob's answer to one offer and has seen Bob's answer to another.
    calendars.create_calendar(backend, context(ann.tenant), name="seen")
    sharing.share_calendar(backend, context(ann.tenant), name="seen", sharee=bob, access="read", summary="Seen")
    (again,) = [row for row in core.reads.shares_of(bob.tenant) if row.summary == "Seen"]
    sharing.answer_share(backend, context(bob.tenant), share_id=again.share_id, accept=False)
    sharing.dismiss_answer(backend, context(ann.tenant), calendar_id=again.calendar_id, sharee=bob.tenant, number=1)
    mounted = core.reads.mount(bob.tenant, offered.share_id)
    assert mounted is not None
    for own in ("TRANSP:TRANSPARENT", "TRANSP:OPAQUE"):
        text = CalendarText(event("tea@example.com", "SUMMARY:Tea", own))
        shared_objects.put_into_shared(backend, context(ann.tenant), row=mounted, href="tea.ics", text=text)
    assert bob.default_calendar is not None
    copies = list(core.reads.members(bob.tenant, bob.default_calendar, with_text=False))
    assert len(copies) == 5
    answer_invitation(backend, context(bob.tenant), stream_id=copies[0].stream_id, partstat="ACCEPTED")
    delete_stream(backend, context(bob.tenant), stream_id=copies[1].stream_id)
    return ann, bob


def rows(core: Core, table: str) -> list[tuple[object, ...]]:
    with psycopg.connect(core.conninfo) as connection:
        query = sql.SQL("SELECT * FROM {0} ORDER BY {0}::text").format(sql.Identifier(table))
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("dav_index", ("calendar", "resource", "mount", "overlay")),
        ("directory", ("account", "principal", "address", "device")),
        ("company", ("company",)),
    ],
)
def test_a_rebuilt_inline_projection_equals_the_live_one(core: Core, name: str, tables: tuple[str, ...]) -> None:
    populated(core)
    before = {table: rows(core, table) for table in tables}
    result = rebuild(core.pool, core.store.facts, name, lambda done, total: None)
    assert result.differing == 0
    assert result.events > 10
    assert {table: rows(core, table) for table in tables} == before
    assert all(before.values())


def test_a_rebuild_mends_rows_that_are_wrong_missing_or_too_many(core: Core) -> None:
    populated(core)
    before = rows(core, "resource")
    with psycopg.connect(core.conninfo) as connection:
        connection.execute(
            "UPDATE resource SET etag = 'wrong' WHERE ctid = (SELECT ctid FROM resource WHERE NOT deleted LIMIT 1)"
        )
        connection.execute(
            "DELETE FROM resource WHERE ctid = (SELECT ctid FROM resource WHERE etag <> 'wrong' LIMIT 1)"
        )
        connection.execute(
            "INSERT INTO resource SELECT tenant_id, calendar_id, 'ghost.ics', stream_id, 'ghost', etag, schedule_tag,"
            " component, ics, seq + 100000, deleted, recurs, span, modified_at FROM resource WHERE NOT deleted LIMIT 1"
        )
    assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 3
    assert rows(core, "resource") == before


def test_a_rebuild_keeps_what_no_fact_says_of_a_device(core: Core) -> None:
    """Also where it corrects the row: the last use, and the selector of a device whose fact has none."""
    ann, _ = populated(core)
    key, old = account_stream(ann.tenant), DevicePasswordAdded(uuid4(), "Phone", "hash", None)
    handle(core.store, context(ann.tenant), ACCOUNT, key, lambda state: [old])
    row = core.reads.account(ann.tenant)
    assert row is not None
    device = next(each for each in row.devices if each.device_id == old.device_id)
    core.reads.fill_selector(ann.tenant, device, "5e1ec702")
    core.reads.note_devices_used([(ann.tenant, device.device_id)], core.backend.clock())
    before = rows(core, "device")
    assert rebuild(core.pool, core.store.facts, "directory", lambda done, total: None).differing == 0
    assert rows(core, "device") == before
    with psycopg.connect(core.conninfo) as connection:
        connection.execute("UPDATE device SET name = 'wrong' WHERE device_id = %s", (device.device_id,))
    assert rebuild(core.pool, core.store.facts, "directory", lambda done, total: None).differing == 1
    assert rows(core, "device") == before


def test_writes_go_on_while_a_projection_is_rebuilt(core: Core) -> None:
    ann, _ = populated(core)
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            meeting(core, ann, f"Meanwhile {written}")
            written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(5):
            assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 0
    finally:
        stop.set()
        thread.join()
    assert written > 0
    assert rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing == 0


AUDITED = """
    SELECT count(*), count(told.actor), count(*) FILTER (WHERE event.actor IS NULL),
        count(*) FILTER (WHERE event.actor IS NULL AND told.actor = event.tenant_id::text)
    FROM event LEFT JOIN audit AS told USING (tenant_id, stream_id, version)"""


def test_the_audit_tells_every_fact_and_who_did_it(core: Core) -> None:
    populated(core)
    with psycopg.connect(core.conninfo) as connection:
        ((facts, told, own, told_own),) = connection.execute(AUDITED).fetchall()
    assert 0 < own < facts == told
    assert told_own == own


def test_whole_chains_are_proven_and_a_changed_event_is_found(core: Core) -> None:
    populated(core)
    checked, broken = broken_chains(core.pool)
    assert (checked, broken) == (len(rows(core, "event")), [])
    with psycopg.connect(core.conninfo) as connection:
        connection.execute("UPDATE event SET state = state || '\\x00'::bytea WHERE topic = 'rsvp-given/1'")
    _, broken = broken_chains(core.pool)
    # The attendee's answer; the organizer's copy that it reached; and the copy whose deletion declined.
    assert len(broken) == 3


def test_an_event_taken_out_is_found(core: Core) -> None:
    populated(core)
    with psycopg.connect(core.conninfo) as connection:
        connection.execute("DELETE FROM event WHERE topic = 'delivery-noted/1' AND version = 3")
        deleted = connection.execute(
            "DELETE FROM event WHERE ctid = (SELECT ctid FROM event WHERE topic = 'address-verified/1' LIMIT 1)"
        ).rowcount
    assert deleted == 1
    assert broken_chains(core.pool)[1] != []


def test_a_trace_shows_a_whole_request_across_accounts(core: Core) -> None:
    ann, bob = person(core, 1001, "Ann"), person(core, 1002, "Bob")
    meeting(core, ann, "Traced", core.backend.people.internal_address(1002), correlation="request-7")
    steps = steps_of(core.pool, "request-7")
    whats = [step.what for step in steps]
    assert {"event-created/1", "invitation-received/1", "delivery-noted/1", "message itip_local/1"} <= set(whats)
    assert any(str(bob.tenant) in step.where for step in steps)
    assert steps_of(core.pool, "nobody-knows") == []


def test_snapshots_are_a_shortcut_to_the_same_state(core: Core) -> None:
    ann, _ = populated(core)
    for number in range(120):
        accounts.change_profile(core.backend, context(ann.tenant), name=f"Ann {number}")
    assert core.reads.account(ann.tenant).name == "Ann 119"  # type: ignore[union-attr]
    assert rows(core, "snapshot") != []
    from televent.application.event_store.deciders import ACCOUNT

    key = account_stream(ann.tenant)
    loaded = core.store.load(ACCOUNT, key)
    events = core.store.recorder.select_events(str(key))
    folded = ACCOUNT.fold(ACCOUNT.initial, [core.store.facts.to_fact(each) for each in events])  # type: ignore[arg-type]
    assert loaded.state == folded
    assert loaded.version == len(events)
