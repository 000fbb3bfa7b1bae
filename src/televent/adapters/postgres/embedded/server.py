"""One PostgreSQL of our own on one data directory, shared by every Televent process that names it.

Who starts first starts the server; who comes later, or after a crash finds it still running, adopts it;
who leaves last stops it. Nobody is registered anywhere: a shared flock says that a process still uses the
server, and the kernel drops it when the process is killed.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from televent.adapters.postgres.embedded import cluster as files
from televent.adapters.postgres.embedded import processes
from televent.adapters.postgres.embedded.account import Account, choose_account
from televent.adapters.postgres.embedded.binaries import find_installation, readable_installation
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError, log_tail
from televent.adapters.postgres.embedded.locks import FileLock

DATABASE = "televent"
PORT = 5432
LARGEST_LOG = 10 * 1024 * 1024


class EmbeddedPostgres:
    """The supervisor. `start` and `stop` may be called from any thread, one at a time."""

    def __init__(
        self,
        *,
        binaries: Path | None = None,
        options: Mapping[str, str] | None = None,
        patience: float = 120.0,
    ) -> None:
        """`binaries`: the bin directory from TELEVENT_PG_BIN; `options`: server settings that override the
        configuration file's for this run; `patience`: seconds to wait for a recovery or for another process."""
        self._binaries = binaries
        self._options = dict(options or {})
        self._patience = patience
        self._home: Path | None = None
        self._users: FileLock | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, data_dir: Path) -> str:
        """Start or adopt the server on `data_dir` (made if missing) and return its connection URL.

        Calling it again while started makes sure that the server still answers, and starts it if it was killed.
        Raises EmbeddedPostgresError with one line for the operator.
        """
        home = data_dir.absolute()
        if self._home not in (None, home):
            raise EmbeddedPostgresError(f"already started on {self._home}: stop first")
        try:
            home.mkdir(mode=0o755, parents=True, exist_ok=True)
            with self._lock(home, "starting.lock").exclusive(self._patience):
                users = self._users or self._lock(home, "users.lock")
                if self._users is None and not users.try_shared():
                    raise EmbeddedPostgresError(f"the lock {home / 'users.lock'} is held by something else")
                try:
                    url = self._serve(home)
                except BaseException:
                    users.release()
                    self._users = self._home = None
                    raise
                self._users, self._home = users, home
                return url
        except OSError as error:
            raise EmbeddedPostgresError(f"the data directory {home} cannot be used: {error}") from error

    def stop(self, *, patience: float = 30.0) -> bool:
        """Leave; the last to leave stops the server cleanly. Returns whether the server was stopped.

        Open connections of other processes are cut (fast shutdown); after `patience` seconds it is made to
        end at once, which costs nothing but a recovery at the next start.
        """
        if self._home is None or self._users is None:
            return False
        home, users = self._home, self._users
        self._home = self._users = None
        with self._lock(home, "starting.lock").exclusive(self._patience):
            try:
                if not users.try_exclusive():
                    self._process = None
                    return False
                self._shut_down(home / "cluster", patience)
                return True
            finally:
                users.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self, home: Path) -> str:
        cluster = home / "cluster"
        if self._process is not None:
            self._process.poll()  # A zombie of ours would look like a living server to PostgreSQL.
        account = choose_account(cluster)
        major = files.written_by(cluster)
        if major is None:
            installation = find_installation(self._binaries, major=None)
            installation = readable_installation(installation, account)
            files.create(cluster, installation, account, _owner(home))
        else:
            url = self._adopt(home, cluster, account)
            if url is not None:
                return url
            installation = find_installation(self._binaries, major=major)
            installation = readable_installation(installation, account)
        return self._launch(home, cluster, account, installation.postgres)

    def _adopt(self, home: Path, cluster: Path, account: Account) -> str | None:
        """The URL of the server already running on this cluster, or None when there is none."""
        pid_file = processes.read_pid_file(cluster)
        serving = processes.servers_of(cluster, account)
        if pid_file is not None and pid_file.pid in serving:
            url = self._await_ready(home, cluster, pid_file.pid)
            if url is not None:
                return url
        processes.await_orphans(cluster, account, patience=2)
        processes.forget_recycled_pid(cluster)
        return None

    def _launch(self, home: Path, cluster: Path, account: Account, postgres: Path) -> str:
        sockets = files.socket_directory(home, account)
        files.forget_socket(sockets, PORT)
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(sockets),
            "logging_collector": "off",
            **self._options,
        }
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        log = home / "server.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(home / "server.log.1")
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            owner = _owner(home)
            if owner is not None:
                os.fchown(descriptor, *owner)
            with account.naming(cluster) as (name, descriptors):
                self._process = account.spawn([str(postgres), "-D", name, *arguments], file, descriptors=descriptors)
        url = self._await_ready(home, cluster, self._process.pid)
        if url is None:
            _tidy(sockets, home)
            raise EmbeddedPostgresError(f"PostgreSQL did not start; {log_tail(log)}")
        return url

    def _await_ready(self, home: Path, cluster: Path, pid: int) -> str | None:
        """The URL once process `pid` accepts connections; None when it ended (was shutting down, or failed)."""
        deadline = time.monotonic() + self._patience
        said = "it has not opened its socket"
        while True:
            if self._process is not None:
                self._process.poll()
            pid_file = processes.read_pid_file(cluster)
            if pid_file is not None and pid_file.pid == pid and pid_file.socket_directory:
                try:
                    return self._connect(home, cluster, pid_file)
                except psycopg.OperationalError as error:
                    said = str(error).strip().splitlines()[-1]
                    if "password authentication failed" in said:
                        raise EmbeddedPostgresError(
                            f"the database in {home} does not accept the password in {home / 'password'}"
                        ) from error
            if not processes.is_alive(pid):
                return None
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL (process {pid}) does not answer after {self._patience:g} s ({said}); "
                    f"{log_tail(home / 'server.log')}"
                )
            time.sleep(0.01)

    def _connect(self, home: Path, cluster: Path, pid_file: processes.PidFile) -> str:
        """Connect, see that it is this cluster that answers, make our database if missing, return its URL."""
        password = files.password_of(home)
        with psycopg.connect(
            host=pid_file.socket_directory,
            port=pid_file.port,
            user=files.SUPERUSER,
            password=password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=10,
        ) as connection:
            row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
            # system_identifier is shown as a signed number; the control file holds an unsigned one.
            if row is None or row[0] % 2**64 != files.system_identifier(cluster):
                raise EmbeddedPostgresError(f"the server at {pid_file.socket_directory} is not the one of {cluster}")
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        host = quote(pid_file.socket_directory, safe="")
        return f"postgresql://{files.SUPERUSER}:{password}@/{DATABASE}?host={host}&port={pid_file.port}"

    def _shut_down(self, cluster: Path, patience: float) -> None:
        pid_file = processes.read_pid_file(cluster)
        account = choose_account(cluster)
        if pid_file is not None and pid_file.pid in processes.servers_of(cluster, account):
            for number, wait in ((signal.SIGINT, patience), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
                processes.send(pid_file.pid, number)
                if self._await_end(pid_file.pid, wait):
                    break
            _tidy(Path(pid_file.socket_directory), cluster.parent)
        if self._process is not None:
            self._process.poll()
            self._process = None

    def _await_end(self, pid: int, timeout: float) -> bool:
        if self._process is None or self._process.pid != pid:
            return processes.await_end(pid, timeout)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    @staticmethod
    def _lock(home: Path, name: str) -> FileLock:
        return FileLock(home / name, owner=_owner(home))


def _owner(home: Path) -> tuple[int, int] | None:
    """When root works in somebody's directory, that somebody must be able to come back to it."""
    if os.geteuid() != 0:
        return None
    status = home.stat()
    return status.st_uid, status.st_gid


def _tidy(socket_directory: Path, home: Path) -> None:
    """Leave no empty directory below /tmp."""
    if home not in socket_directory.parents:
        with suppress(OSError):
            socket_directory.rmdir()
