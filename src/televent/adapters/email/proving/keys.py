"""Public keys in the DNS (RFC 6376 §3.6.1, RFC 8301, RFC 8463)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from televent.adapters.email.proving.names import MAX_RECORD
from televent.adapters.email.proving.tags import BadTags, bytes_of, tags_of

MIN_BITS: Final = 1024
"""Min bits of an RSA key (RFC 8301 §3.2)."""
MAX_BITS: Final = 4096
"""Max bits of an RSA key: the time of a verification grows with its square."""
MAX_EXPONENT: Final = 1 << 32
"""Max public exponent of an RSA key, for the same reason. Nearly all have 65537."""


class NoKey(Exception):
    """The records of a name hold no key that can be used. ``str`` is the reason."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key. ``strict``: the signer's identity must have exactly the signing domain (flag ``s``)."""

    public: RSAPublicKey | Ed25519PublicKey
    strict: bool = False

    @property
    def algorithm(self) -> str:
        """The value of ``a=`` in signatures by this key."""
        return "rsa-sha256" if isinstance(self.public, RSAPublicKey) else "ed25519-sha256"

    def signed(self, digest: bytes, signature: bytes) -> bool:
        """Whether the signature is one of this SHA-256 digest."""
        try:
            if isinstance(self.public, RSAPublicKey):
                self.public.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
            else:
                self.public.verify(signature, digest)
        except InvalidSignature:
            return False
        return True


def key_of(records: Sequence[bytes]) -> Key:
    """The key in the TXT records of a name. Raises NoKey."""
    # RFC 6376 §3.6.2.2: with several records the result is undefined.
    if len(records) != 1:
        raise NoKey("no key is published" if not records else "several key records")
    if len(records[0]) > MAX_RECORD:
        raise NoKey(f"a key record of more than {MAX_RECORD} bytes")
    try:
        tags = tags_of(records[0])
        if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
            raise NoKey("another version")
        if "sha256" not in _list(tags.get("h", "sha256")):
            raise NoKey("not for SHA-256")
        if not {"*", "email"} & set(_list(tags.get("s", "*"))):
            raise NoKey("not for mail")
        flags = _list(tags.get("t", ""))
        # RFC 6376 §3.6.1: a mail whose domain tests DKIM counts as one without a signature.
        if "y" in flags:
            raise NoKey("the domain only tests DKIM")
        if not tags.get("p"):
            raise NoKey("the key is revoked")
        return Key(_public(tags.get("k", "rsa"), bytes_of(tags["p"])), strict="s" in flags)
    except BadTags as error:
        raise NoKey(f"an unreadable key record: {error}") from error


def _public(kind: str, data: bytes) -> RSAPublicKey | Ed25519PublicKey:
    try:
        if kind == "ed25519":
            return Ed25519PublicKey.from_public_bytes(data)
        key = load_der_public_key(data) if kind == "rsa" else None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NoKey("an unreadable key") from error
    if not isinstance(key, RSAPublicKey):
        raise NoKey("another kind of key")
    if not MIN_BITS <= key.key_size <= MAX_BITS:
        raise NoKey(f"a key of {key.key_size} bits")
    if key.public_numbers().e > MAX_EXPONENT:
        raise NoKey("a key with too large an exponent")
    return key


def _list(value: str) -> list[str]:
    return [each.strip() for each in value.split(":")]
