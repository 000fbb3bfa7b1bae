"""Sync tokens name a state of the calendar's own history: one that was undone is refused, and no other (ADR 6)."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from support.dav import Client, Site, dav, event, open_site
from support.postgres import TestServer, as_url
from support.shares import mounted
from support.sync_clients import sync
from televent.adapters.caldav.door.door import Door
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.adapters.postgres.schema import migrate

RUNS = "20261122000090"
"""The migration that made runs."""


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with open_site(database_url) as site:
        yield site


@pytest.fixture
def ann(site: Site) -> Client:
    ann = site.person(101, "Ann", "ann@example.com")
    put(ann, "a")
    return ann


def put(client: Client, name: str, title: str = "Tea", path: str | None = None) -> None:
    text = event(f"{name}@example.com", f"SUMMARY:{title}")
    assert client.put(f"{path or client.calendar()}{name}.ics", text).status in (201, 204)


def token_of(client: Client, path: str | None = None) -> str:
    return client.sync(path or client.calendar()).token()


def refused(client: Client, token: str, path: str | None = None) -> bool:
    answer = client.sync(path or client.calendar(), token)
    if answer.status == 207:
        return False
    assert (answer.status, answer.precondition()) == (403, dav("valid-sync-token"))
    return True


def shown(client: Client, token: str, path: str | None = None) -> set[str]:
    """The names of the changed members."""
    return {href.rpartition("/")[2] for href in client.sync(path or client.calendar(), token).responses()}


def ctag(client: Client, path: str | None = None) -> str:
    return (
        client.propfind(path or client.calendar(), "CS:getctag").only().text("{http://calendarserver.org/ns/}getctag")
    )


def home_token(client: Client) -> str:
    return client.sync(client.home).token()


def kept(table: str) -> sql.Identifier:
    return sql.Identifier(f"kept_{table}")


def rebuilt(site: Site) -> int:
    return rebuild(site.core.pool, site.core.store.facts, "dav_index", lambda done, total: None).differing


# ---- A copy of the database -----------------------------------------------------------------------------------------
def test_two_lives_of_one_backup_do_not_know_each_others_tokens(
    postgres_server: TestServer, migrated_template: str
) -> None:
    first = postgres_server.create()
    with open_site(as_url(postgres_server.to(first))) as site:
        ann = site.person(101, "Ann")
        put(ann, "a")
        before, home_before, same = token_of(ann), home_token(ann), ctag(ann)
    backup = postgres_server.create(template=first)
    undone, tags = [], []
    with open_site(as_url(postgres_server.to(first))) as site:
        ann = Client(site, ann.tenant, ann.user, ann.password)
        for name in "bcdef":
            put(ann, name)
            undone += [(ann.calendar(), token_of(ann)), (ann.home, home_token(ann))]
            tags.append(ctag(ann))
        # A page of a sync that has reached no further than the backup, but has left out what changed later.
        undone.append((ann.calendar(), ann.sync(ann.calendar(), "", 1).token()))
    with open_site(as_url(postgres_server.to(backup))) as site:
        ann = Client(site, ann.tenant, ann.user, ann.password)
        assert ctag(ann) == same
        for name in "ghijklm":
            assert [refused(ann, token, path) for path, token in undone] == [True] * len(undone)
            put(ann, name)
            assert ctag(ann) not in tags
            assert not refused(ann, home_before, ann.home)
            assert shown(ann, before) == {f"{each}.ics" for each in "ghijklm"[: "ghijklm".index(name) + 1]}
    with open_site(as_url(postgres_server.to(first))) as site:
        ann = Client(site, ann.tenant, ann.user, ann.password)
        assert [refused(ann, token, path) for path, token in undone] == [False] * len(undone)
    for database in (first, backup):
        postgres_server.drop(database)


def test_rows_that_were_put_back_by_hand_are_another_history(ann: Client, database_url: str) -> None:
    put(ann, "b")
    good = token_of(ann)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for table in ("calendar", "resource", "event"):
            connection.execute(
                sql.SQL("CREATE TABLE {} AS SELECT * FROM {}").format(kept(table), sql.Identifier(table))
            )
    undone = []
    # The same copy is put back twice: the run that began after the first time is undone too.
    for first, second in ("cd", "ef"):
        put(ann, first)
        put(ann, second)
        undone.append(token_of(ann))
        with psycopg.connect(database_url, autocommit=True) as connection:
            for table in ("calendar", "resource", "event"):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                connection.execute(
                    sql.SQL("INSERT INTO {} SELECT * FROM {}").format(sql.Identifier(table), kept(table))
                )
        assert all(refused(ann, token) for token in undone)
    for name in "ghij":
        put(ann, name)
        assert all(refused(ann, token) for token in undone)
    assert shown(ann, good) == {"g.ics", "h.ics", "i.ics", "j.ics"}


def test_tokens_of_before_runs_stay_good(ann: Client, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        life = "00000000-0000-4000-8000-0123456789ab"
        (newest,) = [each for each in migrate.read_migrations() if each.version == RUNS]
        assert newest.down is not None
        connection.execute(newest.down.sql.encode())
        connection.execute("UPDATE shard SET incarnation = %s", [life])
        connection.execute(newest.up.sql.encode())
    old = f"data:,televent/{token_of(ann).split('/')[1]}/0123456789ab/1"
    assert token_of(ann) == old
    put(ann, "b")
    assert shown(ann, old) == {"b.ics"}


# ---- A rebuild that corrected rows ----------------------------------------------------------------------------------
def test_a_rebuild_that_corrected_a_row_refuses_the_tokens_of_its_calendar(site: Site, ann: Client) -> None:
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    put(ann, "b", path=ann.calendar("work"))
    token, of_work, home = token_of(ann), token_of(ann, ann.calendar("work")), home_token(ann)
    # Remembered answers, too.
    assert [refused(ann, token) for _ in range(4)] == [False] * 4
    assert rebuilt(site) == 0
    assert not refused(ann, token)
    with site.core.pool.connection() as connection:
        connection.execute("UPDATE resource SET etag = 'wrong' WHERE href = 'a.ics'")
    assert rebuilt(site) == 1
    assert refused(ann, token)
    assert refused(ann, home, ann.home)
    assert not refused(ann, of_work, ann.calendar("work"))
    mended = token_of(ann)
    put(ann, "c")
    assert shown(ann, mended) == {"c.ics"}
    assert refused(ann, token)


def test_a_rebuild_that_corrected_a_calendar_refuses_its_tokens(site: Site, ann: Client) -> None:
    token = token_of(ann)
    with site.core.pool.connection() as connection:
        connection.execute("UPDATE calendar SET seq = 7 WHERE name = 'default'")
    assert rebuilt(site) == 1
    assert refused(ann, token)
    put(ann, "b")
    assert shown(ann, token_of(ann)) == set()


# ---- Shared calendars -----------------------------------------------------------------------------------------------
def test_a_sharees_own_parts_have_a_history_too(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob", "bob@example.com")
    shared = mounted(ann, bob, calendar="default")
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Tea", "TRIGGER:-PT{}M", "END:VALARM"]

    def ring(minutes: int) -> None:
        text = event("a@example.com", "SUMMARY:Tea", *[line.format(minutes) for line in alarm])
        assert bob.put(f"{shared}a.ics", text).status == 204

    nothing = token_of(bob, shared)
    ring(5)
    good, tag = token_of(bob, shared), ctag(bob, shared)
    with site.core.pool.connection() as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM mount")
    ring(10)
    undone = token_of(bob, shared)
    with site.core.pool.connection() as connection:
        connection.execute("DELETE FROM mount")
        connection.execute("INSERT INTO mount SELECT * FROM kept")
    assert refused(bob, undone, shared)
    assert ctag(bob, shared) == tag
    ring(15)
    assert refused(bob, undone, shared)
    assert shown(bob, good, shared) == shown(bob, nothing, shared) == {"a.ics"}
    # An owner's change begins no run of the sharee's own parts, nor the other way round.
    put(ann, "b")
    assert shown(bob, good, shared) == {"a.ics", "b.ics"}
    assert refused(bob, undone, shared)


# ---- Changes during an answer ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("level", ["1", "infinite"])
def test_a_token_names_the_newest_state_that_its_answer_has_read(
    postgres_server: TestServer, migrated_template: str, level: str
) -> None:
    """A member that changes during the answer is left out of it: the next sync shows it, but not if the change is
    undone."""
    first = postgres_server.create()
    with open_site(as_url(postgres_server.to(first))) as site:
        ann = site.person(101, "Ann")
        put(ann, "a")
        put(ann, "b")
    backup = postgres_server.create(template=first)

    def path(client: Client) -> str:
        return client.calendar() if level == "1" else client.home

    with open_site(as_url(postgres_server.to(first))) as site, pytest.MonkeyPatch.context() as hook:
        ann, other = (Client(site, ann.tenant, ann.user, ann.password) for _ in range(2))
        read, few = site.core.reads.changed, Door.few_changed

        def changed(tenant: Any, calendar: Any, *asked: Any) -> Any:
            if calendar == site.core.reads.calendar(tenant, "default").calendar_id:  # type: ignore[union-attr]
                hook.undo()
                put(other, "a", "Coffee")
            return read(tenant, calendar, *asked)

        async def few_changed(door: Door, row: Any, *asked: Any) -> Any:
            hook.undo()
            await asyncio.to_thread(put, other, "a", "Coffee")
            return await few(door, row, *asked)

        # A calendar's changes are read by the event loop, those of a home by a thread.
        hook.setattr(site.core.reads, "changed", changed)
        hook.setattr(Door, "few_changed", few_changed)
        answer = sync(ann, path(ann), "", level)
        names = {href for href in answer.responses() if href.endswith(".ics")}
        assert names == {f"{ann.calendar()}b.ics"}
        assert f"{ann.calendar()}a.ics" in sync(ann, path(ann), answer.token(), level).responses()
    with open_site(as_url(postgres_server.to(backup))) as site:
        ann = Client(site, ann.tenant, ann.user, ann.password)
        assert sync(ann, path(ann), answer.token(), level).precondition() == dav("valid-sync-token")
    for database in (first, backup):
        postgres_server.drop(database)


def test_the_token_of_a_shared_calendar_does_too(postgres_server: TestServer, migrated_template: str) -> None:
    first = postgres_server.create()
    with open_site(as_url(postgres_server.to(first))) as site:
        ann, bob = site.person(101, "Ann", "ann@example.com"), site.person(102, "Bob", "bob@example.com")
        put(ann, "a")
        put(ann, "b")
        shared = mounted(ann, bob, calendar="default")
    backup = postgres_server.create(template=first)
    with open_site(as_url(postgres_server.to(first))) as site, pytest.MonkeyPatch.context() as hook:
        ann, bob = (Client(site, each.tenant, each.user, each.password) for each in (ann, bob))
        read = site.core.reads.changes

        def changes(*asked: Any, **more: Any) -> Any:
            hook.undo()
            put(ann, "a", "Coffee")
            return read(*asked, **more)

        hook.setattr(site.core.reads, "changes", changes)
        answer = sync(bob, shared, "")
        assert set(answer.responses()) == {f"{shared}b.ics"}
        assert set(sync(bob, shared, answer.token()).responses()) == {f"{shared}a.ics"}
    with open_site(as_url(postgres_server.to(backup))) as site:
        bob = Client(site, bob.tenant, bob.user, bob.password)
        assert sync(bob, shared, answer.token()).precondition() == dav("valid-sync-token")
    for database in (first, backup):
        postgres_server.drop(database)
