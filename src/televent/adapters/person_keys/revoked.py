"""The register of revocations as empty files: ``2026-11-23/api-key.TENANT.ID`` (application.revocations).

A file for each needs no lock, also on a file system that several machines share, and a day goes as a whole.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, cast, get_args
from uuid import UUID

from televent.adapters.person_keys.disk import make_directory, sync
from televent.application.outage import DatabaseAway
from televent.application.revocations import Kind, Revocation
from televent.domain.ids import AccountId

KINDS: Final = frozenset(get_args(Kind))


class FileRevocations:
    """Revocations below ``place``. Thread-safe, for any number of processes."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def note(self, revoked: Revocation, now: datetime) -> None:
        """Keeps one, on the disk when this returns. Raises DatabaseAway where it cannot."""
        try:
            self._put(now.astimezone(UTC).date(), revoked)
        except OSError as error:
            raise DatabaseAway(f"no revocation can be kept in {self._place}: {error}") from error

    def all(self) -> set[Revocation]:
        """Everything that is kept. Raises OSError."""
        return {revoked for _, revoked in self._listed()}

    def copy_to(self, other: FileRevocations) -> int:
        """Gives the other register what it does not have; returns how many. Raises OSError."""
        there = set(other._listed())
        missing = [each for each in self._listed() if each not in there]
        for day, revoked in missing:
            other._put(day, revoked)
        return len(missing)

    def prune(self, before: date) -> int:
        """Forgets the days before that one; returns how many. Raises OSError."""
        old = [(day, path) for day, path in self._days() if day < before]
        for _, path in old:
            shutil.rmtree(path)
        return len(old)

    def _put(self, day: date, revoked: Revocation) -> None:
        make_directory(self._place)
        directory = self._place / day.isoformat()
        make_directory(directory)
        path = directory / f"{revoked.kind}.{revoked.tenant}.{revoked.id}"
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                if os.geteuid() == 0:
                    owner = directory.stat()
                    os.fchown(descriptor, owner.st_uid, owner.st_gid)
            finally:
                os.close(descriptor)
        # Also where the file is there: the process that made it may not have come so far.
        sync(directory)

    def _days(self) -> list[tuple[date, Path]]:
        found = []
        for path in self._place.glob("????-??-??"):
            with suppress(ValueError):
                found.append((date.fromisoformat(path.name), path))
        return found

    def _listed(self) -> list[tuple[date, Revocation]]:
        found = []
        for day, path in self._days():
            for name in os.listdir(path):
                kind, *ids = name.split(".")
                if kind not in KINDS or len(ids) != 2:
                    continue
                # A copy that an editor or a copying program left must not stop backups and restores.
                with suppress(ValueError):
                    tenant, own = map(UUID, ids)
                    found.append((day, Revocation(cast("Kind", kind), AccountId(tenant), own)))
        return found
