"""Closes the files of a directory to other accounts, and gives them to one account."""

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

OTHERS = 0o077
"""The mode bits of the group and of all others."""


@dataclass(frozen=True, slots=True)
class Settled:
    """``opened``: paths that were open to others, and are closed now. ``left``: paths that this process may not change:
    they belong to another account."""

    opened: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)


def settle(
    place: Path,
    owner: tuple[int, int] | None,
    *,
    leave: Collection[str] = (),
    only: Collection[str] | None = None,
) -> Settled:
    """Takes all rights of group and others from `place` and what it contains.

    `owner`: the uid and gid that own everything afterwards (only root may give files away); None: owners stay.
    `leave`: names of directories directly in `place` that are closed, and whose contents and owners stay.
    `only`: names directly in `place` to change, and not `place` itself; None: all.
    Symbolic links, sockets, and files with a second name are left as they are. Raises OSError.
    """
    settled = Settled()
    with _open(place, os.O_DIRECTORY) as descriptor:
        if only is None and _close(descriptor, owner):
            settled.opened.append(place)
        names = os.listdir(descriptor)
        _settle(descriptor, place, [each for each in names if only is None or each in only], owner, leave, settled)
    return settled


def open_to_others(place: Path, *, leave: Collection[str] = ()) -> list[Path]:
    """The paths that `settle` would close; a directory that this process cannot read counts as one. Raises OSError."""
    found = [place] if place.lstat().st_mode & OTHERS else []
    with suppress(PermissionError), os.scandir(place) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode) and entry.name not in leave:
                found += open_to_others(Path(entry.path))
            elif not stat.S_ISLNK(status.st_mode) and status.st_mode & OTHERS:
                found.append(Path(entry.path))
    return found


def _settle(
    folder: int,
    place: Path,
    names: Collection[str],
    owner: tuple[int, int] | None,
    leave: Collection[str],
    settled: Settled,
) -> None:
    # Root works here in directories that another account may write to. So each file is changed by a descriptor that was
    # opened without following a link, and a second name of a foreign file is never given away.
    for name in sorted(names):
        # A running Televent on the same directory may delete files meanwhile.
        with suppress(FileNotFoundError):
            try:
                _settle_one(folder, place / name, owner, leave, settled)
            except PermissionError:
                settled.left.append(place / name)


def _settle_one(
    folder: int, place: Path, owner: tuple[int, int] | None, leave: Collection[str], settled: Settled
) -> None:
    name = place.name
    status = os.lstat(name, dir_fd=folder)
    if stat.S_ISDIR(status.st_mode):
        with _open(name, os.O_DIRECTORY | os.O_NOFOLLOW, folder) as inner:
            if _close(inner, None if name in leave else owner):
                settled.opened.append(place)
            if name not in leave:
                _settle(inner, place, os.listdir(inner), owner, (), settled)
    elif stat.S_ISREG(status.st_mode):
        with _open(name, os.O_NOFOLLOW | os.O_NONBLOCK, folder) as file:
            if os.fstat(file).st_nlink == 1 and _close(file, owner):
                settled.opened.append(place)


def _close(descriptor: int, owner: tuple[int, int] | None) -> bool:
    """Whether it was open to others."""
    status = os.fstat(descriptor)
    if owner is not None and (status.st_uid, status.st_gid) != owner:
        os.fchown(descriptor, *owner)
    if not status.st_mode & OTHERS:
        return False
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode) & ~OTHERS)
    return True


@contextmanager
def _open(path: str | Path, flags: int, folder: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
