"""The master keys: in the environment, or in a file that is made at the first start.

A wrapped key is the id of the master key (8 bytes), a nonce (12 bytes) and the key encrypted with AES-256-GCM, bound to
the person's id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from televent.adapters.person_keys.disk import locked, make_directory, replace
from televent.application.event_store.key_vault import MasterKeyMissing

log = structlog.get_logger("televent.person_keys")

SIZE: Final = 32
"""Bytes of a master key (AES-256)."""
NAME: Final = 8
"""Bytes of the id of a master key."""
NONCE: Final = 12
HEAD: Final = (
    b"# The master key of Televent: it wraps the keys of persons. Keep a copy elsewhere, apart from backups of the\n"
    b"# database: without it nothing personal can be read. `televent keys rotate` makes another.\n"
)


def decoded(text: str) -> bytes:
    """The master key in that text (base64 of 32 bytes). Raises ValueError."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != SIZE:
        raise ValueError("must be 32 random bytes in base64, as `openssl rand -base64 32` prints them")
    return key


class Masters:
    """Master keys that are given, the newest first. The older ones only unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._use(keys)

    def _use(self, keys: Sequence[bytes]) -> None:
        named = {hashlib.sha256(key).digest()[:NAME]: key for key in keys}
        # One assignment: other threads wrap and unwrap meanwhile.
        self._named = named

    @property
    def keys(self) -> list[bytes]:
        """The keys, the newest first."""
        return list(self._named.values())

    def wrap(self, key: bytes, subject: UUID) -> bytes:
        name, master = next(iter(self._named.items()))
        nonce = os.urandom(NONCE)
        return name + nonce + AESGCM(master).encrypt(nonce, key, subject.bytes)

    def unwrap(self, wrapped: bytes, subject: UUID) -> bytes:
        master = self._named.get(wrapped[:NAME])
        if master is None:
            self.reload()
            master = self._named.get(wrapped[:NAME])
        if master is None:
            raise MasterKeyMissing(f"The key of person {subject} was wrapped with a master key that is not here.")
        try:
            nonce, sealed = wrapped[NAME : NAME + NONCE], wrapped[NAME + NONCE :]
            return AESGCM(master).decrypt(nonce, sealed, subject.bytes)
        except (InvalidTag, ValueError) as error:
            raise MasterKeyMissing(f"The key of person {subject} is damaged.") from error

    def current(self, wrapped: bytes) -> bool:
        return wrapped[:NAME] == next(iter(self._named))

    def reload(self) -> None:
        """Keys from the environment never change while the process runs."""

    def begin_rotation(self) -> None:
        """The operator has put the new key before the old one in the variable. Raises MasterKeyMissing otherwise."""
        if len(self._named) < 2:
            raise MasterKeyMissing(
                "TELEVENT_MASTER_KEY has one key. Put a new one before it, with a comma between them, start every"
                " service again, and then rotate."
            )

    def end_rotation(self) -> None:
        """The operator takes the old key out of the variable."""


class FileMasters(Masters):
    """Master keys in a file, one a line, the newest first. The file is made with one key where there is none."""

    def __init__(self, path: Path, *, first: bool) -> None:
        """``first``: the file may be made. Raises MasterKeyMissing for a file without a key, OSError."""
        self._path = path
        make_directory(path.parent)
        keys = self._read() or (self._first() if first else None)
        if keys is None:
            raise _gone(path)
        super().__init__(keys)

    def reload(self) -> None:
        """Reads the file. Raises MasterKeyMissing where it is gone or holds no key, OSError."""
        keys = self._read()
        if keys is None:
            raise _gone(self._path)
        self._use(keys)

    def begin_rotation(self) -> None:
        self.reload()
        if len(self._named) == 1:
            self._write([os.urandom(SIZE), *self.keys])

    def end_rotation(self) -> None:
        self._write(self.keys[:1])

    def _first(self) -> list[bytes]:
        with locked(self._path.with_name(f"{self._path.name}.lock")):
            # Another process may have been first.
            keys = self._read()
            if keys is None:
                keys = [os.urandom(SIZE)]
                self._write(keys)
                log.warning(
                    "a master key was made: keep a copy of it elsewhere. Without it nothing personal can be read",
                    file=str(self._path),
                )
        return keys

    def _write(self, keys: Sequence[bytes]) -> None:
        replace(self._path, HEAD + b"".join(base64.b64encode(key) + b"\n" for key in keys))
        self._use(keys)

    def _read(self) -> list[bytes] | None:
        try:
            lines = self._path.read_text("utf-8").splitlines()
            keys = [decoded(line) for line in lines if line.strip() and not line.startswith("#")]
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise MasterKeyMissing(f"A line of {self._path} is no master key: it {error}.") from error
        if not keys:
            raise MasterKeyMissing(f"{self._path} has no master key. Put its copy back.")
        return keys


def _gone(path: Path) -> MasterKeyMissing:
    return MasterKeyMissing(f"The master key {path} is gone. Put its copy back.")
