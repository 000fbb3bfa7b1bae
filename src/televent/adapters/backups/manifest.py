"""Describes a backup, in the file that stands beside its parts.

The file is readable without a key: it names times, sizes and positions, nothing personal. A code under the backup's key
shows that nobody has changed it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

FORM: Final = "televent backup/1"


class BadManifest(Exception):
    """The file cannot be read, or was changed. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Part:
    """A sealed file of a backup: its size, the size of what is in it, and its hash (SHA-256)."""

    name: str
    size: int
    plain: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole backup. ``backup_id`` names its key."""

    backup_id: UUID
    name: str
    began: datetime
    finished: datetime
    postgres: str
    """The version of PostgreSQL that wrote the files, such as "18.6"; another major version cannot read them."""
    program: str
    """The version of Televent."""
    position: int
    """No fact in the backup is beyond this position of the log."""
    xid_base: int
    """The number that the shard adds to those of transactions (ADR 2)."""
    start: int
    """The position in PostgreSQL's log (WAL) from which it recovers the files."""
    timeline: int
    segment: int
    """Bytes of a segment of the WAL."""
    line: str | None
    """The archive of WAL that goes on from the backup; None where there is none."""
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)

    def part(self, name: str) -> Part | None:
        """The part with this name; None where there is none."""
        return next((part for part in self.parts if part.name == name), None)


def written(manifest: Manifest, key: bytes) -> str:
    """The text of the file."""
    values: dict[str, Any] = {"form": FORM, **asdict(manifest)}
    text = json.dumps(values, indent=2, default=_plain, sort_keys=True)
    return json.dumps({**json.loads(text), "code": _code(text, key)}, indent=2, sort_keys=True) + "\n"


def read(text: str) -> Manifest:
    """The manifest in the text, which may have been changed. Raises BadManifest."""
    try:
        values = json.loads(text)
        if values.pop("form") != FORM:
            raise BadManifest(f"It was made by another version of Televent: its form is not {FORM}.")
        values.pop("code")
        values["backup_id"] = UUID(values["backup_id"])
        values["began"], values["finished"] = (datetime.fromisoformat(values[name]) for name in ("began", "finished"))
        values["parts"] = tuple(Part(**each) for each in values["parts"])
        return Manifest(**values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadManifest(f"It cannot be read: {type(error).__name__}: {error}.") from error


def check(text: str, key: bytes) -> None:
    """Raises BadManifest where the text is not what was written with this key."""
    values = json.loads(text)
    code = values.pop("code")
    if not hmac.compare_digest(str(code), _code(json.dumps(values, indent=2, sort_keys=True), key)):
        raise BadManifest("It was changed after it was written, or another key belongs to it.")


def _code(text: str, key: bytes) -> str:
    return hmac.new(key, b"manifest\n" + text.encode(), hashlib.sha256).hexdigest()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
