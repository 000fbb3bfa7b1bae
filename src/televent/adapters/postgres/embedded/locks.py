"""Locks between processes on one data directory: flock, which the kernel releases when a process is killed."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError


class FileLock:
    """One lock file. It is never deleted: after that two processes could lock two different inodes."""

    def __init__(self, path: Path, *, owner: tuple[int, int] | None = None) -> None:
        """`owner`: the uid and gid of a new file (only root may set them); None: those of this process."""
        self._path = path
        self._owner = owner
        self._fd: int | None = None

    def try_shared(self) -> bool:
        """Take the lock together with other shared holders. Returns whether it is held now."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take the lock alone, also from a shared hold of this process. Returns whether it is held now."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        """Release the lock; does nothing if it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    @contextmanager
    def exclusive(self, timeout: float) -> Iterator[None]:
        """Hold the lock alone for the block. Raises EmbeddedPostgresError when it is not free in `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self.try_exclusive():
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"another process has been starting or stopping the database in {self._path.parent} "
                    f"for more than {timeout:g} s"
                )
            time.sleep(0.02)
        try:
            yield
        finally:
            self.release()

    def _try(self, kind: int) -> bool:
        if self._fd is None:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if self._owner is not None and os.fstat(self._fd).st_uid != self._owner[0]:
                os.fchown(self._fd, *self._owner)
        try:
            fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            # A failed upgrade may have released the shared hold (flock(2)): release it, so that state and kernel agree.
            self.release()
            return False
        return True
