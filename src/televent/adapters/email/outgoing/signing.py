"""Signs outgoing mail with DKIM: RFC 6376, RFC 8463 (Ed25519), imip/SPEC A2.

The canonical forms are those of ``proving``. dkimpy verifies the signatures in tests, so that they are not their own
judge.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from televent.adapters.email.proving.canonical import field
from televent.adapters.email.proving.signed_mail import SignedMail

FIELDS: Final = (
    "from", "sender", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references", "auto-submitted",
    "mime-version", "content-type", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
"""The signed fields. One that a mail does not have is signed as missing, so that nobody can add it."""
TWICE: Final = ("from", "to", "subject", "date", "reply-to", "content-type")
"""The fields that are signed once more, as missing: a second one, which some programs would show, breaks it."""
MIN_BITS: Final = 1024
"""Min bits of an RSA key (RFC 8301 §3.2)."""
BITS: Final = 2048
"""Bits of a new RSA key."""
MAX_KEY: Final = 64 * 1024
"""Max bytes of a key file."""
LINE: Final = 72
"""Characters of a line of the signature."""
NAMES: Final = 5
"""Names of fields in a line."""
PIECE: Final = 255
"""Max bytes of one string of a TXT record (RFC 1035 §3.3.14)."""


class BadKey(Exception):
    """A file is no private key that can sign mail. ``str`` is the reason."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, and the name of its public key in the DNS: ``<selector>._domainkey.<domain>``."""

    selector: str
    domain: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """The value of ``a=``."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    def field(self, mail: bytes) -> bytes:
        """The DKIM-Signature field of a finished mail, with its line end (relaxed/relaxed)."""
        seen = SignedMail(mail)
        digest = seen.body("relaxed")
        names = [*FIELDS, *TWICE]
        listed = ":\r\n  ".join(":".join(names[at : at + NAMES]) for at in range(0, len(names), NAMES))
        tags = (
            "v=1", f"a={self.algorithm}", "c=relaxed/relaxed", f"d={self.domain}", f"s={self.selector}", f"h={listed}",
            f"bh={base64.b64encode(digest).decode()}", "b=",
        )  # fmt: skip
        value = " " + ";\r\n ".join(tags)
        head = seen.head([each.encode() for each in names], "relaxed")
        signed = head + field(b"DKIM-Signature", value.encode(), "relaxed").removesuffix(b"\r\n")
        signature = base64.b64encode(self._sign(signed)).decode()
        lines = "\r\n  ".join(signature[at : at + LINE] for at in range(0, len(signature), LINE))
        return f"DKIM-Signature:{value}{lines}\r\n".encode()

    def _sign(self, signed: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(signed, PKCS1v15(), SHA256())
        # RFC 8463 §3: Ed25519 signs the hash.
        return self.key.sign(hashlib.sha256(signed).digest())

    @property
    def name(self) -> str:
        """The DNS name of the public key."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record of the public key (RFC 6376 §3.6.1, RFC 8463 §4)."""
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            kind, data = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            kind, data = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={kind}; p={base64.b64encode(data).decode()}"


def signed(mail: bytes, signers: Sequence[Signer]) -> bytes:
    """The mail with the signature of each signer above its header; the first one is on top."""
    return b"".join(each.field(mail) for each in signers) + mail


def private_key(data: bytes) -> RSAPrivateKey | Ed25519PrivateKey:
    """The key in a PEM file. Raises BadKey."""
    if len(data) > MAX_KEY:
        raise BadKey(f"it has more than {MAX_KEY} bytes")
    try:
        key = load_pem_private_key(data, None)
    except TypeError as error:
        raise BadKey("it is encrypted with a password") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey("it is no private key in PEM") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise BadKey("it is neither an RSA nor an Ed25519 key")
    if isinstance(key, RSAPrivateKey) and key.key_size < MIN_BITS:
        raise BadKey(f"it has {key.key_size} bits, and receivers ignore keys below {MIN_BITS}")
    return key


def new_key(kind: str) -> bytes:
    """A new private key in PEM. ``kind``: "rsa" or "ed25519"."""
    key = generate_private_key(65537, BITS) if kind == "rsa" else Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def zone_line(signer: Signer) -> str:
    """The TXT record as a line of a zone file: strings of at most PIECE bytes, which the DNS joins."""
    record = signer.record
    pieces = " ".join(f'"{record[at : at + PIECE]}"' for at in range(0, len(record), PIECE))
    return f"{signer.name}. IN TXT ( {pieces} )"
