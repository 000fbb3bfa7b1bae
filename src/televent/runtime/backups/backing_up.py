"""Makes backups of the embedded database, archives its WAL, and destroys the keys of both at the end of their time."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final
from uuid import uuid4, uuid5

import psycopg
import structlog

from televent.adapters.backups.manifest import Manifest, Part
from televent.adapters.backups.register import KeyUse
from televent.adapters.backups.sealing import SealedWriter
from televent.adapters.backups.shelf import ERASED, ShelfBusy, name_of
from televent.adapters.person_keys.files import FileVault
from televent.adapters.postgres.backup.base_backup import BackupFailed, copy_base, is_cluster
from televent.adapters.postgres.backup.wal import (
    Line,
    close_lines,
    line_of,
    open_line,
)
from televent.adapters.postgres.rows import fetch
from televent.application.outage import Outage
from televent.runtime.backups.backup_place import Place, expire, new_key, place_of
from televent.runtime.backups.revoked_again import copy_register
from televent.runtime.backups.wal_archive import archive
from televent.runtime.compose import Core
from televent.runtime.database import OperatorError
from televent.runtime.workers.log_keeper import heads_file, key_file
from televent.settings import Settings

log = structlog.get_logger("televent.backups")

CLUSTER, FILES, PERSON_KEYS = "cluster", "files", "person-keys"
"""The parts of a backup: the database, small files of the data directory, the keys of persons."""
PAUSE: Final = 15.0
"""Seconds between two looks at the WAL."""

Progress = Callable[[int, int], None]


def check_embedded(core: Core) -> None:
    """Raises OperatorError where the database is not the one whose files are in the data directory."""
    cluster = core.settings.data_dir.absolute() / "cluster"
    try:
        embedded = (cluster / "global").is_dir()
        if embedded:
            with psycopg.connect(core.direct or core.conninfo, autocommit=True, prepare_threshold=None) as connection:
                embedded = is_cluster(connection, cluster)
    except (OSError, psycopg.Error) as error:
        raise OperatorError(f"it cannot be told which database this is: {error}") from error
    if not embedded:
        raise OperatorError(
            "DATABASE_URL leads to a server of your own, which Televent does not back up: use its own base backups and"
            " WAL archive. docs/how-to/back-up-and-restore.md says what belongs to a restore."
        )


def back_up(core: Core, directory: Path, progress: Progress) -> Manifest:
    """Makes a backup, while everything runs. It is in the list when all of it is on the disk.

    Raises OperatorError, also where another backup is being made.
    """
    check_embedded(core)
    place = place_of(core.settings, directory)
    try:
        with place.shelf.alone():
            left = place.shelf.clear()
            if left:
                log.warning("backups that were left half written are deleted", count=left)
            own = core.settings.backup_dir
            if own is None or own.absolute() == place.shelf.place:
                # Without a worker that does it, each backup ends the time of older ones.
                expire(place, core.backend.clock(), core.settings.backup_days)
            return _back_up(core, place, progress)
    except (BackupFailed, ShelfBusy) as error:
        raise OperatorError(str(error)) from error
    except (OSError, psycopg.Error) as error:
        raise OperatorError(f"No backup was made: {error}") from error


def _back_up(core: Core, place: Place, progress: Progress) -> Manifest:
    began, backup_id = core.backend.clock(), uuid4()
    name = name_of(began, backup_id.hex)
    keys_id = uuid5(backup_id, PERSON_KEYS)
    key = new_key(place, KeyUse(backup_id, began, f"base/{name}"))
    keys_key = new_key(place, KeyUse(keys_id, began, f"person-keys/{name}"))
    try:
        line = _line(core, place)
        path = place.shelf.begin(name)
        with SealedWriter(path / CLUSTER, key, f"{name}/{CLUSTER}") as cluster:
            copied = copy_base(core.direct or core.conninfo, core.settings.pg_bin, cluster, progress)
        with SealedWriter(path / FILES, key, f"{name}/{FILES}") as files:
            files.write(_small_files(core.settings))
        # After the database: each key that it needs is there.
        note_erased(core, place)
        copy_register(core, place)
        _write(path / ERASED, "".join(f"{subject}\n" for subject in sorted(place.register.erased())))
        with SealedWriter(path / PERSON_KEYS, keys_key, f"{name}/{PERSON_KEYS}") as keys:
            _copy_keys(core.vault, keys)
        manifest = Manifest(
            backup_id=backup_id,
            name=name,
            began=began,
            finished=core.backend.clock(),
            postgres=copied.postgres,
            program=version("televent"),
            position=copied.position,
            xid_base=copied.xid_base,
            start=copied.start,
            timeline=copied.timeline,
            segment=copied.segment,
            line=line.name if line is not None else None,
            parts=(_part(CLUSTER, cluster), _part(FILES, files), _part(PERSON_KEYS, keys)),
        )
        place.shelf.finish(manifest, key)
    except BaseException:
        place.shelf.remove(name)
        for use in (KeyUse(backup_id, began, ""), KeyUse(keys_id, began, "")):
            place.vault.destroy(use.key_id)
            place.register.drop(use)
        raise
    return manifest


def _part(name: str, file: SealedWriter) -> Part:
    return Part(name, file.size, file.plain, file.sha256)


def _line(core: Core, place: Place) -> Line | None:
    """The archive that goes on from a backup: only into the directory of the setting, where the worker archives."""
    own = core.settings.backup_dir
    if own is None or own.absolute() != place.shelf.place:
        return None
    with core.pool.connection() as connection:
        return line_of(connection) or open_line(connection, uuid4().hex[:16])


def _small_files(settings: Settings) -> bytes:
    """The files without which the database and the log of the backup are of little use. The master key is none of them:
    beside it every backup would be open."""
    data = settings.data_dir.absolute()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, path in (
            ("password", data / "password"), ("log-key.pem", key_file(settings)), ("log-heads", heads_file(settings))
        ):  # fmt: skip
            with contextlib.suppress(FileNotFoundError):
                content = path.read_bytes()
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def _copy_keys(vault: FileVault | None, file: SealedWriter) -> None:
    """Every key as it is: wrapped, the next change of the master key would make the copy worthless."""
    for subject in vault.subjects() if vault is not None else ():
        key = vault.read(subject) if vault is not None else None
        value = {"id": str(subject), "key": base64.b64encode(key).decode() if key is not None else None}
        file.write(json.dumps(value).encode() + b"\n")


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def note_erased(core: Core, place: Place) -> int:
    """Writes who was erased to the list beside the keys of backups, which a restore reads; returns how many were new.
    Raises OSError, Outage."""
    rows = fetch(core.pool, "SELECT subject_id FROM subject_key WHERE destroyed_at IS NOT NULL", ())
    return place.register.note_erased(subject for (subject,) in rows)


async def keep_backups(core: Core, stop: asyncio.Event) -> None:
    """Archives WAL, makes a backup when the last one is old enough, and ends the time of old ones, until ``stop`` is
    set. Without TELEVENT_BACKUP_DIR it only lets go the WAL that was kept for an archive."""
    directory = core.settings.backup_dir
    told = ""
    place: Place | None = None
    while not stop.is_set():
        try:
            if directory is None:
                await core.run(_let_go, core)
                return
            if place is None:
                await core.run(check_embedded, core)
                place = await core.run(place_of, core.settings, directory)
            await core.run(_look_after, core, place)
            told = ""
        except Outage as outage:
            log.warning("backups wait for the database", error=str(outage))
        except (OperatorError, OSError, psycopg.Error) as error:
            # Once, not every quarter of a minute: an operator has to act.
            if str(error) != told:
                log.error("backups are not kept", error=str(error))
                told = str(error)
        except Exception:
            log.exception("backups are not kept; it is retried")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE)


def _let_go(core: Core) -> None:
    try:
        check_embedded(core)
        with core.pool.connection() as connection:
            close_lines(connection)
    except OperatorError:
        # A server of the operator's own: its slots are not ours.
        return


def _look_after(core: Core, place: Place) -> None:
    settings, now = core.settings, core.backend.clock()
    note_erased(core, place)
    copy_register(core, place)
    for what in expire(place, now, settings.backup_days):
        log.info("a backup's time is over: its key is destroyed", what=what)
    if settings.backup_hours and settings.backup_dir is not None:
        newest = max((kept.manifest.began for kept in place.shelf.listed() if kept.manifest is not None), default=None)
        if newest is None or now - newest >= timedelta(hours=settings.backup_hours):
            manifest = back_up(core, settings.backup_dir, lambda done, total: None)
            log.info("a backup is made", name=manifest.name, size=manifest.size)
    archive(core, place)
