"""A command of a calendar app is recorded with its device, address, program and request, in the log and the audit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from support.dav import Client, Site, event, open_site
from support.shares import mounted
from televent.application.accounts.origins import MAX_DAILY, MAX_PROGRAM, Origin
from televent.application.use_cases.people.accounts import erase_account
from televent.application.use_cases.people.devices import add_device

ORIGIN = """
    SELECT origin.tenant_id, origin.door, device_id, device_name, ip, user_agent
    FROM {table} AS seen JOIN origin ON origin_id = seen.origin
    WHERE seen.tenant_id = %s AND topic LIKE %s ORDER BY seen.position DESC LIMIT 1"""


@pytest.fixture
def proxied(database_url: str) -> Iterator[Site]:
    """A server behind a proxy that it trusts."""
    with open_site(database_url, TELEVENT_TRUSTED_PROXIES="127.0.0.1") as site:
        yield site


def rows(site: Site, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(site.core.conninfo) as connection:
        return connection.execute(query.encode(), values).fetchall()


def origins(site: Site, person: Client) -> list[tuple[Any, ...]]:
    query = "SELECT device_id, ip, user_agent FROM origin WHERE tenant_id = %s ORDER BY ip, user_agent"
    return rows(site, query, person.tenant)


def laptop(site: Site, person: Client) -> UUID:
    account = site.core.reads.account(person.tenant)
    assert account is not None
    (device,) = account.devices
    return device.device_id


def test_a_put_names_device_address_program_and_request_in_log_and_audit(site: Site, ann: Client) -> None:
    place = f"{ann.calendar()}a.ics"
    assert ann.put(place, event("a@example.com"), User_Agent="Phone/1.0  (x)", X_Request_ID="abc-12345").status == 201
    for table in ("event", "audit"):
        (found,) = rows(site, ORIGIN.format(table=table), ann.tenant, "event-created/%")
        assert found == (ann.tenant, "caldav", laptop(site, ann), "Laptop", "127.0.0.1", "Phone/1.0 (x)")
        query = f"SELECT correlation_id FROM {table} WHERE tenant_id = %s AND topic LIKE 'event-created/%%'"  # noqa: S608
        assert rows(site, query, ann.tenant) == [("abc-12345",)]


def test_an_app_has_one_row_a_day_and_another_app_another(
    site: Site, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, device = site.core.backend.clock(), laptop(site, ann)
    monkeypatch.setattr(site.core.backend, "clock", lambda: now)
    for number in range(3):
        ann.put(f"{ann.calendar()}{number}.ics", event(f"{number}@example.com"), User_Agent="Phone/1.0")
    assert origins(site, ann) == [(device, "127.0.0.1", "Phone/1.0")]
    ann.put(f"{ann.calendar()}4.ics", event("4@example.com"), User_Agent="Tablet/1.0")
    other = add_device(site.core.backend, site.context(ann.tenant), name="iPad")
    ipad = Client(site, ann.tenant, ann.user, other.password)
    ipad.put(f"{ann.calendar()}5.ics", event("5@example.com"), User_Agent="Tablet/1.0")
    assert len(origins(site, ann)) == 3
    origin = Origin("caldav", device, "Laptop", "127.0.0.1", "Phone/1.0")
    keeper = site.core.backend.origins
    today, tomorrow = (keeper.id_of(ann.tenant, origin, now + timedelta(days=each)) for each in (0, 1))
    assert today != tomorrow
    assert keeper.id_of(ann.tenant, origin, now + timedelta(days=1)) == tomorrow
    # Another process has not stored it, and finds the row of the first.
    site.core.backend.origins.forget()  # type: ignore[attr-defined]
    assert keeper.id_of(ann.tenant, origin, now) == today


def test_the_address_is_the_one_that_limits_count(proxied: Site) -> None:
    ann = proxied.person(101, "Ann", "ann@example.com")
    for number, forwarded in enumerate(("192.0.2.7", "2001:db8:1:2:3:4:5:6")):
        place = f"{ann.calendar()}{number}.ics"
        assert ann.put(place, event(f"{number}@example.com"), X_Forwarded_For=forwarded).status == 201
    assert [ip for _, ip, _ in origins(proxied, ann)] == ["192.0.2.7", "2001:db8:1:2::/64"]


def test_a_sharees_origin_is_in_the_account_of_the_sharee(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    there = mounted(ann, bob, "read-write", "default")
    before = len(origins(site, ann))
    assert bob.put(f"{there}a.ics", event("a@example.com"), User_Agent="Bobs/1.0").status == 201
    (found,) = rows(site, ORIGIN.format(table="event"), ann.tenant, "event-created/%")
    assert (found[0], found[5]) == (bob.tenant, "Bobs/1.0")
    assert len(origins(site, ann)) == before


def test_names_without_end_are_bounded(site: Site, ann: Client) -> None:
    keeper, device, now = site.core.backend.origins, laptop(site, ann), site.core.backend.clock()
    for number in range(MAX_DAILY + 5):
        origin = Origin("caldav", device, "Laptop", "127.0.0.1", f"{number:05}{'x' * 10_000}")
        assert keeper.id_of(ann.tenant, origin, now) is not None
    kept = origins(site, ann)
    assert len(kept) == MAX_DAILY + 1
    assert {len(program) for _, _, program in kept} == {0, MAX_PROGRAM}
    assert [device for device, ip, _ in kept if not ip] == [device]


def test_an_erased_person_has_no_origins_and_gets_none(site: Site, ann: Client) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    assert origins(site, ann) != []
    erase_account(site.core.backend, site.context(ann.tenant))
    assert origins(site, ann) == []
    origin = Origin("caldav", ann.tenant, "Laptop", "192.0.2.9", "")
    assert site.core.backend.origins.id_of(ann.tenant, origin, site.core.backend.clock()) is None
    assert origins(site, ann) == []
