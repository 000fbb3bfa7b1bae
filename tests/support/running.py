"""The whole of Televent as its users start it: ``televent up`` in a process of its own, on free ports."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from support.waiting import NET, wait_until


class Televent:
    """``televent up`` on a data directory. Use it in a ``with`` statement, or start and stop it by hand."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        ports = free_ports(4)
        self.data_dir = data_dir
        self.api, self.sandbox = f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TELEGRAM_BOT_TOKEN")},
            "TELEVENT_DATA_DIR": str(data_dir),
            "API_HOST": "127.0.0.1",
            "API_PORT": str(ports[0]),
            "SANDBOX_PORT": str(ports[1]),
            "MAIL_LISTEN_PORT": str(ports[2]),
            "SANDBOX_SMTP_PORT": str(ports[3]),
            "TELEVENT_RATE_LIMITS": "off",
            "LOG_FORMAT": "json",
            **environment,
        }
        self.python = sys.executable
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 90.0) -> None:
        """Starts it; returns when it prints that it is ready."""
        process = self.spawn()
        wait_until(lambda: "Televent is ready" in self.output() or process.poll() is not None, patience, what="ready")
        assert process.poll() is None, self.output()

    def spawn(self) -> subprocess.Popen[bytes]:
        """The same without waiting."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [self.python, "-m", "televent", "up"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def output(self) -> str:
        """All that it has printed."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def ready_seconds(self) -> float:
        """Seconds that the start took, as printed."""
        found = re.search(r"Televent is ready \(([0-9.]+) s\)", self.output())
        assert found is not None
        return float(found[1])

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs another command on the same data."""
        return subprocess.run(
            [self.python, "-m", "televent", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stop(self) -> int:
        """Sends Ctrl-C as a terminal does; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(NET)

    def kill_everything(self) -> None:
        """SIGKILL to the supervisor, its services and the database server, all at once."""
        assert self.process is not None
        for pid in [self.process.pid, *self.descendants()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(NET)

    def descendants(self) -> list[int]:
        """Every process that belongs to this data directory: children by their environment, the server by its files."""
        wanted = f"TELEVENT_DATA_DIR={self.data_dir}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
                command = (entry / "cmdline").read_bytes()
                folder = os.readlink(entry / "cwd")
            except OSError:
                continue
            if (wanted in environment and b"televent" in command) or folder.startswith(str(self.data_dir)):
                found.append(int(entry.name))
        return found

    def __enter__(self) -> Televent:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self.stop()
        finally:
            if self.descendants():
                self.kill_everything()


def free_ports(count: int) -> list[int]:
    """Ports that are free at the moment.

    They are below the kernel's range for clients: a port of that range could be in use a moment after it was found.
    """
    ports: list[int] = []
    for port in random.SystemRandom().sample(range(20_000, 32_000), 1_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise AssertionError("there are no free ports")
