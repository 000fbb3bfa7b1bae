"""A person is erased: no projection holds a row of theirs, live or rebuilt; other people keep their rows."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from support.followers import catch_up
from support.sample_projection import DDL, TITLES
from support.town import Person, Town, meeting, open_town
from televent.adapters.postgres.dav_index.inline_rows import TABLES
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.adapters.postgres.followers.runner import following, register
from televent.application.refusals import UnknownAccount
from televent.application.use_cases.calendars.sharing import share_calendar
from televent.application.use_cases.people.accounts import change_profile, erase_account
from televent.application.use_cases.people.devices import add_device
from televent.domain.ids import AccountId

FOLLOWERS = (TITLES,)


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(DDL)
    with open_town(database_url) as town:
        register(town.core.pool, [following(TITLES)])
        yield town


@pytest.fixture
def ann(town: Town) -> Person:
    """A person with rows in every table: a meeting, a device, shares in both directions."""
    ann, bob = town.person("ann"), town.person("bob")
    backend = town.core.backend
    ann.put(meeting(people=(ann.address, bob.address)))
    bob.answer("ACCEPTED")
    for one, other in ((ann, bob), (bob, ann)):
        sharee = backend.people.account(other.tenant)
        share_calendar(backend, one.context(), name="default", sharee=sharee, access="read")
    add_device(backend, ann.context(), name="phone")
    catch_up(town.core, *FOLLOWERS)
    return ann


def held(town: Town, person: Person) -> dict[str, int]:
    """The number of the person's rows in each table of the projections."""
    tables = [*(table for each in TABLES.values() for table in each), *TITLES.tables]
    count = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s")
    with psycopg.connect(town.url) as connection:
        found = {
            table: connection.execute(count.format(sql.Identifier(table)), (person.tenant,)).fetchone()
            for table in tables
        }
    return {table: row[0] for table, row in found.items() if row is not None and row[0]}


def rebuild_all(town: Town) -> int:
    core = town.core
    return sum(
        rebuild(core.pool, core.store.facts, name, lambda done, total: None, followers=FOLLOWERS).differing
        for name in (*TABLES, *(each.name for each in FOLLOWERS))
    )


def test_no_projection_holds_a_row_of_who_is_erased(town: Town, ann: Person) -> None:
    assert {"calendar", "resource", "mount", "company", "account", "address", "device", "title"} <= set(held(town, ann))
    erase_account(town.core.backend, ann.context())
    catch_up(town.core, *FOLLOWERS)
    assert held(town, ann) == {}
    assert rebuild_all(town) == 0
    assert held(town, ann) == {}


def test_a_rebuild_leaves_no_row_of_a_person_whose_key_alone_was_destroyed(town: Town, ann: Person) -> None:
    town.core.keys.destroy(ann.tenant, town.now)
    assert rebuild_all(town) > 0
    assert held(town, ann) == {}


def test_the_key_goes_in_the_transaction_of_the_last_fact(town: Town, ann: Person) -> None:
    erase_account(town.core.backend, ann.context())
    assert town.core.keys.key(ann.tenant) is None
    erase_account(town.core.backend, ann.context())
    with pytest.raises(UnknownAccount):
        change_profile(town.core.backend, ann.context(), name="Anna")


def test_the_audit_stays_and_others_keep_what_is_theirs(town: Town, ann: Person) -> None:
    before = audited(town, ann)
    (bob,) = [each for each in town.core.reads.accounts() if each.tenant != ann.tenant]
    texts = {row.href: row.etag for row in town.core.reads.by_uid(bob.tenant, "sync@example.com")}
    erase_account(town.core.backend, ann.context())
    catch_up(town.core, *FOLLOWERS)
    assert audited(town, ann) == before + 1
    assert {row.href: row.etag for row in town.core.reads.by_uid(bob.tenant, "sync@example.com")} == texts


def test_who_was_never_there_cannot_be_erased(town: Town, ann: Person) -> None:
    stranger = Person(town, AccountId(uuid4()), "nobody@example.com")
    with pytest.raises(UnknownAccount):
        erase_account(town.core.backend, stranger.context())


def audited(town: Town, person: Person) -> int:
    with psycopg.connect(town.url) as connection:
        row = connection.execute("SELECT count(*) FROM audit WHERE tenant_id = %s", (person.tenant,)).fetchone()
    assert row is not None
    return int(row[0])
