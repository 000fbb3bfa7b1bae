"""The list of backups has whole ones only; keys end; the list of the erased survives a crash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from televent.adapters.backups.manifest import BadManifest, Manifest, Part, check, read, written
from televent.adapters.backups.register import KeyUse, Register, read_erased
from televent.adapters.backups.sealing import SealedWriter
from televent.adapters.backups.shelf import PARTIAL, Damaged, Shelf, ShelfBusy, name_of
from televent.runtime.backups.backup_place import freshness
from televent.settings import load_settings

KEY = bytes(32)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def manifest(shelf: Shelf, content: bytes = b"text", moment: datetime = NOON) -> Manifest:
    """A backup with one part, in its place."""
    backup_id = uuid4()
    name = name_of(moment, backup_id.hex)
    path = shelf.begin(name)
    with SealedWriter(path / "cluster", KEY, "cluster") as file:
        file.write(content)
    part = Part("cluster", file.size, file.plain, file.sha256)
    made = Manifest(backup_id, name, moment, moment, "18.6", "0.1.0", 5, 0, 40, 1, 1 << 24, "ab12", (part,))
    shelf.finish(made, KEY)
    return made


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "backups")
    shelf.place.mkdir()
    shelf.prepare()
    return shelf


def test_backups_are_listed_from_the_oldest_on(shelf: Shelf) -> None:
    later, earlier = manifest(shelf, moment=NOON + timedelta(days=1)), manifest(shelf)
    assert [kept.manifest for kept in shelf.listed()] == [earlier, later]
    assert [kept.trouble for kept in shelf.listed()] == ["", ""]
    assert earlier.size == shelf.part(earlier, "cluster").stat().st_size
    assert earlier.part("none") is None


def test_one_that_is_not_finished_is_not_listed_and_is_cleared(shelf: Shelf) -> None:
    made = manifest(shelf)
    path = shelf.begin(name_of(NOON, uuid4().hex))
    (path / "cluster").write_bytes(b"half")
    assert [kept.name for kept in shelf.listed()] == [made.name]
    assert shelf.clear() == 1
    assert [each.name for each in path.parent.iterdir()] == [made.name]


def test_damages_are_named(shelf: Shelf) -> None:
    made = manifest(shelf)
    path = shelf.part(made, "cluster")
    shelf.check(made, KEY)
    with pytest.raises(Damaged, match="manifest"):
        shelf.check(made, bytes([1]) * 32)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Damaged, match="SHA-256"):
        shelf.check(made, KEY)
    path.unlink()
    (kept,) = shelf.listed()
    assert "cluster is missing" in kept.trouble
    (path.parent / "manifest.json").write_text("{")
    (kept,) = shelf.listed()
    assert kept.manifest is None
    assert "cannot be read" in kept.trouble


def test_a_renamed_backup_is_no_backup(shelf: Shelf) -> None:
    made = manifest(shelf)
    path = shelf.place / "base" / made.name
    path.rename(path.with_name(name_of(NOON, "0" * 32)))
    (kept,) = shelf.listed()
    assert made.name in kept.trouble


def test_a_manifest_that_was_changed_does_not_hold(shelf: Shelf) -> None:
    made = manifest(shelf)
    text = written(made, KEY)
    assert read(text) == made
    check(text, KEY)
    changed = text.replace('"position": 5', '"position": 6')
    assert changed != text
    with pytest.raises(BadManifest):
        check(changed, KEY)
    with pytest.raises(BadManifest, match="form"):
        read(text.replace("backup/1", "backup/9"))


def test_one_writes_at_a_time(shelf: Shelf) -> None:
    with shelf.alone(), pytest.raises(ShelfBusy), Shelf(shelf.place).alone():
        pass
    with shelf.alone():
        pass


def test_a_whole_segment_comes_before_a_partial_one(shelf: Shelf) -> None:
    for day, name in (("2026-11-21", "A" * 24 + PARTIAL), ("2026-11-22", "A" * 24), ("2026-11-22", "B" * 24 + PARTIAL)):
        shelf.day("ab12", day).mkdir(parents=True, exist_ok=True)
        (shelf.day("ab12", day) / name).touch()
    (shelf.day("ab12", "2026-11-22") / f".{'C' * 24}.new").touch()
    assert {name: path.name for name, path in shelf.wal("ab12").items()} == {
        "A" * 24: "A" * 24,
        "B" * 24: "B" * 24 + PARTIAL,
    }
    assert shelf.reached("ab12") is None
    shelf.note_reached("ab12", NOON)
    assert shelf.reached("ab12") == NOON
    shelf.drop_day("ab12/2026-11-21")
    assert set(shelf.wal("ab12")) == {"A" * 24, "B" * 24}
    shelf.drop_day("ab12/2026-11-22")
    assert not (shelf.place / "wal" / "ab12").exists()


def test_uses_of_keys_are_kept_until_they_are_dropped(tmp_path: Path) -> None:
    register = Register(tmp_path)
    late, early = KeyUse(uuid4(), NOON + timedelta(days=1), "base/b"), KeyUse(uuid4(), NOON, "wal/ab/2026-11-21")
    register.note(late)
    register.note(early)
    register.note(early)
    assert register.uses() == [early, late]
    register.drop(early)
    register.drop(early)
    assert register.uses() == [late]


def test_the_list_of_the_erased_grows_and_outlives_a_cut(tmp_path: Path) -> None:
    register, people = Register(tmp_path / "keys"), [UUID(int=number) for number in range(3)]
    assert register.erased() == set()
    assert register.note_erased(people[:2]) == 2
    with (tmp_path / "keys" / "erased").open("a") as file:
        file.write("00000000-0000-00")
    assert register.note_erased(people) == 1
    assert register.erased() == set(people)
    assert read_erased(tmp_path / "none") == set()


def test_the_doctor_knows_when_the_newest_backup_is_too_old(shelf: Shelf) -> None:
    settings = load_settings(backup_dir=shelf.place, backup_hours=24)
    assert freshness(load_settings(), NOON)[0] is True
    assert freshness(settings, NOON)[0] is False
    manifest(shelf)
    assert freshness(settings, NOON + timedelta(hours=47))[0] is True
    assert freshness(settings, NOON + timedelta(hours=49))[0] is False
