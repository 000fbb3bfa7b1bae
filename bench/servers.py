"""Installs, starts and stops the servers that are measured."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from televent.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".bench" / "peers"
WANTED = ("radicale==3.9.0", "xandikos==0.4.10")
HOST = "127.0.0.1"
READY_TIMEOUT = 90.0
"""Seconds for a server to start."""
SHIPPED = str(Settings.model_fields["log_level"].default)
"""Televent's log level, as `make run` has it. The log goes into a file, so its lines are JSON."""
TELEVENT = (str(Path(sys.executable).with_name("televent")),)


class ServerError(Exception):
    """A server could not be installed or started; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Login:
    """An account with its password. ``number`` is part of the names and UIDs of its events."""

    number: int
    account: str
    user: str
    password: str

    @property
    def home(self) -> str:
        """The path of the account's calendars."""
        return home_of(self.account)

    @property
    def prefix(self) -> str:
        """The prefix of the names and UIDs of its events."""
        return prefix(self.number)


@dataclass
class Server:
    """A running server, with its port, a login and the path of the login's calendars."""

    name: str
    version: str
    port: int
    home: str
    login: tuple[str, str]
    process: subprocess.Popen[bytes]
    log: Path
    facts: dict[str, Any] = field(default_factory=dict)

    def calendar(self, name: str) -> str:
        """The path of the calendar with this name."""
        return f"{self.home}{name}/"

    def check(self) -> None:
        """Raises ServerError where the process has ended."""
        if (code := self.process.poll()) is not None:
            raise ServerError(f"{self.name} ended by itself or by a signal, exit code {code}" + log_end(code, self.log))

    def stop(self, patience: float = 20.0) -> None:
        """Sends SIGTERM, waits ``patience`` seconds, then kills the process group."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def log_end(code: int, log: Path) -> str:
    """The last log lines of a process that failed; "" where the exit code is 0."""
    return f": {tail(log)}" if code else ""


def tail(log: Path, lines: int = 6) -> str:
    """The last lines of a log on one line, for an error text."""
    return " | ".join(log.read_text("utf-8", "replace").splitlines()[-lines:]) if log.exists() else "no log"


def free_ports(count: int) -> list[int]:
    """Ports that are free at the moment."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def install_peers() -> Path:
    """Installs the peers under .bench/ where they are missing, and returns their Python. Raises ServerError."""
    python = PEERS / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    mark = PEERS / ".installed"
    if mark.exists() and mark.read_text() == "\n".join(WANTED):
        return python
    commands: list[list[str]] = [
        [str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(PEERS)],
        [str(uv), "pip", "install", "--quiet", "--python", str(python), *WANTED],
    ]
    PEERS.parent.mkdir(exist_ok=True)
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise ServerError(f"the peers could not be installed: {done.stderr.strip()[-600:]}")
    mark.write_text("\n".join(WANTED))
    return python


def start(command: Sequence[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Starts a process in its own process group, with its output in ``log``."""
    with log.open("wb") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=log.parent,
            # Written bytecode, also where the environment forbids it: without, each start compiles the product, which
            # takes half a second, and is not what `make run` does.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
            start_new_session=True,
        )


def await_port(name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Returns when the port accepts connections. Raises ServerError."""
    deadline = time.monotonic() + READY_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"{name} ended with {process.returncode}: {tail(log)}")
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise ServerError(f"{name} is not ready within {READY_TIMEOUT:.0f} s: {tail(log)}")


def await_health(server: Server) -> int:
    """Returns when Televent answers that it is healthy, with the number of connections refused until then. Raises
    ServerError."""
    deadline, refused = time.monotonic() + READY_TIMEOUT, 0
    while time.monotonic() < deadline:
        server.check()
        connection = http.client.HTTPConnection(HOST, server.port, timeout=READY_TIMEOUT)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return refused
        except ConnectionRefusedError:
            refused += 1
        except (OSError, http.client.HTTPException):
            # The connection went to a process that was killed.
            continue
        finally:
            connection.close()
        time.sleep(0.005)
    raise ServerError(f"{server.name} is not healthy within {READY_TIMEOUT:.0f} s: {tail(server.log)}")


def radicale(place: Path) -> Server:
    """Starts Radicale with its file store and without authentication, which Televent does have."""
    python = install_peers()
    (port,) = free_ports(1)
    config = place / "radicale.conf"
    config.write_text(
        f"[server]\nhosts = {HOST}:{port}\nmax_connections = 64\n[auth]\ntype = none\n[rights]\ntype = authenticated\n"
        f"[storage]\nfilesystem_folder = {place / 'collections'}\n[logging]\nlevel = error\n"
    )
    log = place / "radicale.log"
    process = start([str(python), "-m", "radicale", "-C", str(config)], log)
    server = Server("Radicale", _version("radicale"), port, "/bench/", ("bench", "bench"), process, log)
    return _ready(server)


def xandikos(place: Path) -> Server:
    """Starts Xandikos with its git store. It has no authentication over plain HTTP."""
    python = install_peers()
    (port,) = free_ports(1)
    log = place / "xandikos.log"
    command = [str(python.with_name("xandikos")), "serve", "--defaults", "-d", str(place / "git")]
    command += ["-l", HOST, "-p", str(port), "--state-dir", str(place / "state")]
    process = start(command, log, XDG_DATA_HOME=str(place))
    server = Server("Xandikos", _version("xandikos"), port, "/user/calendars/", ("user", "bench"), process, log)
    return _ready(server)


def televent(place: Path) -> Server:
    """Starts Televent with one account. Raises ServerError."""
    server = start_televent(place)
    try:
        added = _command(
            [*TELEVENT, "account", "add", "--telegram-id", "7001", "--name", "Ann", "--device", "bench", "--json"],
            server.facts["environment"],
        )
    except BaseException:
        server.stop()
        raise
    server.facts["account"] = added
    server.login = (str(added.get("user") or added["telegram_id"]), added["password"])
    server.home = home_of(added["account"])
    return server


def start_televent(place: Path, log_level: str = SHIPPED, *, sandbox: bool = True, **settings: str) -> Server:
    """Starts ``televent up`` with an embedded PostgreSQL and without rate limits; uses data that are in ``place``.

    ``settings`` by variable name. ``sandbox`` False: they name another Telegram and mail server.
    """
    port, mail, sandbox_port, smtp = free_ports(4)
    log = place / "televent.log"
    environment = {
        "API_HOST": HOST,
        "API_PORT": str(port),
        "MAIL_LISTEN_PORT": str(mail),
        "SANDBOX_PORT": str(sandbox_port),
        "SANDBOX_SMTP_PORT": str(smtp),
        "TELEVENT_DATA_DIR": str(data_of(place)),
        "TELEVENT_RATE_LIMITS": "off",
        "LOG_LEVEL": log_level,
        **settings,
    }
    process = start([*TELEVENT, "up"], log, **environment)
    server = Server("Televent", _own_version(), port, "", ("", ""), process, log)
    server.facts["environment"] = environment
    _ready(server)
    try:
        # The port is open before anything can answer: connections wait.
        await_health(server)
        if sandbox:
            # The sandbox listens when it has imported its modules, which may be after the API's first answer.
            await_port(server.name, process, sandbox_port, log)
    except BaseException:
        server.stop()
        raise
    return server


def data_of(place: Path) -> Path:
    """Televent's data directory."""
    return place / "data"


def prefix(number: int) -> str:
    """The prefix of the names and UIDs of an account's events."""
    return f"town{number:05d}"


def home_of(account: object) -> str:
    """The path of an account's calendars."""
    return f"/caldav/{account}/"


def _command(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=60)
    if done.returncode:
        raise ServerError(f"{' '.join(command[1:3])}: {(done.stderr or done.stdout).strip()[-600:]}")
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def _ready(server: Server) -> Server:
    try:
        await_port(server.name, server.process, server.port, server.log)
    except BaseException:
        server.stop()
        raise
    return server


def _version(package: str) -> str:
    return next(wanted.partition("==")[2] for wanted in WANTED if wanted.startswith(package))


def _own_version() -> str:
    from importlib.metadata import version

    return version("televent")


STARTERS: dict[str, Callable[[Path], Server]] = {"Televent": televent, "Radicale": radicale, "Xandikos": xandikos}


def open_place() -> Path:
    """Creates an empty directory under .bench/ for this run, so that all servers use the same disk."""
    place = ROOT / ".bench" / f"run-{os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place
