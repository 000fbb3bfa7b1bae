"""Seals a stream of any length into a file, compressed and encrypted, with bounded memory.

A sealed file is a head (a name of the form, 16 random bytes) and frames: at most a mebibyte of compressed text each,
encrypted with AES-256-GCM. The key of a file is derived from the backup's key, the random bytes and the file's name.
The nonce of a frame is its number, and whether it is the last one. So a file that was renamed, cut, extended or put
together from others does not open.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORM: Final = b"televent sealed/1\n"
SALT: Final = 16
FRAME: Final = 1 << 20
"""Max bytes of compressed text in a frame; each but the last has as many."""
TAG: Final = 16
LEVEL: Final = 1
"""zlib's level. Higher ones take several times as long, for a tenth less."""


class BadSeal(Exception):
    """A sealed file is damaged, cut off, not the one that its name says, or sealed with another key. The message is a
    sentence."""


class SealedWriter:
    """A file that seals what is written to it. Nothing is at ``path`` before ``finish``, which puts it on the disk."""

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        """``name``: what the file is, which a reader must say again. Raises OSError."""
        self._path = path
        self._fresh = path.with_name(f".{path.name}.new")
        salt = os.urandom(SALT)
        self._cipher = AESGCM(_derived(key, salt, name))
        self._packer = zlib.compressobj(LEVEL)
        self._waiting = bytearray()
        self._number = 0
        self._hash = hashlib.sha256()
        self.plain = 0
        """Bytes that were written to it."""
        self.size = 0
        """Bytes of the file."""
        self._file = os.fdopen(os.open(self._fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._put(FORM + salt)

    @property
    def sha256(self) -> str:
        """The hash of the file, in hexadecimal digits."""
        return self._hash.hexdigest()

    def write(self, content: bytes) -> int:
        """Seals the content. Raises OSError."""
        self.plain += len(content)
        self._waiting += self._packer.compress(content)
        # A full frame may be the last one, so one byte more has to wait.
        while len(self._waiting) > FRAME:
            self._seal(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]
        return len(content)

    def finish(self) -> None:
        """Writes the last frame, and gives the file its name. Raises OSError."""
        self._waiting += self._packer.flush()
        while len(self._waiting) > FRAME:
            self._seal(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]
        self._seal(bytes(self._waiting), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._fresh.replace(self._path)

    def abandon(self) -> None:
        """Deletes what was written; nothing after ``finish``."""
        self._file.close()
        self._fresh.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finishes the file; after an error it is abandoned."""
        if error is None:
            self.finish()
        else:
            self.abandon()

    def _seal(self, text: bytes, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._number, last), text, None))
        self._number += 1

    def _put(self, content: bytes) -> None:
        self._hash.update(content)
        self.size += len(content)
        self._file.write(content)


class SealedReader:
    """The sealed content, as a file that is read from its start to its end. All that it gives is genuine, and the end
    is the true end: else BadSeal is raised."""

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        """Raises OSError."""
        self._path = path
        self._texts = _opened(path, key, name)
        self._left = b""
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, fewer only at the end; -1: all. Raises BadSeal, OSError."""
        parts: list[bytes] = []
        wanted = size
        while wanted:
            if self._at == len(self._left):
                text = next(self._texts, None)
                if text is None:
                    break
                self._left, self._at = text, 0
            # A reader of small pieces must not copy the rest each time.
            end = len(self._left) if wanted < 0 else min(len(self._left), self._at + wanted)
            parts.append(self._left[self._at : end])
            wanted -= 0 if wanted < 0 else end - self._at
            self._at = end
        return b"".join(parts)

    def drain(self) -> int:
        """Reads the rest, and returns how many bytes there were. Raises BadSeal, OSError."""
        count = 0
        while content := self.read(FRAME):
            count += len(content)
        return count


def sha256_of(path: Path) -> str:
    """The hash of a file, in hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(path: Path, key: bytes, name: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        head = file.read(len(FORM) + SALT)
        if len(head) < len(FORM) + SALT or not head.startswith(FORM):
            raise BadSeal(f"{path} is no sealed file.")
        cipher = AESGCM(_derived(key, head[len(FORM) :], name))
        unpacker = zlib.decompressobj()
        number, frame = 0, file.read(FRAME + TAG)
        while True:
            following = file.read(FRAME + TAG)
            try:
                packed = cipher.decrypt(_nonce(number, last=not following), frame, None)
                while packed:
                    # A small frame may stand for very much text.
                    yield unpacker.decompress(packed, FRAME)
                    packed = unpacker.unconsumed_tail
            except InvalidTag as error:
                raise BadSeal(
                    f"{path} is damaged or cut off at frame {number}, or another key or name belongs to it."
                ) from error
            except zlib.error as error:
                raise BadSeal(f"{path} cannot be unpacked: {error}.") from error
            if not following:
                break
            number, frame = number + 1, following
        yield unpacker.flush()


def _derived(key: bytes, salt: bytes, name: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, b"televent backup " + name.encode()).derive(key)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
