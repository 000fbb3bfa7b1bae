"""The key that signs the heads of the log, in a file of its own: not everybody who can write to the database has it."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key


class BadKey(Exception):
    """The file has no Ed25519 key. The message is a sentence that names the file."""


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in that file, which is made where there is none (PEM, PKCS #8, mode 0600). Raises BadKey, OSError.

    Two processes may make it at once: the first one's counts.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as lines:
        lines.write(text)
        lines.flush()
        os.fsync(lines.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        # Another process was first.
        return _read(path)
    finally:
        fresh.unlink()
    return _read(path)


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{path} has no private key in PEM form without a password.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey(f"The key in {path} is not of the kind Ed25519.")
    return key
