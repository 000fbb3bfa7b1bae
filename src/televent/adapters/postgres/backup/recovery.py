"""Makes a cluster of a base backup again, with the WAL up to a moment."""

from __future__ import annotations

import os
import re
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final

import psycopg

from televent.adapters.postgres.backup.scrubbing import forget_wal
from televent.adapters.postgres.embedded import EmbeddedPostgres
from televent.adapters.postgres.embedded.account import Account, choose_account
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError
from televent.adapters.postgres.embedded.locks import FileLock
from televent.adapters.postgres.embedded.running import Server

PATIENCE: Final = 24 * 3600.0
"""Max seconds of a recovery. The WAL of weeks may take hours."""
PIECE: Final = 1 << 20
_TOO_EARLY: Final = "recovery ended before configured recovery target was reached"
_BEFORE_WHOLE: Final = "requested recovery stop point is before consistent recovery point"
SEGMENT: Final = re.compile(r"[0-9A-F]{24}")


class NotReached(Exception):
    """The WAL has nothing of the target: it ends before it. The cluster stands at the end of the WAL, and is not yet
    usable."""


class RecoveryFailed(Exception):
    """PostgreSQL could not make a cluster of the backup. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a recovery ends: at the backup's own moment, at a time, after a transaction, or with none of them at the
    end of the WAL."""

    own_moment: bool = False
    time: datetime | None = None
    transaction: int | None = None

    def options(self) -> dict[str, str]:
        """The settings of PostgreSQL that say so."""
        if self.own_moment:
            return {"recovery_target": "immediate"}
        if self.time is not None:
            return {"recovery_target_time": f"{self.time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}"}
        if self.transaction is not None:
            return {"recovery_target_xid": str(self.transaction & 0xFFFFFFFF)}
        return {}


def end_earlier(home: Path) -> None:
    """Ends the server of a restore that was killed, and deletes what it left. Raises RecoveryFailed where that restore
    still runs, OSError."""
    users = FileLock(home / "users.lock")
    try:
        if not users.try_exclusive():
            raise RecoveryFailed(f"Another restore into {home.parent} is running.")
        Server(home, binaries=None, options={}, timeout=60).shut_down(10)
    finally:
        users.release()
    shutil.rmtree(home)


def unpack(stream: IO[bytes], cluster: Path, progress: Callable[[int], None]) -> None:
    """Writes the files of a base backup into ``cluster``, which does not exist yet, for the account that will run the
    server. Raises RecoveryFailed, OSError, and what reading ``stream`` raises."""
    account = choose_account(cluster)
    account.private_directory(cluster)
    done = 0
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            path = cluster / _inside(entry.name)
            if entry.isdir():
                _directory(path, cluster, account)
            elif entry.isfile():
                _directory(path.parent, cluster, account)
                content = tar.extractfile(entry)
                assert content is not None
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    shutil.copyfileobj(content, file, PIECE)
                _give(path, account)
            else:
                raise RecoveryFailed(f"{entry.name} of the backup is neither a file nor a directory.")
            done += entry.size
            progress(done)


def put_segment(cluster: Path, name: str, pieces: IO[bytes], size: int) -> None:
    """Puts a segment of the WAL where the recovery finds it, with zeros up to its ``size``. Raises OSError."""
    path = cluster / "pg_wal" / name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(pieces, file, PIECE)
        file.truncate(size)
    _give(path, choose_account(cluster))


def start_recovered(home: Path, target: Target, binaries: Path | None) -> tuple[EmbeddedPostgres, str]:
    """The running server of ``home``/cluster, recovered to the target and open for writes, and its URL.

    Raises NotReached; then it can be called again with another target. Raises RecoveryFailed.
    """
    (home / "cluster" / "recovery.signal").touch(mode=0o600)
    _give(home / "cluster" / "recovery.signal", choose_account(home / "cluster"))
    options = {
        # All WAL is in pg_wal already.
        "restore_command": "false",
        "recovery_target_timeline": "current",
        "recovery_target_action": "promote",
        # Nobody is let in before the end.
        "hot_standby": "off",
        **target.options(),
    }
    server = EmbeddedPostgres(binaries=binaries, options=options, timeout=PATIENCE, revive=False)
    try:
        return server, server.start(home)
    except EmbeddedPostgresError as error:
        said = _log(home)
        if _TOO_EARLY in said:
            (home / "server.log").unlink()
            raise NotReached from error
        if _BEFORE_WHOLE in said:
            raise RecoveryFailed("That moment is before the end of the backup: take an older one.") from error
        raise RecoveryFailed(f"PostgreSQL could not recover the backup: {error}.") from error


def wash(url: str) -> None:
    """Writes every table again, and drops the older WAL: nothing of a deleted row is left in a file. Nobody else may be
    connected. Raises psycopg.Error."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        # ANALYZE leaves the samples of a table that has become empty as they were.
        connection.execute("DELETE FROM pg_statistic")
        connection.execute("ANALYZE")
        connection.execute("VACUUM (FULL)")
        forget_wal(connection)


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise RecoveryFailed(f"{name} of the backup is outside of the cluster.")
    return path


def _directory(path: Path, cluster: Path, account: Account) -> None:
    if path != cluster and not path.is_dir():
        _directory(path.parent, cluster, account)
        account.private_directory(path)


def _give(path: Path, account: Account) -> None:
    if account.switches:
        os.chown(path, account.uid, account.gid)


def _log(home: Path) -> str:
    try:
        return (home / "server.log").read_text("utf-8", "replace")
    except OSError:
        return ""
