"""Evolution's data server as the guest's program; the mailbox is read by IMAP, mail is handed over by SMTP."""

from __future__ import annotations

import imaplib
import json
import os
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interop.by_mail.program import Kept, Shown
from interop.by_mail.town import ZED, Mailbox
from support.dovecot import PASSWORD, USER
from support.waiting import NET, wait_until

PYTHON = "/usr/bin/python3"
"""Debian's own: it finds the bindings of the libraries."""
BINDINGS = "import gi; gi.require_version('ECal', '2.0'); gi.require_version('Camel', '1.2')"


def absent() -> str:
    """Why it cannot be started here; "" where it can."""
    if shutil.which("dbus-run-session") is None or not Path(PYTHON).exists():
        return "dbus or Debian's Python is not installed: make setup-interop, as root on Debian"
    if subprocess.run([PYTHON, "-c", BINDINGS], capture_output=True, check=False).returncode:
        return "evolution-data-server or its bindings are not installed: make setup-interop, as root on Debian"
    return ""


class Evolution:
    """Implements `Program`."""

    name = "Evolution-Data-Server"

    def __init__(self, process: subprocess.Popen[str], box: imaplib.IMAP4_SSL, smtp: int) -> None:
        self._process, self._box, self._smtp = process, box, smtp
        self.version: str = self._ask("version")

    def opens_next_mail(self) -> Shown:
        number = wait_until(self._unseen, what="a new mail")
        _, found = self._box.fetch(number, "(RFC822)")
        assert isinstance(found[0], tuple)
        seen = self._ask("opens", found[0][1].decode("latin-1"))
        return Shown(seen["method"], seen["subject"], "")

    def accepts(self) -> None:
        self._send(self._ask("accepts"))

    def applies(self) -> None:
        self._ask("applies")

    def answers(self, uid: str, start: str, status: str) -> None:
        self._send(self._ask("answers", uid, start, status))

    def kept(self, uid: str) -> Kept | None:
        seen = self._ask("kept", uid)
        return None if seen is None else Kept(seen["title"], tuple(seen["starts"]), seen["answers"], seen["at"])

    def invites(self, event: str, guests: Sequence[str]) -> None:
        self._send(self._ask("invites", event.replace("\n", "\r\n"), list(guests)))

    def moves(self, uid: str, start: str, end: str, *, was: str = "") -> None:
        self._send(self._ask("moves", uid, start, end, was))

    def cancels(self, uid: str) -> None:
        self._send(self._ask("cancels", uid))

    def _unseen(self) -> str:
        self._box.select("INBOX")
        _, found = self._box.search(None, "UNSEEN")
        return found[0].split()[0].decode() if found[0] else ""

    def _send(self, mails: Sequence[dict[str, str]]) -> None:
        with smtplib.SMTP("127.0.0.1", self._smtp, timeout=NET) as client:
            for each in mails:
                raw = each["raw"].encode("latin-1").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                client.sendmail(ZED, each["to"].split(","), raw)

    def _ask(self, name: str, *arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([name, arguments]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, f"the program has ended at {name}"
        answer = json.loads(line)
        assert "error" not in answer, f"{name}: {answer['error']}"
        return answer["value"]


@contextmanager
def opened(place: Path, log: Path, mailbox: Mailbox) -> Iterator[Evolution]:
    """A running one with the guest's mailbox, and a home in that folder."""
    place.mkdir(mode=0o700)
    homes = {f"XDG_{name}_HOME": str(place / name.lower()) for name in ("DATA", "CONFIG", "CACHE")}
    own = {"HOME": str(place), "XDG_RUNTIME_DIR": str(place), **homes, "TZ": "Europe/Berlin"}
    outside = ("DBUS_SESSION_BUS_ADDRESS", "PYTHONPATH", "VIRTUAL_ENV", "DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in outside} | own
    program = Path(__file__).with_name("evolution_program.py")
    trusted = ssl.create_default_context(cafile=mailbox.certificate)
    with log.open("wb") as out, imaplib.IMAP4_SSL("localhost", mailbox.imap, ssl_context=trusted) as box:
        box.login(USER, PASSWORD)
        process = subprocess.Popen(
            ["dbus-run-session", "--", PYTHON, str(program), ZED],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=out,
            text=True,
        )
        try:
            yield Evolution(process, box, mailbox.smtp)
        finally:
            # The session and its services end with the end of the input.
            assert process.stdin is not None
            process.stdin.close()
            process.wait(NET)
