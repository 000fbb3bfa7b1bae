"""One PostgreSQL of our own on one data directory, shared by every Televent process that names it.

Who starts first starts the server; who comes later, or after a crash finds it still running, adopts it;
who leaves last stops it. Nobody is registered anywhere: a shared flock says that a process still uses the
server, and the kernel drops it when the process is killed.
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
    """The supervisor. `start` and `stop` may be called from any thread."""

    def __init__(
        self,
        *,
        binaries: Path | None = None,
        options: Mapping[str, str] | None = None,
        patience: float = 120.0,
        revive: bool = True,
    ) -> None:
        """`binaries`: the bin directory from TELEVENT_PG_BIN; `options`: server settings that override the
        configuration file's for this run; `patience`: seconds to wait for a recovery or for another process;
        `revive`: whether a server that is killed while we use it is started again by itself."""
        self._binaries = binaries
        self._options = dict(options or {})
        self._patience = patience
        self._revive = revive
        self._server: Server | None = None
        self._users: FileLock | None = None
        self._watch: Watch | None = None
        self._mutex = threading.RLock()

    def start(self, data_dir: Path) -> str:
        """Start or adopt the server on `data_dir` (made if missing) and return its connection URL.

        Calling it again while started makes sure that the server still answers, and starts it if it was killed.
        Raises EmbeddedPostgresError with one line for the operator.
        """
        home = data_dir.absolute()
        with self._mutex:
            if self._server is not None and self._server.home != home:
                raise EmbeddedPostgresError(f"already started on {self._server.home}: stop first")
            try:
                home.mkdir(mode=0o755, parents=True, exist_ok=True)
                with start_lock(home).exclusive(self._patience):
                    url = self._enter(home)
            except OSError as error:
                raise EmbeddedPostgresError(f"the data directory {home} cannot be used: {error}") from error
            if self._revive and self._watch is None:
                self._watch = Watch(self._is_alive, self._start_again)
                self._watch.start()
            return url

    def stop(self, *, patience: float = 30.0) -> bool:
        """Leave; the last to leave stops the server cleanly. Returns whether the server was stopped.

        Open connections are cut (fast shutdown); after `patience` seconds the server is made to end at once,
        which costs nothing but a recovery at the next start.
        """
        with self._mutex:
            if self._watch is not None:
                self._watch.end()
                self._watch = None
            if self._server is None:
                return False
            with start_lock(self._server.home).exclusive(self._patience):
                return self._leave(patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _enter(self, home: Path) -> str:
        """Say that we use the server and see that it runs; the start lock is held."""
        if self._server is not None:
            return self._server.serve()
        users = FileLock(home / "users.lock", owner=owner_of(home))
        if not users.try_shared():
            raise EmbeddedPostgresError(f"the lock {home / 'users.lock'} is held by something else")
        self._users = users
        self._server = Server(home, binaries=self._binaries, options=self._options, patience=self._patience)
        try:
            return self._server.serve()
        except BaseException:
            self._leave(patience=10)
            raise

    def _leave(self, patience: float) -> bool:
        """Say that we use the server no more, and stop it if nobody does; the start lock is held."""
        server, users = self._server, self._users
        self._server = self._users = None
        if server is None or users is None:
            return False
        try:
            if not users.try_exclusive():
                return False
            server.shut_down(patience)
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
    """The lock of `home` held, for a moment, by the one process that starts or stops the server."""
    return FileLock(home / "starting.lock", owner=owner_of(home))
