"""The keys of persons are apart from the database: made, moved, destroyed and wrapped again, with crashes between."""

from __future__ import annotations

import base64
import itertools
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from support.doctor import findings
from support.event_store import NOON, Shop, open_shop
from televent.adapters.person_keys import disk
from televent.adapters.person_keys.files import DESTROYED, FileVault
from televent.adapters.person_keys.masters import FileMasters, Masters
from televent.adapters.postgres.event_store.subject_keys import CACHED_FOR, PostgresSubjectKeys
from televent.application.event_store.key_vault import MasterKeyMissing
from televent.application.outage import DatabaseAway
from televent.settings import SettingsError, load_settings

pytestmark = pytest.mark.own_database

ROW = "SELECT key, print, destroyed_at FROM subject_key"


class Killed(BaseException):
    """The process is killed here."""


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    with open_shop(database_url, connections=8) as shop:
        yield shop


def vault_in(place: Path) -> FileVault:
    return FileVault(place / "person-keys", FileMasters(place / "master-key", first=True))


def contents(place: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()]


def test_a_key_is_in_a_file_and_not_in_the_database(shop: Shop, tmp_path: Path) -> None:
    ann = uuid4()
    key = PostgresSubjectKeys(shop.pool, vault_in(tmp_path)).key(ann)
    assert key is not None
    assert len(key) == 32
    assert shop.sql("SELECT key FROM subject_key") == [(None,)]
    assert not [content for content in contents(tmp_path) if key in content]
    assert PostgresSubjectKeys(shop.pool, vault_in(tmp_path)).key(ann) == key


def test_files_are_readable_to_one_account(shop: Shop, tmp_path: Path) -> None:
    PostgresSubjectKeys(shop.pool, vault_in(tmp_path)).key(uuid4())
    assert {path.stat().st_mode & 0o077 for path in tmp_path.rglob("*")} == {0}


def test_of_many_at_once_all_get_one_key(shop: Shop, tmp_path: Path) -> None:
    ann, gate, found = uuid4(), threading.Barrier(8), list[bytes | None]()

    def ask() -> None:
        keys = PostgresSubjectKeys(shop.pool, vault_in(tmp_path))
        gate.wait()
        found.append(keys.key(ann))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_destroyed_key_is_gone_from_the_disk_and_never_comes_back(shop: Shop, tmp_path: Path) -> None:
    ann, time = uuid4(), [0.0]
    here = PostgresSubjectKeys(shop.pool, vault_in(tmp_path), monotonic=lambda: time[0])
    elsewhere = PostgresSubjectKeys(shop.pool, vault_in(tmp_path))
    assert here.key(ann) is not None
    elsewhere.destroy(ann, NOON)
    assert [path.read_bytes() for path in tmp_path.rglob("*.key")] == [DESTROYED]
    assert shop.sql(ROW) == [(None, None, NOON)]
    time[0] += CACHED_FOR
    assert here.key(ann) is None
    assert elsewhere.key(ann) is None


def test_a_key_that_is_asked_for_again_and_again_is_read_once(shop: Shop, tmp_path: Path) -> None:
    ann, time = uuid4(), [0.0]
    keys = PostgresSubjectKeys(shop.pool, vault_in(tmp_path), monotonic=lambda: time[0])
    key = keys.key(ann)
    (file,) = tmp_path.rglob("*.key")
    file.rename(tmp_path / "away")
    for _ in range(3):
        time[0] += CACHED_FOR
        assert keys.key(ann) == key
    keys.forget(ann)
    with pytest.raises(DatabaseAway):
        keys.key(ann)


def test_one_who_is_erased_stays_erased_in_a_restored_database(shop: Shop, tmp_path: Path) -> None:
    ann, bob = uuid4(), uuid4()
    keys = PostgresSubjectKeys(shop.pool, vault_in(tmp_path))
    assert keys.key(ann)
    assert keys.key(bob)
    backup = shop.sql("SELECT subject_id, print FROM subject_key")
    keys.destroy(ann, NOON)
    keys.destroy(bob, NOON)
    # Ann's row is as in the backup; Bob's is from after it.
    shop.sql("DELETE FROM subject_key")
    ((print_,),) = [(each,) for subject, each in backup if subject == ann]
    shop.sql("INSERT INTO subject_key (subject_id, print) VALUES (%s, %s)", (ann, print_))
    restored = PostgresSubjectKeys(shop.pool, vault_in(tmp_path))
    assert restored.key(ann) is None
    assert restored.key(bob) is None
    assert shop.sql("SELECT count(*) FROM subject_key WHERE destroyed_at IS NOT NULL") == [(2,)]


def test_keys_of_an_older_version_move_and_stay_the_same(shop: Shop, tmp_path: Path) -> None:
    ann, bob, eve = uuid4(), uuid4(), uuid4()
    before = PostgresSubjectKeys(shop.pool)
    known = {person: before.key(person) for person in (ann, bob)}
    before.destroy(eve, NOON)
    after = PostgresSubjectKeys(shop.pool, vault_in(tmp_path))
    assert after.key(ann) == known[ann]
    assert after.settle() == 2
    assert after.settle() == 0
    assert shop.sql("SELECT count(*) FROM subject_key WHERE key IS NOT NULL") == [(0,)]
    assert {person: vault_in(tmp_path).read(person) for person in (ann, bob)} == known
    assert vault_in(tmp_path).read(eve) is None


def test_one_bad_key_keeps_nobody_elses_from_its_place(shop: Shop, tmp_path: Path) -> None:
    people = sorted(uuid4() for _ in range(3))
    for person in people:
        PostgresSubjectKeys(shop.pool).key(person)
    vault_in(tmp_path).make(people[1], os.urandom(32))
    keys = PostgresSubjectKeys(shop.pool, vault_in(tmp_path))
    assert keys.settle() == 2
    assert keys.settle() == 0
    assert shop.sql("SELECT subject_id FROM subject_key WHERE key IS NOT NULL") == [(people[1],)]
    with pytest.raises(DatabaseAway, match="not the one"):
        keys.key(people[1])


def test_a_move_that_was_killed_goes_on(shop: Shop, tmp_path: Path) -> None:
    ann = uuid4()
    key = PostgresSubjectKeys(shop.pool).key(ann)
    assert key is not None
    # The file was written, the row was not changed.
    assert vault_in(tmp_path).make(ann, key) == key
    after = PostgresSubjectKeys(shop.pool, vault_in(tmp_path))
    assert after.settle() == 1
    assert after.key(ann) == key


def test_a_key_whose_row_was_not_written_is_used_later(shop: Shop, tmp_path: Path) -> None:
    ann = uuid4()
    key = vault_in(tmp_path).make(ann, os.urandom(32))
    assert PostgresSubjectKeys(shop.pool, vault_in(tmp_path)).key(ann) == key


def test_an_erasure_that_was_killed_before_the_file_is_destroyed_goes_on(shop: Shop, tmp_path: Path) -> None:
    ann = uuid4()
    assert PostgresSubjectKeys(shop.pool, vault_in(tmp_path)).key(ann)
    # A process without the vault commits the erasure; so does one that is killed right after the commit.
    PostgresSubjectKeys(shop.pool).destroy(ann, NOON)
    after = PostgresSubjectKeys(shop.pool, vault_in(tmp_path))
    assert after.key(ann) is None
    assert after.settle() == 1
    assert [path.read_bytes() for path in tmp_path.rglob("*.key")] == [DESTROYED]


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("step", ["fsync", "fchown", "fdopen"])
def test_a_crash_at_any_step_of_a_rotation_leaves_every_key_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int
) -> None:
    vault, people = vault_in(tmp_path), [uuid4() for _ in range(3)]
    known = {person: vault.make(person, os.urandom(32)) for person in people}
    real, calls = getattr(os, step), itertools.count(1)

    def killed(*given: Any) -> Any:
        if next(calls) == number:
            raise Killed
        return real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(os, step, killed)
        patched.setattr(os, "geteuid", lambda: 0)
        # A killed process does not tidy up.
        patched.setattr(disk, "suppress", Keep)
        with pytest.raises(Killed):
            vault.rotate()
    assert {person: vault_in(tmp_path).read(person) for person in people} == known
    vault_in(tmp_path).rotate()
    assert {person: vault_in(tmp_path).read(person) for person in people} == known
    for person in people:
        vault_in(tmp_path).destroy(person)
    # Neither a key nor the copy of one that a killed process left.
    assert {path.read_bytes() for path in (tmp_path / "person-keys").rglob("*.key*")} == {DESTROYED}


class Keep:
    """In the place of ``suppress``: where the process is killed, the file that was being written stays."""

    def __init__(self, *_: object) -> None:
        self._killed = isinstance(sys.exc_info()[1], Killed)

    def __enter__(self) -> None:
        if self._killed:
            raise Killed

    def __exit__(self, *_: object) -> bool:
        return True


def test_a_rotation_makes_the_old_master_key_worthless(tmp_path: Path) -> None:
    people = [uuid4() for _ in range(20)]
    vault = vault_in(tmp_path)
    known = {person: vault.make(person, os.urandom(32)) for person in people}
    old = FileMasters(tmp_path / "master-key", first=False).keys
    running = vault_in(tmp_path)
    assert vault.rotate() == 20
    assert len(FileMasters(tmp_path / "master-key", first=False).keys) == 1
    assert {person: running.read(person) for person in people} == known
    late = uuid4()
    made = running.make(late, os.urandom(32))
    assert vault_in(tmp_path).read(late) == made
    with pytest.raises(DatabaseAway):
        FileVault(tmp_path / "person-keys", Masters(old)).read(people[0])


def test_a_rotation_that_was_killed_goes_on_with_the_same_new_key(tmp_path: Path) -> None:
    people = [uuid4() for _ in range(10)]
    vault = vault_in(tmp_path)
    known = {person: vault.make(person, os.urandom(32)) for person in people}

    def killed(done: int) -> None:
        if done == 4:
            raise Killed

    with pytest.raises(Killed):
        vault.rotate(killed)
    begun = FileMasters(tmp_path / "master-key", first=False).keys
    assert len(begun) == 2
    assert {person: vault_in(tmp_path).read(person) for person in people} == known
    assert vault_in(tmp_path).rotate() == 6
    assert FileMasters(tmp_path / "master-key", first=False).keys == begun[:1]
    assert {person: vault_in(tmp_path).read(person) for person in people} == known


def test_a_key_that_is_made_during_a_rotation_is_wrapped_with_the_new_master_key(tmp_path: Path) -> None:
    vault, running = vault_in(tmp_path), vault_in(tmp_path)
    late: dict[UUID, bytes | None] = {}
    vault.make(uuid4(), os.urandom(32))

    def meanwhile(done: int) -> None:
        if not late:
            person = uuid4()
            late[person] = running.make(person, os.urandom(32))

    vault.rotate(meanwhile)
    assert {person: vault_in(tmp_path).read(person) for person in late} == late


def test_a_rotation_with_keys_from_the_environment(tmp_path: Path) -> None:
    ann, old, new = uuid4(), os.urandom(32), os.urandom(32)
    key = FileVault(tmp_path, Masters([old])).make(ann, os.urandom(32))
    with pytest.raises(MasterKeyMissing, match="Put a new one before it"):
        FileVault(tmp_path, Masters([old])).rotate()
    assert FileVault(tmp_path, Masters([new, old])).rotate() == 1
    assert FileVault(tmp_path, Masters([new])).read(ann) == key


def test_a_wrapped_key_is_of_no_use_for_another_person(tmp_path: Path) -> None:
    ann, bob = uuid4(), uuid4()
    master = Masters([os.urandom(32)])
    with pytest.raises(MasterKeyMissing):
        master.unwrap(master.wrap(os.urandom(32), ann), bob)


def test_a_process_that_does_not_have_the_keys_says_so_and_makes_none(shop: Shop, tmp_path: Path) -> None:
    ann = uuid4()
    key = PostgresSubjectKeys(shop.pool, vault_in(tmp_path / "here")).key(ann)
    with pytest.raises(DatabaseAway, match="set TELEVENT_PERSON_KEYS"):
        PostgresSubjectKeys(shop.pool).key(ann)
    with pytest.raises(DatabaseAway, match="is not in"):
        PostgresSubjectKeys(shop.pool, vault_in(tmp_path / "elsewhere")).key(ann)
    vault_in(tmp_path / "other").make(ann, os.urandom(32))
    with pytest.raises(DatabaseAway, match="not the one"):
        PostgresSubjectKeys(shop.pool, vault_in(tmp_path / "other")).key(ann)
    assert PostgresSubjectKeys(shop.pool, vault_in(tmp_path / "here")).key(ann) == key


def test_a_file_that_is_wrapped_again_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    ann = uuid4()
    key = vault_in(tmp_path).make(ann, os.urandom(32))

    class Rotated(FileMasters):
        """Its process reads a file, and only then another process changes the master key."""

        def unwrap(self, wrapped: bytes, subject: UUID) -> bytes:
            if not rotated:
                rotated.append(vault_in(tmp_path).rotate())
                self.reload()
            return super().unwrap(wrapped, subject)

    rotated: list[int] = []
    assert FileVault(tmp_path / "person-keys", Rotated(tmp_path / "master-key", first=False)).read(ann) == key
    assert rotated == [1]


def test_a_lost_master_key_is_an_error_and_not_a_new_one(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.make(uuid4(), os.urandom(32))
    (tmp_path / "master-key").unlink()
    with pytest.raises(MasterKeyMissing, match="Put its copy back"):
        FileMasters(tmp_path / "master-key", first=False)
    with pytest.raises(DatabaseAway, match="Put its copy back"):
        vault.make(uuid4(), os.urandom(32))


@pytest.mark.parametrize("text", ["", "# nothing\n", "short\n"])
def test_a_damaged_master_key_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "master-key").write_text(text)
    with pytest.raises(MasterKeyMissing, match="master-key"):
        FileMasters(tmp_path / "master-key", first=True)


def test_a_destroyed_key_is_not_wrapped_again(tmp_path: Path) -> None:
    vault, ann = vault_in(tmp_path), uuid4()
    vault.make(ann, os.urandom(32))
    vault.destroy(ann)
    vault.destroy(ann)
    assert vault.rotate() == 0
    assert vault.read(ann) is None
    assert vault.make(ann, os.urandom(32)) is None


def test_doctor_says_where_the_keys_are_and_what_is_wrong(database_url: str, tmp_path: Path) -> None:
    place = tmp_path / "person-keys"
    good, detail = findings(database_url, tmp_path)["keys"]
    assert good
    assert "in the database" in detail
    variable = {"TELEVENT_PERSON_KEYS": str(place)}
    assert findings(database_url, tmp_path, **variable)["keys"][0]
    assert not place.exists()
    vault_in(tmp_path).make(uuid4(), os.urandom(32))
    good, detail = findings(database_url, tmp_path, **variable)["keys"]
    assert good
    assert "keep a copy of the master key elsewhere" in detail
    (tmp_path / "master-key").unlink()
    good, detail = findings(database_url, tmp_path, **variable)["keys"]
    assert not good
    assert "Put its copy back" in detail


@pytest.mark.parametrize("value", ["short", "AAAA,", "{0},{0}"])
def test_a_bad_master_key_in_the_environment_is_a_mistake_of_the_operator(value: str) -> None:
    key = base64.b64encode(bytes(32)).decode()
    with pytest.raises(SettingsError, match="TELEVENT_MASTER_KEY") as caught:
        load_settings(master_key=value.format(key))
    assert key not in str(caught.value)
