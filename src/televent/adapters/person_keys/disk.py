"""Writes small secret files so that a crash leaves the whole old content or the whole new one."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4


def replace(path: Path, content: bytes) -> None:
    """Gives the file this content (mode 0600), on the disk. The caller has locked it. Raises OSError."""
    for left in path.parent.glob(f"{path.name}.*.new"):
        # A process was killed while it wrote: this may be a copy of a key that is to be destroyed.
        overwrite(left)
        left.unlink()
    fresh = path.with_name(f"{path.name}.{uuid4().hex}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            _own(file.fileno(), path.parent)
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()
    sync(path.parent)


def overwrite(path: Path) -> None:
    """Puts zeros in the place of the file's content: what is only unlinked may stay on the disk for long. Raises
    OSError."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, bytes(os.fstat(descriptor).st_size))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(directory: Path) -> None:
    """Writes the names in the directory to the disk. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: Path) -> None:
    """Makes the directory (mode 0700), on the disk, where it does not exist. Raises OSError."""
    if path.is_dir():
        return
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _own(descriptor, path.parent)
    finally:
        os.close(descriptor)
    sync(path.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock file alone for the block: between processes and between threads. The kernel releases it when the
    process is killed. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _own(descriptor, path.parent)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _own(descriptor: int, parent: Path) -> None:
    # A command that root runs must leave files that the services, which have stepped down, can read.
    if os.geteuid() == 0:
        owner = parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
