"""One embedded PostgreSQL server on one data directory, shared by every Televent process on that directory.

The first process starts the server. A later process, or one that finds it running after a crash, adopts it. The last
process to leave stops it. There is no register of processes: a process that uses the server holds a shared flock, which
the kernel releases when the process is killed.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError
from televent.adapters.postgres.embedded.locks import FileLock
from televent.adapters.postgres.embedded.running import Server, owner_of
from televent.adapters.postgres.embedded.watch import Watch


class EmbeddedPostgres:
    """Starts, adopts, watches and stops the server. `start` and `stop` may be called from any thread."""

    def __init__(
        self,
        *,
        binaries: Path | None = None,
        options: Mapping[str, str] | None = None,
        timeout: float = 120.0,
        revive: bool = True,
    ) -> None:
        """`binaries`: the bin directory from TELEVENT_PG_BIN. `options`: server settings that override the
        configuration file for this run. `timeout`: seconds to wait for a recovery or for another process.
        `revive`: whether a server that is killed while this process uses it is started again."""
        self._binaries = binaries
        self._options = dict(options or {})
        self._timeout = timeout
        self._revive = revive
        self._server: Server | None = None
        self._users: FileLock | None = None
        self._watch: Watch | None = None
        self._mutex = threading.RLock()

    def start(self, data_dir: Path) -> str:
        """Start or adopt the server on `data_dir` (made if missing) and return its connection URL.

        A second call checks that the server still answers, and starts it again if it was killed.
        Raises EmbeddedPostgresError with one line for the operator.
        """
        home = data_dir.absolute()
        with self._mutex:
            if self._server is not None and self._server.home != home:
                raise EmbeddedPostgresError(f"already started on {self._server.home}: stop first")
            try:
                home.mkdir(mode=0o700, parents=True, exist_ok=True)
                with start_lock(home).exclusive(self._timeout):
                    url = self._enter(home)
            except OSError as error:
                raise EmbeddedPostgresError(f"the data directory {home} cannot be used: {error}") from error
            if self._revive and self._watch is None:
                self._watch = Watch(self._is_alive, self._start_again)
                self._watch.start()
            return url

    def stop(self, *, timeout: float = 30.0) -> bool:
        """Leave the server; the last process to leave stops it. Returns whether the server was stopped.

        Open connections are cut (fast shutdown). After `timeout` seconds the server is ended at once, which costs a
        recovery at the next start.
        """
        with self._mutex:
            if self._watch is not None:
                self._watch.end()
                self._watch = None
            if self._server is None:
                return False
            with start_lock(self._server.home).exclusive(self._timeout):
                return self._leave(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _enter(self, home: Path) -> str:
        """Take the users' lock and start or adopt the server; the caller holds the start lock."""
        if self._server is not None:
            return self._server.serve()
        users = FileLock(home / "users.lock", owner=owner_of(home))
        if not users.try_shared():
            raise EmbeddedPostgresError(f"another program holds the lock {home / 'users.lock'}")
        self._users = users
        self._server = Server(home, binaries=self._binaries, options=self._options, timeout=self._timeout)
        try:
            return self._server.serve()
        except BaseException:
            self._leave(timeout=10)
            raise

    def _leave(self, timeout: float) -> bool:
        """Release the users' lock, and stop the server if no other process uses it; the caller holds the start lock."""
        server, users = self._server, self._users
        self._server = self._users = None
        if server is None or users is None:
            return False
        try:
            if not users.try_exclusive():
                return False
            server.shut_down(timeout)
            return True
        finally:
            users.release()

    def _is_alive(self) -> bool:
        server = self._server
        return server is None or server.is_alive()

    def _start_again(self) -> None:
        with self._mutex:
            if self._server is not None:
                self.start(self._server.home)


def start_lock(home: Path) -> FileLock:
    """The lock of `home` that a process holds while it starts or stops the server."""
    return FileLock(home / "starting.lock", owner=owner_of(home))
