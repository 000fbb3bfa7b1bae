"""Restores a backup into a new data directory, and erases those again who were erased since, before any door opens."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast
from uuid import UUID, uuid5

import psycopg
import structlog

from televent.adapters.backups.manifest import Manifest
from televent.adapters.backups.register import Register
from televent.adapters.backups.sealing import BadSeal, SealedReader
from televent.adapters.backups.shelf import Damaged, Shelf, owned
from televent.adapters.person_keys.files import holds_keys
from televent.adapters.postgres.backup.recovery import (
    NotReached,
    RecoveryFailed,
    Target,
    end_earlier,
    put_segment,
    start_recovered,
    unpack,
    wash,
)
from televent.adapters.postgres.backup.wal import name_of
from televent.adapters.postgres.schema import migrate
from televent.runtime.backups.backing_up import CLUSTER, FILES, PERSON_KEYS, Progress
from televent.runtime.backups.backup_place import Place
from televent.runtime.backups.restored_state import Restored, listed_erased, settle
from televent.runtime.backups.revoked_again import listed_revoked
from televent.runtime.backups.wal_archive import day_key_id
from televent.runtime.compose import build_core
from televent.runtime.data_directory import FOREIGN, RESTORING, prepare
from televent.runtime.database import OperatorError
from televent.runtime.person_keys import backup_keys_place, backup_vault_of, keys_place, master_file, vault_of
from televent.runtime.privileges import chosen_account
from televent.runtime.workers.log_keeper import heads_file, key_file
from televent.settings import Settings

log = structlog.get_logger("televent.restore")

Step = Callable[[str], None]
"""Is told in words what is being done."""


def chosen_backup(shelf: Shelf, name: str, target: Target, position: int | None = None) -> Manifest:
    """The backup with this name; "latest": the newest one that the target allows. Raises OperatorError."""
    listed = shelf.listed()
    if name == "latest":
        whole = [kept.manifest for kept in listed if kept.manifest is not None and not kept.trouble]
        fitting = [each for each in whole if _allows(each, target, position)]
        if not fitting:
            raise OperatorError(
                f"There is no backup in {shelf.place}"
                + (" that ended before that moment." if whole else ". See: televent backups")
            )
        return fitting[-1]
    for kept in listed:
        if kept.name == name:
            if kept.manifest is None or kept.trouble:
                raise OperatorError(f"{name} cannot be restored: {kept.trouble}.")
            if not _allows(kept.manifest, target, position):
                raise OperatorError(f"{name} ended after that moment. Take an older one, or `latest`.")
            return kept.manifest
    raise OperatorError(f"There is no backup {name} in {shelf.place}. See: televent backups")


def _allows(manifest: Manifest, target: Target, position: int | None) -> bool:
    if position is not None:
        return manifest.line is not None and manifest.position <= position
    if target.time is not None:
        return manifest.line is not None and manifest.finished <= target.time
    return True


def target_of(manifest: Manifest, position: int) -> Target:
    """The target after the transaction of the fact at this position."""
    return Target(transaction=(position >> 20) - manifest.xid_base)


def check_backup(settings: Settings, directory: Path, manifest: Manifest) -> None:
    """Reads the whole backup. Raises Damaged, BadSeal, OSError, OperatorError."""
    place = _opened(settings, directory)
    key = _key(place, manifest.backup_id, manifest.name)
    place.shelf.check(manifest, key)
    for part in manifest.parts:
        if _reader(place, manifest, part.name).drain() != part.plain:
            raise Damaged(f"The part {part.name} of {manifest.name} has another length than it had.")


def restore(
    settings: Settings, directory: Path, manifest: Manifest, target: Target, new: Path, progress: Progress, step: Step
) -> Restored:
    """Restores into ``new``, which is empty or does not exist. ``settings`` are today's: they name the keys of persons
    and the published heads of now, where these still are. Raises OperatorError; then ``new`` has nothing usable."""
    place = _opened(settings, directory)
    home = _begin(settings, new)
    try:
        step("checking the backup")
        place.shelf.check(manifest, _key(place, manifest.backup_id, manifest.name))
        _unpack(place, manifest, home, progress)
        step("recovering")
        return _recover(settings, place, manifest, target, home, new, step)
    except (RecoveryFailed, Damaged, BadSeal) as error:
        raise OperatorError(f"Nothing is restored. {error}") from error
    except (OSError, psycopg.Error, tarfile.TarError) as error:
        raise OperatorError(f"Nothing is restored: {type(error).__name__}: {error}") from error


def _opened(settings: Settings, directory: Path) -> Place:
    keys = backup_keys_place(settings, directory)
    if not holds_keys(keys):
        raise OperatorError(
            f"There are no keys of backups in {keys}: without them nothing is opened. Put them back, or name their"
            " directory with TELEVENT_BACKUP_KEYS."
        )
    if settings.master_key is None and not master_file(settings).is_file():
        raise OperatorError(
            f"The master key {master_file(settings)} is not there. Name its copy with TELEVENT_MASTER_KEY_FILE."
        )
    return Place(Shelf(directory.absolute()), backup_vault_of(settings, directory), Register(keys))


def _begin(settings: Settings, new: Path) -> Path:
    """A directory in ``new`` in which the restore is prepared: until it is done, nothing starts there."""
    home = new / RESTORING
    try:
        account = chosen_account(settings.model_copy(update={"data_dir": new}))
        there = {path.name for path in new.iterdir()} if new.is_dir() else set()
        if there - {RESTORING} - FOREIGN:
            raise OperatorError(f"{new} is not empty. A restore never writes over anything: name a new directory.")
        if home.is_dir():
            end_earlier(home)
        prepare(new, account)
        prepare(home, account)
    except RecoveryFailed as error:
        raise OperatorError(str(error)) from error
    except OSError as error:
        raise OperatorError(f"{new} cannot be used: {error}") from error
    return home


def _key(place: Place, key_id: UUID, what: str) -> bytes:
    key = place.vault.read(key_id)
    if key is None:
        raise OperatorError(f"The key of {what} is destroyed: its time is over, and nothing opens it any more.")
    return key


def _reader(place: Place, manifest: Manifest, part: str) -> SealedReader:
    key_id = uuid5(manifest.backup_id, PERSON_KEYS) if part == PERSON_KEYS else manifest.backup_id
    key = _key(place, key_id, manifest.name)
    return SealedReader(place.shelf.part(manifest, part), key, f"{manifest.name}/{part}")


def _unpack(place: Place, manifest: Manifest, home: Path, progress: Progress) -> None:
    part = manifest.part(CLUSTER)
    total = part.plain if part is not None else 0
    stream = cast("IO[bytes]", _reader(place, manifest, CLUSTER))
    unpack(stream, home / "cluster", lambda done: progress(done, total))
    with tarfile.open(fileobj=io.BytesIO(_reader(place, manifest, FILES).read())) as tar:
        for entry in tar:
            content = tar.extractfile(entry)
            if content is not None and "/" not in entry.name:
                _put(home / entry.name, content.read())


def _put(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _put_wal(place: Place, manifest: Manifest, home: Path, step: Step) -> int:
    """Puts the archived WAL from the backup on beside its files, up to the first gap; returns how many segments."""
    if manifest.line is None:
        return 0
    files = place.shelf.wal(manifest.line)
    position, done = manifest.start, 0
    while (path := files.get(name_of(manifest.timeline, position, manifest.segment))) is not None:
        day = path.parent.name
        key = _key(place, day_key_id(manifest.line, day), f"the WAL of {day}")
        reader = SealedReader(path, key, f"wal/{manifest.line}/{day}/{path.name}")
        name = name_of(manifest.timeline, position, manifest.segment)
        put_segment(home / "cluster", name, cast("IO[bytes]", reader), manifest.segment)
        position, done = position + manifest.segment, done + 1
        if done % 16 == 0:
            step(f"unpacking WAL: {done} of {len(files)} segments")
    return done


def _recover(
    settings: Settings, place: Place, manifest: Manifest, target: Target, home: Path, new: Path, step: Step
) -> Restored:
    done = Restored(manifest.name)
    if not target.own_moment:
        _put_wal(place, manifest, home, step)
    try:
        server, url = start_recovered(home, target, settings.pg_bin)
    except NotReached:
        if target.time is None:
            raise OperatorError("Nothing is restored: no fact at that position is in the archive.") from None
        # Nobody has written between the last transaction and that time, or the archive ends earlier.
        done.ended_early = True
        server, url = start_recovered(home, Target(), settings.pg_bin)
    try:
        migrate.up(url)
        keys = _put_keys(settings, place, manifest, home, done)
        own = settings.model_copy(update={"data_dir": home, "person_keys": keys, "database_url": None, "pool_size": 4})
        revoked = listed_revoked(settings, place.shelf.place)
        core = build_core(own, url)
        try:
            settle(core, listed_erased(place), revoked, settings, done, step)
        finally:
            core.close()
        step("writing the tables again")
        wash(url)
    finally:
        server.stop()
    _finish(home, new)
    return done


def _put_keys(settings: Settings, place: Place, manifest: Manifest, home: Path, done: Restored) -> Path:
    """The directory of the keys of persons for the restored data: today's, or where they are lost the backup's."""
    today = keys_place(settings)
    data = settings.data_dir.absolute()
    apart = today is not None and not today.is_relative_to(data)
    keys = today if apart and today is not None else home / "person-keys"
    if settings.master_key is None and settings.master_key_file is None:
        _put(home / "master-key", master_file(settings).read_bytes())
    for name, path in (("log-key.pem", key_file(settings)), ("log-heads", heads_file(settings))):
        if path.is_relative_to(data):
            # Today's are never older than the backup's.
            with contextlib.suppress(FileNotFoundError):
                _put(home / name, path.read_bytes())
    if today is not None and holds_keys(today):
        done.keys = "today"
        if not apart:
            shutil.copytree(today, keys)
            owned(keys, home)
            done.notes.append(
                f"The keys of persons were copied from {today}. Delete that directory when the restored one is in use:"
                " an erasure does not reach it."
            )
        return keys
    done.keys = "backup"
    own = settings.model_copy(update={"data_dir": home, "person_keys": keys})
    if settings.master_key_file is None and settings.master_key is None:
        own = own.model_copy(update={"master_key_file": home / "master-key"})
    vault = vault_of(own)
    assert vault is not None
    erased = listed_erased(place)
    for line in _reader(place, manifest, PERSON_KEYS).read().splitlines():
        value = json.loads(line)
        subject = UUID(value["id"])
        if value["key"] is None or subject in erased:
            vault.destroy(subject)
        else:
            vault.make(subject, base64.b64decode(value["key"]))
    done.notes.append("Today's keys of persons were not found: those of the backup are used, without the erased.")
    return keys


def _finish(home: Path, new: Path) -> None:
    # A restored directory is used when it is on the disk. The database comes last: without it nothing starts.
    shutil.rmtree(home / "socket", ignore_errors=True)
    os.sync()
    for path in sorted(home.iterdir(), key=lambda each: each.name == "cluster"):
        path.rename(new / path.name)
    home.rmdir()
    os.sync()
