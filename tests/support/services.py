"""The services of Televent, each in a process of its own, on one database: so that each can be killed alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from support.running import free_ports
from support.waiting import wait_until
from televent.adapters.sandbox.config import new_token

START = 120.0
"""Max seconds until a service is ready, on a busy machine."""


class Services:
    """Starts and kills services by name; "worker 2" is a second worker. The sandbox takes the place of Telegram and of
    the mail server."""

    def __init__(self, database_url: str, folder: Path) -> None:
        api, sandbox, mail, smtp = free_ports(4)
        self.api, self.sandbox = f"http://127.0.0.1:{api}", f"http://127.0.0.1:{sandbox}"
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "TELEVENT_DATA_DIR": str(folder / "data"),
            "API_HOST": "127.0.0.1",
            "API_PORT": str(api),
            "SANDBOX_PORT": str(sandbox),
            "SANDBOX_SMTP_PORT": str(smtp),
            "MAIL_LISTEN_PORT": str(mail),
            "TELEGRAM_BOT_TOKEN": new_token(),
            "TELEGRAM_API_BASE": self.sandbox,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(smtp),
            "SMTP_TLS": "none",
            "TELEVENT_RATE_LIMITS": "off",
            "LOG_FORMAT": "json",
            # The log has the stacks of a process that dies by a signal such as SIGSEGV.
            "PYTHONFAULTHANDLER": "1",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: Counter[str] = Counter()

    @property
    def journal(self) -> Path:
        """The file with all messages of the stand-in for Telegram."""
        return self.folder / "data" / "sandbox" / "telegram.jsonl"

    def spawn(self, name: str) -> None:
        """Starts a service, and returns at once."""
        self.started[name] += 1
        with self.log(name).open("wb") as output:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "televent", name.partition(" ")[0]],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def await_ready(self, name: str) -> None:
        """Returns when the service is ready; fails where it has ended."""
        log, process = self.log(name), self.running[name]
        wait_until(lambda: self.is_ready(name) or process.poll() is not None, START, what=f"{name} is ready")
        assert process.poll() is None, log.read_text(errors="replace")

    def is_ready(self, name: str) -> bool:
        """Whether the service has said so since its last start."""
        return b"ready" in self.log(name).read_bytes()

    def log(self, name: str) -> Path:
        """The output of the service since its last start."""
        return self.folder / f"{name}-{self.started[name]}.log"

    def logs(self, name: str) -> str:
        """The output of all services with this first word, since their first starts."""
        files = sorted(self.folder.glob(f"{name}*-*.log"))
        return "\n".join(file.read_text(errors="replace") for file in files)

    def kill(self, name: str) -> None:
        """SIGKILL."""
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait(30)

    def ended(self) -> list[str]:
        """The services that ended by themselves."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def end(self) -> None:
        """Kills all that run."""
        for process in self.running.values():
            process.kill()
            process.wait(30)
