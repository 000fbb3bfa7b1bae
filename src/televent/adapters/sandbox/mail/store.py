"""Stores the caught mails, newest last, in memory or in a directory of .eml files."""

import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

MAX_MAILS = 1_000
"""Max mails kept."""
_NAME = re.compile(r"(\d{10})\.eml")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as received by SMTP. `received` is in seconds since the epoch."""

    id: int
    sender: str
    recipients: tuple[str, ...]
    received: float
    content: bytes


class Mails:
    """Mails by id. A file starts with the envelope, as three header fields before the message."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self.caught: OrderedDict[int, Mail] = OrderedDict()
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            for path in sorted(directory.iterdir()):
                found = _NAME.fullmatch(path.name)
                if found:
                    mail = _read(int(found.group(1)), path)
                    self.caught[mail.id] = mail
        self._last_id = next(reversed(self.caught), 0)

    def add(self, sender: str, recipients: list[str], content: bytes) -> Mail:
        """Store a mail. Above MAX_MAILS the oldest is deleted."""
        # An id is never used again, not even after `clear`: a reader that uses `after` would miss mails.
        self._last_id += 1
        mail = Mail(self._last_id, sender, tuple(recipients), time.time(), content)
        self.caught[mail.id] = mail
        if self._directory is not None:
            (self._directory / f"{mail.id:010}.eml").write_bytes(_envelope(mail) + content)
        if len(self.caught) > MAX_MAILS:
            self.forget(next(iter(self.caught)))
        return mail

    def clear(self) -> None:
        """Forget every mail."""
        for mail_id in list(self.caught):
            self.forget(mail_id)

    def forget(self, mail_id: int) -> None:
        """Delete a mail that is there."""
        del self.caught[mail_id]
        if self._directory is not None:
            (self._directory / f"{mail_id:010}.eml").unlink(missing_ok=True)


def _envelope(mail: Mail) -> bytes:
    lines = [f"X-Envelope-From: {mail.sender}", f"X-Envelope-To: {' '.join(mail.recipients)}"]
    return "".join(f"{line}\r\n" for line in [*lines, f"X-Received: {mail.received}"]).encode("utf-8", "replace")


def _read(mail_id: int, path: Path) -> Mail:
    content = path.read_bytes()
    fields = {}
    for _ in range(3):
        line, _, rest = content.partition(b"\r\n")
        name, colon, value = line.decode("utf-8", "replace").partition(": ")
        if not colon and not name.endswith(":"):
            break
        fields[name.rstrip(":")] = value
        content = rest
    received = float(fields.get("X-Received") or path.stat().st_mtime)
    return Mail(
        mail_id, fields.get("X-Envelope-From", ""), tuple(fields.get("X-Envelope-To", "").split()), received, content
    )
