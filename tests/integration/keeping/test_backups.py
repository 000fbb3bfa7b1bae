"""Backups of a real server are restored: what stands there, what clients and people notice, who stays erased."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from support.dav import Client, Site, event
from support.house import House
from support.log_tree import grow_whole
from support.sync_clients import sync
from televent.application.event_store.context import Context
from televent.application.messages.chat import ChatText
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.push import PushDue
from televent.application.use_cases.people.accounts import erase_account
from televent.runtime.backups.backup_place import expire
from televent.runtime.backups.restored_state import HELD
from televent.runtime.compose import now
from televent.runtime.workers.log_keeper import publish


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "data", tmp_path / "backups")


def put(client: Client, *names: str) -> str:
    """Stores events; returns the sync token afterwards."""
    for name in names:
        assert (
            client.put(f"{client.calendar()}{name}.ics", event(f"{name}@example.com", f"SUMMARY:{name}")).status == 201
        )
    return token_of(client)


def token_of(client: Client) -> str:
    return sync(client, client.calendar(), "").token()


def said_by_doctor(house: House) -> list[dict[str, object]]:
    found: list[dict[str, object]] = house.printed(house.run("doctor", "--json"))
    return found


def members(client: Client) -> set[str]:
    return {Path(href).stem for href in sync(client, client.calendar(), "").responses()}


def again(site: Site, client: Client) -> Client:
    """The same calendar app, at another server."""
    return Client(site, client.tenant, client.user, client.password)


def last_position(site: Site) -> int:
    with site.core.pool.connection() as connection:
        row = connection.execute("SELECT max(position) FROM event").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.long
def test_the_moment_of_the_backup(house: House, tmp_path: Path) -> None:
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        before = put(ann, "tea")
        made = house.done("backup")
        after = put(ann, "cake")
        later = token_of(ann)
        (listed,) = house.done("backups", "--check")
        assert ("backups", True) in {(each["check"], each["ok"]) for each in said_by_doctor(house)}
        assert (listed["name"], listed["whole"], listed["any_moment_until"]) == (made["name"], True, None)
    new, report = house.restored(tmp_path / "new", "--to-backup", backup=made["name"])
    assert (report["keys"], report["broken"], report["held"]) == ("today", [], 0)
    with new.open() as site:
        ann = again(site, ann)
        assert members(ann) == {"tea"}
        assert sync(ann, ann.calendar(), before).status == 207
        assert [sync(ann, ann.calendar(), each).status for each in (after, later)] == [403, 403]
        # As many changes as were undone: the number comes again, and the token stays refused.
        put(ann, "bread")
        put(ann, "wine")
        assert [sync(ann, ann.calendar(), each).status for each in (after, later)] == [403, 403]
        told = sync(ann, ann.calendar(), before).responses()
        assert {Path(href).stem for href in told} == {"bread", "wine"}


@pytest.mark.long
def test_any_moment_of_the_archive(house: House, tmp_path: Path) -> None:
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        put(ann, "one")
        house.done("backup")
        put(ann, "two")
        earlier = now()
        assert house.archive() > 0
        assert house.done("backups")[0]["any_moment_until"] > str(earlier)
        between, position = now(), last_position(site)
        three = put(ann, "three")
        with site.core.pool.connection() as connection:
            connection.execute("SELECT pg_switch_wal()")
        put(ann, "four")
        assert house.archive() > 0
        lost = put(ann, "five")
    for number, (words, there) in enumerate(
        [
            (["--to-time", between.isoformat()], {"one", "two"}),
            (["--to-position", str(position)], {"one", "two"}),
            (["--to-backup"], {"one"}),
            ([], {"one", "two", "three", "four"}),
        ]
    ):
        new, report = house.restored(tmp_path / f"new{number}", *words)
        assert report["broken"] == []
        with new.open() as site:
            client = again(site, ann)
            assert members(client) == there
            assert (sync(client, client.calendar(), three).status == 207) == ("three" in there)
            assert sync(client, client.calendar(), lost).status == 403
            if words[:1] == ["--to-position"]:
                assert report["position"] == position


@pytest.mark.long
def test_a_time_after_the_last_change_is_the_end_of_the_archive(house: House, tmp_path: Path) -> None:
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        house.done("backup")
        put(ann, "one")
        house.archive()
    new, report = house.restored(tmp_path / "new", "--to-time", (now() + timedelta(hours=1)).isoformat())
    assert report["ended_early"] is True
    with new.open() as site:
        assert members(again(site, ann)) == {"one"}
    failed = house.run("restore", "latest", "--data-dir", str(tmp_path / "x"), "--to-position", str(2**60))
    assert "no fact at that position" in str(failed.exception)
    failed = house.run("restore", "latest", "--data-dir", str(tmp_path / "y"), "--to-position", "5")
    assert "ended before that moment" in str(failed.exception)


@pytest.mark.long
def test_a_restored_server_has_an_archive_of_its_own(house: House, tmp_path: Path) -> None:
    """Two histories go into one directory of backups, and each is restored as it was."""
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        house.done("backup")
        put(ann, "old")
        house.archive()
    new, _ = house.restored(tmp_path / "new", "--to-backup")
    new.backups = house.backups
    with new.open() as site:
        client = again(site, ann)
        new.archive()
        second = new.done("backup")["name"]
        put(client, "new")
        new.archive()
    first = house.done("backups")[0]["name"]
    for number, (name, there) in enumerate([(first, {"old"}), (second, {"new"})]):
        third, _ = new.restored(tmp_path / f"third{number}", backup=name)
        with third.open() as site:
            assert members(again(site, ann)) == there


def erase(site: Site, client: Client) -> None:
    context = Context(client.tenant, "operator", "cli", now(), site.core.backend.ids(), "test")
    erase_account(site.core.backend, context)


def rows_of(site: Site, client: Client) -> set[str]:
    tables = ("account", "address", "device", "calendar", "resource")
    with site.core.pool.connection() as connection:
        found = {
            table: connection.execute(f"SELECT FROM {table} WHERE tenant_id = %s".encode(), [client.tenant]).rowcount
            for table in tables
        }
    return {table for table, count in found.items() if count}


@pytest.mark.parametrize("lost", [False, pytest.param(True, marks=pytest.mark.long)])
def test_who_was_erased_since_stays_erased(house: House, tmp_path: Path, lost: bool) -> None:
    with house.open() as site:
        ann, bob = site.person(101, "Ann", "ann@example.com"), site.person(102, "Bob", "bob@example.com")
        put(ann, "anns")
        put(bob, "bobs")
        made = house.done("backup")
        assert rows_of(site, bob) == {"account", "address", "device", "calendar", "resource"}
        erase(site, bob)
        # The worker notes it, so that it is known also where this machine is lost.
        house.archive()
        house.done("backup")
    variables = {}
    if lost:
        copy = tmp_path / "safe-master-key"
        shutil.copy(house.data / "master-key", copy)
        shutil.rmtree(house.data)
        variables["TELEVENT_MASTER_KEY_FILE"] = str(copy)
    report = house.done("restore", made["name"], "--to-backup", "--data-dir", str(tmp_path / "new"), **variables)
    assert (report["erased"], report["keys"]) == (1, "backup" if lost else "today")
    new = House(tmp_path / "new", tmp_path / "other")
    if lost:
        shutil.copy(copy, new.data / "master-key")
    with new.open() as site:
        assert rows_of(site, bob) == set()
        assert site.core.keys.key(bob.tenant) is None
        assert members(again(site, ann)) == {"anns"}
        with site.core.pool.connection() as connection:
            query = "SELECT actor, door FROM event WHERE tenant_id = %s AND topic LIKE 'account-erased/%%'"
            assert connection.execute(query, [bob.tenant]).fetchall() == [("operator", "cli")]
    assert any(file.read_bytes().endswith(b"destroyed\n") for file in (new.data / "person-keys").rglob("*.key"))


@pytest.mark.long
def test_messages_to_people_are_held_back(house: House, tmp_path: Path) -> None:
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        ids = [site.core.backend.ids() for _ in range(2)]
        kinds = (ChatText("hello", {}), PushDue(ids[1]))
        with site.core.pool.connection() as connection:
            connection.execute("DELETE FROM outbox")
        messages = [OutboxMessage(each, f"k/{each}", kind, now()) for each, kind in zip(ids, kinds, strict=True)]
        site.core.outbox.enqueue(messages, ann.tenant, "test", now())
        house.done("backup")
    new, report = house.restored(tmp_path / "new")
    assert report["held"] == 1
    with new.open() as site:
        rows = site.core.outbox.listed(("pending", "failed"), "", 10)
        assert {(row["id"], row["state"], row["error"]) for row in rows} == {
            (ids[0], "failed", HELD),
            (ids[1], "pending", None),
        }


@pytest.mark.long
def test_what_is_lost_against_the_last_head_is_said(house: House, tmp_path: Path) -> None:
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        house.done("backup")
        put(ann, "one", "two")
        assert house.run("verify-log").exit_code == 0
        grow_and_publish(site)
    new, report = house.restored(tmp_path / "new", "--to-backup")
    assert (report["lost"], report["other_history"]) == (2, False)
    said = house.run("restore", "latest", "--to-backup", "--data-dir", str(tmp_path / "again")).output
    assert "2 facts are lost" in said
    whole, report = house.restored(tmp_path / "whole")
    assert report["lost"] == 2
    # The archive had not reached them.
    with new.open():
        assert new.run("verify").exit_code == 0
        assert new.run("log", "restart", "--yes").exit_code == 0
    with whole.open() as site:
        assert members(again(site, ann)) == set()


def test_facts_of_another_history_are_wrong(house: House) -> None:
    with house.open() as site:
        put(site.person(101, "Ann", "ann@example.com"), "one")
        grow_and_publish(site)
        words = ("after-restore", "--yes", "--json")
        assert house.printed(house.run(*words))["other_history"] is False
        with site.core.pool.connection() as connection:
            connection.execute("UPDATE log_tile SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0))")
        changed = house.run(*words)
        assert (changed.exit_code, house.printed(changed)["other_history"]) == (1, True)


def grow_and_publish(site: Site) -> None:
    grow_whole(site.core.pool)
    publish(site.core, now())


def test_the_end_of_its_time_closes_a_backup_and_every_copy_of_it(house: House, tmp_path: Path) -> None:
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        house.done("backup")
        put(ann, "one")
        house.archive()
        copy = tmp_path / "elsewhere"
        shutil.copytree(house.backups, copy)
        place = house.place
        assert expire(place, now() + timedelta(days=34), 35) == []
        # The only backup waits for another one, twice as long.
        gone = [expire(place, now() + timedelta(days=days), 35) for days in (37, 71)]
        assert [sorted(each.partition("/")[0] for each in some) for some in gone] == [["wal"], ["base", "person-keys"]]
        assert house.done("backups") == []
        assert [path for path in house.backups.rglob("*") if path.is_file()] == [house.backups / "lock"]
        assert expire(place, now() + timedelta(days=400), 35) == []
    keys = house.backups.with_name("backups.keys")
    failed = house.run(
        *("restore", "latest", "--from", str(copy), "--data-dir", str(tmp_path / "new")), TELEVENT_BACKUP_KEYS=str(keys)
    )
    assert "destroyed" in str(failed.exception)
    assert not (tmp_path / "new" / "cluster").exists()


@pytest.mark.long
def test_the_master_key_changes_between_backup_and_restore(house: House, tmp_path: Path) -> None:
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        put(ann, "one")
        house.done("backup")
        assert house.done("keys", "rotate")["wrapped"] == 3
        safe = tmp_path / "safe-master-key"
        shutil.copy(house.data / "master-key", safe)
    shutil.rmtree(house.data)
    house.done("restore", "latest", "--data-dir", str(house.data), TELEVENT_MASTER_KEY_FILE=str(safe))
    shutil.copy(safe, house.data / "master-key")
    with house.open() as site:
        assert members(again(site, ann)) == {"one"}


def test_what_cannot_be_restored_is_refused_with_the_reason(house: House, tmp_path: Path, database_url: str) -> None:
    with house.open() as site:
        site.person(101, "Ann", "ann@example.com")
        made = house.done("backup")["name"]
    new = tmp_path / "new"

    def refused(*words: str, **variables: str) -> str:
        failed = house.run("restore", *words, **variables)
        assert failed.exit_code != 0
        return f"{failed.output} {failed.exception}"

    assert "not empty" in refused(made, "--data-dir", str(house.data))
    assert "no backup 20200101T000000Z-00000000" in refused("20200101T000000Z-00000000", "--data-dir", str(new))
    assert "no time" in refused(made, "--data-dir", str(new), "--to-time", "noon")
    assert "one of" in refused(made, "--data-dir", str(new), "--to-position", "5", "--to-backup")
    assert "keys of backups" in refused(made, "--data-dir", str(new), TELEVENT_BACKUP_KEYS=str(tmp_path / "none"))
    other = tmp_path / "other-master"
    other.write_text("A" * 43 + "=\n")
    assert "master key" in refused(made, "--data-dir", str(new), TELEVENT_MASTER_KEY_FILE=str(other))
    assert "not there" in refused(made, "--data-dir", str(new), TELEVENT_MASTER_KEY_FILE=str(tmp_path / "none"))
    assert not (new / "cluster").exists()
    part = house.backups / "base" / made / "cluster"
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    assert "SHA-256" in refused(made, "--data-dir", str(new))
    checked = house.run("backups", "--check")
    assert checked.exit_code == 1
    assert "SHA-256" in checked.output
    part.write_bytes(content[:-1])
    assert "another size" in refused(made, "--data-dir", str(new))
    inside = house.run("backup", str(house.data / "backups"))
    assert "in the data directory" in str(inside.exception)
    own = house.run("backup", DATABASE_URL=database_url)
    assert "server of your own" in str(own.exception)


def test_a_restore_that_was_killed_is_begun_again(house: House, tmp_path: Path) -> None:
    with house.open() as site:
        ann = site.person(101, "Ann", "ann@example.com")
        put(ann, "one")
        house.done("backup")
    new = tmp_path / "new"
    (new / "restoring" / "cluster").mkdir(parents=True)
    started = house.run("--data-dir", str(new), "account", "list")
    assert "restore" in str(started.exception)
    restored, _ = house.restored(new)
    assert not (new / "restoring").exists()
    with restored.open() as site:
        assert members(again(site, ann)) == {"one"}


def test_the_server_keeps_wal_only_for_an_archive(house: House) -> None:
    from televent.runtime.backups.backing_up import _let_go

    with house.open() as site:
        site.person(101, "Ann", "ann@example.com")
        house.archive()
        with psycopg.connect(site.core.conninfo) as connection:
            slots = "SELECT count(*) FROM pg_replication_slots"
            assert connection.execute(slots).fetchone() == (1,)
            _let_go(site.core)
            assert connection.execute(slots).fetchone() == (0,)


@pytest.mark.own_database
def test_a_database_that_was_restored_by_other_means_is_settled_by_a_command(site: Site, tmp_path: Path) -> None:
    ann, bob = site.person(101, "Ann", "ann@example.com"), site.person(102, "Bob", "bob@example.com")
    put(ann, "anns")
    owed = OutboxMessage(site.core.backend.ids(), "k", ChatText("hello", {}), now())
    site.core.outbox.enqueue([owed], ann.tenant, "test", now())
    (tmp_path / "erased").write_text(f"{bob.tenant}\n")
    house = House(tmp_path / "data", tmp_path / "backups")
    words = ("after-restore", "--yes", "--erased", str(tmp_path / "erased"))
    report = house.done(*words, DATABASE_URL=site.core.conninfo)
    assert (report["erased"], report["broken"]) == (1, [])
    assert report["held"] >= 1
    assert rows_of(site, bob) == set()
    assert members(ann) == {"anns"}
    assert [row["state"] for row in site.core.outbox.listed(("pending", "failed"), "telegram", 10)] == ["failed"]
    again = house.done(*words, DATABASE_URL=site.core.conninfo)
    assert (again["erased"], again["held"]) == (0, 0)
