"""The servers that are measured: how each is installed, started, given a calendar, and stopped."""

from __future__ import annotations

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

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".bench" / "peers"
WANTED = ("radicale==3.9.0", "xandikos==0.4.10")
HOST = "127.0.0.1"
READY_WITHIN = 90.0
TELEVENT = (str(Path(sys.executable).with_name("televent")),)


class ServerError(Exception):
    """A server could not be installed or started; the message says which and why."""


@dataclass
class Server:
    """A running server: where it listens, who logs in, and where that person's calendars are."""

    name: str
    version: str
    port: int
    home: str
    login: tuple[str, str]
    process: subprocess.Popen[bytes]
    log: Path
    facts: dict[str, Any] = field(default_factory=dict)

    def calendar(self, name: str) -> str:
        """Path of a calendar of that name."""
        return f"{self.home}{name}/"

    def check(self) -> None:
        """Raises ServerError where the process has ended."""
        if (code := self.process.poll()) is not None:
            raise ServerError(f"{self.name} ended by itself or by a signal, exit code {code}" + said(code, self.log))

    def stop(self, patience: float = 20.0) -> None:
        """Asks, waits so many seconds, and at last kills the whole process group."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def said(code: int, log: Path) -> str:
    """The last words of a process that failed; a clean end needs none."""
    return f": {tail(log)}" if code else ""


def tail(log: Path, lines: int = 6) -> str:
    """The end of a log, for a message."""
    return " | ".join(log.read_text("utf-8", "replace").splitlines()[-lines:]) if log.exists() else "no log"


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on at the moment."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def install_peers() -> Path:
    """The peers' own environment under .bench/, made where it is missing. Raises ServerError."""
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
    """A process in a group of its own, its output in ``log``."""
    with log.open("wb") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=log.parent,
            env={**os.environ, **environment},
            start_new_session=True,
        )


def await_port(name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Returns when somebody listens. Raises ServerError."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"{name} ended with {process.returncode}: {tail(log)}")
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise ServerError(f"{name} is not ready within {READY_WITHIN:.0f} s: {tail(log)}")


def radicale(place: Path) -> Server:
    """Radicale with its file store and no authentication: less work than Televent does."""
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
    """Xandikos with its git store; it knows no authentication of its own over plain HTTP."""
    python = install_peers()
    (port,) = free_ports(1)
    log = place / "xandikos.log"
    command = [str(python.with_name("xandikos")), "serve", "--defaults", "-d", str(place / "git")]
    command += ["-l", HOST, "-p", str(port), "--state-dir", str(place / "state")]
    process = start(command, log, XDG_DATA_HOME=str(place))
    server = Server("Xandikos", _version("xandikos"), port, "/user/calendars/", ("user", "bench"), process, log)
    return _ready(server)


def televent(place: Path) -> Server:
    """Televent with one account."""
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


def start_televent(place: Path) -> Server:
    """Televent as ``televent up`` runs it, on an embedded PostgreSQL, with its rate limits off; on the data in
    ``place``, if there are any."""
    port, mail, sandbox, smtp = free_ports(4)
    log = place / "televent.log"
    environment = {
        "API_HOST": HOST,
        "API_PORT": str(port),
        "MAIL_LISTEN_PORT": str(mail),
        "SANDBOX_PORT": str(sandbox),
        "SANDBOX_SMTP_PORT": str(smtp),
        "TELEVENT_DATA_DIR": str(data_of(place)),
        "TELEVENT_RATE_LIMITS": "off",
        "LOG_LEVEL": "WARNING",
    }
    process = start([*TELEVENT, "up"], log, **environment)
    server = Server("Televent", _own_version(), port, "", ("", ""), process, log)
    server.facts["environment"] = environment
    return _ready(server)


def data_of(place: Path) -> Path:
    """Where Televent's data are."""
    return place / "data"


def home_of(account: object) -> str:
    """The path under which an account's calendars are."""
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
    """An empty directory under .bench/ for this run's data; on the same disk for all."""
    place = ROOT / ".bench" / f"run-{os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place
