"""Strong locks are waited for in moments, and writers go on between them; a rebuild that ends early changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from support.dav import Client, Site, event
from support.waiting import NET, await_settled, wait_until
from televent.adapters.postgres import patience
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.adapters.postgres.patience import TRIES, StillLocked, patiently
from televent.adapters.postgres.schema import migrate
from televent.adapters.postgres.schema.migration_files import MigrationError
from televent.runtime.compose import FOLLOWERS

pytestmark = pytest.mark.own_database

TABLE = "-- migrate:up\nCREATE TABLE shelf (id int PRIMARY KEY);\n-- migrate:down\nDROP TABLE shelf;\n"
COLUMN = (
    "-- migrate:up\nALTER TABLE shelf ADD COLUMN width int;\n-- migrate:down\nALTER TABLE shelf DROP COLUMN width;\n"
)
INDEX = "-- migrate:up transaction:false\nDROP INDEX IF EXISTS shelf_width;\nALTER TABLE shelf ADD COLUMN height int;\n"


@contextmanager
def transaction(url: str, statement: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A transaction that stays open after the statement."""
    with psycopg.connect(url, application_name="long report") as connection:
        connection.execute(statement)
        yield connection


@pytest.fixture
def shelves(empty_database_url: str, tmp_path: Path) -> str:
    (tmp_path / "1_shelf.sql").write_text(TABLE)
    migrate.up(empty_database_url, folder=tmp_path)
    return empty_database_url


@pytest.fixture
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "TRIES", 2)
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.01)


@pytest.mark.parametrize("text", [COLUMN, INDEX])
def test_writers_go_on_between_the_tries_of_a_migration(shelves: str, tmp_path: Path, text: str) -> None:
    (tmp_path / "2_more.sql").write_text(text)
    done: list[migrate.Applied] = []
    thread = threading.Thread(daemon=True, target=lambda: done.extend(migrate.up(shelves, folder=tmp_path)))
    with transaction(shelves, "SELECT FROM shelf"), psycopg.connect(shelves, autocommit=True) as writer:
        thread.start()
        for number in range(3):
            # The migration waits for the reader, and the writer behind the migration ...
            wait_until(lambda: waiting(shelves, "televent migrate"), what="the migration waits")
            # ... but not for as long as the reader goes on.
            writer.execute("INSERT INTO shelf VALUES (%s)", (number,))
        assert done == []
    thread.join(NET)
    assert [each.version for each in done] == ["2"]


@pytest.mark.usefixtures("few_tries")
@pytest.mark.parametrize("text", [COLUMN, INDEX])
def test_a_migration_that_finds_no_moment_names_what_is_in_the_way(shelves: str, tmp_path: Path, text: str) -> None:
    (tmp_path / "2_more.sql").write_text(text)
    with transaction(shelves, "SELECT FROM shelf"):
        with pytest.raises(MigrationError) as error:
            migrate.up(shelves, folder=tmp_path)
        assert "2_more.sql: the tables were in use at each of 2 tries" in str(error.value)
        assert "long report, idle in transaction" in str(error.value)
        assert [each.state for each in migrate.status(shelves, folder=tmp_path)] == ["applied", "pending"]
    assert [each.version for each in migrate.up(shelves, folder=tmp_path)] == ["2"]


def test_an_index_that_is_made_concurrently_waits_as_long_as_it_must(
    shelves: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for it meanwhile, and a timeout would leave an invalid index."""
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", 0.001)
    (tmp_path / "2_index.sql").write_text(
        "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY shelf_by_id ON shelf (id);\n"
    )
    done: list[migrate.Applied] = []
    thread = threading.Thread(daemon=True, target=lambda: done.extend(migrate.up(shelves, folder=tmp_path)))
    with transaction(shelves, "INSERT INTO shelf VALUES (1)"):
        thread.start()
        wait_until(lambda: waiting(shelves, "televent migrate"), what="the index waits")
    thread.join(NET)
    assert [each.version for each in done] == ["2"]
    with psycopg.connect(shelves) as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'shelf_by_id'::regclass"
        assert connection.execute(valid).fetchone() == (True,)


def waiting(url: str, program: str) -> bool:
    """Whether this program waits for a lock in this database."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'"
            " AND datname = current_database()",
            (program,),
        ).fetchone()
    return row is not None and row[0] > 0


def test_pauses_grow_and_tries_end(shelves: str) -> None:
    pauses: list[float] = []

    def locked() -> None:
        raise LockNotAvailable

    with psycopg.connect(shelves, autocommit=True) as connection, pytest.raises(StillLocked):
        patiently(connection, locked, pauses.append)
    assert len(pauses) == TRIES - 1
    assert pauses[:4] == [0.2, 0.4, 0.8, 1.6]
    assert max(pauses) == 5.0


def listed(client: Client) -> set[str]:
    return set(client.sync(client.calendar()).responses())


def written(site: Site) -> tuple[Client, set[str]]:
    client = site.person(101)
    paths = {f"{client.calendar()}{number}.ics" for number in range(5)}
    for path in paths:
        assert client.put(path, event(f"{path}@example.com")).status == 201
    # A transaction of another test on the same server may still hide the newest facts from a rebuild.
    await_settled(site.core.recorder)
    return client, paths


def damage(url: str) -> None:
    """Takes rows away that a rebuild adds again."""
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM resource WHERE href LIKE '%0.ics'")


class Killed(Exception):
    pass


@pytest.mark.parametrize("how", ["error", "session"])
@pytest.mark.parametrize("name", ["dav_index", "due_reminders"])
def test_after_a_rebuild_that_ended_early_the_next_is_right(site: Site, name: str, how: str) -> None:
    core = site.core
    client, paths = written(site)
    damage(core.conninfo)
    before = listed(client)

    def progress(done: int, total: int) -> None:
        if how == "error":
            raise Killed
        with psycopg.connect(core.conninfo, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'televent rebuild' AND datname = current_database()"
            )

    with pytest.raises((Killed, psycopg.Error)):
        rebuild(core.pool, core.store.facts, name, progress, followers=FOLLOWERS)
    assert listed(client) in (before, paths)
    rebuild(core.pool, core.store.facts, name, lambda done, total: None, followers=FOLLOWERS)
    if name == "dav_index":
        assert listed(client) == paths


def test_two_rebuilds_at_once_come_to_the_same(site: Site) -> None:
    core = site.core
    client, paths = written(site)
    damage(core.conninfo)
    together = threading.Barrier(2)
    results: list[int] = []

    def run() -> None:
        met = False

        def progress(done: int, total: int) -> None:
            nonlocal met
            if not met:
                met = True
                together.wait(NET)

        results.append(rebuild(core.pool, core.store.facts, "dav_index", progress).differing)

    threads = [threading.Thread(daemon=True, target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(NET)
    # One of them mends everything, and the other finds nothing to mend.
    assert sorted(results) == [0, 1]
    assert listed(client) == paths


def test_a_rebuild_waits_for_no_old_transaction_and_no_writer_for_it(site: Site) -> None:
    core = site.core
    client, paths = written(site)
    results: list[int] = []

    def run() -> None:
        results.append(rebuild(core.pool, core.store.facts, "dav_index", lambda done, total: None).differing)

    thread = threading.Thread(daemon=True, target=run)
    with transaction(core.conninfo, "UPDATE event SET door = door WHERE false; LOCK TABLE event IN ROW EXCLUSIVE MODE"):
        thread.start()
        for number in range(3):
            path = f"{client.calendar()}late{number}.ics"
            assert client.put(path, event(f"late{number}@example.com")).status == 201
            paths.add(path)
        thread.join(NET)
        assert results == [0]
    assert listed(client) == paths
