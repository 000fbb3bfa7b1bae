"""The keys of persons in a tree of small files, one for each person: ``ab/ab12….key``.

A file has the wrapped key. A destroyed key leaves a file that says so. It is the list of the erased, which outlives a
restore of an older database. A file is only ever replaced as a whole, so readers need no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Final
from uuid import UUID

from televent.adapters.person_keys.disk import locked, make_directory, overwrite, replace
from televent.application.event_store.key_vault import MasterKey, MasterKeyMissing
from televent.application.outage import DatabaseAway

FORM: Final = b"televent key/1\n"
DESTROYED: Final = b"televent key/1 destroyed\n"
ENDING: Final = ".key"


class FileVault:
    """Keys below ``place``. Thread-safe; any number of processes on one machine, or on a shared file system with
    flock. Raises DatabaseAway where the files or the master key cannot be used: nothing personal can be read then."""

    def __init__(self, place: Path, master: MasterKey) -> None:
        """Raises OSError where the directory cannot be made."""
        self._place = place
        self._master = master
        make_directory(place)

    def read(self, subject: UUID) -> bytes | None:
        try:
            try:
                return self._read(subject)
            except MasterKeyMissing:
                # Another process may have wrapped the key again, or destroyed it, while this one read the file.
                return self._read(subject)
        except FileNotFoundError:
            raise DatabaseAway(
                f"the key of person {subject} is not in {self._place}: TELEVENT_PERSON_KEYS must name the directory"
                " with the keys of this database, the same for all processes"
            ) from None
        except (MasterKeyMissing, OSError) as error:
            raise DatabaseAway(f"the keys of persons cannot be read: {error}") from error

    def _read(self, subject: UUID) -> bytes | None:
        content = self._path(subject).read_bytes()
        return None if content == DESTROYED else self._master.unwrap(_wrapped(content), subject)

    def make(self, subject: UUID, fresh: bytes) -> bytes | None:
        path = self._path(subject)
        try:
            make_directory(path.parent)
            # A rotation by another process ends when nothing is wrapped with the older master key any more.
            with self._locked():
                if not path.exists():
                    self._master.reload()
                    replace(path, FORM + self._master.wrap(fresh, subject))
        except (MasterKeyMissing, OSError) as error:
            raise DatabaseAway(f"no key of a person can be made: {error}") from error
        return self.read(subject)

    def destroy(self, subject: UUID) -> None:
        path = self._path(subject)
        try:
            make_directory(path.parent)
            with self._locked():
                if path.exists() and path.read_bytes() != DESTROYED:
                    overwrite(path)
                replace(path, DESTROYED)
        except OSError as error:
            raise DatabaseAway(f"the key of person {subject} is not destroyed yet: {error}") from error

    def subjects(self) -> Iterator[UUID]:
        """Everybody who has a file here, also where the key is destroyed. Raises OSError."""
        return (UUID(path.stem) for path in self._paths())

    def destroyed(self) -> Iterator[UUID]:
        """The list of the erased: everybody whose key was destroyed here. Raises OSError."""
        return (UUID(path.stem) for path in self._paths() if path.read_bytes() == DESTROYED)

    def rotate(self, progress: Callable[[int], None] = lambda done: None, *, others: Sequence[FileVault] = ()) -> int:
        """Wraps every key with a new master key, and forgets the older ones; returns the number of keys that were
        wrapped again. An interrupted rotation goes on where it was. Raises MasterKeyMissing, OSError.

        ``others``: vaults whose keys the same master key wraps."""
        vaults = (self, *others)
        with self._locked():
            self._master.begin_rotation()
        done = 0
        for vault in vaults:
            vault._master.reload()
            for path in vault._paths():
                with vault._locked():
                    done += vault._rewrap(path)
                progress(done)
        # Alone, because others may have made keys meanwhile with the master key that they knew.
        with ExitStack() as locks:
            for vault in vaults:
                locks.enter_context(vault._locked())
            done += sum(vault._rewrap(path) for vault in vaults for path in vault._paths())
            self._master.end_rotation()
        progress(done)
        return done

    def _rewrap(self, path: Path) -> bool:
        content = path.read_bytes()
        if content == DESTROYED or self._master.current(_wrapped(content)):
            return False
        subject = UUID(path.stem)
        replace(path, FORM + self._master.wrap(self._master.unwrap(_wrapped(content), subject), subject))
        return True

    def _paths(self) -> Iterator[Path]:
        return iter(sorted(self._place.glob(f"??/*{ENDING}")))

    def _path(self, subject: UUID) -> Path:
        return self._place / subject.hex[:2] / f"{subject}{ENDING}"

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._place / "lock")


def _wrapped(content: bytes) -> bytes:
    if not content.startswith(FORM):
        raise MasterKeyMissing("A file of a person's key is damaged. Put its copy back.")
    return content.removeprefix(FORM)


def holds_keys(place: Path) -> bool:
    """Whether there is a key of anybody below that directory. Raises OSError."""
    return any(True for _ in place.glob(f"??/*{ENDING}"))
