"""A primary PostgreSQL and its standby, each on a port of its own, for tests of failovers and restores."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from support.postgres import fast_temporary_directory
from support.running import free_ports
from support.waiting import wait_until
from televent.adapters.postgres.embedded.account import choose_account
from televent.adapters.postgres.embedded.binaries import find_installation, readable_installation
from televent.adapters.postgres.embedded.processes import await_orphans, disown_pid_file, send, servers_of
from televent.adapters.postgres.schema import migrate

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
wal_keep_size = '64MB'
max_wal_senders = 4
shared_buffers = 32MB
jit = off
restart_after_crash = on
"""
"""fsync: only processes are killed here, never the machine, so the kernel keeps what was written."""


class Server:
    """One PostgreSQL on ``folder``/cluster. Everybody on this machine may connect."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o755)
        self.cluster = folder / "cluster"
        self.log = folder / "server.log"
        (self.port,) = free_ports(1)
        self.account = choose_account(self.cluster)
        self.programs = readable_installation(find_installation(None, major=None), self.account).directory
        self.account.private_directory(self.cluster)
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Makes a new cluster."""
        access = ("--username", "televent", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
        self.run("initdb", "--pgdata", self.cluster, *access)
        with (self.cluster / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)

    def copy(self, primary: Server) -> None:
        """Makes a standby of a running primary."""
        self.run("pg_basebackup", "--pgdata", self.cluster, "--dbname", primary.url("postgres"), "-R", "-c", "fast")

    def start(self, **settings: str) -> None:
        """Starts it; returns when it answers."""
        options = [f"--{name}={value}" for name, value in {"port": str(self.port), **settings}.items()]
        with self.log.open("ab") as log:
            self._process = self.account.spawn([self.programs / "postgres", "-D", self.cluster, *options], log)
        wait_until(self.answers, what=f"PostgreSQL on port {self.port} answers")

    def answers(self) -> bool:
        """Whether it accepts connections."""
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text(errors="replace")[-2000:]
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """The rows of any statement."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def promote(self) -> None:
        """Makes the standby a primary; returns when it accepts writes."""
        assert self.sql("SELECT pg_promote()") == [(True,)]

    def stop(self) -> None:
        """Stops it in good order."""
        assert self._process is not None
        send(self._process.pid, signal.SIGINT)
        self._process.wait(60)

    def kill(self) -> None:
        """SIGKILL to the server and to all its processes at once."""
        for pid in servers_of(self.cluster, self.account):
            send(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(60)
        await_orphans(self.cluster, self.account, timeout=30)
        disown_pid_file(self.cluster)

    def url(self, database: str = "televent") -> str:
        """Its URL."""
        return f"postgresql://televent@127.0.0.1:{self.port}/{database}"

    def run(self, program: str, *arguments: str | Path) -> None:
        """Runs one of PostgreSQL's programs."""
        done = self.account.run([self.programs / program, *arguments])
        assert done.returncode == 0, done.stderr


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """A folder that the servers' account may enter. It is removed at the end, with every server in it."""
    folder = Path(tempfile.mkdtemp(prefix="televent-replicas-", dir=fast_temporary_directory()))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for cluster in folder.glob("*/cluster"):
            for pid in servers_of(cluster, choose_account(cluster)):
                send(pid, signal.SIGKILL)
            await_orphans(cluster, choose_account(cluster), timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def single() -> Iterator[Server]:
    """A server with a migrated database."""
    with folder_for_servers() as folder:
        server = Server(folder / "single")
        server.create()
        server.start()
        server.sql("CREATE DATABASE televent")
        migrate.up(server.url())
        yield server


class Pair:
    """A primary and its standby. ``url`` finds the one that accepts writes."""

    def __init__(self, folder: Path) -> None:
        self.primary, self.standby = Server(folder / "primary"), Server(folder / "standby")
        self.primary.create()
        self.primary.start()
        self.primary.sql("CREATE DATABASE televent")
        migrate.up(self.primary.url())
        self.standby.copy(self.primary)
        self.standby.start()
        self.url = (
            f"postgresql://televent@127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}/televent"
            "?target_session_attrs=read-write"
        )

    def synchronous(self) -> None:
        """From now on the primary acknowledges only what the standby has."""
        self.primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.sql("SELECT pg_reload_conf()")
        state = "SELECT sync_state FROM pg_stat_replication"
        wait_until(lambda: self.primary.sql(state) == [("sync",)], what="the standby is synchronous")

    def caught_up(self) -> None:
        """Waits until the standby has all that the primary has."""
        behind = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()"
        wait_until(lambda: self.primary.sql(behind) == [(1,)], what="the standby has everything")

    def cut(self) -> None:
        """From now on nothing reaches the standby."""
        self.caught_up()
        self.standby.sql("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.sql("SELECT pg_reload_conf()")
        receiving = "SELECT count(*) FROM pg_stat_wal_receiver"
        wait_until(lambda: self.standby.sql(receiving) == [(0,)], what="the standby receives nothing")

    def fail_over(self) -> None:
        """The primary dies at once; the standby takes its place."""
        self.primary.kill()
        self.standby.promote()


@contextmanager
def pair() -> Iterator[Pair]:
    """A primary with a migrated database, and its standby, which follows asynchronously."""
    with folder_for_servers() as folder:
        yield Pair(folder)
