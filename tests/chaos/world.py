"""A whole Televent that may be hurt: its own PostgreSQL on a small disk, a wire to it that fails, and a stand-in for
Telegram that belongs to the world outside and lives on."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.dav import Client
from support.killing import server_processes
from support.post import EDGE
from support.running import Televent, free_ports
from support.waiting import wait_until
from support.wire import Wire, open_wire
from televent.adapters.postgres.embedded import EmbeddedPostgres
from televent.adapters.sandbox.config import new_token
from televent.domain.ids import AccountId

DISK_MB = 700
"""Megabytes of the database's own disk, where this machine can make one."""
# Little write-ahead log, so that it has its place before the disk is filled.
OPTIONS = {"max_wal_size": "64MB", "min_wal_size": "64MB", "checkpoint_timeout": "30s"}


@dataclass
class Door:
    """The address of the API, in the form that the test's clients take."""

    port: int
    connections: list[http.client.HTTPConnection] = field(default_factory=list)


@dataclass
class World:
    """Everything that runs."""

    folder: Path
    database: Path
    televent: Televent
    wire: Wire
    sandbox: str
    mail_port: int
    small_disk: bool
    killing: bool = False
    """True while processes are killed, and until all run again."""

    def client(self, telegram_id: int, name: str) -> Client:
        """A new account, and a calendar app that signs in to it."""
        address = f"{name.lower()}@example.com"
        given = ("--telegram-id", str(telegram_id), "--name", name, "--email", address, "--json")
        done = self.televent.run("account", "add", *given)
        assert done.returncode == 0, done.stderr
        made = json.loads(done.stdout)
        return self.again(Client(self.door, AccountId(made["account"]), str(telegram_id), made["password"]))  # type: ignore[arg-type]

    def again(self, client: Client) -> Client:
        """The same person with a connection of their own, for another thread."""
        mine = Client(self.door, client.tenant, client.user, client.password)  # type: ignore[arg-type]
        mine.connection.timeout = 30
        return mine

    @property
    def door(self) -> Door:
        """A door without connections yet."""
        return Door(int(self.televent.environment["API_PORT"]))

    def health(self) -> tuple[int, float]:
        """The status of /health, 0 without an answer, and the seconds that it took."""
        connection = http.client.HTTPConnection("127.0.0.1", self.door.port, timeout=10)
        begun = time.monotonic()
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status, time.monotonic() - begun
        except (OSError, http.client.HTTPException):
            return 0, time.monotonic() - begun
        finally:
            connection.close()

    def services(self) -> dict[str, int]:
        """The process of each service, and of the server that forks them, by its name."""
        found = {}
        for pid in self.televent.descendants():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if words[1:3] == [b"-m", b"televent"] and pid != (self.televent.process and self.televent.process.pid):
                    found[words[3].decode()] = pid
        return found

    def kill(self, what: str) -> None:
        """SIGKILL to a service, to the database's processes, or to everything."""
        if what in ("database", "everything"):
            for pid in server_processes(self.database):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if what == "everything":
            self.televent.kill_everything()
        elif what in (services := self.services()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(services[what], signal.SIGKILL)

    def keep_running(self) -> None:
        """Starts Televent again where all of it has ended, as an operator's service manager does."""
        if self.televent.process is not None and self.televent.process.poll() is not None:
            self.televent.spawn()

    @property
    def ballast(self) -> Path:
        """The file that fills the disk."""
        return self.database / "ballast"

    def fill_disk(self) -> None:
        """Leaves no room on the database's disk."""
        with self.ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def heal(self) -> None:
        """Ends every fault, and returns when all is ready."""
        self.ballast.unlink(missing_ok=True)
        self.wire.restore()

        def ready() -> bool:
            self.keep_running()
            return self.health()[0] == 200 and {"api", "worker", "bot"} <= set(self.services())

        wait_until(ready, 180, what="Televent is ready again")
        self.killing = False


@contextmanager
def open_world(folder: Path) -> Iterator[World]:
    """Everything, started, for the block."""
    database, wires = folder / "database", folder / "wire"
    database.mkdir()
    wires.mkdir()
    with small_disk(database) as small:
        server = EmbeddedPostgres(options=OPTIONS)
        url = server.start(database)
        api, sandbox, smtp, mail = free_ports(4)
        standin = {
            "SANDBOX_PORT": str(sandbox),
            "SANDBOX_SMTP_PORT": str(smtp),
            "MAIL_LISTEN_PORT": str(mail),
            "TELEGRAM_BOT_TOKEN": new_token(),
            "TELEGRAM_API_BASE": f"http://127.0.0.1:{sandbox}",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(smtp),
            "SMTP_TLS": "none",
            "MAIL_AUTHSERV_ID": EDGE,
        }
        with open_wire(url, wires) as wire:
            televent = Televent(folder / "data", DATABASE_URL=wire.url, **standin, API_PORT=str(api))
            televent.api = f"http://127.0.0.1:{api}"
            outside = {**televent.environment, "TELEVENT_DATA_DIR": str(folder / "outside")}
            with (folder / "sandbox.log").open("wb") as log:
                stand_in = subprocess.Popen(
                    [sys.executable, "-m", "televent", "sandbox"],
                    env=outside,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            try:
                televent.start(180)
                yield World(folder, database, televent, wire, standin["TELEGRAM_API_BASE"], mail, small)
            finally:
                if televent.process is not None and televent.process.poll() is None:
                    televent.stop()
                if televent.descendants():
                    televent.kill_everything()
                stand_in.terminate()
                stand_in.wait(30)
                server.stop()


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """Mounts a small file system there for the block; False where this machine does not allow it."""
    options = f"size={DISK_MB}m,mode=0755"
    mounted = os.geteuid() == 0 and not subprocess.call(
        ["mount", "-t", "tmpfs", "-o", options, "televent-chaos", str(place)], stderr=subprocess.DEVNULL
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.call(["umount", "--lazy", str(place)])
