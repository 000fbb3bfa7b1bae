"""The directory of backups: ``base/NAME`` for each backup, ``wal/LINE/DAY`` for the archived WAL.

A backup is written below a name that begins with a dot, and renamed when all of it is on the disk. So a backup that a
killed process left half written is never one of the list.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from televent.adapters.backups.manifest import BadManifest, Manifest, check, read, written
from televent.adapters.backups.sealing import sha256_of

MANIFEST: Final = "manifest.json"
ERASED: Final = "erased"
"""The list of the erased of the backup's moment. Random ids, so it is not sealed: it outlives the backup's key."""
_NAME: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class ShelfBusy(Exception):
    """Another backup is being written to the directory. The message is a sentence."""


class Damaged(Exception):
    """A backup is not as it was written. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup of the list: its manifest, or why it cannot be used."""

    name: str
    manifest: Manifest | None
    trouble: str = ""


class Shelf:
    """The directory ``place``. Raises OSError where it cannot be used."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def prepare(self) -> None:
        """Makes the directories, where they do not exist."""
        for each in (self.place / "base", self.place / "wal"):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
            own(each, self.place)

    def listed(self) -> list[Kept]:
        """The backups that were written wholly, the oldest first. Their contents are not read."""
        found = []
        base = self.place / "base"
        for path in sorted(base.iterdir()) if base.is_dir() else []:
            if _NAME.fullmatch(path.name):
                found.append(self._kept(path))
        return found

    def _kept(self, path: Path) -> Kept:
        try:
            manifest = read((path / MANIFEST).read_text("utf-8"))
        except (BadManifest, OSError, UnicodeDecodeError) as error:
            return Kept(path.name, None, f"its manifest cannot be used: {error}")
        if manifest.name != path.name:
            return Kept(path.name, None, f"it was {manifest.name} and has been renamed")
        for part in manifest.parts:
            file = path / part.name
            if not file.is_file() or file.stat().st_size != part.size:
                return Kept(path.name, manifest, f"its part {part.name} is missing or has another size")
        return Kept(path.name, manifest)

    def check(self, manifest: Manifest, key: bytes) -> None:
        """Compares the manifest and the hash of every part. Raises Damaged, OSError."""
        path = self.place / "base" / manifest.name
        try:
            check((path / MANIFEST).read_text("utf-8"), key)
        except BadManifest as error:
            raise Damaged(f"The manifest of {manifest.name} does not hold. {error}") from error
        for part in manifest.parts:
            if sha256_of(path / part.name) != part.sha256:
                raise Damaged(f"The part {part.name} of {manifest.name} is not what was written: its SHA-256 differs.")

    def part(self, manifest: Manifest, name: str) -> Path:
        """The file of a part."""
        return self.place / "base" / manifest.name / name

    def begin(self, name: str) -> Path:
        """A new directory for the parts of a backup, which nobody else sees as one."""
        path = self.place / "base" / f".{name}"
        path.mkdir(mode=0o700)
        return path

    def finish(self, manifest: Manifest, key: bytes) -> None:
        """Writes the manifest of the parts, and gives the backup its name."""
        base = self.place / "base"
        path = base / f".{manifest.name}"
        with (path / MANIFEST).open("w", encoding="utf-8") as file:
            file.write(written(manifest, key))
            file.flush()
            os.fsync(file.fileno())
        sync(path)
        owned(path, self.place)
        path.rename(base / manifest.name)
        sync(base)

    def remove(self, name: str) -> None:
        """Deletes a backup. It is no one of the list from the first moment on."""
        path = self.place / "base" / name
        hidden = path.with_name(f".{name}")
        if path.is_dir():
            path.rename(hidden)
        shutil.rmtree(hidden, ignore_errors=True)

    def clear(self) -> int:
        """Deletes what killed processes have left half written; the caller writes alone. Returns how many."""
        left = list((self.place / "base").glob(".*Z-*"))
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        return len(left)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Writes a backup alone for the block. Raises ShelfBusy."""
        descriptor = os.open(self.place / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            own(self.place / "lock", self.place)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ShelfBusy(
                    f"Another backup is being written to {self.place}. Try again when it is done."
                ) from None
            yield
        finally:
            os.close(descriptor)

    def day(self, line: str, day: str) -> Path:
        """The directory of the WAL that was archived on a day."""
        return self.place / "wal" / line / day

    def note_reached(self, line: str, moment: datetime) -> None:
        """Notes that everything that was written before the moment is in the archive."""
        folder = self.place / "wal" / line
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = folder / f".{REACHED}"
        fresh.write_text(moment.isoformat() + "\n", "ascii")
        own(folder, self.place)
        own(fresh, self.place)
        fresh.replace(folder / REACHED)

    def reached(self, line: str | None) -> datetime | None:
        """The moment up to which the archive goes; None where there is none."""
        try:
            return datetime.fromisoformat((self.place / "wal" / (line or "") / REACHED).read_text("ascii").strip())
        except (FileNotFoundError, ValueError):
            return None

    def drop_day(self, line_and_day: str) -> None:
        """Deletes the WAL of a day, and the archive with its last day."""
        folder = self.place / "wal" / line_and_day
        shutil.rmtree(folder, ignore_errors=True)
        if folder.parent.is_dir() and not any(path.is_dir() for path in folder.parent.iterdir()):
            shutil.rmtree(folder.parent, ignore_errors=True)

    def wal(self, line: str) -> dict[str, Path]:
        """The files of an archive of WAL by the name of their segment. One that is whole comes before one that was
        still being written."""
        found: dict[str, Path] = {}
        for path in sorted((self.place / "wal" / line).glob("*/*")):
            name = path.name.removesuffix(PARTIAL)
            if not path.name.startswith(".") and (name not in found or found[name].name != name):
                found[name] = path
        return found


REACHED: Final = "reached"
PARTIAL: Final = ".part"
"""How the name of a segment ends that PostgreSQL was still writing."""


def name_of(moment: datetime, number: str) -> str:
    """The name of a backup: its moment (UTC), and the start of its id."""
    return f"{moment:%Y%m%dT%H%M%SZ}-{number[:8]}"


def owned(path: Path, like: Path) -> None:
    """Gives what root has written to the owner of ``like``; nothing where this process is not root."""
    if os.geteuid() == 0:
        owner = like.stat()
        for each in path.rglob("*"):
            os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)
        own(path, like)


def own(path: Path, like: Path) -> None:
    """The same for one file or directory, and not for what is in it."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def sync(directory: Path) -> None:
    """Writes the names in a directory to the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
