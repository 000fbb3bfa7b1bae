"""Chooses the operating system account for PostgreSQL, which refuses to run as root, and runs programs as it."""

import os
import pwd
import stat
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError

# The server must not inherit variables of this process (PGDATA, PGOPTIONS, LD_PRELOAD, tokens).
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

UNPRIVILEGED = ("televent", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """The account that runs the server: `uid` and `gid`, and whether a child must switch to them because this process
    is root."""

    uid: int
    gid: int
    switches: bool

    @property
    def name(self) -> str:
        """The user name, or "uid N" where there is none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return f"uid {self.uid}"

    @contextmanager
    def naming(self, directory: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
        """A path by which a child of this account can open `directory`, and the descriptors that it must inherit.

        The real path may contain directories that the account may not enter, such as root's home. A descriptor that
        this process opened works nevertheless. (The child's working directory does not: PostgreSQL 15's programs
        change it.)
        """
        if self.reaches(directory):
            yield str(directory), ()
            return
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield f"/proc/self/fd/{descriptor}", (descriptor,)
        finally:
            os.close(descriptor)

    def run(
        self, arguments: Sequence[str | Path], *, cwd: Path = Path("/"), descriptors: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end as this account, in `cwd`, even where the account cannot enter its parents.

        Raises EmbeddedPostgresError where it cannot be started.
        """
        try:
            return subprocess.run(
                [str(argument) for argument in arguments],
                cwd=cwd,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                pass_fds=descriptors,
                user=self.uid if self.switches else None,
                group=self.gid if self.switches else None,
                extra_groups=[] if self.switches else None,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresError(f"{arguments[0]} cannot be run as {self.name}: {error}") from error

    def spawn(
        self, arguments: Sequence[str | Path], log: IO[bytes], *, descriptors: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a program as this account and leave it running. It gets its own session, so that Ctrl-C in this
        terminal does not reach it.

        Raises EmbeddedPostgresError where it cannot be started.
        """
        try:
            return subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd="/",
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=descriptors,
                user=self.uid if self.switches else None,
                group=self.gid if self.switches else None,
                extra_groups=[] if self.switches else None,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresError(f"{arguments[0]} cannot be run as {self.name}: {error}") from error

    def private_directory(self, path: Path) -> None:
        """Make the directory `path`, which only this account may enter (mode 0700)."""
        path.mkdir(mode=0o700)
        if self.switches:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether this account may enter `path` and every directory above it, by their mode bits."""
        path = path.resolve()
        return not self.switches or all(self._enters(place) for place in (path, *path.parents))

    def _enters(self, directory: Path) -> bool:
        status = directory.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def named_account(user: str) -> Account | None:
    """The account with this name or number that root switches to; None where there is none. A number needs no entry in
    the user database; its group then has the same number."""
    try:
        entry = pwd.getpwuid(int(user)) if user.isascii() and user.isdigit() else pwd.getpwnam(user)
    except KeyError:
        return Account(int(user), int(user), switches=True) if user.isascii() and user.isdigit() else None
    return Account(entry.pw_uid, entry.pw_gid, switches=True)


def owner_account(place: Path) -> Account | None:
    """The account that owns `place`, for root to switch to; None where that is root or there is no such place.

    Its group is its own, not the directory's: that can be root's.
    """
    uid = place.stat().st_uid if place.exists() else 0
    return named_account(str(uid)) if uid != 0 else None


def choose_account(cluster: Path) -> Account:
    """The account that runs the server of `cluster`: this process's own; for root, the cluster's owner, else the owner
    of the directory around it, else one of UNPRIVILEGED.

    Raises EmbeddedPostgresError when the cluster belongs to an account that this process cannot switch to.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            owner_name = Account(owner.st_uid, owner.st_gid, switches=False).name
            raise EmbeddedPostgresError(
                f"the database in {cluster} belongs to {owner_name}: "
                "run as that user or as root, or choose another data directory"
            )
        return Account(os.geteuid(), os.getegid(), switches=False)
    found = (owner_account(cluster), owner_account(cluster.parent), *map(named_account, UNPRIVILEGED))
    account = next((each for each in found if each is not None), None)
    if account is not None:
        return account
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and there is neither a user 'televent' nor 'nobody': "
        "add one, or run televent as an ordinary user"
    )
