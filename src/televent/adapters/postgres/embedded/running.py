"""Finds, starts, identifies and ends the server process on one data directory."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
import structlog
from psycopg import sql

from televent.adapters.postgres.embedded import cluster as files
from televent.adapters.postgres.embedded import processes
from televent.adapters.postgres.embedded.account import Account, choose_account, owner_account
from televent.adapters.postgres.embedded.binaries import find_installation, readable_installation
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError, log_tail
from televent.adapters.postgres.embedded.ownership import settle

log = structlog.get_logger("televent.database")

DATABASE = "televent"
PORT = 5432
MAX_LOG = 10 * 1024 * 1024
"""Max bytes of the log at a start; a larger one is renamed first."""


class Server:
    """PostgreSQL on `home`. The caller of `serve` or `shut_down` holds the directory's start lock."""

    def __init__(self, home: Path, *, binaries: Path | None, options: Mapping[str, str], timeout: float) -> None:
        """`timeout`: seconds to wait for the server to answer. See EmbeddedPostgres for the rest."""
        self.home = home
        self._cluster = home / "cluster"
        self._log = home / "server.log"
        self._binaries = binaries
        self._options = options
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None

    def serve(self) -> str:
        """The URL of the server. A running server is adopted, else one is started, with initdb for a new cluster.

        Raises EmbeddedPostgresError.
        """
        self._reap()
        account = choose_account(self._cluster)
        major = files.written_by(self._cluster)
        if major is not None:
            files.password_of(self.home)
            url = self._adopt(account)
            if url is not None:
                return url
        account = self._heir(account)
        installation = readable_installation(find_installation(self._binaries, major=major), account)
        if major is None:
            files.create(self._cluster, installation, account, owner_of(self.home))
        return self._launch(account, installation.postgres)

    def shut_down(self, timeout: float) -> None:
        """End the server: with a fast shutdown, and after `timeout` seconds with an immediate one."""
        pid_file = processes.read_pid_file(self._cluster)
        if pid_file is not None and pid_file.pid in processes.servers_of(self._cluster, choose_account(self._cluster)):
            for number, wait in ((signal.SIGINT, timeout), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
                processes.send(pid_file.pid, number)
                if processes.await_end(pid_file.pid, wait):
                    break
            self._tidy(Path(pid_file.socket_directory))
        self._reap()

    def is_alive(self) -> bool:
        """Whether the process that the pid file names is alive. It takes microseconds, and does not check that the
        process is the server."""
        pid_file = processes.read_pid_file(self._cluster)
        return pid_file is not None and processes.is_alive(pid_file.pid)

    def _reap(self) -> None:
        """Reap the server process if it has ended: PostgreSQL would take its zombie for a live server."""
        if self._process is not None:
            self._process.poll()

    def _adopt(self, account: Account) -> str | None:
        """The URL of the server that runs on this cluster already; None when there is none."""
        pid_file = processes.read_pid_file(self._cluster)
        if pid_file is not None and pid_file.pid in processes.servers_of(self._cluster, account):
            url = self._await_ready(pid_file.pid)
            if url is not None:
                return url
        processes.await_orphans(self._cluster, account, timeout=2)
        processes.disown_pid_file(self._cluster)
        return None

    def _heir(self, account: Account) -> Account:
        """The account that the cluster belongs to from now on: the owner of the data directory, where root may give it
        to them. No server runs on it."""
        heir = owner_account(self.home) if account.switches else None
        if heir is None or heir == account:
            return account
        if self._cluster.exists():
            left = settle(self._cluster, (heir.uid, heir.gid)).left
            if left:
                log.warning("files of the database cannot be given away", count=len(left), first=str(left[0]))
        return heir

    def _launch(self, account: Account, postgres: Path) -> str:
        sockets = files.socket_directory(self.home, account)
        files.forget_socket(sockets, PORT)
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0600",
            "logging_collector": "off",
            # An old segment of the WAL that is used again keeps its content until then: rows of the erased.
            "wal_recycle": "off",
            # An archive of the WAL that nobody can write to does not fill the disk.
            "max_slot_wal_keep_size": "8GB",
            **self._options,
        }
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        if self._log.exists() and self._log.stat().st_size > MAX_LOG:
            self._log.replace(self.home / "server.log.1")
        descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            owner = owner_of(self.home)
            if owner is not None:
                os.fchown(descriptor, *owner)
            with account.naming(self._cluster) as (name, descriptors):
                command = [str(postgres), "-D", name, *arguments]
                self._process = account.spawn(command, file, descriptors=descriptors)
        url = self._await_ready(self._process.pid)
        if url is None:
            self._tidy(sockets)
            raise EmbeddedPostgresError(f"PostgreSQL did not start; {log_tail(self._log)}")
        return url

    def _await_ready(self, pid: int) -> str | None:
        """The URL when process `pid` accepts connections; None when it ended (it was shutting down, or failed)."""
        deadline = time.monotonic() + self._timeout
        reason = "it has not opened its socket"
        while True:
            self._reap()
            pid_file = processes.read_pid_file(self._cluster)
            if pid_file is not None and pid_file.pid == pid and pid_file.socket_directory:
                try:
                    return self._connect(pid_file)
                except psycopg.Error as error:
                    reason = str(error).strip().splitlines()[-1]
                    if "password authentication failed" in reason:
                        raise EmbeddedPostgresError(
                            f"the database in {self.home} does not accept the password in {self.home / 'password'}"
                        ) from error
            if not processes.is_alive(pid):
                return None
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL (process {pid}) does not answer after {self._timeout:g} s ({reason}); "
                    f"{log_tail(self._log)}"
                )
            time.sleep(0.01)

    def _connect(self, pid_file: processes.PidFile) -> str:
        """Connect, check that the server is this cluster's, create the database if it is missing, return its URL."""
        password = files.password_of(self.home)
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
            # SQL gives a signed number; the control file has an unsigned one.
            if row is None or row[0] % 2**64 != files.system_identifier(self._cluster):
                raise EmbeddedPostgresError(
                    f"the server at {pid_file.socket_directory} does not belong to {self._cluster}"
                )
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        host = quote(pid_file.socket_directory, safe="")
        return f"postgresql://{files.SUPERUSER}:{password}@/{DATABASE}?host={host}&port={pid_file.port}"

    def _tidy(self, sockets: Path) -> None:
        """Remove the socket directory where it is below /tmp and empty."""
        if self.home not in sockets.parents:
            with suppress(OSError):
                sockets.rmdir()


def owner_of(home: Path) -> tuple[int, int] | None:
    """The uid and gid for new files in `home`: those of its owner where this process is root, so that the owner can run
    televent there later; else None."""
    if os.geteuid() != 0:
        return None
    status = home.stat()
    return status.st_uid, status.st_gid
