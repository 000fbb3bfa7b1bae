"""Keeps beside the keys of backups what each is for and since when, and the list of the erased."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from televent.adapters.backups.shelf import own, sync

ENDING: Final = ".for"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """The purpose of a key: ``base/NAME``, or ``wal/LINE/DAY``. Its time of retention begins at ``since``."""

    key_id: UUID
    since: datetime
    what: str


class Register:
    """The files beside the keys in ``place``. Each is written as a whole; raises OSError."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def note(self, use: KeyUse) -> None:
        """Notes what a key is for, before anything is sealed with it; an earlier note is replaced."""
        uses = self._place / "uses"
        uses.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = uses / f"{use.key_id}{ENDING}"
        fresh = path.with_name(f".{path.name}")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(f"{use.since.isoformat()} {use.what}\n")
            file.flush()
            os.fsync(file.fileno())
        own(uses, self._place)
        own(fresh, self._place)
        fresh.replace(path)
        sync(uses)

    def uses(self) -> list[KeyUse]:
        """The keys that are not destroyed yet, the oldest first."""
        found = []
        for path in (self._place / "uses").glob(f"*{ENDING}"):
            if path.name.startswith("."):
                continue
            since, _, what = path.read_text("utf-8").strip().partition(" ")
            found.append(KeyUse(UUID(path.stem), datetime.fromisoformat(since), what))
        return sorted(found, key=lambda use: (use.since, use.key_id))

    def drop(self, use: KeyUse) -> None:
        """Forgets a key that was destroyed."""
        (self._place / "uses" / f"{use.key_id}{ENDING}").unlink(missing_ok=True)

    def erased(self) -> set[UUID]:
        """The list of the erased: who was ever erased here, as far as it was noted."""
        return read_erased(self._place / "erased")

    def note_erased(self, subjects: Iterable[UUID]) -> int:
        """Adds those to the list who are not on it; returns how many."""
        new = sorted(set(subjects) - self.erased())
        if new:
            self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._place / "erased", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "a", encoding="ascii") as file:
                # A process that was killed may have left a line without its end.
                file.write("".join(f"\n{subject}" for subject in new) + "\n")
                file.flush()
                os.fsync(file.fileno())
            own(self._place / "erased", self._place)
        return len(new)


def read_erased(path: Path) -> set[UUID]:
    """The ids in a list of the erased. The start of an id, which a killed process left, is passed over."""
    try:
        lines = path.read_text("ascii").split()
    except FileNotFoundError:
        return set()
    return {UUID(line) for line in lines if len(line) == 36}
