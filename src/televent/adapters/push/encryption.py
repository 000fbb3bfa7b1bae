"""Message encryption for Web Push (RFC 8291) in the aes128gcm content coding (RFC 8188): one record, nobody on the way
can read it."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_SIZE: Final = 4096
"""RFC 8291 §4: no push service need take more than 4096 octets."""
SALT_OCTETS: Final = 16
KEY_OCTETS: Final = 65
"""An uncompressed point of P-256 (RFC 8291 §3.1)."""
SECRET_OCTETS: Final = 16
OVERHEAD: Final = SALT_OCTETS + 4 + 1 + KEY_OCTETS + 1 + 16
"""The header, the delimiter and the tag; what is left of a record is the message's."""

Curve = ec.SECP256R1


class UnusableKey(ValueError):
    """What a client gave is no point of P-256, no 16 octets, or no base64url."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a client shares with us when it subscribes: its public key and the authentication secret."""

    public_key: bytes
    auth_secret: bytes


def from_base64url(text: str) -> bytes:
    """The octets, with padding or without (RFC 7515 §2). Raises UnusableKey."""
    plain = text.strip().rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise UnusableKey("not base64url") from None


def to_base64url(octets: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def recipient(public_key: str, auth_secret: str) -> Recipient:
    """Both as a client sends them. Raises UnusableKey for what no message could be encrypted to."""
    key, secret = from_base64url(public_key), from_base64url(auth_secret)
    if len(secret) != SECRET_OCTETS:
        raise UnusableKey("the authentication secret has 16 octets")
    _point(key)
    return Recipient(key, secret)


def encrypt(message: bytes, to: Recipient, sender: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of the push: header, then one record. ``sender`` is a fresh P-256 key and ``salt`` 16 fresh random
    octets, for this message alone. Raises ValueError for a message that does not fit into one record."""
    if len(message) > RECORD_SIZE - OVERHEAD:
        raise ValueError(f"a push message has at most {RECORD_SIZE - OVERHEAD} octets")
    own = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = sender.exchange(ec.ECDH(), _point(to.public_key))
    # RFC 8291 §3.4: the authentication secret and both public keys go into the keying material.
    info = b"WebPush: info\0" + to.public_key + own
    material = _expand(_extract(to.auth_secret, shared), info, 32)
    key, nonce = content_keys(salt, material)
    # RFC 8188 §2: 2 delimits the last record. The first record's nonce is the nonce itself.
    record = AESGCM(key).encrypt(nonce, message + b"\x02", None)
    return salt + struct.pack("!LB", RECORD_SIZE, len(own)) + own + record


def content_keys(salt: bytes, material: bytes) -> tuple[bytes, bytes]:
    """Content encryption key and base nonce (RFC 8188 §2.2, §2.3)."""
    secret = _extract(salt, material)
    return _expand(secret, b"Content-Encoding: aes128gcm\0", 16), _expand(secret, b"Content-Encoding: nonce\0", 12)


def _point(key: bytes) -> ec.EllipticCurvePublicKey:
    if len(key) != KEY_OCTETS or key[0] != 4:
        raise UnusableKey("a public key is an uncompressed point of 65 octets")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(Curve(), key)
    except ValueError:
        raise UnusableKey("the public key is no point of P-256") from None


def _extract(salt: bytes, material: bytes) -> bytes:
    """HKDF-Extract (RFC 5869 §2.2) with SHA-256."""
    return _hmac(salt, material)


def _expand(secret: bytes, info: bytes, octets: int) -> bytes:
    """HKDF-Expand (RFC 5869 §2.3) for at most 32 octets: one step."""
    return _hmac(secret, info + b"\x01")[:octets]


def _hmac(key: bytes, data: bytes) -> bytes:
    mac = HMAC(key, hashes.SHA256())
    mac.update(data)
    return mac.finalize()
