"""Signed heads of the log, as the checkpoints of transparency logs: c2sp.org/tlog-checkpoint in c2sp.org/signed-note.

A head is a text of lines: the log's name, the number of leaves, the root in Base64, and a line of ours with the last
position and the time. After an empty line follows the Ed25519 signature over all lines before that one. Programs that
know checkpoints, such as witnesses, can read it. Pure, but for the key that is given.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from televent.application.log_proof.merkle import HASH

_ED25519: Final = b"\x01"
"""The type of the signature (c2sp.org/signed-note)."""
_KEY_ID: Final = 4
"""Bytes of a key's id."""
MAX_NOTE: Final = 4096
"""Max characters of a head."""
_NAME = re.compile(r"[^\s+]{1,255}\Z")
_BODY = re.compile(
    r"(?P<origin>[^\s+]{1,255})\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"televent position (?P<position>[0-9]{1,19}) at (?P<at>\S{1,40})\n\Z"
)
_SIGNATURE = re.compile(r"\u2014 (?P<name>[^\s+]{1,255}) (?P<value>[A-Za-z0-9+/]{91}=)\n\Z")


class BadNote(Exception):
    """A text is no head of this log: of another form, or its signature is wrong. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the tree: ``size`` leaves up to ``position`` with the root ``root``, made at ``at``."""

    origin: str
    size: int
    root: bytes
    position: int
    at: datetime

    def body(self) -> str:
        """The lines that are signed."""
        return (
            f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
            f"televent position {self.position} at {self.at.isoformat()}\n"
        )


def sign(head: Head, key: Ed25519PrivateKey) -> str:
    """The signed head. Raises BadNote for a name that a head cannot have."""
    if not _NAME.match(head.origin):
        raise BadNote(f"{head.origin!r} cannot be the name of a log: it has a blank, a plus sign, or no character.")
    body = head.body()
    public = key.public_key()
    signature = base64.b64encode(_key_id(head.origin, public) + key.sign(body.encode())).decode()
    return f"{body}\n\u2014 {head.origin} {signature}\n"


def read(note: str, key: Ed25519PublicKey) -> Head:
    """The head in a note that this key has signed. Raises BadNote."""
    body, _, rest = note.partition("\n\n")
    body += "\n"
    found, signed = _BODY.match(body), _SIGNATURE.match(rest)
    if len(note) > MAX_NOTE or found is None or signed is None:
        raise BadNote("This is no signed head.")
    value = base64.b64decode(signed["value"])
    if base64.b64encode(value).decode() != signed["value"]:
        # Base64 of this length has two bits without a meaning: another last character would give the same bytes.
        raise BadNote("This is no signed head.")
    if signed["name"] != found["origin"] or value[:_KEY_ID] != _key_id(signed["name"], key):
        raise BadNote(f"The head of size {found['size']} is signed with another key.")
    try:
        key.verify(value[_KEY_ID:], body.encode())
        at = datetime.fromisoformat(found["at"])
    except (InvalidSignature, ValueError):
        raise BadNote(f"The head of size {found['size']} was altered: its signature is wrong.") from None
    return Head(found["origin"], int(found["size"]), base64.b64decode(found["root"])[:HASH], int(found["position"]), at)


def verifier(origin: str, key: Ed25519PublicKey) -> str:
    """The public key in the form of signed notes: name, key id and key, which fit into one line."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"{origin}+{_key_id(origin, key).hex()}+{base64.b64encode(_ED25519 + raw).decode()}"


def _key_id(name: str, key: Ed25519PublicKey) -> bytes:
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:_KEY_ID]
