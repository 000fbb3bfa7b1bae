"""The server process on one data directory: found, launched, asked whether it is ours, ended."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from televent.adapters.postgres.embedded import cluster as files
from televent.adapters.postgres.embedded import processes
from televent.adapters.postgres.embedded.account import Account, choose_account
from televent.adapters.postgres.embedded.binaries import find_installation, readable_installation
from televent.adapters.postgres.embedded.errors import EmbeddedPostgresError, log_tail

DATABASE = "televent"
PORT = 5432
LARGEST_LOG = 10 * 1024 * 1024


class Server:
    """PostgreSQL on `home`. Whoever calls `serve` or `shut_down` holds the directory's start lock."""

    def __init__(self, home: Path, *, binaries: Path | None, options: Mapping[str, str], patience: float) -> None:
        """`patience`: seconds to wait for the server to answer. See EmbeddedPostgres for the rest."""
        self.home = home
        self._cluster = home / "cluster"
        self._log = home / "server.log"
        self._binaries = binaries
        self._options = options
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None

    def serve(self) -> str:
        """The URL of the server, which is adopted where it runs, else launched, after initdb where need be.

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
        installation = readable_installation(find_installation(self._binaries, major=major), account)
        if major is None:
            files.create(self._cluster, installation, account, owner_of(self.home))
        return self._launch(account, installation.postgres)

    def shut_down(self, patience: float) -> None:
        """End the server: cleanly, or after `patience` seconds at once."""
        pid_file = processes.read_pid_file(self._cluster)
        if pid_file is not None and pid_file.pid in processes.servers_of(self._cluster, choose_account(self._cluster)):
            for number, wait in ((signal.SIGINT, patience), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
                processes.send(pid_file.pid, number)
                if processes.await_end(pid_file.pid, wait):
                    break
            self._tidy(Path(pid_file.socket_directory))
        self._reap()

    def is_alive(self) -> bool:
        """Whether the process that the pid file names lives; takes microseconds, believes the file."""
        pid_file = processes.read_pid_file(self._cluster)
        return pid_file is not None and processes.is_alive(pid_file.pid)

    def _reap(self) -> None:
        """A zombie of ours would look like a living server to PostgreSQL."""
        if self._process is not None:
            self._process.poll()

    def _adopt(self, account: Account) -> str | None:
        """The URL of the server already running on this cluster, or None when there is none."""
        pid_file = processes.read_pid_file(self._cluster)
        if pid_file is not None and pid_file.pid in processes.servers_of(self._cluster, account):
            url = self._await_ready(pid_file.pid)
            if url is not None:
                return url
        processes.await_orphans(self._cluster, account, patience=2)
        processes.disown_pid_file(self._cluster)
        return None

    def _launch(self, account: Account, postgres: Path) -> str:
        sockets = files.socket_directory(self.home, account)
        files.forget_socket(sockets, PORT)
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(sockets),
            "logging_collector": "off",
            **self._options,
        }
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG:
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
        """The URL once process `pid` accepts connections; None when it ended (was shutting down, or failed)."""
        deadline = time.monotonic() + self._patience
        said = "it has not opened its socket"
        while True:
            self._reap()
            pid_file = processes.read_pid_file(self._cluster)
            if pid_file is not None and pid_file.pid == pid and pid_file.socket_directory:
                try:
                    return self._connect(pid_file)
                except psycopg.Error as error:
                    said = str(error).strip().splitlines()[-1]
                    if "password authentication failed" in said:
                        raise EmbeddedPostgresError(
                            f"the database in {self.home} does not accept the password in {self.home / 'password'}"
                        ) from error
            if not processes.is_alive(pid):
                return None
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL (process {pid}) does not answer after {self._patience:g} s ({said}); "
                    f"{log_tail(self._log)}"
                )
            time.sleep(0.01)

    def _connect(self, pid_file: processes.PidFile) -> str:
        """Connect, see that it is this cluster that answers, make our database if missing, return its URL."""
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
            # SQL shows it as a signed number; the control file holds an unsigned one.
            if row is None or row[0] % 2**64 != files.system_identifier(self._cluster):
                raise EmbeddedPostgresError(
                    f"the server at {pid_file.socket_directory} is not the one of {self._cluster}"
                )
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        host = quote(pid_file.socket_directory, safe="")
        return f"postgresql://{files.SUPERUSER}:{password}@/{DATABASE}?host={host}&port={pid_file.port}"

    def _tidy(self, sockets: Path) -> None:
        """Leave no empty directory below /tmp."""
        if self.home not in sockets.parents:
            with suppress(OSError):
                sockets.rmdir()


def owner_of(home: Path) -> tuple[int, int] | None:
    """Whom files in `home` are to belong to: its owner when we are root, so that he can come back to it."""
    if os.geteuid() != 0:
        return None
    status = home.stat()
    return status.st_uid, status.st_gid
