"""Message encryption for Web Push (RFC 8291) in the aes128gcm content coding (RFC 8188), always as one record."""

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
"""Max bytes of the body: a push service may refuse more (RFC 8291 §4)."""
SALT_BYTES: Final = 16
"""Bytes of a salt (RFC 8188 §2.1)."""
KEY_BYTES: Final = 65
"""Bytes of a public key: an uncompressed point of P-256 (RFC 8291 §3.1)."""
SECRET_BYTES: Final = 16
"""Bytes of an authentication secret (RFC 8291 §3.2)."""
OVERHEAD: Final = SALT_BYTES + 4 + 1 + KEY_BYTES + 1 + 16
"""Bytes of header, delimiter and tag; the rest of the body is the encrypted message."""

Curve = ec.SECP256R1


class UnusableKey(ValueError):
    """The client's key or secret is not valid: no point of P-256, not 16 bytes, or not base64url."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The public key and authentication secret that a client gives when it subscribes."""

    public_key: bytes
    auth_secret: bytes


def from_base64url(text: str) -> bytes:
    """The decoded bytes; padding is optional (RFC 7515 §2). Raises UnusableKey."""
    plain = text.strip().rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise UnusableKey("not base64url") from None


def to_base64url(content: bytes) -> str:
    """The text without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def recipient(public_key: str, auth_secret: str) -> Recipient:
    """A Recipient from a client's base64url texts. Raises UnusableKey."""
    key, secret = from_base64url(public_key), from_base64url(auth_secret)
    if len(secret) != SECRET_BYTES:
        raise UnusableKey("the authentication secret must have 16 bytes")
    _point(key)
    return Recipient(key, secret)


def encrypt(message: bytes, to: Recipient, sender: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of the push: a header, then one record.

    ``sender`` is a new P-256 key and ``salt`` 16 new random bytes; both are used for this message only. Raises
    ValueError for a message that does not fit into one record.
    """
    if len(message) > RECORD_SIZE - OVERHEAD:
        raise ValueError(f"a push message has at most {RECORD_SIZE - OVERHEAD} bytes")
    own = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = sender.exchange(ec.ECDH(), _point(to.public_key))
    # RFC 8291 §3.4: the authentication secret and both public keys go into the keying material.
    info = b"WebPush: info\0" + to.public_key + own
    material = _expand(_extract(to.auth_secret, shared), info, 32)
    key, nonce = content_keys(salt, material)
    # RFC 8188 §2: the byte 2 ends the last record. The first record uses the base nonce unchanged.
    record = AESGCM(key).encrypt(nonce, message + b"\x02", None)
    return salt + struct.pack("!LB", RECORD_SIZE, len(own)) + own + record


def content_keys(salt: bytes, material: bytes) -> tuple[bytes, bytes]:
    """Content encryption key and base nonce (RFC 8188 §2.2, §2.3)."""
    secret = _extract(salt, material)
    return _expand(secret, b"Content-Encoding: aes128gcm\0", 16), _expand(secret, b"Content-Encoding: nonce\0", 12)


def _point(key: bytes) -> ec.EllipticCurvePublicKey:
    if len(key) != KEY_BYTES or key[0] != 4:
        raise UnusableKey("the public key must be an uncompressed point of 65 bytes")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(Curve(), key)
    except ValueError:
        raise UnusableKey("the public key is not a point of P-256") from None


def _extract(salt: bytes, material: bytes) -> bytes:
    """HKDF-Extract (RFC 5869 §2.2) with SHA-256."""
    return _hmac(salt, material)


def _expand(secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand (RFC 5869 §2.3) for at most 32 bytes, which is one step."""
    return _hmac(secret, info + b"\x01")[:length]


def _hmac(key: bytes, data: bytes) -> bytes:
    mac = HMAC(key, hashes.SHA256())
    mac.update(data)
    return mac.finalize()
